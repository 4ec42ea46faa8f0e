//! The client's time-outs and limits.

use std::time::Duration;

use crate::proxy::Proxy;
use crate::rate_limit::RateLimit;

/// Time-outs and limits. The defaults suit a Lambda function; take them with `..Options::default()`.
#[derive(Clone, Debug)]
pub struct Options {
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// For name resolution, TCP and TLS together.
    pub connect_timeout: Duration,
    /// For one try of a request, body included.
    pub attempt_timeout: Duration,
    /// For one try of creating or changing a subscription: Graph calls the webhook meanwhile, up to
    /// 10 s for each of the two URLs.
    pub handshake_timeout: Duration,
    /// A try with less time than this before the deadline is not begun.
    pub min_attempt_time: Duration,
    /// Tries of a request that fails by itself (5xx, time-out, lost connection).
    pub max_attempts: u32,
    /// The pause before the second try; doubled, with jitter, before each further one.
    pub initial_backoff: Duration,
    /// A `Retry-After` up to this long is waited for, when the deadline allows. The windows of
    /// Graph's limits are 20 s, and so are the longest waits that they ask for.
    pub max_wait: Duration,
    /// The wait after a 429 that names none; doubled while 429s follow each other.
    pub default_retry_after: Duration,
    /// An answer larger than this is not read to its end.
    pub max_body_bytes: usize,
    /// The way to Graph and the login host, for operators' machines; none in the functions.
    pub proxy: Option<Proxy>,
    /// What this client may take of the limit for all call records. Others take the rest and know
    /// nothing of it, so this is to be a share. None: Graph's 429 alone slows it down.
    pub call_records_limit: Option<RateLimit>,
    /// What reading one call record may take.
    pub one_record_limit: Option<RateLimit>,
    /// What reading one log of telephone calls may take.
    pub phone_log_limit: Option<RateLimit>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            user_agent: concat!("teams-call-records/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(3),
            attempt_timeout: Duration::from_secs(20),
            handshake_timeout: Duration::from_secs(30),
            min_attempt_time: Duration::from_millis(500),
            max_attempts: 3,
            initial_backoff: Duration::from_millis(200),
            max_wait: Duration::from_secs(20),
            default_retry_after: Duration::from_secs(2),
            // Five bodies at once, decoded, are to fit into a function of 256 MB; seen were some of 1 MB.
            max_body_bytes: 8 * 1024 * 1024,
            proxy: None,
            call_records_limit: None,
            one_record_limit: Some(RateLimit::ONE_RECORD.split_between(1)),
            phone_log_limit: Some(RateLimit::PHONE_LOG.split_between(1)),
        }
    }
}
