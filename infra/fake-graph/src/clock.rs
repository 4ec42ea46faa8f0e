//! The clock that the fake service lives by.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// Between two reads of a clock that may jump. A jump of hours must be noticed soon; a read is cheap.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Where the service takes its time from: token lifetimes, throttling windows, retention,
/// subscription expiry and delays of notifications all follow it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The clock of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self::following(system_now)
    }

    /// A clock that shows whatever `read` says, for instance the time of another stand-in.
    #[must_use]
    pub fn following(read: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    /// A clock that stands at `start` until its handle moves it.
    #[must_use]
    pub fn moved_by_hand(start: Timestamp) -> (Self, ClockHand) {
        let hand = ClockHand(Arc::new(Mutex::new(start)));
        let read = hand.clone();
        (Self::following(move || read.now()), hand)
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }

    /// Waits until the clock shows `at` or later, also when the clock jumps.
    pub async fn wait_until(&self, at: Timestamp) {
        while self.now() < at {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

/// Moves the [`Clock`] that was made with it.
#[derive(Clone, Debug)]
pub struct ClockHand(Arc<Mutex<Timestamp>>);

impl ClockHand {
    /// The time that the clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the clock forward.
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = later(*now, by);
    }
}

/// `at` plus `by`, standing still at the end of time rather than failing.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| at.checked_add(by).ok())
        .unwrap_or(Timestamp::MAX)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the system clock is one of the clocks to choose from"
)]
fn system_now() -> Timestamp {
    Timestamp::now()
}
