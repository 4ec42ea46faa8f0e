//! The clock that the stand-ins share.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;

/// Between two reads of a clock that may jump. A jump of hours must be noticed soon; a read is cheap.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A clock that tests and the demo can move. Clones share the time.
///
/// Visibility time-outs, delays, retention and TTL follow it, so a three-hour timeout is tested in
/// milliseconds.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    base: Base,
    /// Milliseconds that are added to the base.
    milliseconds: AtomicI64,
    moved: watch::Sender<()>,
}

#[derive(Debug)]
enum Base {
    /// The machine's clock.
    System,
    /// Only [`Clock::advance`] moves it.
    Stopped,
    /// tokio's clock, which tests may pause; this is the moment of the start.
    Tokio(Instant),
}

impl Base {
    fn milliseconds(&self) -> i64 {
        match self {
            Self::System => system_milliseconds(),
            Self::Stopped => 0,
            Self::Tokio(start) => i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX),
        }
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::real()
    }
}

impl Clock {
    /// A clock that runs with the system's, until [`advance`](Self::advance) puts it ahead.
    #[must_use]
    pub fn real() -> Self {
        Self::new(Base::System, 0)
    }

    /// A clock that stands at `start` and is moved only by [`advance`](Self::advance).
    #[must_use]
    pub fn stopped(start: Timestamp) -> Self {
        Self::new(Base::Stopped, start.as_millisecond())
    }

    /// A clock that shows `start` now and goes by tokio's. In a test that pauses tokio's clock, the
    /// waits of the product, its time-outs and the stand-ins' windows then pass in one virtual time,
    /// which jumps whenever all tasks are idle: simulated hours cost only the work in them.
    #[must_use]
    pub fn of_tokio(start: Timestamp) -> Self {
        Self::new(Base::Tokio(Instant::now()), start.as_millisecond())
    }

    fn new(base: Base, milliseconds: i64) -> Self {
        let milliseconds = AtomicI64::new(milliseconds);
        let moved = watch::Sender::new(());
        Self(Arc::new(Inner { base, milliseconds, moved }))
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.milliseconds()).unwrap_or(Timestamp::MAX)
    }

    /// The time now in milliseconds since the epoch.
    #[must_use]
    pub fn milliseconds(&self) -> i64 {
        let base = self.0.base.milliseconds();
        base.saturating_add(self.0.milliseconds.load(Ordering::SeqCst))
    }

    /// Moves the clock forward and wakes the tasks that wait on it.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.milliseconds.fetch_add(by, Ordering::SeqCst);
        self.0.moved.send_replace(());
    }

    /// Waits until the clock shows `at` or later, also when it is advanced.
    pub async fn wait_until(&self, at: Timestamp) {
        while self.now() < at {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Notifies of every later [`advance`](Self::advance).
    pub fn moves(&self) -> watch::Receiver<()> {
        self.0.moved.subscribe()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the stand-ins' clock is the edge where time is read"
)]
fn system_milliseconds() -> i64 {
    Timestamp::now().as_millisecond()
}

/// `at` plus `by`, or the maximum.
#[must_use]
pub fn later(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| at.checked_add(by).ok())
        .unwrap_or(Timestamp::MAX)
}
