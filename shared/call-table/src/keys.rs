//! The keys of every item, in one place: no other module writes a key as text.

use call_records::PersonKey;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::{PageKind, TableError};

/// The table's partition key.
pub const PK: &str = "pk";
/// The table's sort key.
pub const SK: &str = "sk";
/// When DynamoDB deletes an item, in seconds since 1970.
pub const EXPIRES_AT: &str = "expires_at";
/// The index of a day's calls and people, and its partition key.
pub const BY_DAY: &str = "by_day";
/// The sort key of that index.
pub const BY_DAY_SORT: &str = "by_day_sort";
/// The index of a person's calls, and its partition key.
pub const BY_PERSON: &str = "by_person";
/// The sort key of that index.
pub const BY_PERSON_SORT: &str = "by_person_sort";

/// The sort key of the call's own item.
pub const RECORD: &str = "RECORD";
/// The prefix of the sort keys of a call's participations, and of the partition keys of people's
/// totals.
pub const PERSON_PREFIX: &str = "PERSON#";
/// The prefix of the sort keys of totals.
pub const DAY_PREFIX: &str = "DAY#";
/// The prefix of the sort keys of pages.
pub const RAW_PREFIX: &str = "RAW#";
/// The prefix of the sort keys of sessions.
pub const SESSION_PREFIX: &str = "SESSION#";
/// The prefix of the sort keys of resume points.
pub const RESUME_PREFIX: &str = "RESUME#";
/// The prefix of the sort keys of what was quarantined.
pub const QUARANTINE_PREFIX: &str = "QUARANTINE#";
/// The prefix of the sort keys of messages that wait for a call. After `SESSION#`, so that sweeping
/// does not read them.
pub const WAIT_PREFIX: &str = "WAIT#";

/// The partition of the index of people that lists what was quarantined, because it may name any
/// person.
pub const QUARANTINE: &str = "QUARANTINE";

/// The partition key of the marks of forgotten people.
pub const FORGOTTEN: &str = "FORGOTTEN";

/// The partition of the reconciliation's own items.
pub const RECONCILIATION: &str = "RECONCILIATION";
/// The sort key of the reconciliation's state.
pub const RECONCILIATION_STATE: &str = "STATE";
/// The prefix of the sort keys of missing calls.
pub const MISSING_PREFIX: &str = "MISSING#";
/// The prefix of the sort keys of requested windows.
pub const REQUEST_PREFIX: &str = "REQUEST#";
/// The prefix of the sort keys of runs' reports.
pub const RUN_PREFIX: &str = "RUN#";

/// The partition of the quality of days and of the building file.
pub const QUALITY: &str = "QUALITY";
/// The prefix of the sort keys of days that are to be rolled up whatever their totals say.
pub const QUALITY_DUE_PREFIX: &str = "DUE#";
/// The partition of the logs of telephone calls.
pub const PSTN: &str = "PSTN";
/// The day under which rows are kept of which no time is known: Graph's own word for no time.
pub const DAY_OF_NO_TIME: Date = jiff::civil::date(1, 1, 1);
/// The partition of what the lake must know of days: those of forgotten people.
pub const LAKE: &str = "LAKE";
/// The prefix of the sort keys of days of which an older copy names a forgotten person.
pub const LAKE_DAY_PREFIX: &str = "FORGOTTEN#";
/// The attribute that identifies such a request.
pub const STAMP: &str = "stamp";
/// The sort key of what is known about the building file.
pub const SITES: &str = "SITES";
/// The sort key of the building file that was refused last.
pub const REFUSED_SITES: &str = "SITES_REFUSED";

/// The partition key of the subscription's state.
pub const SUBSCRIPTION: &str = "SUBSCRIPTION";
/// The sort key of the subscription's state: Graph's resource.
pub const CALL_RECORDS: &str = "callRecords";

/// Sorts after every character that a key has at its place.
pub const LAST: char = '~';

/// The partition key of a call.
pub fn call(id: &str) -> String {
    format!("CALL#{id}")
}

