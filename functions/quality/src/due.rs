//! Which days are to be rolled up.

use std::collections::{BTreeMap, BTreeSet};

use call_records::Totals;
use call_table::keys::{hex, midnight};
use call_table::{CallTable, QualityHead, TableError};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use crate::{Config, Trigger};

/// Graph publishes new versions of a record for 30 days, so that a day may be rolled up again by another
/// building file as long.
const DAYS_OF_NEW_SITES: i64 = 31;

/// A day that changed is rolled up again no sooner than this (two hours, and a little less for a schedule
/// that is late), and no sooner than after half of its age: versions come more rarely the later it is, so
/// that a day is read some twenty times and not some hundred times.
const MIN_INTERVAL: SignedDuration = SignedDuration::from_mins(115);

/// In this hour (UTC) all days are looked at, and not only the last ones.
const HOUR_OF_ALL_DAYS: i8 = 3;

/// Days that are to be rolled up, the newest first.
pub(crate) async fn days(
    table: &CallTable,
    trigger: Trigger,
    sites: Option<&str>,
    now: Timestamp,
    config: &Config,
) -> Result<Vec<Date>, TableError> {
    let time = TimeZone::UTC.to_datetime(now);
    let today = time.date();
    let retention = i64::from(table.config().retention_days);
    let back = match time.hour() {
        HOUR_OF_ALL_DAYS => retention,
        _ => i64::from(config.days_back).min(retention),
    };
    let first = today.saturating_sub(jiff::Span::new().days(back));
    // A call may begin a little in the future of this clock.
    let last = today.saturating_add(jiff::Span::new().days(1));
    let totals = table.organisation_totals(first, last).await?;
    let heads = table.quality_heads(first, last).await?;
    let heads: BTreeMap<_, _> = heads.into_iter().map(|head| (head.day, head)).collect();
    let mut due: BTreeSet<Date> = totals
        .iter()
        .filter(|(day, totals)| is_due(*day, totals, heads.get(day), sites, now, config))
        .map(|(day, _)| *day)
        .collect();
    due.extend(table.days_due().await?.into_iter().map(|(day, _)| day));
    if let Trigger::Days { from, to } = trigger {
        let asked = table.organisation_totals(from, to).await?;
        due.extend(asked.into_iter().map(|(day, _)| day));
    }
    Ok(due.into_iter().rev().collect())
}

/// Whether a day with these totals is to be rolled up.
fn is_due(
    day: Date,
    totals: &Totals,
    head: Option<&QualityHead>,
    sites: Option<&str>,
    now: Timestamp,
    config: &Config,
) -> bool {
    let Some(head) = head else { return true };
    let age = age(day, now);
    if head.version != call_quality::VERSION || head.voice_apps != voice_apps::VERSION {
        return true;
    }
    // An older version stored no people, by which a person is found.
    if head.people.is_none() || head.final_at.is_some_and(|at| at <= now) {
        return true;
    }
    if head.sites.as_deref() != sites && age < SignedDuration::from_hours(24 * DAYS_OF_NEW_SITES) {
        return true;
    }
    let changed = head.totals != digest(totals) || !head.adds_up;
    let waits = now.duration_since(head.rolled_up_at) < (age / 2).max(MIN_INTERVAL);
    changed && !(config.waits && waits)
}

/// How long ago the day ended; nothing while it goes on.
fn age(day: Date, now: Timestamp) -> SignedDuration {
    let end = day.tomorrow().ok().and_then(|next| midnight(next).ok());
    end.map_or(SignedDuration::ZERO, |end| now.duration_since(end)).max(SignedDuration::ZERO)
}

/// A digest of a day's totals, which every stored version changes: the sum of the versions is among them.
pub(crate) fn digest(totals: &Totals) -> String {
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
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    const DAY: Date = date(2026, 11, 23);

    fn totals(calls: i64) -> Totals {
        [("calls".to_owned(), calls)].into_iter().collect::<BTreeMap<_, _>>().into()
    }

    fn head(rolled_up_at: &str) -> QualityHead {
        QualityHead {
            day: DAY,
            rolled_up_at: rolled_up_at.parse().unwrap(),
            roll: "r".to_owned(),
            totals: digest(&totals(1)),
            version: call_quality::VERSION,
            voice_apps: voice_apps::VERSION,
            final_at: None,
            sites: None,
            adds_up: true,
            calls: 1,
            noted_legs: 0,
            people: Some(1),
        }
    }

    fn due(calls: i64, head: &QualityHead, sites: Option<&str>, now: &str) -> bool {
        let now = now.parse().unwrap();
        is_due(DAY, &totals(calls), Some(head), sites, now, &Config::default())
    }

    #[test]
    fn a_day_that_was_never_rolled_up_is_due() {
        let now = "2026-11-23T01:00:00Z".parse().unwrap();
        assert!(is_due(DAY, &totals(1), None, None, now, &Config::default()));
    }

    #[rstest]
    #[case::nothing_changed(1, "2026-11-23T10:00:00Z", "2026-11-29T10:00:00Z", false)]
    #[case::just_rolled_up(2, "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z", false)]
    #[case::two_hours_ago(2, "2026-11-23T10:00:00Z", "2026-11-23T12:00:00Z", true)]
    #[case::sooner_than_half_of_its_age(2, "2026-11-25T00:00:00Z", "2026-11-25T12:00:00Z", false)]
    #[case::after_half_of_its_age(2, "2026-11-25T00:00:00Z", "2026-11-26T00:00:00Z", true)]
    fn a_changed_day_is_due_after_a_while(
        #[case] calls: i64,
        #[case] rolled_up_at: &str,
        #[case] now: &str,
        #[case] expected: bool,
    ) {
        assert_eq!(due(calls, &head(rolled_up_at), None, now), expected);
    }

    #[test]
    fn a_day_that_does_not_add_up_is_due_again() {
        let unsettled = QualityHead { adds_up: false, ..head("2026-11-23T10:00:00Z") };
        assert!(due(1, &unsettled, None, "2026-11-23T12:00:00Z"));
        assert!(!due(1, &unsettled, None, "2026-11-23T10:30:00Z"));
    }

    #[test]
    fn another_building_file_makes_the_last_month_due_and_no_older_day() {
        let head = head("2026-11-23T10:00:00Z");
        assert!(due(1, &head, Some("new"), "2026-11-23T10:00:01Z"));
        assert!(!due(1, &head, Some("new"), "2027-01-23T10:00:01Z"));
        let old = QualityHead { version: 0, ..head.clone() };
        assert!(due(1, &old, None, "2027-01-23T10:00:01Z"), "other definitions");
        let old = QualityHead { voice_apps: 0, ..head.clone() };
        assert!(due(1, &old, None, "2027-01-23T10:00:01Z"), "before queues were counted");
        let without_people = QualityHead { people: None, ..head };
        assert!(due(1, &without_people, None, "2027-01-23T10:00:01Z"), "an older version");
    }

    #[test]
    fn a_day_is_due_once_more_when_its_last_record_is_final() {
        let final_at = Some("2026-11-24T09:00:00Z".parse().unwrap());
        let head = QualityHead { final_at, ..head("2026-11-24T08:59:00Z") };
        assert!(!due(1, &head, None, "2026-11-24T08:59:59Z"));
        assert!(due(1, &head, None, "2026-11-24T09:00:00Z"));
    }
}
