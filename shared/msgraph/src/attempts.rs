//! A few quick attempts of one request inside the time left.

use std::time::Duration;

use backoff::Backoff;
use tokio::time::{Instant, sleep};

use crate::error::Error;
use crate::options::Options;
use crate::proxy::Proxy;

/// No delay between attempts is longer.
const MAX_BACKOFF: Duration = Duration::from_secs(60);

/// The attempts of one request.
pub(crate) struct Attempts {
    backoff: Backoff,
    min_attempt_time: Duration,
    retries: u32,
    max_retries: u32,
    /// Stands behind the text of a failure without an answer.
    hint: String,
}

impl Attempts {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            backoff: Backoff::new(options.initial_backoff, MAX_BACKOFF),
            min_attempt_time: options.min_attempt_time,
            retries: 0,
            max_retries: options.max_attempts.saturating_sub(1),
            hint: options.proxy.as_ref().map(Proxy::hint).unwrap_or_default(),
        }
    }

    /// Counts a retry without a delay of its own; false when none was left.
    pub(crate) fn count_retry(&mut self) -> bool {
        let left = self.retries < self.max_retries;
        self.retries += u32::from(left);
        left
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] with the last failure when no attempt or no time is left.
    pub(crate) async fn wait(
        &mut self,
        failure: AttemptFailure,
        deadline: Instant,
    ) -> Result<(), Error> {
        let hint = if failure.answered { String::new() } else { self.hint.clone() };
        let give_up = || Error::Unavailable { detail: format!("{}{hint}", failure.detail) };
        // Most likely a pooled connection that died while the function was frozen: a new one needs no
        // delay.
        let at_once = failure.connection_lost && self.retries == 0;
        let delay = if at_once { Duration::ZERO } else { self.backoff.jittered(self.retries) };
        if !self.count_retry() || Instant::now() + delay + self.min_attempt_time > deadline {
            return Err(give_up());
        }
        tracing::debug!(
            delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
            error = failure.detail,
            "graph.retry"
        );
        sleep(delay).await;
        Ok(())
    }
}

/// How an attempt failed.
pub(crate) struct AttemptFailure {
    detail: String,
    connection_lost: bool,
    answered: bool,
}

impl AttemptFailure {
    /// An answer that says the server is at fault.
    pub(crate) fn status(host: &str, status: u16) -> Self {
        Self { detail: format!("{host} answered {status}"), connection_lost: false, answered: true }
    }

    /// No answer.
    pub(crate) fn timeout(host: &str) -> Self {
        let detail = format!("{host} did not answer in time");
        Self { detail, connection_lost: false, answered: false }
    }

    /// No connection, or one that broke.
    pub(crate) fn lost(host: &str, why: &str) -> Self {
        let detail = format!("the connection to {host} failed: {why}");
        Self { detail, connection_lost: true, answered: false }
    }
}
