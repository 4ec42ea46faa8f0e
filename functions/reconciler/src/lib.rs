#![doc = include_str!("../README.md")]

pub mod agenda;
mod error;
mod event;
mod handle;
mod listing;
mod metrics;
mod outstanding;
mod pace;
mod run;
pub mod silence;
mod start;
mod tally;

use std::sync::Arc;
use std::time::Duration;

use graph_access::GraphAccess;
use jiff::Timestamp;
use lambda_kit::Metrics;
use record_store::{ReconciliationRun, RecordStore};
use serde_json::Value;
use tokio::time::Instant;

pub use error::Error;
pub use event::{Trigger, UnknownEvent};
pub use metrics::METRICS;
pub use pace::Pace;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] =
    &["CALLS_QUEUE_URL", "GRAPH_URL", "LOGIN_URL", "RETENTION_DAYS", "SECRET_ARN", "TABLE_NAME"];

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

/// What the reconciler is told by its deployment.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where calls are put that the consumer is to read.
    pub calls_queue_url: String,
    /// The time from the beginning of one list request to that of the next. Graph takes 40 in 20 s;
    /// evenly spread, so that two runs in a row do not come to more either.
    pub list_interval: Duration,
    /// So many calls may be on their way to the table before listing waits for them: what was just
    /// announced must not queue up behind a month of calls, and what is remembered stays small.
    pub most_outstanding: usize,
    /// A window whose list has more pages than this is cut in four and begun again.
    pub most_pages: u32,
    /// For how long a run keeps others out; it is renewed while it works.
    pub lease: Duration,
    /// What is kept back of an invocation's time to write down what became of it.
    pub reserve: Duration,
}

impl Config {
    /// The configuration with the usual bounds: 38 list requests in 20 s, 20,000 calls on their way,
    /// 20 pages, a lease of 5 minutes, 20 s kept back.
    pub fn new(calls_queue_url: String) -> Self {
        Self {
            calls_queue_url,
            list_interval: Duration::from_millis(526),
            most_outstanding: 20_000,
            most_pages: 20,
            lease: Duration::from_secs(300),
            reserve: Duration::from_secs(20),
        }
    }
}

/// The reconciler and what it works with. Cheap to clone; clones share the pace of their lists.
#[derive(Clone)]
pub struct Reconciler {
    access: GraphAccess,
    store: RecordStore,
    sqs: aws_sdk_sqs::Client,
    metrics: Metrics,
    pace: Pace,
    config: Arc<Config>,
}

impl Reconciler {
    /// A reconciler over its collaborators.
    pub fn new(
        access: GraphAccess,
        store: RecordStore,
        sqs: aws_sdk_sqs::Client,
        metrics: Metrics,
        config: Config,
    ) -> Self {
        let pace = Pace::new(config.list_interval);
        Self { access, store, sqs, metrics, pace, config: Arc::new(config) }
    }

    /// Handles one event: a schedule's, a batch of gaps, or a window by hand. The README says what
    /// each is answered.
    ///
    /// # Errors
    ///
    /// [`Error`], each of which makes Lambda try the event again, says what mends it.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Value, Error> {
        let answer = handle::handle(self, event, now, deadline).await;
        self.metrics.flush(now);
        answer
    }

    /// Writes down what is wished and then works on it, and on whatever earlier runs have left,
    /// until all is listed or little time is left. None when another run is under way: it takes up
    /// what was wished.
    ///
    /// [`ReconciliationRun::has_more`] says that windows are left, and
    /// [`ReconciliationRun::error`] why a run ended early.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when nothing could be done at all, for want of the table.
    pub async fn run(
        &self,
        trigger: Trigger,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Option<ReconciliationRun>, Error> {
        // Boxed: it is awaited at several places, each of which would hold all of its state.
        Box::pin(run::run(self, &trigger, now, deadline)).await
    }
}
