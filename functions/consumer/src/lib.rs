#![doc = include_str!("../README.md")]

pub mod disposition;
mod error;
mod group;
mod handle;
mod ingest;
mod reading;
mod run_bounded;
mod settle;
mod unknown_budget;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use call_records::AudioClassifier;
use call_writer::CallWriter;
use graph_access::GraphAccess;
use lambda_kit::{Environment, Metrics, TimeLimits, aws_config};
use msgraph::{Options, RateLimit};

pub use metrics::METRICS;
use unknown_budget::UnknownBudget;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] = &[
    "AUDIO_CLASSIFIER",
    "CALLS_DEAD_LETTER_QUEUE_URL",
    "CALLS_QUEUE_URL",
    "CONSUMER_CONCURRENCY",
    "FORGET_KEY_ARN",
    "GRAPH_URL",
    "LOGIN_URL",
    "ORGANISATION_TOTALS_RETENTION_DAYS",
    "PERSON_TOTALS_RETENTION_DAYS",
    "RETENTION_DAYS",
    "SECRET_ARN",
    "STACK_NAME",
    "TABLE_NAME",
    "UNKNOWN_CALLS_PER_HOUR",
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

/// What the consumer measures, each by the hour only if something happened. Retried has a metric for
/// each reason: see [`Reason`](disposition::Reason). Why a message was dead-lettered stands in its
/// attributes and in the log.
mod metrics {
    lambda_kit::metrics! {
        /// calls that were stored, at their first or a newer version
        STORED = Count "Stored";
        /// those of them that replaced an older version
        REPLACED = Count "Replaced";
        /// deliveries of a version that was there already, or older than what was
        ALREADY_STORED = Count "AlreadyStored";
        /// from the end of a call until its first version was stored
        STORED_LAG = Milliseconds "StoredLag";
        /// from being put into the queue until now, of each message that is retried
        RETRIED_AGE = Milliseconds "RetriedAge";
        /// retried because Graph has no such record yet
        RETRIED_NOT_FOUND = Count "RetriedNotFound";
        /// retried because Graph still gives an older version than it lists
        RETRIED_OLDER_VERSION = Count "RetriedOlderVersion";
        /// retried because Graph asked for a pause (429, 503)
        RETRIED_THROTTLED = Count "RetriedThrottled";
        /// retried because Graph could not be reached or failed
        RETRIED_GRAPH_UNAVAILABLE = Count "RetriedGraphUnavailable";
        /// not fetched yet, because the budget for calls that Graph does not know is used up
        RETRIED_UNKNOWN_BUDGET = Count "RetriedUnknownBudget";
        /// retried because Graph, the login service or the table refused access, the secret cannot be used, or the table holds what this version cannot read
        RETRIED_ACCESS_REFUSED = Count "RetriedAccessRefused";
        /// retried because the record changed while it was read
        RETRIED_CHANGED = Count "RetriedChanged";
        /// retried because Graph refused the request
        RETRIED_REJECTED = Count "RetriedRejected";
        /// retried because the table was contended, throttled or out of reach
        RETRIED_STORE_UNAVAILABLE = Count "RetriedStoreUnavailable";
        /// retried because the invocation had no time left
        RETRIED_OUT_OF_TIME = Count "RetriedOutOfTime";
        /// retried because the invocation had no time left for a large meeting, of which it has stored a part
        RETRIED_CONTINUED = Count "RetriedContinued";
        /// retried because the code panicked on it
        RETRIED_PANICKED = Count "RetriedPanicked";
        /// messages that were dead-lettered
        DEAD_LETTERED = Count "DeadLettered";
    }
}

/// The consumer's settings.
#[derive(Debug, Clone)]
pub struct Config {
    /// The queue that the messages come from: their visibility is changed there.
    pub calls_queue_url: String,
    pub dead_letter_queue_url: String,
    /// Which published definition says when an audio stream is poor.
    pub classifier: AudioClassifier,
    /// How many calls are read at once. Each holds one page in memory.
    pub concurrency: usize,
    /// How many fetches an hour of calls that Graph does not know, and that its list did not name, this
    /// consumer may spend. What is beyond waits.
    pub unknown_calls_per_hour: usize,
    /// What is kept back of an invocation's time to settle its messages.
    pub reserve: Duration,
    /// After how many pages of a call is noted what the next delivery need not read again.
    pub pages_per_resume_point: usize,
}

impl Config {
    /// The configuration with the usual bounds: 5 calls at once, 500 unknown ones an hour, 3 s kept back,
    /// 20 pages.
    pub fn new(calls_queue_url: String, dead_letter_queue_url: String) -> Self {
        Self {
            calls_queue_url,
            dead_letter_queue_url,
            classifier: AudioClassifier::default(),
            concurrency: 5,
            unknown_calls_per_hour: 500,
            reserve: Duration::from_secs(3),
            pages_per_resume_point: 20,
        }
    }

    /// Reads `CALLS_QUEUE_URL`, `CALLS_DEAD_LETTER_QUEUE_URL` and `AUDIO_CLASSIFIER`. An error names
    /// the variable and what belongs there.
    pub fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        Ok(Self {
            classifier: environment.parsed("AUDIO_CLASSIFIER", "cqd-2024 or cqd-classic")?,
            ..Self::new(
                environment.text("CALLS_QUEUE_URL", "the URL of the calls queue")?,
                environment
                    .text("CALLS_DEAD_LETTER_QUEUE_URL", "the URL of its dead-letter queue")?,
            )
        })
    }
}

