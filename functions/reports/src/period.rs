//! The days that a report is about, and the zone of its days and hours.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan as _};

use crate::Error;

/// The most days that a report may span: totals are read day by day.
const MAX_DAYS: usize = 800;

/// The most days of which more is read than the organisation's totals: everybody's totals, the parts of
/// a person, the calls on the other side of a midnight in another time zone.
pub(crate) const MAX_DAYS_IN_DETAIL: usize = 31;

/// A time zone and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    pub(crate) fn utc() -> Self {
        Self { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    /// A zone of which only the distance to UTC is known, as dashboards send it.
    pub(crate) fn fixed(minutes: i32) -> Option<Self> {
        if minutes == 0 {
            return Some(Self::utc());
        }
        let offset = Offset::from_seconds(minutes.checked_mul(60)?).ok()?;
        let sign = if minutes < 0 { '-' } else { '+' };
        let (hours, rest) = (minutes.unsigned_abs() / 60, minutes.unsigned_abs() % 60);
        let name = format!("UTC{sign}{hours:02}:{rest:02}");
        Some(Self { name, zone: TimeZone::fixed(offset) })
    }

    pub(crate) fn time_zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether days are those for which totals are kept.
    pub(crate) fn is_utc(&self) -> bool {
        self.zone == TimeZone::UTC
    }

    /// The day of a moment.
    pub(crate) fn day(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// The hour of a moment.
    pub(crate) fn hour(&self, at: Timestamp) -> usize {
        usize::try_from(self.zone.to_datetime(at).hour()).unwrap_or_default()
    }

    /// A moment as a person reads it.
    pub(crate) fn display(&self, at: Timestamp, format: &str) -> String {
        at.to_zoned_datetime(self.zone.clone()).strftime(format).to_string()
    }

    fn midnight(&self, day: Date) -> Result<Timestamp, Error> {
        let midnight = day.to_zoned_datetime(self.zone.clone());
        midnight.map(|midnight| midnight.timestamp()).map_err(|_| out_of_range())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The name belongs to no time zone.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("there is no time zone of this name")]
pub struct UnknownZone;

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        if name.eq_ignore_ascii_case("utc") {
            return Ok(Self::utc());
        }
        let zone = TimeZone::get(name).map_err(|_| UnknownZone)?;
        Ok(Self { name: name.to_owned(), zone })
    }
}

/// Whole days, the first and the last included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: Date,
    pub(crate) to: Date,
    pub(crate) zone: Zone,
}

impl Period {
    pub(crate) fn new(from: Date, to: Date, zone: Zone) -> Result<Self, Error> {
        let period = Self { from, to, zone };
        if to < from {
            return Err(Error::Request(format!(
                "The last day, {to}, is before the first, {from}: exchange \"from\" and \"to\"."
            )));
        }
        if period.days().take(MAX_DAYS + 1).count() > MAX_DAYS {
            return Err(Error::Request(format!(
                "From {from} to {to} are more than {MAX_DAYS} days: choose fewer."
            )));
        }
        Ok(period)
    }

    /// The days that a stretch of time touches.
    pub(crate) fn covering(start: Timestamp, end: Timestamp, zone: Zone) -> Result<Self, Error> {
        let last = (end - 1.millisecond()).max(start);
        Self::new(zone.day(start), zone.day(last), zone)
    }

    /// A stretch by its name, as of `now`.
    pub(crate) fn named(name: &str, now: Timestamp, zone: Zone) -> Result<Self, Error> {
        let today = zone.day(now);
        let back = |days: i32| today.checked_sub(days.days()).map_err(|_| out_of_range());
        let monday = today
            .checked_sub(i32::from(today.weekday().since(Weekday::Monday)).days())
            .map_err(|_| out_of_range())?;
        let before = |day: Date| day.yesterday().map_err(|_| out_of_range());
        let (from, to) = match name {
            "today" => (today, today),
            "yesterday" => (back(1)?, back(1)?),
            "last_7_days" => (back(6)?, today),
            "last_30_days" => (back(29)?, today),
            "this_week" => (monday, today),
            "last_week" => {
                (monday.checked_sub(7.days()).map_err(|_| out_of_range())?, before(monday)?)
            }
            "this_month" => (today.first_of_month(), today),
            "last_month" => {
                let last = before(today.first_of_month())?;
                (last.first_of_month(), last)
            }
            "last_365_days" => (back(364)?, today),
            _ => {
                return Err(Error::Request(format!(
                    "\"range\" must be one of {}, dashboard.",
                    Self::NAMES.map(|(name, ..)| name).join(", ")
                )));
            }
        };
        Self::new(from, to, zone)
    }

    /// The names of stretches, for requests and for people, and the most days that each may have.
    pub(crate) const NAMES: [(&'static str, &'static str, usize); 9] = [
        ("today", "Today", 1),
        ("yesterday", "Yesterday", 1),
        ("this_week", "This week", 7),
        ("last_week", "Last week", 7),
        ("last_7_days", "Last 7 days", 7),
        ("this_month", "This month", 31),
        ("last_month", "Last month", 31),
        ("last_30_days", "Last 30 days", 30),
        ("last_365_days", "Last 365 days", 365),
    ];

    pub(crate) fn days(&self) -> impl Iterator<Item = Date> + use<> {
        self.from.series(1.day()).take_while({
            let to = self.to;
            move |day| *day <= to
        })
    }

    pub(crate) fn length(&self) -> usize {
        self.days().count()
    }

    /// So many days before, of the same weekdays: a whole number of weeks earlier.
    pub(crate) fn same_days_before(&self) -> Self {
        let days = i64::try_from(self.length().next_multiple_of(7)).unwrap_or(i64::MAX);
        let earlier = |day: Date| day.saturating_sub(days.days());
        Self { from: earlier(self.from), to: earlier(self.to), zone: self.zone.clone() }
    }

