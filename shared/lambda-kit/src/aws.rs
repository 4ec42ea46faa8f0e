//! The SDK's configuration.

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// How long an idle connection is kept. While a function is frozen its connections die unnoticed;
/// one that rested longer than this is not tried at all. What slips through is retried.
const IDLE_CONNECTION: Duration = Duration::from_secs(20);

/// How long requests to AWS may take, and how often they are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeLimits {
    /// For one connection, TLS included.
    pub connect: Duration,
    /// For one try.
    pub attempt: Duration,
    /// For all tries of one request together.
    pub operation: Duration,
    /// The most tries, the first included.
    pub attempts: u32,
}

impl TimeLimits {
    /// For functions that work in the background: one slow answer may be waited for.
    pub const BACKGROUND: Self = Self {
        connect: Duration::from_secs(2),
        attempt: Duration::from_secs(5),
        operation: Duration::from_secs(15),
        attempts: 3,
    };

    /// For a function whose caller waits: a dead connection or a lost answer costs little
    /// enough for a second try within the second that the answer should take.
    pub const PROMPT: Self = Self {
        connect: Duration::from_millis(500),
        attempt: Duration::from_millis(700),
        operation: Duration::from_millis(1_500),
        attempts: 2,
    };
}

/// Region, credentials and endpoints as the SDK finds them by itself (on Lambda: from the
/// environment), our HTTP client, and these limits.
///
/// The client is built here because the SDK's default one brings a second TLS stack and a provider
/// whose first use costs tens of milliseconds of CPU, which is most of a small function's cold start.
pub async fn aws_config(limits: TimeLimits) -> SdkConfig {
    let http_client = Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .pool_idle_timeout(IDLE_CONNECTION)
        .build_https();
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(limits.connect)
        .operation_attempt_timeout(limits.attempt)
        .operation_timeout(limits.operation)
        .build();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client)
        .timeout_config(timeouts)
        .retry_config(
            RetryConfig::standard()
                .with_max_attempts(limits.attempts)
                // The default first pause of up to a second is too long for a function that is
                // waited for, and long pauses are the queue's business anyway.
                .with_initial_backoff(Duration::from_millis(50)),
        )
        .load()
        .await
}
