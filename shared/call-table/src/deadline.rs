//! Time that is left, and pauses between tries.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::TableError;

/// No request begins with less than this left: a transaction rarely takes a tenth of it, and one
/// that is cut off has to be recognised by the next delivery.
const MIN_REQUEST_TIME: Duration = Duration::from_millis(500);

/// The first pause; the next may be twice as long each time.
const INITIAL_BACKOFF: Duration = Duration::from_millis(40);

/// No pause is longer.
const MAX_BACKOFF: Duration = Duration::from_secs(2);

/// When to stop beginning requests.
#[derive(Debug, Clone, Copy)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// For what is not bound to an invocation: the client's own time-outs still hold.
    pub const NONE: Self = Self(None);

    pub fn at(at: Instant) -> Self {
        Self(Some(at))
    }

    /// Lets a request run, if there is time for it, for as long as there is.
    pub async fn run<T>(self, request: impl Future<Output = T>) -> Result<T, TableError> {
        let Some(at) = self.0 else {
            return Ok(request.await);
        };
        self.leaves(Duration::ZERO)?;
        timeout_at(at, request).await.map_err(|_| TableError::OutOfTime)
    }

    /// Waits before the next try, a random time so that those who met do not meet again.
    pub async fn pause(self, tries: u32) -> Result<(), TableError> {
        let most = INITIAL_BACKOFF.saturating_mul(1 << tries.min(10)).min(MAX_BACKOFF);
        let pause = most.mul_f64(fastrand::f64());
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
    async fn nothing_begins_that_cannot_finish() {
        let deadline = Deadline::at(Instant::now() + MIN_REQUEST_TIME - Duration::from_millis(1));
        let begun = deadline.run(async { panic!("it began") }).await;
        assert_eq!(begun, Err::<(), _>(TableError::OutOfTime));
    }

    #[tokio::test(start_paused = true)]
    async fn what_does_not_finish_is_cut_off() {
        let deadline = Deadline::at(Instant::now() + Duration::from_secs(1));
        let begun = deadline.run(std::future::pending::<()>()).await;
        assert_eq!(begun, Err(TableError::OutOfTime));
    }

    #[tokio::test(start_paused = true)]
    async fn no_pause_goes_past_the_deadline() {
        let end = Instant::now() + Duration::from_secs(3);
        let deadline = Deadline::at(end);
        while deadline.pause(10).await.is_ok() {}
        assert!(Instant::now() + MIN_REQUEST_TIME <= end);
    }
}
