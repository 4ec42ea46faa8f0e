#![doc = include_str!("../README.md")]

pub mod agenda;
mod error;
mod event;
mod handle;
mod listing;
mod outstanding;
mod pace;
mod passes;
mod run;
pub mod silence;
mod stored_calls;
mod summary;

use std::sync::Arc;
use std::time::Duration;

use call_table::{CallTable, TableConfig};
use graph_access::GraphAccess;
use lambda_kit::{Environment, Metrics, TimeLimits, aws_config};
use reconciliation::Reconciliation;

pub use error::Error;
pub use event::{Trigger, UnknownEvent};
pub use metrics::METRICS;
pub use pace::Pace;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] = &[
    "CALLS_QUEUE_URL",
    "GRAPH_URL",
    "LOGIN_URL",
    "RETENTION_DAYS",
    "SECRET_ARN",
    "STACK_NAME",
    "TABLE_NAME",
];

/// The IAM actions that the function's own requests need, and those of its event source, which
/// acts with the function's role.
pub const ACTIONS: &[&str] = &[
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
    "secretsmanager:GetSecretValue",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sts:GetWebIdentityToken",
];

/// What the reconciler measures, once per run. What a run found stands in its item `RUN#`.
mod metrics {
    lambda_kit::metrics! {
        /// missing and stale calls that were put into the calls queue; the others are on their way
        REQUESTED = Count "Requested";
        /// calls that were missing and are stored now
        REPAIRED_MISSING = Count "RepairedMissing";
        /// calls that were stale and are stored at the listed version now
        REPAIRED_STALE = Count "RepairedStale";
        /// calls that are missing at the end of the run
        STILL_MISSING = Count "StillMissing";
        /// calls that are stale at the end of the run
        STILL_STALE = Count "StillStale";
        /// calls that were never stored and that Graph has no more
        LOST = Count "Lost";
        /// since when the longest known of the missing, stale and newly lost calls is
        UNREPAIRED_AGE = Milliseconds "UnrepairedAge";
        /// since the high-water mark: every call that ended before it is stored
        COMPLETE_UP_TO_AGE = Milliseconds "CompleteUpToAge";
        /// calls that other weeks lead to expect in hours in which there was none
        CALLS_EXPECTED_IN_SILENCE = Count "CallsExpectedInSilence";
    }
}

/// The reconciler's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where calls are put that the consumer is to read.
    pub calls_queue_url: String,
    /// The time from the beginning of one list request to that of the next. Graph takes 40 in 20 s;
    /// evenly spread, so that two runs in a row do not come to more either.
    pub list_interval: Duration,
    /// So many calls may be on their way to the table before listing waits for them: what was just
    /// announced must not queue up behind a month of calls, and what is remembered stays small.
    pub max_outstanding: usize,
    /// A window whose list has more pages than this is cut in four and begun again.
    pub max_pages: u32,
    /// For how long a run keeps others out; it is renewed while it works.
    pub lease: Duration,
    /// What is kept back of an invocation's time to store the summary.
    pub reserve: Duration,
}

impl Config {
    /// The configuration with the usual bounds: 38 list requests in 20 s, 20,000 calls on their way,
    /// 20 pages, a lease of 5 minutes, 20 s kept back.
    pub fn new(calls_queue_url: String) -> Self {
        Self {
            calls_queue_url,
            list_interval: Duration::from_millis(526),
            max_outstanding: 20_000,
            max_pages: 20,
            lease: Duration::from_secs(300),
            reserve: Duration::from_secs(20),
        }
    }
}

/// The reconciler and what it works with. Cheap to clone; clones share the pace of their lists.
#[derive(Clone)]
pub struct Reconciler {
    access: GraphAccess,
    reconciliation: Reconciliation,
    sqs: aws_sdk_sqs::Client,
    metrics: Metrics,
    pace: Pace,
    config: Arc<Config>,
}

impl Reconciler {
    /// A reconciler over its collaborators.
    pub fn new(
        access: GraphAccess,
        table: CallTable,
        sqs: aws_sdk_sqs::Client,
        metrics: Metrics,
        config: Config,
    ) -> Self {
        let pace = Pace::new(config.list_interval);
        let reconciliation = Reconciliation::new(table);
        Self { access, reconciliation, sqs, metrics, pace, config: Arc::new(config) }
    }

    /// A reconciler from the environment of its function.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let mut table = TableConfig::new(environment.text("TABLE_NAME", "the table's name")?);
        table.retention_days =
            environment.parsed("RETENTION_DAYS", "a number of days, at least 35")?;
        let config =
            Config::new(environment.text("CALLS_QUEUE_URL", "the URL of the calls queue")?);
        let metrics = Metrics::from_environment("reconciler", environment)?;
        let sdk = aws_config(environment, TimeLimits::BACKGROUND)?;
        Ok(Self::new(
            GraphAccess::from_environment(environment, &sdk)?,
            CallTable::new(aws_sdk_dynamodb::Client::new(&sdk), table),
            aws_sdk_sqs::Client::new(&sdk),
            metrics,
            config,
        ))
    }
}
