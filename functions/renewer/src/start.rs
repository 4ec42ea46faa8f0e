//! The renewer as its deployment configures it.

use std::sync::Arc;

use graph_access::GraphAccess;
use lambda_kit::{Environment, FederatedIdentity, Metrics, Secrets, TimeLimits, aws_config};
use record_store::{RecordStore, StoreConfig};

use crate::{Config, Renewer};

impl Renewer {
    /// A renewer from the environment of its function. Nothing is asked of anyone yet.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let config = Config::from_environment(environment)?;
        let table = StoreConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        let secret_arn = environment.text("SECRET_ARN", "the ARN of the secret")?;
        let gaps = environment.text("GAPS_QUEUE_URL", "the URL of the queue for gaps")?;
        let sdk = aws_config(TimeLimits::BACKGROUND).await;
        Ok(Self::new(
            config,
            RecordStore::new(aws_sdk_dynamodb::Client::new(&sdk), table),
            Secrets::new(&sdk, secret_arn),
            Some(FederatedIdentity::new(&sdk)),
            Metrics::to_stdout("renewer"),
        )
        .telling(aws_sdk_sqs::Client::new(&sdk), gaps))
    }

    /// What joins the secret as it is now to a client of Graph.
    pub(crate) async fn access(&self) -> Result<&GraphAccess, lambda_kit::Error> {
        let secret = self.secrets.current().await?;
        let access = self
            .access
            .get_or_try_init(|| {
                let endpoints = self.config.endpoints.clone();
                GraphAccess::new(endpoints, self.secrets.clone(), self.identity.clone())
            })
            .await?;
        // A client state that rotated is refused by nobody, so it has to be looked for.
        if !Arc::ptr_eq(&secret, &access.secret().await) {
            access.refresh_secret().await;
        }
        Ok(access)
    }
}
