//! The tables of the organisation's totals: one for each report.

use call_records::definitions::person_day as person;
use call_table::DayCompleteness;

use super::rows::{number, optional, table, text};
use super::{Cell, Extent, Table};
use crate::answer::{Day, Entry, Mix};

/// Days with everything that is counted of them.
pub(super) fn days(days: &[Day]) -> Table {
    let rows = days.iter().map(|day| {
        vec![
            text(&day.date.to_string()),
            complete(day),
            number(day.calls),
            number(day.calls_peer_to_peer),
            number(day.calls_group),
            number(day.calls_other),
            number(day.answered),
            optional(day.voicemail),
            number(day.missed),
            number(day.unanswered),
            number(day.failed),
            number(day.failed_joins),
            number(day.dropped),
            number(day.legs_established),
            optional(day.legs_dropped),
            number(day.legs),
            optional(day.legs_poor),
            number(day.audio_streams_good),
            number(day.audio_streams_poor),
            number(day.audio_streams_unclassified),
            number(day.judged_calls),
            optional(day.poor_calls),
            optional(day.talk_seconds),
            number(day.feedback_objects),
            number(day.feedback_rated),
        ]
    });
    let header = vec![
        "day",
        "complete",
        "calls",
        "calls_peer_to_peer",
        "calls_group",
        "calls_other",
        "answered",
        "voicemail",
        "missed",
        "unanswered",
        "failed",
        "failed_joins",
        "dropped",
        "legs_established",
        "legs_dropped",
        "legs",
        "legs_poor",
        "audio_streams_good",
        "audio_streams_poor",
        "audio_streams_unclassified",
        "judged_calls",
        "poor_calls",
        "talk_seconds",
        "feedback_objects",
        "feedback_rated",
    ];
    table(header, rows.collect(), Extent::complete(days.len()))
}

/// What was missed, what became of it, and what failed or dropped, day by day.
pub(super) fn missed(days: &[Day]) -> Table {
    let rows = days.iter().map(|day| {
        vec![
            text(&day.date.to_string()),
            complete(day),
            number(day.missed),
            number(day.missed_voicemail),
            number(day.missed_taken),
            number(day.unanswered),
            optional(day.voicemail),
            number(day.failed),
            number(day.failed_joins),
            number(day.dropped),
            number(day.legs_established),
            optional(day.legs_dropped),
        ]
    });
    let header = vec![
        "day",
        "complete",
        person::MISSED.id,
        person::MISSED_VOICEMAIL.id,
        person::MISSED_TAKEN.id,
        "unanswered",
        "voicemail",
        "failed",
        "failed_joins",
        "dropped",
        "legs_established",
        "legs_dropped",
    ];
    table(header, rows.collect(), Extent::complete(days.len()))
}

/// What calls were made with: calls and time by platform, connection, modality, relation and service.
pub(super) fn equipment(mix: &Mix) -> Table {
    let families = [
        ("platform", &mix.platforms),
        ("connection", &mix.connections),
        ("modality", &mix.modalities),
        ("relation", &mix.relations),
        ("service", &mix.services),
    ];
    entries(&families, vec!["what", "name", "calls", "seconds"], |entry| {
        vec![optional(entry.count), optional(entry.seconds)]
    })
}

/// What people said: sessions by rating, and by what was wrong.
pub(super) fn feedback(mix: &Mix) -> Table {
    let families = [("rating", &mix.ratings), ("token", &mix.tokens)];
    entries(&families, vec!["what", "name", "sessions"], |entry| vec![optional(entry.count)])
}

fn entries(
    families: &[(&str, &Vec<Entry>)],
    header: Vec<&'static str>,
    numbers: impl Fn(&Entry) -> Vec<Cell>,
) -> Table {
    let row = |what: &str, entry: &Entry| {
        let mut cells = vec![text(what), text(&entry.name)];
        cells.extend(numbers(entry));
        cells
    };
    let rows: Vec<Vec<Cell>> = families
        .iter()
        .flat_map(|(what, entries)| entries.iter().map(|entry| row(what, entry)))
        .collect();
    let extent = Extent::complete(rows.len());
    table(header, rows, extent)
}

/// `complete`, `missing`, `partly` or `unknown`.
fn complete(day: &Day) -> Cell {
    day.completeness.map_or(Cell::Blank, |completeness| {
        text(match completeness {
            DayCompleteness::Complete => "complete",
            DayCompleteness::Missing(_) => "missing",
            DayCompleteness::UpTo(_) => "partly",
            DayCompleteness::Unknown => "unknown",
        })
    })
}
