//! Whether it is quieter than other weeks lead to expect.
//!
//! Three whole hours are compared, of which the last ended three hours ago: what was called then is
//! published by now. From each of the last four weeks that are known, the calls that began in the
//! same hours of the same weekday are counted; the quietest of them is what is to be expected. If
//! that is at least ten calls and there was not a single one, calls are missing: a night, a weekend or
//! a quiet organisation does not look like that. A public holiday does; it rings once.

use call_table::{CallTable, TableError};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use crate::Reconciler;
use crate::metrics::CALLS_EXPECTED_IN_SILENCE;

/// Hours that are compared together.
const HOURS: i64 = 3;
/// How long ago the last of them ended, in hours.
const PUBLISHED_AFTER_HOURS: i64 = 3;
/// Weeks that are compared with.
const WEEKS: i64 = 4;
/// Fewer weeks than this lead to expect nothing.
const MIN_WEEKS: usize = 2;
/// Fewer calls than this may happen to be none.
const MIN_CALLS_PER_HOUR: i64 = 10;

/// The calls that other weeks lead to expect while there was none; 0 when there is nothing to say.
/// `then` holds what was counted in the same hours of earlier weeks that are known.
pub fn missed(now: i64, then: &[i64]) -> i64 {
    let expected = then.iter().copied().min().filter(|_| then.len() >= MIN_WEEKS).unwrap_or(0);
    if now == 0 && expected >= MIN_CALLS_PER_HOUR { expected } else { 0 }
}

/// The hours that are compared: each a day and an hour of it, `weeks` ago.
fn hours(now: Timestamp, weeks: i64) -> Vec<(Date, i8)> {
    let place = |back: i64| {
        let at = now - SignedDuration::from_hours(PUBLISHED_AFTER_HOURS + back + weeks * 7 * 24);
        let at = TimeZone::UTC.to_datetime(at);
        (at.date(), at.hour())
    };
    (1..=HOURS).map(place).collect()
}

/// Publishes the metric `CallsExpectedInSilence`, if there are any: [`missed`] as the table knows it.
pub(crate) async fn measure(
    reconciler: &Reconciler,
    known_from: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), TableError> {
    let known = known_from.map(|at| TimeZone::UTC.to_datetime(at).date());
    // A day that was never listed whole says nothing.
    let whole = known.and_then(|known| known.checked_add(1.day()).ok());
    let calls = count(reconciler.reconciliation.table(), now, 0).await?;
    let mut then = Vec::new();
    for weeks in (1..=WEEKS).filter(|_| calls == 0) {
        let first = hours(now, weeks).into_iter().map(|(day, _)| day).min();
        if first.zip(whole).is_some_and(|(first, whole)| first >= whole) {
            let calls = count(reconciler.reconciliation.table(), now, weeks).await?;
            then.push(calls);
            if calls < MIN_CALLS_PER_HOUR {
                break;
            }
        }
    }
    let missed = missed(calls, &then);
    reconciler.metrics.count(CALLS_EXPECTED_IN_SILENCE, usize::try_from(missed).unwrap_or(0));
    Ok(())
}

/// How many calls began in the compared hours, `weeks` ago.
async fn count(store: &CallTable, now: Timestamp, weeks: i64) -> Result<i64, TableError> {
    let hours = hours(now, weeks);
    let days = hours.iter().map(|(day, _)| *day);
    let (Some(first), Some(last)) = (days.clone().min(), days.max()) else { return Ok(0) };
    let totals = store.organisation_totals(first, last).await?;
    let of = |(day, hour): &(Date, i8)| {
        let day = totals.iter().find(|(other, _)| other == day);
        day.map_or(0, |(_, totals)| totals.get(&format!("hour_{hour:02}")))
    };
    Ok(hours.iter().map(of).sum())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_monday_morning_without_a_call(0, &[120, 90, 130, 100], 90)]
    #[case::one_call_is_no_silence(1, &[120, 90, 130, 100], 0)]
    #[case::a_night(0, &[0, 0, 0, 0], 0)]
    #[case::a_quiet_organisation(0, &[4, 9, 6, 9], 0)]
    #[case::one_of_the_weeks_was_quiet_too(0, &[120, 0, 130, 100], 0)]
    #[case::a_new_deployment(0, &[120], 0)]
    #[case::nothing_known(0, &[], 0)]
    fn silence_is_what_other_weeks_do_not_lead_to_expect(
        #[case] now: i64,
        #[case] then: &[i64],
        #[case] expected: i64,
    ) {
        assert_eq!(missed(now, then), expected);
    }

    #[test]
    fn the_hours_are_whole_published_and_of_the_same_weekday() {
        let now = "2026-11-23T05:59:00Z".parse().unwrap();
        let days = [(jiff::civil::date(2026, 11, 23), 1), (jiff::civil::date(2026, 11, 23), 0)];
        assert_eq!(hours(now, 0)[..2], days);
        assert_eq!(hours(now, 0)[2], (jiff::civil::date(2026, 11, 22), 23));
        assert_eq!(hours(now, 2)[0], (jiff::civil::date(2026, 11, 9), 1));
    }
}
