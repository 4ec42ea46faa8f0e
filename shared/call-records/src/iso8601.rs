//! The times and durations of Graph. Both functions answer "unknown" rather than an error: a time
//! that cannot be read is a measurement that is not there.

use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// An instant in ISO 8601 with any offset and any number of fractional digits; beyond the ninth
/// they are cut off.
///
/// A time without an offset is UTC, as Graph documents for all of them. The first instant of the
/// year 1 is what Graph's platform writes for "never", and so is unknown.
///
/// ```
/// let at = call_records::parse_timestamp("2026-03-02T10:00:00.5+01:00").unwrap();
/// assert_eq!(at.to_string(), "2026-03-02T09:00:00.5Z");
/// assert_eq!(call_records::parse_timestamp("0001-01-01T00:00:00Z"), None);
/// ```
#[must_use]
pub fn parse_timestamp(text: &str) -> Option<Timestamp> {
    let text = nine_fractional_digits(text.trim());
    let instant = text.parse::<Timestamp>().ok().or_else(|| in_utc(&text))?;
    (instant != NEVER).then_some(instant)
}

/// A date and a time of day without an offset. A date alone is no instant.
fn in_utc(text: &str) -> Option<Timestamp> {
    let civil: DateTime = text.contains(':').then_some(text)?.parse().ok()?;
    TimeZone::UTC.to_timestamp(civil).ok()
}

const NEVER: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// The text with at most nine digits after its point.
fn nine_fractional_digits(text: &str) -> Cow<'_, str> {
    match text.split_once('.') {
        Some((whole, rest)) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            match digits {
                0..=9 => Cow::Borrowed(text),
                _ => Cow::Owned([whole, ".", &rest[..9], &rest[digits..]].concat()),
            }
        }
        None => Cow::Borrowed(text),
    }
}

/// An ISO 8601 duration of weeks, days, hours, minutes and seconds, such as `P1DT2H3M4.5S`, with
/// the plus sign that OData allows before it.
///
/// A fraction may stand in the last component, and is cut off after nanoseconds. Negative
/// durations are no measurement, and years and months have no fixed length: both are unknown.
///
/// ```
/// use std::time::Duration;
/// assert_eq!(call_records::parse_duration("PT0.016S"), Some(Duration::from_millis(16)));
/// assert_eq!(call_records::parse_duration("-PT1S"), None);
/// ```
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    let text = text.strip_prefix('+').unwrap_or(text).strip_prefix(['P', 'p'])?;
    let (date, time) = match text.split_once(['T', 't']) {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (text, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    const DAY: u64 = 86_400;
    let mut components = Components { total: Duration::ZERO, fraction_seen: false };
    components.add(date, &[('W', 7 * DAY), ('D', DAY)])?;
    components.add(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    Some(components.total)
}

struct Components {
    total: Duration,
    fraction_seen: bool,
}

impl Components {
    /// Adds the components of `text`, which come in the order of `units` and at most once each.
    fn add(&mut self, mut text: &str, units: &[(char, u64)]) -> Option<()> {
        let mut units = units.iter();
        while !text.is_empty() {
            let end = text.find(|c: char| c.is_ascii_alphabetic())?;
            let (amount, rest) = text.split_at(end);
            let is_unit = |designator: &char| {
                rest.starts_with([*designator, designator.to_ascii_lowercase()])
            };
            let (_, seconds) = units.find(|(designator, _)| is_unit(designator))?;
            self.add_component(amount, *seconds)?;
            text = &rest[1..];
        }
        Some(())
    }

    fn add_component(&mut self, amount: &str, seconds: u64) -> Option<()> {
        if self.fraction_seen {
            return None;
        }
        let (whole, fraction) = match amount.split_once(['.', ',']) {
            Some((_, "")) => return None,
            Some((whole, fraction)) => (whole, fraction),
            None => (amount, ""),
        };
        self.fraction_seen = !fraction.is_empty();
        if whole.is_empty() || !(whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let whole = Duration::from_secs(whole.parse::<u64>().ok()?.checked_mul(seconds)?);
        let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(9);
        let nanoseconds = digits.fold(0, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        let fraction = Duration::from_nanos(nanoseconds.checked_mul(seconds)?);
        self.total = self.total.checked_add(whole)?.checked_add(fraction)?;
        Some(())
    }
}