/// The sort key of a message that waits for a call.
pub fn wait(message_id: &str) -> String {
    format!("{WAIT_PREFIX}{message_id}")
}

/// The sort key of a person in a call, and the partition key of their totals.
pub fn person(person: &PersonKey) -> String {
    format!("{PERSON_PREFIX}{person}")
}

/// The partition of the index of people with the sessions that name a person who has no participation
/// because of it.
pub fn named_only(person: &PersonKey) -> String {
    format!("NAMED#{person}")
}

/// The sort key of a day's totals, and the partition key of a day in the index.
pub fn day(date: Date) -> String {
    format!("{DAY_PREFIX}{date}")
}

/// The sort key of a further item of a day whose totals have too many names for one update.
pub fn day_overflow(date: Date, part: usize) -> String {
    format!("{DAY_PREFIX}{date}#{part}")
}

/// The date in the sort key of totals.
pub fn date_of(sort_key: &str) -> Option<Date> {
    let date = sort_key.strip_prefix(DAY_PREFIX)?;
    date.split('#').next()?.parse().ok()
}

/// The partition key of one shard of the organisation's totals.
pub fn total(shard: u8) -> String {
    format!("TOTAL#{shard:02}")
}

/// The sort key of what is known about the roll-up of a day.
pub fn quality_head(day: Date) -> String {
    format!("HEAD#{day}")
}

/// The sort key of the quality of a day.
pub fn quality_day(date: Date) -> String {
    day(date)
}

/// The prefix of the sort keys of the noted legs of a day, of one roll-up.
pub fn quality_legs(day: Date, roll: &str) -> String {
    format!("LEGS#{day}#{roll}#")
}

/// The prefix of the sort keys of the people of a day, of one roll-up.
pub fn quality_people(day: Date, roll: &str) -> String {
    format!("PEOPLE#{day}#{roll}#")
}

/// The prefixes of the sort keys of what is stored apart from the quality of a day, of all roll-ups.
pub fn all_quality_lists(day: Date) -> [String; 2] {
    [format!("LEGS#{day}#"), format!("PEOPLE#{day}#")]
}

/// The sort key of the queues and attendants of a day.
pub fn voice_apps(day: Date) -> String {
    format!("VOICE#{day}")
}

/// The sort key of a day that is to be rolled up whatever its totals say.
pub fn quality_due(day: Date) -> String {
    format!("{QUALITY_DUE_PREFIX}{day}")
}

/// The sort key of what is known about the logs of telephone calls of a day. What their rows add up to stands
/// under [`day`].
pub fn pstn_head(day: Date) -> String {
    format!("HEAD#{day}")
}

/// The prefix of the sort keys of the rows of a day, of one writing.
pub fn pstn_rows(day: Date, roll: &str) -> String {
    format!("ROWS#{day}#{roll}#")
}

/// The prefix of the sort keys of what each person's legs of a day add up to, of one writing.
pub fn pstn_people(day: Date, roll: &str) -> String {
    format!("PEOPLE#{day}#{roll}#")
}

/// The prefixes of the lists of a day, of all writings.
pub fn all_pstn_lists(day: Date) -> [String; 2] {
    [format!("ROWS#{day}#"), format!("PEOPLE#{day}#")]
}

/// The sort key of a day of which an older copy names a forgotten person.
pub fn lake_day(day: Date) -> String {
    format!("{LAKE_DAY_PREFIX}{day}")
}

/// The prefix of the sort keys of the parts of a building file. After [`SITES`] and
/// [`REFUSED_SITES`], which no file's digest equals.
pub fn sites_file(digest: &str) -> String {
    format!("{SITES}#{digest}#")
}

/// The shard of a call, by a digest of its id, so that a replacement touches one shard.
pub fn shard(id: &str, shards: u8) -> u8 {
    Sha256::digest(id)[0] % shards.max(1)
}

/// The sort key of one session's summary. With `chain`, two writers of the same version do not
/// overwrite each other's: see [`StoredPage::chain`](crate::StoredPage).
pub fn session(version: i64, position: u32, chain: &str) -> String {
    format!("{SESSION_PREFIX}{version}#{position:05}#{chain}")
}