/// An equal part for each of so many consumers, and never nothing.
pub fn equal_part(all: usize, consumers: usize) -> usize {
    (all / consumers.max(1)).max(1)
}

/// The consumer and what it works with. Cheap to clone.
#[derive(Clone)]
pub struct Consumer {
    access: GraphAccess,
    writer: CallWriter,
    sqs: aws_sdk_sqs::Client,
    metrics: Metrics,
    unknown_budget: Arc<UnknownBudget>,
    config: Arc<Config>,
}

impl Consumer {
    /// A consumer over its collaborators.
    pub fn new(
        access: GraphAccess,
        writer: CallWriter,
        sqs: aws_sdk_sqs::Client,
        metrics: Metrics,
        config: Config,
    ) -> Self {
        let unknown_budget = Arc::new(UnknownBudget::new(config.unknown_calls_per_hour));
        Self { access, writer, sqs, metrics, unknown_budget, config: Arc::new(config) }
    }

    /// A consumer from the environment of its function.
    ///
    /// # Errors
    ///
    /// A setting that is missing or unusable, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, lambda_kit::Error> {
        let mut config = Config::from_environment(environment)?;
        // Graph's rate limit is for the application, and consumers are processes without a common
        // state: each keeps to an equal part of it, and of the budget for calls that Graph does not know.
        let consumers = environment
            .parsed("CONSUMER_CONCURRENCY", "how many consumers run at once at most, such as 4")?;
        let unknown = environment.parsed(
            "UNKNOWN_CALLS_PER_HOUR",
            "how many fetches an hour may be of calls that Graph does not know, such as 2000",
        )?;
        config.unknown_calls_per_hour = equal_part(unknown, consumers);
        let limit = RateLimit::CALL_RECORDS.split_between(consumers);
        let options = Options { call_records_limit: Some(limit), ..Options::default() };
        let metrics = Metrics::from_environment("consumer", environment)?;
        let sdk = aws_config(environment, TimeLimits::BACKGROUND)?;
        let writer = CallWriter::from_environment(environment, &sdk)?;
        let access = GraphAccess::from_environment(environment, &sdk)?;
        Ok(Self::new(
            access.with_options(options),
            writer,
            aws_sdk_sqs::Client::new(&sdk),
            metrics,
            config,
        ))
    }
}
