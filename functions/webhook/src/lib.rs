#![doc = include_str!("../README.md")]

mod answer;
mod body;
mod counts;
mod handle;
mod handshake;
mod judge;
mod notification;

use lambda_kit::{ClientStates, Environment, Error, Metrics, Secrets, TimeLimits, aws_config};

pub use metrics::METRICS;

/// The variables of the environment that the function reads.
pub const ENVIRONMENT: &[&str] =
    &["CALLS_QUEUE_URL", "CLIENT_STATES_ARN", "LIFECYCLE_QUEUE_URL", "STACK_NAME", "TENANT_ID"];

/// The IAM actions that the function uses. Of the secrets it needs the client states alone: it is open
/// to the internet, and the credentials at Graph are not within its reach.
pub const ACTIONS: &[&str] = &["secretsmanager:GetSecretValue", "sqs:SendMessage"];

/// What the webhook measures, each by the hour only if something happened. Why entries were rejected
/// stands in the log, and how requests were answered in the access log of the API.
mod metrics {
    lambda_kit::metrics! {
        /// entries that repeat an earlier one of the same body
        REPEATED = Count "Repeated";
        /// calls that the calls queue took: what arrives
        ENQUEUED = Count "Enqueued";
        /// entries that were not let in, whatever the reason
        REJECTED = Count "Rejected";
        /// bodies that no queue took, answered 503: Graph sends them again
        NOT_ACKNOWLEDGED = Count "NotAcknowledged";
        /// requests without notifications of calls: validations of the address, lifecycle events that their queue took, and bodies that are none (400)
        OTHER_REQUESTS = Count "OtherRequests";
        /// from a request to its answer, without API Gateway and cold start
        ANSWER_TIME = Milliseconds "AnswerTime";
    }
}

/// The webhook's settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The queue for [`call_queue::CallMessage`].
    pub calls_queue_url: String,
    /// The queue for [`call_queue::LifecycleMessage`].
    pub lifecycle_queue_url: String,
    /// The tenant whose notifications are admitted; none admits those of any tenant that know a client
    /// state. Graph itself says the tenant, and only Graph knows the client states.
    pub tenant_id: Option<String>,
}

impl Config {
    /// Reads the settings. An error names the variable that is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        Ok(Self {
            calls_queue_url: environment.text("CALLS_QUEUE_URL", "the URL of the calls queue")?,
            lifecycle_queue_url: environment
                .text("LIFECYCLE_QUEUE_URL", "the URL of the lifecycle queue")?,
            tenant_id: environment.optional_text("TENANT_ID"),
        })
    }
}

/// The webhook. One serves many requests, also at the same time.
#[derive(Debug, Clone)]
pub struct Webhook {
    sqs: aws_sdk_sqs::Client,
    config: Config,
    client_states: Secrets<ClientStates>,
    metrics: Metrics,
}

impl Webhook {
    /// A webhook over its collaborators.
    pub fn new(
        sqs: aws_sdk_sqs::Client,
        config: Config,
        client_states: Secrets<ClientStates>,
        metrics: Metrics,
    ) -> Self {
        Self { sqs, config, client_states, metrics }
    }

    /// A webhook from the environment of its function.
    ///
    /// # Errors
    ///
    /// A setting that is missing, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, Error> {
        let config = Config::from_environment(environment)?;
        let secret_id = environment
            .text("CLIENT_STATES_ARN", "the ARN of the secret with the client states")?;
        let metrics = Metrics::from_environment("webhook", environment)?;
        let sdk = aws_config(environment, TimeLimits::PROMPT)?;
        Ok(Self::new(
            aws_sdk_sqs::Client::new(&sdk),
            config,
            Secrets::new(&sdk, secret_id),
            metrics,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_missing_setting_is_named_whichever_it_is() {
        for &missing in ENVIRONMENT.iter().filter(|name| **name != "TENANT_ID") {
            let others = ENVIRONMENT.iter().filter(|name| **name != missing);
            let environment = Environment::from_pairs(others.map(|name| (*name, "invented")));
            let error = Webhook::from_environment(&environment).await.unwrap_err();
            assert!(error.to_string().contains(missing), "{missing}: {error}");
        }
    }
}
