#![doc = include_str!("../README.md")]

mod batch;
pub mod disposition;
mod ingest;
mod metrics;
mod run_bounded;
mod start;

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use call_records::AudioClassifier;
use call_table::CallTable;
use call_writer::CallWriter;
use graph_access::GraphAccess;
use jiff::Timestamp;
use lambda_kit::Metrics;
use tokio::time::Instant;

pub use metrics::METRICS;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] = &[
    "AUDIO_CLASSIFIER",
    "CALLS_DEAD_LETTER_QUEUE_URL",
    "CALLS_QUEUE_URL",
    "CONSUMER_CONCURRENCY",
    "GRAPH_URL",
    "LOGIN_URL",
    "RETENTION_DAYS",
    "SECRET_ARN",
    "TABLE_NAME",
    "TOTALS_RETENTION_DAYS",
];

/// The IAM actions that the function's own requests need. Receiving and deleting are the event
/// source's, which acts with the function's role.
pub const ACTIONS: &[&str] = &[
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
    "secretsmanager:GetSecretValue",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "sts:GetWebIdentityToken",
];

/// What the consumer is told by its deployment.
#[derive(Debug, Clone)]
pub struct Config {
    /// The queue that the messages come from: their visibility is changed there.
    pub calls_queue_url: String,
    /// Where messages are dead-lettered.
    pub dead_letter_queue_url: String,
    /// Which published definition says when an audio stream is poor.
    pub classifier: AudioClassifier,
    /// How many calls are read at once. Each holds one page in memory.
    pub concurrency: usize,
    /// What is kept back of an invocation's time to say what became of its messages.
    pub reserve: Duration,
}

impl Config {
    /// The configuration with the usual bounds: 5 calls at once, 3 s kept back.
    pub fn new(calls_queue_url: String, dead_letter_queue_url: String) -> Self {
        Self {
            calls_queue_url,
            dead_letter_queue_url,
            classifier: AudioClassifier::default(),
            concurrency: 5,
            reserve: Duration::from_secs(3),
        }
    }
}

/// The consumer and what it works with. Cheap to clone.
#[derive(Clone)]
pub struct Consumer {
    access: GraphAccess,
    writer: CallWriter,
    sqs: aws_sdk_sqs::Client,
    metrics: Metrics,
    config: Arc<Config>,
}

impl Consumer {
    /// A consumer over its collaborators.
    pub fn new(
        access: GraphAccess,
        table: CallTable,
        sqs: aws_sdk_sqs::Client,
        metrics: Metrics,
        config: Config,
    ) -> Self {
        let writer = CallWriter::new(table);
        Self { access, writer, sqs, metrics, config: Arc::new(config) }
    }

    /// Handles one batch of messages and says which of them the queue must keep.
    ///
    /// It always answers: what could not be done in the time left is among the failures.
    pub async fn handle(
        &self,
        event: SqsEvent,
        now: Timestamp,
        deadline: Instant,
    ) -> SqsBatchResponse {
        batch::handle(self, event, now, deadline).await
    }
}
