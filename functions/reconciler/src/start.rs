//! The reconciler as its deployment configures it.

use anyhow::Context as _;
use graph_access::GraphAccess;
use lambda_kit::{Environment, Metrics, TimeLimits, aws_config};
use record_store::{RecordStore, StoreConfig};

use crate::{Config, Reconciler};

impl Reconciler {
    /// A reconciler from the environment of its function.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name, or a secret that cannot be had.
    pub async fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        let mut table = StoreConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        table.retention_days =
            environment.parsed("RETENTION_DAYS", "a number of days, at least 35")?;
        let config =
            Config::new(environment.text("CALLS_QUEUE_URL", "the URL of the calls queue")?);
        let sdk = aws_config(TimeLimits::BACKGROUND).await;
        Ok(Self::new(
            GraphAccess::connect(environment, &sdk).await.context("no way to log in to Graph")?,
            RecordStore::new(aws_sdk_dynamodb::Client::new(&sdk), table),
            aws_sdk_sqs::Client::new(&sdk),
            Metrics::to_stdout("reconciler"),
            config,
        ))
    }
}
