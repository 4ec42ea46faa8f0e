//! The webhook as its deployment configures it.

use std::time::Duration;

use lambda_kit::{Environment, Error, Metrics, Secrets, TimeLimits, aws_config};
use tokio::time::timeout;

use crate::{Config, Webhook};

/// How long the first connections may take. A cold start counts for Graph, so whoever is slow now
/// is left to the first request, which has its own limit.
const WARM_UP: Duration = Duration::from_millis(700);

impl Webhook {
    /// A webhook from the environment of its function.
    ///
    /// # Errors
    ///
    /// A setting that is missing, by its name.
    pub async fn from_environment(environment: &Environment) -> Result<Self, Error> {
        let config = Config::from_environment(environment)?;
        let secret_id = environment.text("SECRET_ARN", "the ARN of the secret")?;
        let sdk = aws_config(TimeLimits::PROMPT).await;
        Ok(Self::new(
            aws_sdk_sqs::Client::new(&sdk),
            config,
            Secrets::new(&sdk, secret_id),
            Metrics::to_stdout("webhook"),
        ))
    }

    /// Fetches the secret and opens a connection to SQS before the first request is waited for: TLS
    /// handshakes are most of what a first request would otherwise spend.
    ///
    /// A failure is logged and not fatal. The handshake with Graph needs neither, and the first
    /// notification tries again.
    pub async fn warm_up(&self) {
        let connections = async {
            tokio::join!(
                self.secrets.current(),
                call_queue::warm_up(&self.sqs, &self.config.calls_queue_url)
            )
        };
        match timeout(WARM_UP, connections).await {
            Err(_) => tracing::warn!("warm_up.slow: going on without"),
            Ok((secret, queue)) => {
                if let Err(error) = secret {
                    tracing::warn!(%error, "warm_up.no_secret: going on without");
                }
                if let Err(error) = queue {
                    tracing::warn!(error = error.why(), "warm_up.no_queue: going on without");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ENVIRONMENT;

    #[tokio::test]
    async fn a_missing_setting_is_named_whichever_it_is() {
        for &missing in ENVIRONMENT {
            let others = ENVIRONMENT.iter().filter(|name| **name != missing);
            let environment = Environment::from_pairs(others.map(|name| (*name, "invented")));
            let error = Webhook::from_environment(&environment).await.unwrap_err();
            assert!(error.to_string().contains(missing), "{missing}: {error}");
        }
    }
}
