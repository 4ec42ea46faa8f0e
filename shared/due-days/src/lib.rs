#![doc = include_str!("../README.md")]

mod trigger;

use call_records::Totals;
use call_table::keys::{hex, midnight};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};
use sha2::{Digest, Sha256};

pub use trigger::{Trigger, UnknownEvent};

/// Graph publishes new versions of a record for 30 days, so that a day may be made anew by another
/// building file as long.
const DAYS_OF_NEW_SITES: i64 = 31;

/// A day that changed is made anew no sooner than this (two hours, and a little less for a schedule that is
/// late), and no sooner than after half of its age: versions come more rarely the later it is, so that a
/// day is read some twenty times and not some hundred times.
const MIN_INTERVAL: SignedDuration = SignedDuration::from_mins(115);

/// In this hour (UTC) all days are looked at, and not only the last ones.
const HOUR_OF_ALL_DAYS: i8 = 3;

/// How days are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// Whether a day that changed waits before it is made anew, because that costs something.
    pub waits: bool,
    /// So many days back are looked at in every run, and all days once a day.
    pub days_back: u32,
}

impl Default for Policy {
    /// Days wait; 60 days.
    fn default() -> Self {
        Self { waits: true, days_back: 60 }
    }
}

/// What is known of a day as it was made last.
#[derive(Debug, Clone, Copy)]
pub struct Made<'a> {
    /// When its reading began.
    pub at: Timestamp,
    /// The [digest] of the organisation's totals then.
    pub totals: &'a str,
    /// Whether what was made adds up to those totals.
    pub adds_up: bool,
    /// The digest of the building file; none without one.
    pub sites: Option<&'a str>,
    /// When the last of its records is final that was not yet; none when all were.
    pub final_at: Option<Timestamp>,
}

impl Policy {
    /// The days that a run looks at, both included.
    #[must_use]
    pub fn days(&self, now: Timestamp, retention_days: u32) -> (Date, Date) {
        let time = TimeZone::UTC.to_datetime(now);
        let today = time.date();
        let retention = i64::from(retention_days);
        let back = match time.hour() {
            HOUR_OF_ALL_DAYS => retention,
            _ => i64::from(self.days_back).min(retention),
        };
        // A call may begin a little in the future of this clock.
        let last = today.saturating_add(Span::new().days(1));
        (today.saturating_sub(Span::new().days(back)), last)
    }

    /// Whether a day with these totals is to be made anew, by this building file.
    #[must_use]
    pub fn is_due(
        &self,
        day: Date,
        made: &Made<'_>,
        totals: &Totals,
        sites: Option<&str>,
        now: Timestamp,
    ) -> bool {
        // The calls in queues are counted otherwise then, and no total changes.
        if made.final_at.is_some_and(|at| at <= now) {
            return true;
        }
        let age = age(day, now);
        if made.sites != sites && age < SignedDuration::from_hours(24 * DAYS_OF_NEW_SITES) {
            return true;
        }
        let changed = made.totals != digest(totals) || !made.adds_up;
        let waits = now.duration_since(made.at) < (age / 2).max(MIN_INTERVAL);
        changed && !(self.waits && waits)
    }
}

/// How long ago the day ended; nothing while it goes on.
fn age(day: Date, now: Timestamp) -> SignedDuration {
    let end = day.tomorrow().ok().and_then(|next| midnight(next).ok());
    end.map_or(SignedDuration::ZERO, |end| now.duration_since(end)).max(SignedDuration::ZERO)
}

/// A digest of a day's totals, which every stored version changes: the sum of the versions is among them.
#[must_use]
pub fn digest(totals: &Totals) -> String {
    let mut digest = Sha256::new();
    for (name, value) in totals.iter() {
        digest.update(name);
        digest.update([0]);
        digest.update(value.to_be_bytes());
    }
    hex(&digest.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    const DAY: Date = date(2026, 11, 23);

    fn totals(calls: i64) -> Totals {
        [("calls".to_owned(), calls)].into_iter().collect::<BTreeMap<_, _>>().into()
    }

    fn due(calls: i64, made_at: &str, adds_up: bool, sites: Option<&str>, now: &str) -> bool {
        let of_one = digest(&totals(1));
        let at = made_at.parse().unwrap();
        let made = Made { at, totals: &of_one, adds_up, sites: None, final_at: None };
        Policy::default().is_due(DAY, &made, &totals(calls), sites, now.parse().unwrap())
    }

    #[rstest]
    #[case::nothing_changed(1, "2026-11-23T10:00:00Z", "2026-11-29T10:00:00Z", false)]
    #[case::just_made(2, "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z", false)]
    #[case::two_hours_ago(2, "2026-11-23T10:00:00Z", "2026-11-23T12:00:00Z", true)]
    #[case::sooner_than_half_of_its_age(2, "2026-11-25T00:00:00Z", "2026-11-25T12:00:00Z", false)]
    #[case::after_half_of_its_age(2, "2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z", true)]
    fn a_changed_day_is_due_after_a_while(
        #[case] calls: i64,
        #[case] made_at: &str,
        #[case] now: &str,
        #[case] expected: bool,
    ) {
        assert_eq!(due(calls, made_at, true, None, now), expected);
    }

    #[test]
    fn a_day_that_does_not_add_up_is_due_again() {
        assert!(due(1, "2026-11-23T10:00:00Z", false, None, "2026-11-23T12:00:00Z"));
        assert!(!due(1, "2026-11-23T10:00:00Z", false, None, "2026-11-23T10:30:00Z"));
    }

    #[test]
    fn another_building_file_makes_the_last_month_due_and_no_older_day() {
        assert!(due(1, "2026-11-23T10:00:00Z", true, Some("new"), "2026-11-23T10:00:01Z"));
        assert!(!due(1, "2026-11-23T10:00:00Z", true, Some("new"), "2027-01-23T10:00:01Z"));
    }

    #[test]
    fn a_day_is_due_once_more_when_its_last_record_is_final() {
        let of_one = digest(&totals(1));
        let at = |text: &str| text.parse().unwrap();
        let made = Made {
            at: at("2026-11-24T08:59:00Z"),
            totals: &of_one,
            adds_up: true,
            sites: None,
            final_at: Some(at("2026-11-24T09:00:00Z")),
        };
        let due = |now| Policy::default().is_due(DAY, &made, &totals(1), None, at(now));
        assert!(!due("2026-11-24T08:59:59Z"));
        assert!(due("2026-11-24T09:00:00Z"));
    }

    #[test]
    fn all_days_are_looked_at_once_a_day_and_the_last_ones_always() {
        let days = |now: &str| Policy::default().days(now.parse().unwrap(), 400);
        assert_eq!(days("2026-11-23T02:59:00Z"), (date(2026, 9, 24), date(2026, 11, 24)));
        assert_eq!(days("2026-11-23T03:10:00Z"), (date(2025, 10, 19), date(2026, 11, 24)));
    }
}
