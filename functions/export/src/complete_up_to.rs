//! Up to when the lake has every call.

use std::collections::BTreeSet;

use call_table::keys::midnight;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::manifest::Manifest;

/// The time before which every call that ended is in the lake. It is `known`, the table's high-water mark,
/// but for days of which the lake is behind the table: such a day has what the table had when it was
/// exported, so that the mark of then holds for it. Without one it is the beginning of the day: calls count
/// to the day on which they start, so that one that ended before is of an earlier day.
pub(crate) fn complete_up_to(
    known: Option<Timestamp>,
    behind: &BTreeSet<Date>,
    manifest: &Manifest,
) -> Option<Timestamp> {
    let known = known?;
    let of_day = |day: &Date| {
        let begins = midnight(*day).ok();
        let exported = manifest.days.get(day).and_then(|entry| entry.complete_up_to);
        begins.max(exported).unwrap_or(Timestamp::MIN)
    };
    Some(behind.iter().map(of_day).fold(known, Timestamp::min))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::manifest::DayEntry;

    fn at(text: &str) -> Option<Timestamp> {
        Some(text.parse().unwrap())
    }

    fn exported(mark: Option<Timestamp>) -> DayEntry {
        DayEntry {
            roll: String::new(),
            exported_at: Timestamp::UNIX_EPOCH,
            totals: String::new(),
            adds_up: true,
            schema_version: 1,
            definitions_version: 1,
            voice_apps: 1,
            final_at: None,
            privacy: String::new(),
            sites: None,
            telephone: None,
            stamp: None,
            complete_up_to: mark,
            calls: 1,
            objects: std::collections::BTreeMap::new(),
        }
    }

    #[test]
    fn a_day_that_is_behind_holds_the_mark_back() {
        let mut manifest = Manifest::default();
        let of = |mark: Option<Timestamp>, behind: &[Date], manifest: &Manifest| {
            complete_up_to(mark, &behind.iter().copied().collect(), manifest)
        };
        let known = at("2026-11-23T10:00:00Z");
        assert_eq!(of(known, &[], &manifest), known);
        let behind = [date(2026, 11, 23), date(2026, 11, 21)];
        assert_eq!(of(known, &behind, &manifest), at("2026-11-21T00:00:00Z"));
        // It has what the table had when it was exported.
        let then = exported(at("2026-11-23T08:00:00Z"));
        manifest.days.insert(date(2026, 11, 23), then);
        assert_eq!(of(known, &behind[..1], &manifest), at("2026-11-23T08:00:00Z"));
        let early = at("2026-11-20T10:00:00Z");
        assert_eq!(of(early, &behind, &manifest), early);
        assert_eq!(of(None, &[], &manifest), None);
    }
}
