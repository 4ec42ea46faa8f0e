//! The names under which totals are stored: short ones, because every call pays for the whole item of
//! the day that it adds to, names included.
//!
//! A stored name is for ever: items are added to for days and read for years. Names may be added to
//! these tables; none may be changed, removed or used again. A total without a short name is stored
//! under its own, as all are in items of older versions.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use call_records::definitions::PEOPLE_PREFIX;

use crate::definition::TOTALS_OF_DAY;

/// Marks the sum of a total over the people of a call.
const OF_PEOPLE: char = 'P';

/// Between the short name of a family and the short name of its member.
const SHORT_MEMBER: char = '.';

/// Between the short name of a family and a member that has no short name.
const MEMBER: char = '_';

/// Totals, and families of totals: names that end in `*`.
const SHORT_NAMES: &[(&str, &str)] = &[
    ("answered", "an"),
    ("attendance_unknown", "au"),
    ("attended", "at"),
    ("audio_streams_good", "ag"),
    ("audio_streams_poor", "ap"),
    ("audio_streams_unclassified", "ax"),
    ("call_ms", "d"),
    ("call_ms_unknown", "du"),
    ("calls", "c"),
    ("calls_alone", "al"),
    ("calls_as_internal", "ci"),
    ("calls_external", "ex"),
    ("calls_group", "cg"),
    ("calls_internal_only", "io"),
    ("calls_other", "co"),
    ("calls_peer_to_peer", "c2"),
    ("calls_relation_unknown", "ru"),
    ("classifier_calls_*", "cc"),
    ("connection_ms_*", "cm"),
    ("dropped", "dr"),
    ("failed", "fa"),
    ("failed_joins", "fj"),
    ("feedback_objects", "fo"),
    ("feedback_rated", "fr"),
    ("hour_*", "h"),
    ("judged_calls", "jc"),
    ("judged_received", "jr"),
    ("judged_sent", "js"),
    ("legs", "l"),
    ("legs_dropped", "ld"),
    ("legs_established", "le"),
    ("legs_poor", "lp"),
    ("listed", "li"),
    ("medium_failed", "mf"),
    ("missed", "mi"),
    ("missed_taken", "mt"),
    ("missed_voicemail", "mv"),
    ("modality_ms_*", "mm"),
    ("organised", "og"),
    ("outcome_unknown", "ou"),
    ("participants", "pa"),
    ("platform_calls_*", "pc"),
    ("platform_ms_*", "pm"),
    ("poor_calls", "po"),
    ("poor_received", "pr"),
    ("poor_sent", "ps"),
    ("rating_*", "r"),
    ("rejoined", "rj"),
    ("relation_calls_*", "rc"),
    ("rung", "rg"),
    ("service_calls_*", "sc"),
    ("service_ms_*", "ss"),
    ("sessions", "s"),
    ("sessions_with_media", "sm"),
    ("talk_ms", "t"),
    ("talk_unknown", "tu"),
    ("test_calls", "tc"),
    ("token_*", "tk"),
    ("unanswered", "ua"),
    ("versions", "v"),
    ("voicemail", "vm"),
];

/// Frequent members of families.
const SHORT_MEMBERS: &[(&str, &str)] = &[
    ("acs", "ac"),
    ("android", "a"),
    ("anonymous", "an"),
    ("audio", "au"),
    ("auto_attendant", "aa"),
    ("bad", "b"),
    ("bot", "bo"),
    ("conferencing", "cf"),
    ("cqd_2024_v1", "c1"),
    ("cqd_classic_v1", "cc"),
    ("data", "d"),
    ("excellent", "ex"),
    ("fair", "f"),
    ("federated", "fe"),
    ("good", "g"),
    ("guest", "gu"),
    ("holoLens", "hl"),
    ("iOS", "i"),
    ("internal", "in"),
    ("ipPhone", "ip"),
    ("macOS", "m"),
    ("mobile", "mo"),
    ("notRated", "nr"),
    ("other", "o"),
    ("poor", "p"),
    ("pstn", "ps"),
    ("queue", "q"),
    ("roomSystem", "rs"),
    ("screenSharing", "ss"),
    ("surfaceHub", "sh"),
    ("tunnel", "t"),
    ("unknown", "u"),
    ("unknownFutureValue", "uf"),
    ("video", "v"),
    ("videoBasedScreenSharing", "vs"),
    ("voicemail", "vm"),
    ("web", "wb"),
    ("wifi", "wf"),
    ("windows", "w"),
    ("wired", "wd"),
];

/// Both tables, in both directions.
struct Names {
    short: HashMap<&'static str, &'static str>,
    long: HashMap<&'static str, &'static str>,
}

impl Names {
    fn new(table: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            short: table.iter().copied().collect(),
            long: table.iter().map(|(long, short)| (*short, *long)).collect(),
        }
    }
}

static NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(SHORT_NAMES));
static MEMBERS: LazyLock<Names> = LazyLock::new(|| Names::new(SHORT_MEMBERS));

/// The short names of families by what their members begin with.
static FAMILIES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
    let families = SHORT_NAMES.iter();
    families.filter_map(|(name, short)| Some((name.strip_suffix('*')?, *short))).collect()
});

