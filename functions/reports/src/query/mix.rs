//! Families of totals, and days.

use std::cmp::Reverse;

use call_records::definitions::{Definition, organisation_day, person_day as person};
use call_records::{Seconds, Totals};
use jiff::civil::Date;

use super::figures::{known_of, talk_time};
use crate::answer::{Day, Entry, Mix};

/// What the calls of some totals were made of. `prefix` is `people_` in the organisation's.
pub(super) fn mix(totals: &Totals, prefix: &str, hours: Vec<i64>, zone_of_hours: String) -> Mix {
    let relation =
        if prefix.is_empty() { &person::RELATION_CALLS } else { &organisation_day::RELATION_CALLS };
    let classifier = if prefix.is_empty() {
        &person::CLASSIFIER_CALLS
    } else {
        &organisation_day::CLASSIFIER_CALLS
    };
    let stream = |name: &str, definition: &Definition| Entry {
        name: name.to_owned(),
        // The organisation counts each stream once, and not for both of its ends.
        count: Some(totals.get(definition.id)),
        seconds: None,
    };
    Mix {
        hours,
        zone_of_hours,
        platforms: family(
            totals,
            prefix,
            Some(&person::PLATFORM_CALLS),
            Some(&person::PLATFORM_MS),
        ),
        connections: family(totals, prefix, None, Some(&person::CONNECTION_MS)),
        modalities: family(totals, prefix, None, Some(&person::MODALITY_MS)),
        relations: family(totals, "", Some(relation), None),
        services: family(
            totals,
            "",
            Some(&organisation_day::SERVICE_CALLS),
            Some(&organisation_day::SERVICE_MS),
        ),
        ratings: family(totals, prefix, Some(&person::RATING), None),
        tokens: family(totals, prefix, Some(&person::TOKEN), None),
        classifiers: family(totals, "", Some(classifier), None),
        audio_streams: vec![
            stream("good", &person::AUDIO_STREAMS_GOOD),
            stream("poor", &person::AUDIO_STREAMS_POOR),
            stream("unclassified", &person::AUDIO_STREAMS_UNCLASSIFIED),
        ],
    }
}

/// The members of one or two families of the same names, the largest first.
fn family(
    totals: &Totals,
    prefix: &str,
    counts: Option<&Definition>,
    times: Option<&Definition>,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (definition, is_time) in [(counts, false), (times, true)] {
        let Some(definition) = definition else { continue };
        let stem = format!("{prefix}{}", definition.id.trim_end_matches('*'));
        for (name, value) in totals.iter() {
            let Some(name) = name.strip_prefix(&stem) else { continue };
            let at = entries.iter().position(|entry| entry.name == name).unwrap_or_else(|| {
                entries.push(Entry { name: name.to_owned(), count: None, seconds: None });
                entries.len() - 1
            });
            if is_time {
                entries[at].seconds = Some(Seconds::from_millis(value));
            } else {
                entries[at].count = Some(value);
            }
        }
    }
    entries.sort_by_key(|entry| Reverse((entry.seconds, entry.count)));
    entries
}

/// A day's row. `prefix` is `people_` in the organisation's totals, and empty in a person's.
pub(super) fn day(date: Date, totals: &Totals, prefix: &str) -> Day {
    let of = |definition: &Definition| totals.get(definition.id);
    let people = |definition: &Definition| totals.get(&format!("{prefix}{}", definition.id));
    let is_organisation = !prefix.is_empty();
    Day {
        date,
        completeness: None,
        calls: of(&organisation_day::CALLS),
        calls_peer_to_peer: of(&organisation_day::CALLS_PEER_TO_PEER),
        calls_group: of(&organisation_day::CALLS_GROUP),
        calls_other: of(&organisation_day::CALLS_OTHER),
        answered: of(&organisation_day::ANSWERED),
        voicemail: is_organisation.then(|| of(&organisation_day::VOICEMAIL)),
        missed: people(&person::MISSED),
        missed_voicemail: people(&person::MISSED_VOICEMAIL),
        missed_taken: people(&person::MISSED_TAKEN),
        unanswered: of(&organisation_day::UNANSWERED),
        failed: of(&organisation_day::FAILED),
        failed_joins: of(&organisation_day::FAILED_JOINS),
        dropped: of(&organisation_day::DROPPED),
        legs_established: of(&organisation_day::LEGS_ESTABLISHED),
        legs_dropped: known_of(
            of(&organisation_day::LEGS_DROPPED),
            of(&organisation_day::LEGS_ESTABLISHED),
        ),
        legs: of(&organisation_day::LEGS),
        legs_poor: known_of(of(&organisation_day::LEGS_POOR), of(&organisation_day::LEGS)),
        audio_streams_good: of(&organisation_day::AUDIO_STREAMS_GOOD),
        audio_streams_poor: of(&organisation_day::AUDIO_STREAMS_POOR),
        audio_streams_unclassified: of(&organisation_day::AUDIO_STREAMS_UNCLASSIFIED),
        judged_calls: of(&organisation_day::JUDGED_CALLS),
        poor_calls: known_of(
            of(&organisation_day::POOR_CALLS),
            of(&organisation_day::JUDGED_CALLS),
        ),
        talk_seconds: talk_time(totals, prefix).map(Seconds::from_millis),
        feedback_objects: people(&person::FEEDBACK_OBJECTS),
        feedback_rated: people(&person::FEEDBACK_RATED),
    }
}
