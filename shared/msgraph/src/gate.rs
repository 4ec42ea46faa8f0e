//! One pause for all requests: while Microsoft asks to wait, none starts.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use backoff::Backoff;
use tokio::time::{Instant, sleep_until};

use crate::error::Error;
use crate::options::Options;

/// The longest pause where Microsoft names none.
const MAX_UNNAMED_PAUSE: Duration = Duration::from_secs(64);

/// Throttled calls count against the limit too, so the first 429 stops everyone who shares the gate.
#[derive(Debug, Default)]
pub(crate) struct Gate(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    opens_at: Option<Instant>,
    /// 429s in a row that named no time.
    unnamed: u32,
}

impl Gate {
    /// Waits until the gate is open, if that is soon and leaves time for a request.
    ///
    /// # Errors
    ///
    /// [`Error::Throttled`] at once when the wait does not fit.
    pub(crate) async fn pass(&self, options: &Options, deadline: Instant) -> Result<(), Error> {
        // A loop: another request may close the gate again while this one waits.
        while let Some(opens_at) = self.closed_until() {
            let retry_after = opens_at.saturating_duration_since(Instant::now());
            let fits = opens_at
                .checked_add(options.min_attempt_time)
                .is_some_and(|finished| finished <= deadline);
            if !fits || retry_after > options.max_wait {
                return Err(Error::Throttled { retry_after });
            }
            sleep_until(opens_at).await;
        }
        Ok(())
    }

    /// Closes the gate for the requested time, or for the default one, doubled while answers without a
    /// time follow each other. Never opens earlier than was said before. Returns
    /// what is left to wait.
    pub(crate) fn close(&self, asked: Option<Duration>, options: &Options) -> Duration {
        let now = Instant::now();
        let mut state = self.state();
        let wait = asked.unwrap_or_else(|| {
            // Answers to requests that were under way together are one sign, not many.
            if state.opens_at.is_none_or(|opens_at| opens_at <= now) {
                state.unnamed = state.unnamed.saturating_add(1);
            }
            Backoff::new(options.default_retry_after, MAX_UNNAMED_PAUSE)
                .delay(state.unnamed.saturating_sub(1))
        });
        let opens_at = state.opens_at.map_or(now + wait, |earlier| earlier.max(now + wait));
        state.opens_at = Some(opens_at);
        opens_at - now
    }

    /// A request went through: the next 429 without a time starts from the default again.
    pub(crate) fn passed(&self) {
        self.state().unnamed = 0;
    }

    /// When the gate opens, if it is closed.
    pub(crate) fn closed_until(&self) -> Option<Instant> {
        self.state().opens_at.filter(|opens_at| *opens_at > Instant::now())
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        // Two plain values: a panic elsewhere cannot leave them half written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
