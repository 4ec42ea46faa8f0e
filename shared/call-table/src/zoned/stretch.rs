//! How UTC days divide into days of a time zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::range::bounds;
use crate::TableError;

/// A part of a UTC day within one day of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub(super) utc_day: Date,
    pub(super) begin: Timestamp,
    /// The first instant after it.
    pub(super) end: Timestamp,
    /// The day of the zone.
    pub(super) day: Date,
}

impl Stretch {
    pub(super) fn times(&self) -> (Timestamp, Timestamp) {
        (self.begin, self.end)
    }

    pub(super) fn length(&self) -> SignedDuration {
        self.end.duration_since(self.begin)
    }

    /// By how many whole hours, 0 to 23, the zone is ahead of UTC during all of it; none when the offset
    /// is not a whole number of hours, or changes meanwhile.
    pub(super) fn whole_hours(&self, zone: &TimeZone) -> Option<usize> {
        let changed = zone.following(self.begin).next();
        if changed.is_some_and(|change| change.timestamp() < self.end) {
            return None;
        }
        let ahead = zone.to_offset(self.begin).seconds();
        (ahead % 3_600 == 0).then(|| usize::try_from((ahead / 3_600).rem_euclid(24)).ok())?
    }
}

/// The parts of a UTC day, in order; together they are the day.
pub(super) fn stretches(utc_day: Date, zone: &TimeZone) -> Result<Vec<Stretch>, TableError> {
    let (mut begin, last) = bounds(utc_day, utc_day, &TimeZone::UTC)?;
    let mut stretches = Vec::new();
    while begin < last {
        let day = zone.to_datetime(begin).date();
        let (_, next) = bounds(day, day, zone)?;
        // A day that the zone skipped ends where it begins.
        let end = if next > begin { next.min(last) } else { last };
        stretches.push(Stretch { utc_day, begin, end, day });
        begin = end;
    }
    Ok(stretches)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::offset;
    use rstest::rstest;

    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[rstest]
    #[case::behind(TimeZone::fixed(offset(-8)), &[("2026-11-22", 8), ("2026-11-23", 16)], Some(16))]
    #[case::ahead(TimeZone::fixed(offset(1)), &[("2026-11-23", 23), ("2026-11-24", 1)], Some(1))]
    #[case::by_the_largest_offset(TimeZone::fixed(offset(14)), &[("2026-11-23", 10), ("2026-11-24", 14)], Some(14))]
    #[case::utc(TimeZone::UTC, &[("2026-11-23", 24)], Some(0))]
    fn a_utc_day_is_divided_into_the_days_of_a_zone(
        #[case] zone: TimeZone,
        #[case] expected: &[(&str, i64)],
        #[case] ahead: Option<usize>,
    ) {
        let found = stretches(date(2026, 11, 23), &zone).unwrap();
        let days: Vec<_> =
            found.iter().map(|part| (part.day.to_string(), part.length().as_hours())).collect();
        let days: Vec<_> = days.iter().map(|(day, hours)| (day.as_str(), *hours)).collect();
        assert_eq!(days, expected);
        assert!(found.iter().all(|part| part.whole_hours(&zone) == ahead));
    }

    #[test]
    fn hours_are_not_whole_where_the_offset_is_half_an_hour_or_changes() {
        let kolkata = zone("Asia/Kolkata");
        let parts = stretches(date(2026, 11, 23), &kolkata).unwrap();
        assert!(parts.iter().all(|part| part.whole_hours(&kolkata).is_none()));
        let berlin = zone("Europe/Berlin");
        let changed = stretches(date(2026, 10, 25), &berlin).unwrap();
        assert_eq!(changed.first().unwrap().whole_hours(&berlin), None);
        let before = stretches(date(2026, 10, 24), &berlin).unwrap();
        assert_eq!(before.first().unwrap().whole_hours(&berlin), Some(2));
    }

    /// Days with a change of the clocks at midnight, and one that the zone skipped.
    #[rstest]
    #[case("America/Sao_Paulo", date(2018, 11, 4))]
    #[case("America/Sao_Paulo", date(2018, 2, 18))]
    #[case("Pacific/Apia", date(2011, 12, 30))]
    #[case("America/Havana", date(2026, 11, 1))]
    fn every_instant_lies_in_the_stretch_of_its_day(#[case] name: &str, #[case] day: Date) {
        let zone = zone(name);
        for day in [day.yesterday().unwrap(), day, day.tomorrow().unwrap()] {
            let parts = stretches(day, &zone).unwrap();
            let (first, last) = bounds(day, day, &TimeZone::UTC).unwrap();
            assert_eq!((parts[0].begin, parts.last().unwrap().end), (first, last));
            assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].begin));
            for part in parts {
                let mut at = part.begin;
                while at < part.end {
                    assert_eq!(zone.to_datetime(at).date(), part.day, "{at}");
                    at += SignedDuration::from_mins(10);
                }
            }
        }
    }
}
