#![doc = include_str!("../README.md")]

mod due;
mod error;
mod handle;
mod object;
mod roll_up;
mod shares;
mod sites_file;
mod store;

use std::sync::Arc;
use std::time::Duration;

use call_table::{CallTable, TableConfig};
use lambda_kit::{Environment, Metrics, TimeLimits, aws_config};

pub use due_days::{Policy, Trigger};
pub use error::Error;
pub use handle::{Summary, TakeError};
pub use metrics::METRICS;
pub use object::{InvalidObjectName, ObjectName, SitesObject};
pub use roll_up::RolledUp;
pub use store::{OfDay, store};

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] =
    &["PUBLISH_SHARES", "RETENTION_DAYS", "SITES_OBJECT", "STACK_NAME", "TABLE_NAME"];

/// The IAM actions that the function's own requests need, that of reading the building file where there is
/// one, and that of noting a run that failed, which acts with the function's role.
pub const ACTIONS: &[&str] = &[
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "s3:GetObject",
    "sqs:SendMessage",
];

/// What the function measures.
mod metrics {
    lambda_kit::metrics! {
        /// once a day, of the day before, where the parameter asks for it: poor audio streams of the organisation's people
        POOR_STREAMS = Percent "PoorStreams";
        /// likewise, of people inside the corporate network and on a cable
        POOR_STREAMS_INSIDE_WIRED = Percent "PoorStreamsInsideWired";
        /// likewise, of the site that is worst beyond what the others lead to expect, of those with enough streams
        POOR_STREAMS_WORST_SITE = Percent "PoorStreamsWorstSite";
    }
}

/// The settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// How days are looked at.
    pub policy: Policy,
    /// How many calls are read concurrently.
    pub calls_at_once: usize,
    /// What is kept back of an invocation's time.
    pub reserve: Duration,
    /// Whether the shares of the day before are published as metrics, once a day.
    pub publish_shares: bool,
}

impl Default for Config {
    /// Days wait; 60 days, 32 calls, 30 s, no metrics.
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            calls_at_once: 32,
            reserve: Duration::from_secs(30),
            publish_shares: false,
        }
    }
}

/// The function and what it works with. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Rollup {
    table: CallTable,
    metrics: Metrics,
    config: Config,
    sites_object: Option<SitesObject>,
}

impl Rollup {
    /// A function over a table.
    pub fn new(table: CallTable, metrics: Metrics, config: Config) -> Self {
        Self { table, metrics, config, sites_object: None }
    }

    /// The same, with the building file in this object: every run takes it if it changed.
    #[must_use]
    pub fn with_sites_object(mut self, object: SitesObject) -> Self {
        self.sites_object = Some(object);
        self
    }

    /// The function from its environment.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let mut table = TableConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        table.retention_days =
            environment.parsed("RETENTION_DAYS", "a number of days, at least 35")?;
        let config = Config {
            publish_shares: environment.parsed("PUBLISH_SHARES", "true or false")?,
            ..Config::default()
        };
        let metrics = Metrics::from_environment("quality", environment)?;
        let sdk = aws_config(environment, TimeLimits::BACKGROUND)?;
        let table = CallTable::new(aws_sdk_dynamodb::Client::new(&sdk), table);
        let object = environment
            .optional_parsed::<ObjectName>("SITES_OBJECT", "bucket/key of the building file")?
            .map(|name| {
                let limits = TimeLimits::BACKGROUND;
                let bucket = object_storage::bucket(name.bucket(), environment, limits)?;
                Ok::<_, lambda_kit::Error>(SitesObject::new(Arc::new(bucket), name))
            })
            .transpose()?;
        Ok(Self { sites_object: object, ..Self::new(table, metrics, config) })
    }
}
