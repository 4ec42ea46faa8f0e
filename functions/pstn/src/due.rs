//! Which days are to be listed.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use call_table::PstnHead;
use due_days::Trigger;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use pstn_logs::{Log, is_complete};

/// Graph has rows of 90 days. The range of a day begins a day before it.
const MAX_DAYS: u32 = 89;

/// Of so many days rows may still come.
const DAYS_OF_LATE_ROWS: u32 = 4;

/// Of so many days rows are corrected.
const DAYS_OF_CORRECTIONS: u32 = 30;

/// Once a day, by a schedule that may be late.
const MIN_INTERVAL: SignedDuration = SignedDuration::from_hours(22);

/// The most days of one range.
const DAYS_OF_A_RANGE: usize = 4;

/// The days that Graph can be asked for, both included.
pub(crate) fn listed_by_graph(now: Timestamp, retention_days: u32) -> RangeInclusive<Date> {
    let today = TimeZone::UTC.to_datetime(now).date();
    let back = MAX_DAYS.min(retention_days) - 1;
    today.saturating_sub(Span::new().days(i64::from(back)))..=today
}

/// The days to be listed, in ranges of consecutive days, the newest first.
pub(crate) fn ranges(
    heads: &BTreeMap<Date, PstnHead>,
    trigger: Trigger,
    now: Timestamp,
    retention_days: u32,
) -> Vec<RangeInclusive<Date>> {
    let days = listed_by_graph(now, retention_days);
    let is_asked_for = |day: &Date| match trigger {
        Trigger::Due => false,
        Trigger::Days { from, to } => (from..=to).contains(day),
    };
    let (first, today) = days.into_inner();
    let mut ranges: Vec<Vec<Date>> = Vec::new();
    let backwards = today.series(Span::new().days(-1)).take_while(|day| *day >= first);
    for day in backwards.filter(|day| is_asked_for(day) || is_due(*day, heads.get(day), today, now))
    {
        let next = day.tomorrow().ok();
        match ranges.last_mut() {
            Some(range) if range.last().copied() == next && range.len() < DAYS_OF_A_RANGE => {
                range.push(day);
            }
            _ => ranges.push(vec![day]),
        }
    }
    ranges.into_iter().filter_map(|days| Some(*days.last()?..=*days.first()?)).collect()
}

fn is_due(day: Date, head: Option<&PstnHead>, today: Date, now: Timestamp) -> bool {
    let Some(head) = head else { return true };
    let listed = Log::ALL.iter().map(|log| head.listed_at.get(log).copied()).min().flatten();
    let Some(listed) = listed else { return true };
    let is_within = |days: u32| day > today.saturating_sub(Span::new().days(i64::from(days)));
    is_within(DAYS_OF_LATE_ROWS)
        || is_within(DAYS_OF_CORRECTIONS) && now.duration_since(listed) >= MIN_INTERVAL
        || !is_complete(day, &head.listed_at)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    const NOW: &str = "2026-11-24T08:20:00Z";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    fn head(day: Date, listed_at: &str) -> (Date, PstnHead) {
        let at = listed_at.parse().unwrap();
        let head = PstnHead {
            day,
            revision: 1,
            roll: String::new(),
            listed_at: Log::ALL.iter().map(|log| (*log, at)).collect(),
            rows: 0,
            vanished: 0,
            people: 0,
            version: pstn_logs::VERSION,
            expires_at: i64::MAX,
        };
        (day, head)
    }

    /// Heads of all days that Graph has, listed then.
    fn all(listed_at: &str) -> BTreeMap<Date, PstnHead> {
        let (first, last) = listed_by_graph(now(), 400).into_inner();
        let days = first.series(Span::new().days(1)).take_while(|day| *day <= last);
        days.map(|day| head(day, listed_at)).collect()
    }

    fn due(heads: &BTreeMap<Date, PstnHead>) -> Vec<RangeInclusive<Date>> {
        ranges(heads, Trigger::Due, now(), 400)
    }

    #[test]
    fn at_first_all_that_graph_has_is_listed_in_ranges_of_four_days() {
        let ranges = due(&BTreeMap::new());
        assert_eq!(ranges.len(), 23);
        assert_eq!(ranges[0], date(2026, 11, 21)..=date(2026, 11, 24));
        assert_eq!(ranges[22], date(2026, 8, 28)..=date(2026, 8, 28));
    }

    #[test]
    fn no_more_than_what_is_retained_is_listed() {
        let days = listed_by_graph(now(), 35);
        assert_eq!(days, date(2026, 10, 21)..=date(2026, 11, 24));
    }

    #[rstest]
    #[case::six_hours_later_the_last_four("2026-11-24T02:20:00Z", 4)]
    #[case::a_day_later_the_last_thirty("2026-11-23T10:19:00Z", 30)]
    fn what_was_listed_is_listed_again(#[case] listed_at: &str, #[case] days: usize) {
        let ranges = due(&all(listed_at));
        let first = *ranges.last().unwrap().start();
        assert_eq!(first, date(2026, 11, 24) - Span::new().days(i64::try_from(days).unwrap() - 1));
    }

    #[rstest]
    #[case::never_listed(None)]
    #[case::listed_before_all_rows_had_come(Some("2026-10-03T23:59:00Z"))]
    fn an_old_day_is_listed_until_it_is_complete(#[case] listed_at: Option<&str>) {
        let day = date(2026, 10, 1);
        let mut heads = all("2026-11-24T02:20:00Z");
        heads.remove(&day);
        heads.extend(listed_at.map(|at| head(day, at)));
        assert_eq!(due(&heads)[1..], [day..=day]);
        heads.extend([head(day, "2026-10-04T00:00:00Z")]);
        assert_eq!(due(&heads).len(), 1);
    }

    #[test]
    fn a_day_of_which_one_log_was_never_listed_is_due() {
        let mut heads = all("2026-11-24T02:20:00Z");
        heads.get_mut(&date(2026, 10, 1)).unwrap().listed_at.remove(&Log::Pstn);
        assert_eq!(due(&heads).len(), 2);
    }

    #[test]
    fn days_by_hand_are_listed_as_far_as_graph_has_them() {
        let trigger = Trigger::Days { from: date(2026, 1, 1), to: date(2026, 8, 30) };
        let ranges = ranges(&all("2026-11-24T02:20:00Z"), trigger, now(), 400);
        assert_eq!(ranges[1..], [date(2026, 8, 28)..=date(2026, 8, 30)]);
    }
}