/// The prefix of the sort keys of one page's parts.
pub fn raw_page(version: i64, kind: &PageKind, number: u32, digest: &str) -> String {
    format!("{RAW_PREFIX}{version}#{kind}-{number:04}#{digest}#")
}

/// The prefix of the sort key of a bundle of pages.
pub fn bundle(version: i64, digest: &str) -> String {
    format!("{RAW_PREFIX}{version}#bundle#{digest}#")
}

/// The sort key of the resume point of a version.
pub fn resume_point(version: i64) -> String {
    format!("{RESUME_PREFIX}{version}")
}

/// The version in the sort key of a page, a session or a resume point.
pub fn version_of(sort_key: &str) -> Option<i64> {
    let mut prefixes = [RAW_PREFIX, SESSION_PREFIX, RESUME_PREFIX].into_iter();
    let rest = prefixes.find_map(|prefix| sort_key.strip_prefix(prefix))?;
    rest.split('#').next()?.parse().ok()
}

/// A time in sort keys: of fixed width, so that text sorts as time.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The sort key of a call in the indexes: by its start.
pub fn chronological(started_at: Timestamp, id: &str) -> String {
    format!("{}#{id}", instant(started_at))
}

/// The UTC day of a time.
pub fn utc_day(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// When a UTC day begins.
///
/// # Errors
///
/// [`TableError::Corrupt`] for a day that no clock shows.
pub fn midnight(day: Date) -> Result<Timestamp, TableError> {
    TimeZone::UTC
        .to_timestamp(day.at(0, 0, 0, 0))
        .map_err(|error| TableError::Corrupt(format!("the day {day} is out of range: {error}")))
}

/// A digest of a text, short enough to keep those of all people of a month in memory.
pub fn fingerprint(text: &str) -> u128 {
    let digest = Sha256::digest(text);
    digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// The first eight hexadecimal digits of a digest: enough to distinguish the pages of one call.
pub fn short(digest: &[u8]) -> String {
    hex(&digest[..4])
}

/// A digest in full.
pub fn hex(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sort_keys_of_times_sort_as_the_times() {
        let times = [
            "2026-11-23T09:59:59.999999Z",
            "2026-11-23T10:00:00Z",
            "2026-11-23T10:00:00.05Z",
            "2026-11-23T10:00:00.1Z",
        ];
        let keys: Vec<_> = times.iter().map(|at| instant(at.parse().unwrap())).collect();
        assert_eq!(keys[0], "2026-11-23T09:59:59.999Z");
        assert_eq!(keys[1], "2026-11-23T10:00:00.000Z");
        assert!(keys.is_sorted());
    }

    #[test]
    fn the_version_is_read_from_keys_that_have_one_only() {
        let page = raw_page(7, &PageKind::Sessions, 2, "0011aabb");
        assert_eq!(page, "RAW#7#sessions-0002#0011aabb#");
        assert_eq!(version_of(&format!("{page}00")), Some(7));
        assert_eq!(version_of(&session(12, 3, "0011aabb")), Some(12));
        assert_eq!(version_of(&resume_point(12)), Some(12));
        assert_eq!(version_of("RECORD"), None);
        assert_eq!(version_of("QUARANTINE#7"), None);
    }

    #[test]
    fn the_date_is_read_from_totals_and_their_overflow() {
        let date = jiff::civil::date(2026, 11, 23);
        assert_eq!(date_of(&day(date)), Some(date));
        assert_eq!(date_of(&day_overflow(date, 2)), Some(date));
        assert_eq!(date_of("RECORD"), None);
    }

    #[test]
    fn a_call_keeps_its_shard_and_calls_spread_over_all() {
        let shards: std::collections::BTreeSet<_> =
            (0..500).map(|call| shard(&format!("call-{call}"), 16)).collect();
        assert_eq!(shards.len(), 16);
        assert_eq!(shard("call-1", 16), shard("call-1", 16));
        assert_eq!(shard("call-1", 1), 0);
    }
}
