//! The tables of queues: a row for each queue and attendant on each day, and for each agent.

use call_records::Seconds;
use voice_apps::BOUNDS;

use super::rows::{number, optional, share, table, text};
use super::{Cell, Extent, Table};
use crate::answer::{AppOnDay, QueuesReport, ShownWaits};

/// The names of the columns of the waits of the answered, by their bounds.
const ANSWERED_WITHIN: [&str; BOUNDS.len()] = [
    "answered_within_5",
    "answered_within_10",
    "answered_within_15",
    "answered_within_20",
    "answered_within_25",
    "answered_within_30",
    "answered_within_40",
    "answered_within_45",
    "answered_within_60",
    "answered_within_90",
    "answered_within_120",
    "answered_within_180",
    "answered_within_240",
    "answered_within_300",
    "answered_within_600",
    "answered_within_900",
    "answered_within_1800",
    "answered_within_3600",
];

/// Each queue and attendant on each day.
pub(super) fn queues(data: &QueuesReport) -> Table {
    let mut header = vec![
        "day",
        "kind",
        "queue",
        "name",
        "offered",
        "answered",
        "voicemail",
        "forwarded",
        "abandoned",
        "unknown",
        "not_final",
        "wait_answered_seconds",
        "wait_answered_longest_seconds",
        "wait_abandoned_seconds",
        "wait_abandoned_longest_seconds",
        "wait_passed_on_seconds",
        "wait_passed_on_longest_seconds",
        "waits_unknown",
        "service_level_seconds",
        "service_level_of_answered",
        "service_level_of_offered",
        "service_level_without_short_abandons",
    ];
    header.extend(ANSWERED_WITHIN);
    let rows = data.queues_by_day.rows.iter().map(|row| cells(row, data.within_seconds)).collect();
    Table { note: note(data), ..table(header, rows, Extent::of(&data.queues_by_day)) }
}

fn cells(AppOnDay { date, row }: &AppOnDay, within: u32) -> Vec<Cell> {
    let of = &row.numbers;
    let mut cells = vec![
        text(&date.to_string()),
        text(row.app.kind.as_str()),
        text(&row.app.queue),
        text(&row.app.name),
        number(of.offered),
        number(of.answered),
        number(of.voicemail),
        number(of.forwarded),
        number(of.abandoned),
        number(of.unknown),
        number(of.not_final),
    ];
    let waits = [&of.answered_wait, &of.abandoned_wait, &of.passed_on_wait];
    for waits in waits {
        cells.extend([
            optional(known(waits, waits.seconds)),
            optional(known(waits, waits.longest_seconds)),
        ]);
    }
    cells.push(number(waits.iter().map(|waits| waits.unknown).sum::<u64>()));
    cells.push(number(within));
    for id in [
        "service_level_of_answered",
        "service_level_of_offered",
        "service_level_without_short_abandons",
    ] {
        let value = of.figure(id).and_then(|figure| figure.value);
        cells.push(optional(value.map(share)));
    }
    // Cumulative, as a service level is.
    let mut within = 0;
    for bucket in of.answered_wait.buckets.iter().filter(|it| it.at_most_seconds.is_some()) {
        within += bucket.calls;
        cells.push(number(within));
    }
    cells
}

fn known(waits: &ShownWaits, seconds: Seconds) -> Option<Seconds> {
    (waits.known > 0).then_some(seconds)
}

/// Each agent.
pub(super) fn agents(data: &QueuesReport) -> Table {
    let header =
        vec!["person", "name", "kind", "rung", "answered", "not_taken", "took_over", "seconds"];
    let rows = data.agents.rows.iter().map(|row| {
        vec![
            text(&row.person.person),
            text(&row.person.name),
            text(&row.person.kind),
            number(row.rung),
            number(row.answered),
            number(row.not_taken),
            number(row.took_over),
            number(row.seconds),
        ]
    });
    Table { note: note(data), ..table(header, rows.collect(), Extent::of(&data.agents)) }
}

fn note(data: &QueuesReport) -> Option<String> {
    (!data.notes.is_empty()).then(|| data.notes.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bound_has_its_column() {
        let names = BOUNDS.map(|bound| format!("answered_within_{bound}"));
        assert_eq!(names.each_ref().map(String::as_str), ANSWERED_WITHIN);
    }
}
