//! The time that is left, and the backoff between attempts.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::TableError;

/// No request begins with less time left. A transaction rarely takes a tenth of it; whether one that
/// is cut off took effect is not known until the next delivery reads the table.
const MIN_REQUEST_TIME: Duration = Duration::from_millis(500);

/// The upper limit of the first pause; it doubles with each attempt.
const INITIAL_BACKOFF: Duration = Duration::from_millis(40);

const MAX_BACKOFF: Duration = Duration::from_secs(2);

/// The time after which no request begins.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// For work outside of an invocation: the client's own time-outs still apply.
    pub const NONE: Self = Self(None);

    pub fn at(at: Instant) -> Self {
        Self(Some(at))
    }

    /// Runs a request if there is time for it, and cancels it at the deadline.
    pub async fn run<T>(self, request: impl Future<Output = T>) -> Result<T, TableError> {
        let Some(at) = self.0 else {
            return Ok(request.await);
        };
        self.leaves(Duration::ZERO)?;
        timeout_at(at, request).await.map_err(|_| TableError::OutOfTime)
    }

    /// Waits before the next attempt: exponential backoff with full jitter, so that writers that
    /// conflicted do not conflict again.
    pub async fn pause(self, attempts: u32) -> Result<(), TableError> {
        let max = INITIAL_BACKOFF.saturating_mul(1 << attempts.min(10)).min(MAX_BACKOFF);
        let pause = max.mul_f64(fastrand::f64());
        self.leaves(pause)?;
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// Whether a request can begin after `pause`.
    fn leaves(self, pause: Duration) -> Result<(), TableError> {
        match self.0 {
            Some(at) if at < Instant::now() + pause + MIN_REQUEST_TIME => {
                Err(TableError::OutOfTime)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_request_begins_with_too_little_time_left() {
        let deadline = Deadline::at(Instant::now() + MIN_REQUEST_TIME - Duration::from_millis(1));
        let begun = deadline.run(async { panic!("it began") }).await;
        assert_eq!(begun, Err::<(), _>(TableError::OutOfTime));
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_does_not_finish_is_cancelled_at_the_deadline() {
        let deadline = Deadline::at(Instant::now() + Duration::from_secs(1));
        let begun = deadline.run(std::future::pending::<()>()).await;
        assert_eq!(begun, Err(TableError::OutOfTime));
    }

    #[tokio::test(start_paused = true)]
    async fn no_pause_ends_after_the_deadline() {
        let end = Instant::now() + Duration::from_secs(3);
        let deadline = Deadline::at(end);
        while deadline.pause(10).await.is_ok() {}
        assert!(Instant::now() + MIN_REQUEST_TIME <= end);
    }
}
