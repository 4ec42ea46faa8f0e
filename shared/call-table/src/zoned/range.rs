//! Ranges of days and of times.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::TableError;

/// The first instant of a range of days, and the first after it.
pub(crate) fn bounds(
    from: Date,
    to: Date,
    zone: &TimeZone,
) -> Result<(Timestamp, Timestamp), TableError> {
    let start = |day: Date| {
        zone.to_timestamp(day.at(0, 0, 0, 0)).map_err(|error| {
            TableError::Misconfigured(format!("the day {day} is out of range: {error}"))
        })
    };
    Ok((start(from)?, start(to.tomorrow().unwrap_or(Date::MAX))?))
}

/// The days from one to another, both included.
pub(crate) fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    from.series(jiff::Span::new().days(1)).take_while(move |day| *day <= to)
}
