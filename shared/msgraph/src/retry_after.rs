//! How long Microsoft asks to wait.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimeParser;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// A longer wait is cut to this: no limit of Graph's has a longer window, and a wrong date must not
/// silence the client for days.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60 * 60);

/// The wait that `Retry-After` asks for, if it says one: whole seconds, a fraction (Graph's own
/// example is `2.128`), or an HTTP date. A date is read against the answer's `Date`, so that a wrong
/// clock on our side does no harm, and against `now` only without one.
///
/// A negative number and anything else are as good as no header.
pub(crate) fn retry_after(
    headers: &HeaderMap,
    now: impl FnOnce() -> Timestamp,
) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if value.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        let seconds: f64 = value.parse().ok()?;
        let wait = Duration::try_from_secs_f64(seconds).unwrap_or(MAX_RETRY_AFTER);
        return Some(wait.min(MAX_RETRY_AFTER));
    }
    let until = http_date(value)?;
    let since = server_time(headers).unwrap_or_else(now);
    let wait = Duration::try_from(until.duration_since(since)).unwrap_or_default();
    Some(wait.min(MAX_RETRY_AFTER))
}

/// The time that the answering server had, if it says so.
pub(crate) fn server_time(headers: &HeaderMap) -> Option<Timestamp> {
    date(headers, &DATE)
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<Timestamp> {
    http_date(headers.get(name)?.to_str().ok()?)
}

fn http_date(text: &str) -> Option<Timestamp> {
    // The weekday is redundant; a server that gets it wrong still means the date.
    DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests;
