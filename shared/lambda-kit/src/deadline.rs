//! When an invocation has to be finished.

use std::time::Duration;

use jiff::Timestamp;
use lambda_runtime::Context;
use tokio::time::Instant;

/// Lambda lets no function run longer than this.
const MAX_INVOCATION: Duration = Duration::from_secs(15 * 60);

/// No epoch time in milliseconds is this small: it would be the first day of 1970.
const A_DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The moment at which Lambda kills the invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline(Instant);

impl Deadline {
    /// The deadline of an invocation.
    ///
    /// Lambda gives it as epoch milliseconds. `cargo lambda watch` gives a number of milliseconds
    /// from now (600000), which is taken as such. A moment in the past is now; one further away
    /// than Lambda allows is cut to that.
    pub fn of(context: &Context, now: Timestamp) -> Self {
        let given = context.deadline;
        let left = if given < A_DAY_MS {
            given
        } else {
            given.saturating_sub(u64::try_from(now.as_millisecond()).unwrap_or(0))
        };
        Self(Instant::now() + Duration::from_millis(left).min(MAX_INVOCATION))
    }

    /// The moment itself.
    pub fn at(self) -> Instant {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::in_time(1_790_000_030_000, 30_000)]
    #[case::over(1_789_999_999_000, 0)]
    #[case::a_duration_as_cargo_lambda_watch_gives(600_000, 600_000)]
    #[case::nothing(0, 0)]
    #[case::absurd(u64::MAX, 900_000)]
    #[tokio::test(start_paused = true)]
    async fn the_time_left_is_bounded_on_both_sides(#[case] deadline: u64, #[case] left_ms: u64) {
        let mut context = Context::default();
        context.deadline = deadline;
        let now = Timestamp::from_millisecond(1_790_000_000_000).unwrap();
        let left = Deadline::of(&context, now).at().duration_since(Instant::now());
        assert_eq!(left, Duration::from_millis(left_ms));
    }
}
