#![doc = include_str!("../README.md")]

use std::time::Duration;

/// Delays that double from `initial` up to `max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    initial: Duration,
    max: Duration,
}

impl Backoff {
    /// Delays from `initial` to `max`.
    pub const fn new(initial: Duration, max: Duration) -> Self {
        Self { initial, max }
    }

    /// The delay before a retry, after `retries` earlier ones: for waits that are seen and documented,
    /// and whose callers do not come together.
    pub fn delay(self, retries: u32) -> Duration {
        // 2^31 times anything worth waiting for is beyond every maximum.
        self.initial.saturating_mul(1 << retries.min(31)).min(self.max)
    }

    /// The same with equal jitter: half of the delay is random. Clients that failed together do not
    /// come back together, and none comes back at once.
    pub fn jittered(self, retries: u32) -> Duration {
        self.delay(retries).mul_f64(0.5 + fastrand::f64() / 2.0)
    }
}

/// A wait that a server set, made up to a tenth longer and never shorter: a retry must not come
/// before its time.
pub fn stretched(wait: Duration) -> Duration {
    wait.mul_f64(1.0 + fastrand::f64() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff::new(Duration::from_millis(25), Duration::from_secs(1));

    #[test]
    fn delays_double_up_to_the_maximum() {
        let delays = [0, 1, 2, 5, 6, u32::MAX].map(|retries| BACKOFF.delay(retries).as_millis());
        assert_eq!(delays, [25, 50, 100, 800, 1_000, 1_000]);
    }

    #[test]
    fn jitter_takes_at_most_half_of_a_delay_and_differs() {
        let delays: Vec<Duration> = (0..100).map(|_| BACKOFF.jittered(2)).collect();
        let bounds = Duration::from_millis(50)..=Duration::from_millis(100);
        assert!(delays.iter().all(|delay| bounds.contains(delay)));
        assert!(delays.iter().any(|delay| *delay != delays[0]));
    }

    #[test]
    fn a_wait_that_was_demanded_is_never_cut_short() {
        let wait = Duration::from_secs(10);
        assert!((0..100).all(|_| (wait..=wait.mul_f64(1.1)).contains(&stretched(wait))));
    }
}
