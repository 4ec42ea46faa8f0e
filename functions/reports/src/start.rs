//! The reports as their deployment configures them.

use lambda_kit::{Environment, TimeLimits, aws_config};
use record_store::{RecordStore, StoreConfig};

use crate::{Config, Key, Reports};

impl Reports {
    /// Reports from the environment of their function. Nothing is asked of anyone yet.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let config = Config::from_environment(environment)?;
        let table = StoreConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        let key = environment.text(
            "PSEUDONYM_KEY_ARN",
            "the ARN of the secret with the key of pseudonyms and links",
        )?;
        let sdk = aws_config(TimeLimits::BACKGROUND).await;
        Ok(Self::new(
            config,
            RecordStore::new(aws_sdk_dynamodb::Client::new(&sdk), table),
            Key::of_secrets_manager(&sdk, key),
        ))
    }
}