/// The name under which a total of the organisation's day is stored.
pub fn of_organisation(name: &str) -> Cow<'_, str> {
    match name.strip_prefix(PEOPLE_PREFIX) {
        Some(name) => short(name).map(|short| format!("{OF_PEOPLE}{short}")),
        None => short(name),
    }
    .map_or(Cow::Borrowed(name), Cow::Owned)
}

/// The name under which a total of a person's day is stored: its own where the index of the day
/// projects it.
pub fn of_person(name: &str) -> Cow<'_, str> {
    let own = TOTALS_OF_DAY.contains(&name);
    short(name).filter(|_| !own).map_or(Cow::Borrowed(name), Cow::Owned)
}

/// The total that is stored under a name.
pub fn total(stored: &str) -> Cow<'_, str> {
    match stored.strip_prefix(OF_PEOPLE) {
        Some(stored) => long(stored).map(|name| format!("{PEOPLE_PREFIX}{name}")),
        None => long(stored),
    }
    .map_or(Cow::Borrowed(stored), Cow::Owned)
}

fn short(name: &str) -> Option<String> {
    if let Some(short) = NAMES.short.get(name) {
        return Some((*short).to_owned());
    }
    // The longest stem: `platform_ms_` and not `platform_`.
    let (family, member) = name.rmatch_indices('_').find_map(|(at, _)| {
        let (stem, member) = name.split_at(at + 1);
        let family = FAMILIES.get(stem)?;
        (!member.is_empty()).then_some((family, member))
    })?;
    Some(match MEMBERS.short.get(member) {
        Some(member) => format!("{family}{SHORT_MEMBER}{member}"),
        // Hours are many, and two digits as they are.
        None => format!("{family}{MEMBER}{member}"),
    })
}

fn long(stored: &str) -> Option<String> {
    if let Some(name) = NAMES.long.get(stored) {
        return Some((*name).to_owned());
    }
    let (family, member) = match stored.split_once([SHORT_MEMBER, MEMBER])? {
        (family, member) if stored[family.len()..].starts_with(SHORT_MEMBER) => {
            (family, *MEMBERS.long.get(member)?)
        }
        parts => parts,
    };
    let stem = NAMES.long.get(family)?.strip_suffix('*')?;
    Some(format!("{stem}{member}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use call_records::definitions::Scope;
    use rstest::rstest;

    use super::*;

    /// Every total, some members of each family, and the sums over people.
    fn names(scope: Scope) -> Vec<String> {
        let members =
            ["windows", "unknown", "videoBasedScreenSharing", "09", "A_Token", "p", "u_x"];
        let definitions = scope.definitions().iter().map(|definition| definition.id);
        definitions
            .flat_map(|id| match id.strip_suffix('*') {
                Some(stem) => members.iter().map(|member| format!("{stem}{member}")).collect(),
                None => vec![id.to_owned()],
            })
            .collect()
    }

    #[test]
    fn every_total_is_found_again_under_its_stored_name() {
        let mut stored = BTreeSet::new();
        for name in names(Scope::PersonDay) {
            assert_eq!(total(&of_person(&name)), name);
            let of_people = format!("{PEOPLE_PREFIX}{name}");
            assert_eq!(total(&of_organisation(&of_people)), of_people);
            assert!(stored.insert(of_organisation(&of_people).into_owned()), "{name}");
        }
        for name in names(Scope::OrganisationDay) {
            assert_eq!(total(&of_organisation(&name)), name);
            assert!(stored.insert(of_organisation(&name).into_owned()), "{name}");
        }
    }

    #[test]
    fn every_total_has_a_short_name_and_none_is_another_total() {
        let all = names(Scope::PersonDay).into_iter().chain(names(Scope::OrganisationDay));
        let all: BTreeSet<_> = all.collect();
        for name in &all {
            let stored = of_organisation(name);
            assert_ne!(stored, name.as_str());
            assert!(!all.contains(stored.as_ref()), "{name} is stored as {stored}");
        }
        for (tables, what) in [(SHORT_NAMES, "name"), (SHORT_MEMBERS, "member")] {
            let short: BTreeSet<_> = tables.iter().map(|(_, short)| short).collect();
            assert_eq!(short.len(), tables.len(), "a short {what} is used twice");
        }
    }

    /// What the index of the day projects is stored under its own name.
    #[test]
    fn what_the_index_projects_keeps_its_name() {
        for name in TOTALS_OF_DAY {
            assert_eq!(of_person(name), *name);
        }
    }

    /// Of an older version, or of a definition that this version does not know.
    #[rstest]
    #[case("calls_peer_to_peer")]
    #[case("people_platform_ms_windows")]
    #[case("something_new")]
    #[case("xy.z")]
    #[case("P")]
    #[case("")]
    fn other_names_stay_as_they_are(#[case] name: &str) {
        assert_eq!(total(name), name);
    }

    /// Items have these names. A change of any of them would take a total from what is stored.
    #[rstest]
    #[case("calls", "c")]
    #[case("people_calls", "Pc")]
    #[case("people_platform_ms_windows", "Ppm.w")]
    #[case("hour_09", "h_09")]
    #[case("token_MutedByHost", "tk_MutedByHost")]
    fn stored_names_stay_for_ever(#[case] name: &str, #[case] stored: &str) {
        assert_eq!(of_organisation(name), stored);
    }
}