    /// The last of its days, so many at most.
    pub(crate) fn last_days(&self, most: usize) -> Self {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let from = self.to.saturating_sub((most - 1).days()).max(self.from);
        Self { from, ..self.clone() }
    }

    /// The zone of the days whose totals are read: of a long time those for which totals are kept.
    pub(crate) fn zone_of_days(&self) -> Zone {
        if self.length() <= MAX_DAYS_IN_DETAIL { self.zone.clone() } else { Zone::utc() }
    }

    /// The same days, in the zone of the days.
    pub(crate) fn in_zone_of_days(&self) -> Self {
        Self { zone: self.zone_of_days(), ..self.clone() }
    }

    /// Whether a day without its year could be taken for another.
    pub(crate) fn needs_years(&self) -> bool {
        self.from.year() != self.to.year() || self.length() > MAX_DAYS_IN_DETAIL
    }

    /// When the first day begins.
    pub(crate) fn start(&self) -> Result<Timestamp, Error> {
        self.zone.midnight(self.from)
    }

    /// When the day after the last begins.
    pub(crate) fn end(&self) -> Result<Timestamp, Error> {
        self.zone.midnight(self.to.tomorrow().map_err(|_| out_of_range())?)
    }

    /// In words.
    pub(crate) fn display(&self) -> String {
        let day = |day: Date| day.strftime("%a %-d %b %Y").to_string();
        if self.from == self.to {
            day(self.from)
        } else {
            format!("{} – {}", day(self.from), day(self.to))
        }
    }
}

fn out_of_range() -> Error {
    Error::Request("The dates lie outside of what can be computed: choose others.".to_owned())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("today", date(2026, 11, 25), date(2026, 11, 25))]
    #[case("yesterday", date(2026, 11, 24), date(2026, 11, 24))]
    #[case("this_week", date(2026, 11, 23), date(2026, 11, 25))]
    #[case("last_week", date(2026, 11, 16), date(2026, 11, 22))]
    #[case("last_7_days", date(2026, 11, 19), date(2026, 11, 25))]
    #[case("this_month", date(2026, 11, 1), date(2026, 11, 25))]
    #[case("last_month", date(2026, 10, 1), date(2026, 10, 31))]
    #[case("last_30_days", date(2026, 10, 27), date(2026, 11, 25))]
    #[case("last_365_days", date(2025, 11, 26), date(2026, 11, 25))]
    fn a_stretch_has_a_name(#[case] name: &str, #[case] from: Date, #[case] to: Date) {
        // A Wednesday.
        let now = "2026-11-25T13:00:00Z".parse().unwrap();
        let period = Period::named(name, now, Zone::utc()).unwrap();
        assert_eq!((period.from, period.to), (from, to));
        let (.., most) = Period::NAMES.iter().find(|(known, ..)| *known == name).unwrap();
        assert!(period.length() <= *most);
    }

    #[rstest]
    #[case("yesterday", date(2026, 11, 17), date(2026, 11, 17))]
    #[case("last_week", date(2026, 11, 9), date(2026, 11, 15))]
    #[case("last_month", date(2026, 8, 27), date(2026, 9, 26))]
    fn the_days_before_are_the_same_weekdays(
        #[case] name: &str,
        #[case] from: Date,
        #[case] to: Date,
    ) {
        let now = "2026-11-25T13:00:00Z".parse().unwrap();
        let period = Period::named(name, now, Zone::utc()).unwrap();
        let before = period.same_days_before();
        assert_eq!((before.from, before.to), (from, to));
        assert_eq!(before.from.weekday(), period.from.weekday());
        assert_eq!(period.last_days(3).length(), period.length().min(3));
    }

    #[test]
    fn a_dashboards_range_becomes_the_days_that_it_touches() {
        let at = |text: &str| text.parse().unwrap();
        let (start, midnight) = (at("2026-11-23T22:30:00Z"), at("2026-11-24T00:00:00Z"));
        let period = Period::covering(start, midnight, Zone::utc()).unwrap();
        assert_eq!((period.from, period.to), (date(2026, 11, 23), date(2026, 11, 23)));
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let period = Period::covering(start, midnight, berlin).unwrap();
        assert_eq!((period.from, period.to), (date(2026, 11, 23), date(2026, 11, 24)));
        assert_eq!(period.start().unwrap(), at("2026-11-22T23:00:00Z"));
        assert_eq!(period.end().unwrap(), at("2026-11-24T23:00:00Z"));
    }

    /// A day of 23 and one of 25 hours.
    #[test]
    fn a_day_ends_at_the_next_midnight_also_when_the_clocks_change() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        for (day, start, end) in [
            (date(2026, 3, 29), "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            (date(2026, 10, 25), "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"),
        ] {
            let period = Period::new(day, day, berlin.clone()).unwrap();
            assert_eq!(period.start().unwrap(), start.parse().unwrap());
            assert_eq!(period.end().unwrap(), end.parse().unwrap());
        }
    }

    #[test]
    fn a_reversed_or_too_long_range_is_refused_with_the_reason() {
        let backwards = Period::new(date(2026, 2, 2), date(2026, 2, 1), Zone::utc());
        assert!(backwards.unwrap_err().to_string().contains("exchange"));
        let long = Period::new(date(2001, 1, 1), date(2026, 1, 1), Zone::utc());
        assert!(long.unwrap_err().to_string().contains("choose fewer"));
    }

    #[test]
    fn a_dashboards_offset_is_a_zone() {
        assert_eq!(Zone::fixed(-210).unwrap().to_string(), "UTC-03:30");
        assert!(Zone::fixed(0).unwrap().is_utc());
        assert!(Zone::fixed(99_999_999).is_none());
    }
}
