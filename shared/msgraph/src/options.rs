//! The client's time-outs and limits.

use std::time::Duration;

/// Time-outs and limits. The defaults suit a Lambda function; take them with `..Options::default()`.
#[derive(Clone, Debug)]
pub struct Options {
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// For name look-up, TCP and TLS together.
    pub connect_timeout: Duration,
    /// For one try of a request, body included.
    pub attempt_timeout: Duration,
    /// For one try of creating or changing a subscription: Graph calls the webhook meanwhile, up to
    /// 10 s for each of the two URLs.
    pub handshake_timeout: Duration,
    /// A try with less time than this before the deadline is not begun.
    pub least_attempt: Duration,
    /// Tries of a request that fails by itself (5xx, time-out, lost connection).
    pub quick_tries: usize,
    /// The pause before the second try; doubled, with jitter, before each further one.
    pub first_pause: Duration,
    /// A `Retry-After` up to this long is waited for, when the deadline allows.
    pub longest_wait: Duration,
    /// The wait after a 429 that names none; doubled while 429s follow each other.
    pub default_retry_after: Duration,
    /// An answer larger than this is not read to its end.
    pub max_body_bytes: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            user_agent: concat!("teams-call-records/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(3),
            attempt_timeout: Duration::from_secs(20),
            handshake_timeout: Duration::from_secs(30),
            least_attempt: Duration::from_millis(500),
            quick_tries: 3,
            first_pause: Duration::from_millis(200),
            longest_wait: Duration::from_secs(5),
            default_retry_after: Duration::from_secs(2),
            max_body_bytes: 64 * 1024 * 1024,
        }
    }
}
