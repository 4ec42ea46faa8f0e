//! Up to when the logs are complete.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::Log;

/// Rows come up to this late (Graph's documentation of both functions).
pub const ROWS_COME_WITHIN: SignedDuration = SignedDuration::from_hours(48);

/// Whether every row of a day has come, by when it was listed last.
#[must_use]
pub fn is_complete(day: Date, listed_at: &BTreeMap<Log, Timestamp>) -> bool {
    let end = end(day);
    Log::ALL.iter().all(|log| {
        let complete_to = listed_at.get(log).map(|at| *at - ROWS_COME_WITHIN);
        end.is_some_and(|end| complete_to.is_some_and(|to| to >= end))
    })
}

/// Every row that began before this is kept: of both logs, since the first day that was listed. None when no
/// day is.
#[must_use]
pub fn complete_up_to(days: &BTreeMap<Date, BTreeMap<Log, Timestamp>>) -> Option<Timestamp> {
    let first = *days.keys().next()?;
    let mut day = first;
    let mut complete = None;
    while let Some(listed_at) = days.get(&day) {
        if is_complete(day, listed_at) {
            complete = end(day);
            day = day.tomorrow().ok()?;
            continue;
        }
        let of_logs = Log::ALL.iter().map(|log| Some(*listed_at.get(log)? - ROWS_COME_WITHIN));
        let in_day = of_logs.min().flatten();
        return complete.max(in_day.filter(|at| Some(*at) > start(day)));
    }
    complete
}

fn start(day: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()
}

fn end(day: Date) -> Option<Timestamp> {
    start(day.tomorrow().ok()?)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    const FIRST: Date = date(2026, 11, 20);

    /// Days from the first on, by when the two logs were listed.
    fn days(listed: &[[&str; 2]]) -> BTreeMap<Date, BTreeMap<Log, Timestamp>> {
        let at = |text: &str| format!("2026-11-{text}Z").parse().ok();
        let of_day = |texts: &[&str; 2]| {
            let logs = Log::ALL.iter().zip(texts);
            logs.filter_map(|(log, text)| Some((*log, at(text)?))).collect()
        };
        (0..)
            .zip(listed)
            .map(|(n, texts)| (FIRST + jiff::Span::new().days(n), of_day(texts)))
            .collect()
    }

    #[rstest]
    #[case::nothing(&[], None)]
    #[case::too_soon(&[["21T10:00:00", "21T10:00:00"]], None)]
    #[case::within_the_first_day(&[["22T10:00:00", "22T10:00:00"]], Some("20T10:00:00"))]
    #[case::of_the_log_that_is_behind(&[["23T00:00:00", "22T10:00:00"]], Some("20T10:00:00"))]
    #[case::one_log_was_never_listed(&[["24T00:00:00", ""]], None)]
    #[case::the_first_day_and_a_part(
        &[["23T00:00:00", "23T00:00:00"], ["23T06:00:00", "23T06:00:00"]],
        Some("21T06:00:00")
    )]
    #[case::a_day_that_was_listed_too_soon_holds_it_back(
        &[["23T00:00:00", "23T00:00:00"], ["22T00:00:00", "29T00:00:00"], ["29T00:00:00", "29T00:00:00"]],
        Some("21T00:00:00")
    )]
    fn it_is_two_days_behind_the_listing_that_is_behind(
        #[case] listed: &[[&str; 2]],
        #[case] expected: Option<&str>,
    ) {
        let expected = expected.map(|text| format!("2026-11-{text}Z").parse().unwrap());
        assert_eq!(complete_up_to(&days(listed)), expected);
    }

    #[test]
    fn a_day_that_was_never_listed_holds_it_back() {
        let mut days = days(&[["29T00:00:00", "29T00:00:00"]; 3]);
        days.remove(&date(2026, 11, 21));
        assert_eq!(complete_up_to(&days), end(FIRST));
    }
}
