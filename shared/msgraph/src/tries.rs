//! A few quick tries inside the time left.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::time::{Instant, sleep};

use crate::error::Error;
use crate::options::Options;

/// The pauses between the tries of one request.
pub(crate) struct Tries {
    pauses: ExponentialBackoff,
    least_attempt: Duration,
    first: bool,
}

impl Tries {
    pub(crate) fn new(options: &Options) -> Self {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(options.first_pause)
            .with_max_times(options.quick_tries.saturating_sub(1))
            .with_jitter()
            // Without `std`, backon starts every process from the same seed: no jitter at all
            // between functions that were throttled together.
            .with_jitter_seed(fastrand::u64(..))
            .build();
        Self { pauses, least_attempt: options.least_attempt, first: true }
    }

    /// Uses up one try without a pause of its own; false when none was left.
    pub(crate) fn take(&mut self) -> bool {
        self.first = false;
        self.pauses.next().is_some()
    }

    /// Waits before the next try.
    ///
    /// # Errors
    ///
    /// [`Error::Unavailable`] with what was seen last when no try or no time is left.
    pub(crate) async fn pause(&mut self, seen: Seen, deadline: Instant) -> Result<(), Error> {
        let first = std::mem::replace(&mut self.first, false);
        let given_up = || Error::Unavailable { detail: seen.detail.clone() };
        let mut pause = self.pauses.next().ok_or_else(given_up)?;
        if seen.lost && first {
            // Most likely a pooled connection that died while the function was frozen: a new one
            // needs no pause.
            pause = Duration::ZERO;
        }
        if Instant::now() + pause + self.least_attempt > deadline {
            return Err(given_up());
        }
        tracing::debug!(
            pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
            detail = seen.detail,
            "graph.try_again"
        );
        sleep(pause).await;
        Ok(())
    }
}

/// What made a try fail.
pub(crate) struct Seen {
    detail: String,
    lost: bool,
}

impl Seen {
    /// An answer that says the server is in trouble.
    pub(crate) fn status(host: &str, status: u16) -> Self {
        Self { detail: format!("{host} answered {status}"), lost: false }
    }

    /// No answer.
    pub(crate) fn timeout(host: &str) -> Self {
        Self { detail: format!("{host} did not answer in time"), lost: false }
    }

    /// No connection, or one that broke.
    pub(crate) fn lost(host: &str, why: &str) -> Self {
        Self { detail: format!("the connection to {host} failed: {why}"), lost: true }
    }
}
