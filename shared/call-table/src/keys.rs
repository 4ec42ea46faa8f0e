//! The keys of every item. No other module spells one.

use call_records::PersonKey;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::PageKind;

/// The table's partition key.
pub const PK: &str = "pk";
/// The table's sort key.
pub const SK: &str = "sk";
/// When DynamoDB forgets an item, in seconds since 1970.
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
/// How the sort keys of the people in a call begin, and the partition keys of their totals.
pub const PERSON_PREFIX: &str = "PERSON#";
/// How the sort keys of totals begin.
pub const DAY_PREFIX: &str = "DAY#";
/// How the sort keys of pages begin.
pub const RAW_PREFIX: &str = "RAW#";
/// How the sort keys of sessions begin.
pub const SESSION_PREFIX: &str = "SESSION#";
/// How the sort keys of what was quarantined begin.
pub const QUARANTINE_PREFIX: &str = "QUARANTINE#";

/// Where the index of people holds what was quarantined, because it may name anybody.
pub const QUARANTINE: &str = "QUARANTINE";

/// The partition key of the marks of those who are to be forgotten.
pub const FORGOTTEN: &str = "FORGOTTEN";

/// The partition of the reconciliation's own items.
pub const RECONCILIATION: &str = "RECONCILIATION";
/// The sort key of the reconciliation's state.
pub const RECONCILIATION_STATE: &str = "STATE";
/// How the sort keys of missing calls begin.
pub const MISSING_PREFIX: &str = "MISSING#";
/// How the sort keys of requested windows begin.
pub const REQUEST_PREFIX: &str = "REQUEST#";
/// How the sort keys of the reports of runs begin.
pub const RUN_PREFIX: &str = "RUN#";

/// The partition key of the subscription's state.
pub const SUBSCRIPTION: &str = "SUBSCRIPTION";
/// The sort key of the subscription's state: Graph's resource.
pub const CALL_RECORDS: &str = "callRecords";

/// Comes after everything that any key holds at its place.
pub const LAST: char = '~';

/// The partition key of a call.
pub fn call(id: &str) -> String {
    format!("CALL#{id}")
}

/// The sort key of a person in a call, and the partition key of their totals.
pub fn person(person: &PersonKey) -> String {
    format!("{PERSON_PREFIX}{person}")
}

/// Where the index of people holds the sessions that name a person who has no part for it.
pub fn named_only(person: &PersonKey) -> String {
    format!("NAMED#{person}")
}

/// The sort key of a day's totals, and the partition key of a day in the index.
pub fn day(date: Date) -> String {
    format!("{DAY_PREFIX}{date}")
}

/// The sort key of the further items of a day whose totals have too many names for one update.
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

/// The shard that counts a call: always the same for one call, so that replacing it touches one.
pub fn shard(id: &str, shards: u8) -> u8 {
    Sha256::digest(id)[0] % shards.max(1)
}

/// The sort key of one session's summary. `writer` tells apart what two writers made of the same
/// version: see [`StoredPage::chain`](crate::StoredPage).
pub fn session(version: i64, position: u32, writer: &str) -> String {
    format!("{SESSION_PREFIX}{version}#{position:05}#{writer}")
}

/// How the sort keys of one page's parts begin.
pub fn raw_page(version: i64, kind: &PageKind, number: u32, digest: &str) -> String {
    format!("{RAW_PREFIX}{version}#{kind}-{number:04}#{digest}#")
}

/// The version in the sort key of a page or session.
pub fn version_of(sort_key: &str) -> Option<i64> {
    let rest =
        sort_key.strip_prefix(RAW_PREFIX).or_else(|| sort_key.strip_prefix(SESSION_PREFIX))?;
    rest.split('#').next()?.parse().ok()
}

/// A time as it stands in sort keys: of fixed width, so that text sorts as time.
pub fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Where a call stands among those of a day or of a person.
pub fn chronological(started_at: Timestamp, id: &str) -> String {
    format!("{}#{id}", instant(started_at))
}

/// The UTC day of a time.
pub fn utc_day(at: Timestamp) -> Date {
    TimeZone::UTC.to_datetime(at).date()
}

/// A number that stands for a text: no two texts have the same.
pub fn fingerprint(text: &str) -> u128 {
    let digest = Sha256::digest(text);
    digest.iter().take(16).fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// The first hexadecimal digits of a digest: enough to tell the pages of one call apart.
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
    fn sort_keys_of_times_sort_as_the_times_do() {
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
    fn the_version_is_read_from_keys_of_pages_and_sessions_only() {
        let page = raw_page(7, &PageKind::Sessions, 2, "0011aabb");
        assert_eq!(page, "RAW#7#sessions-0002#0011aabb#");
        assert_eq!(version_of(&format!("{page}00")), Some(7));
        assert_eq!(version_of(&session(12, 3, "0011aabb")), Some(12));
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
