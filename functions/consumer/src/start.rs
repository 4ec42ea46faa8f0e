//! The consumer as its deployment configures it.

use anyhow::Context as _;
use call_records::AudioClassifier;
use call_table::{CallTable, TableConfig};
use graph_access::GraphAccess;
use jiff::Timestamp;
use lambda_kit::{Environment, Metrics, TimeLimits, aws_config};
use msgraph::{Options, RateLimit};

use crate::{Config, Consumer};

impl Consumer {
    /// A consumer from the environment of its function.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name, or a secret that cannot be had.
    pub async fn from_environment(environment: &Environment) -> anyhow::Result<Self> {
        let days = "a number of days, at least 35";
        let mut table = TableConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        table.retention_days = environment.parsed("RETENTION_DAYS", days)?;
        table.totals_retention_days = environment.parsed("TOTALS_RETENTION_DAYS", days)?;
        let mut config = Config::new(
            environment.text("CALLS_QUEUE_URL", "the URL of the calls queue")?,
            environment.text("CALLS_DEAD_LETTER_QUEUE_URL", "the URL of its dead letters")?,
        );
        config.classifier =
            environment.parsed::<AudioClassifier>("AUDIO_CLASSIFIER", "cqd-2024 or cqd-classic")?;
        // Consumers are processes that know nothing of each other, and Graph's limit is for all of
        // them: each keeps to its share.
        let consumers = environment
            .parsed("CONSUMER_CONCURRENCY", "how many consumers run at once at most, such as 4")?;
        let limit = RateLimit::CALL_RECORDS.split_between(consumers);
        let options = Options { call_records_limit: Some(limit), ..Options::default() };
        let sdk = aws_config(TimeLimits::BACKGROUND).await;
        let access = GraphAccess::connect(environment, &sdk).await;
        let access = access.context("no way to log in to Graph")?;
        Ok(Self::new(
            access.with_options(options).await?,
            CallTable::new(aws_sdk_dynamodb::Client::new(&sdk), table),
            aws_sdk_sqs::Client::new(&sdk),
            Metrics::to_stdout("consumer"),
            config,
        ))
    }

    /// Opens the connection to the table before the first batch is waited
    /// for: the handshakes then cost start-up time, which is short of nobody's patience.
    pub async fn warm_up(&self) {
        // A call that cannot exist: the answer does not matter, and a failure shows itself later.
        let _ = self.writer.table().version("warm-up").await;
    }

    /// Writes the metrics of an invocation.
    pub fn flush_metrics(&self, now: Timestamp) {
        self.metrics.flush(now);
    }
}
