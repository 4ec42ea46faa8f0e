#![doc = include_str!("../README.md")]

mod act;
mod config;
mod error;
mod event;
mod fingerprint;
pub mod gap;
mod gaps_queue;
mod handle;
mod memory;
mod metrics;
mod outcome;
pub mod plan;
mod prompt;
mod run;
mod stack;
mod start;

use graph_access::GraphAccess;
use jiff::Timestamp;
use lambda_kit::{FederatedIdentity, Metrics, Secrets};
use record_store::RecordStore;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::time::Instant;

pub use config::Config;
pub use error::Error;
pub use event::UnknownEvent;
pub use fingerprint::Fingerprint;
pub use metrics::METRICS;
pub use outcome::{ActionTaken, Outcome};
pub use stack::AnswerError;

use gaps_queue::GapsQueue;
use prompt::Prompt;
use run::Run;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] = &[
    "GAPS_QUEUE_URL",
    "GRAPH_URL",
    "LIFECYCLE_NOTIFICATION_URL",
    "LOGIN_URL",
    "NOTIFICATION_URL",
    "SECRET_ARN",
    "TABLE_NAME",
];

/// The IAM actions that the function's own requests need, and those of its event source, which
/// acts with the function's role. Of the table it needs one item, `SUBSCRIPTION`.
pub const ACTIONS: &[&str] = &[
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "secretsmanager:GetSecretValue",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sts:GetWebIdentityToken",
];

/// The renewer and what it works with.
pub struct Renewer {
    config: Config,
    store: RecordStore,
    secrets: Secrets,
    identity: Option<FederatedIdentity>,
    /// Made when it is first needed: a stack must be answered even while nobody has filled in the
    /// secret yet.
    access: OnceCell<GraphAccess>,
    metrics: Metrics,
    gaps: Option<GapsQueue>,
}

impl Renewer {
    /// A renewer over its collaborators. `identity` proves who we are to the login host where the
    /// secret holds no client secret.
    pub fn new(
        config: Config,
        store: RecordStore,
        secrets: Secrets,
        identity: Option<FederatedIdentity>,
        metrics: Metrics,
    ) -> Self {
        Self { config, store, secrets, identity, access: OnceCell::new(), metrics, gaps: None }
    }

    /// Tells of each gap on the queue at `url`, so that it is covered at once.
    #[must_use]
    pub fn telling(mut self, sqs: aws_sdk_sqs::Client, url: String) -> Self {
        self.gaps = Some(GapsQueue { sqs, url });
        self
    }

    /// Handles one event: the schedule's, a lifecycle batch, a stack's request, or one by hand.
    /// The README says what each is answered.
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

    /// Sees whether exactly one subscription is right, and mends it if not.
    pub async fn check(&self, now: Timestamp, deadline: Instant) -> Outcome {
        self.run(&Prompt::default(), now, deadline).await
    }

    async fn run(&self, prompt: &Prompt, now: Timestamp, deadline: Instant) -> Outcome {
        // Boxed: it is awaited at three places, each of which would hold all of its state.
        Box::pin(Run::new(self, prompt, now, deadline).carry_out()).await
    }
}
