//! Which table a report's CSV is.

use call_table::DayCompleteness;
use jiff::Timestamp;

use super::{Cell, Extent, Table, quality, queues};
use crate::Report;
use crate::answer::{
    CallOfPerson, CallRow, Data, Day, DefinitionRow, List, Organiser, PersonInCall, Ranking,
};
use crate::people::Person;

/// The main table: days, people, organisers, calls, values of dimensions, bad legs, queues by day, agents, a person's calls, a call's people, definitions.
pub(super) fn of(report: Report, data: &Data) -> Table {
    match data {
        Data::Organisation(data) => days(&data.days),
        Data::People(ranking) => people(ranking),
        Data::Traffic(traffic) => organisers(&traffic.organisers),
        Data::Calls(calls) => list_of_calls(&calls.list),
        Data::Quality(data) => quality::values(data),
        Data::NotedCalls(data) => quality::noted_calls(data),
        Data::Queues(data) => match report {
            Report::Agents => queues::agents(data),
            _ => queues::queues(data),
        },
        Data::Person(person) => {
            let note = person.calls_note.clone();
            Table { note, ..calls_of_person(&person.person, &person.calls) }
        }
        Data::Call(call) => people_in_call(&call.call.call, &call.participants),
        Data::Definitions(definitions) => list_of_definitions(&definitions.definitions),
    }
}

pub(super) fn table(header: Vec<&'static str>, rows: Vec<Vec<Cell>>, extent: Extent) -> Table {
    Table { header, rows, extent, note: None }
}

fn list_of_definitions(definitions: &[DefinitionRow]) -> Table {
    let rows = definitions.iter().map(|row| {
        vec![
            text(&row.scope),
            text(row.id),
            number(row.version),
            text(&row.unit),
            text(row.title),
            text(row.meaning),
            text(row.blank),
        ]
    });
    let header = vec!["scope", "id", "version", "unit", "title", "meaning", "blank"];
    table(header, rows.collect(), Extent::complete(definitions.len()))
}

fn days(days: &[Day]) -> Table {
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

fn people(ranking: &Ranking) -> Table {
    let people = &ranking.list;
    let rows = people.rows.iter().map(|row| {
        vec![
            text(&row.person.person),
            text(&row.person.name),
            text(&row.person.kind),
            text(row.relation),
            number(row.calls),
            number(row.calls_peer_to_peer),
            number(row.answered),
            number(row.missed),
            number(row.dropped),
            optional(row.talk_seconds),
            number(row.judged_received),
            optional(row.poor_received),
            number(row.judged_sent),
            optional(row.poor_sent),
        ]
    });
    let header = vec![
        "person",
        "name",
        "kind",
        "relation",
        "calls",
        "calls_peer_to_peer",
        "answered",
        "missed",
        "dropped",
        "talk_seconds",
        "judged_received",
        "poor_received",
        "judged_sent",
        "poor_sent",
    ];
    let note = (ranking.left_out > 0).then(|| {
        format!(
            "{} people of these days are left out by the filter: {{\"relation\": \"all\"}} has \
             everybody.",
            ranking.left_out
        )
    });
    Table { note, ..table(header, rows.collect(), Extent::of(people)) }
}

fn organisers(organisers: &List<Organiser>) -> Table {
    let rows = organisers.rows.iter().map(|row| {
        let person = &row.person;
        vec![text(&person.person), text(&person.name), text(&person.kind), number(row.calls)]
    });
    let header = vec!["person", "name", "kind", "organised"];
    table(header, rows.collect(), Extent::of(organisers))
}

fn list_of_calls(calls: &List<CallRow>) -> Table {
    let rows = calls.rows.iter().map(|call| {
        let organizer = call.organizer.as_ref();
        vec![
            text(&call.call),
            text(&call.call_type),
            time(call.started_at),
            optional(call.seconds),
            organizer.map_or(Cell::Blank, |person| text(&person.person)),
            organizer.map_or(Cell::Blank, |person| text(&person.name)),
            call.outcome.map_or(Cell::Blank, text),
            text(yes_no(call.is_test)),
            text(yes_no(call.dropped)),
            call.poor.map_or(Cell::Blank, |poor| text(yes_no(poor))),
            optional(call.people),
            optional(call.sessions),
        ]
    });
    let header = vec![
        "call",
        "type",
        "started_at",
        "seconds",
        "organizer",
        "organizer_name",
        "outcome",
        "is_test",
        "dropped",
        "poor",
        "people",
        "sessions",
    ];
    table(header, rows.collect(), Extent::of(calls))
}

fn calls_of_person(person: &Person, calls: &List<CallOfPerson>) -> Table {
    let rows = calls.rows.iter().map(|call| {
        let with: Vec<&str> = call.with.iter().map(|person| person.name.as_str()).collect();
        vec![
            text(&person.person),
            text(&person.name),
            text(&call.call),
            text(&call.call_type),
            time(call.started_at),
            optional(call.talk_seconds),
            text(call.role),
            text(call.outcome),
            call.outcome_reason.as_deref().map_or(Cell::Blank, text),
            call.taken_by.map_or(Cell::Blank, |taken_by| text(taken_by.as_str())),
            text(yes_no(call.is_test)),
            text(yes_no(call.dropped)),
            call.drop_reason.as_deref().map_or(Cell::Blank, text),
            text(&with.join("; ")),
            number(call.others),
            text(&call.platforms.join("; ")),
            number(call.legs),
            optional(call.poor_legs),
            text(&call.ratings.join("; ")),
        ]
    });
    let header = vec![
        "person",
        "name",
        "call",
        "type",
        "started_at",
        "talk_seconds",
        "role",
        "outcome",
        "outcome_reason",
        "taken_by",
        "is_test",
        "dropped",
        "drop_reason",
        "with",
        "others",
        "platforms",
        "legs",
        "poor_legs",
        "ratings",
    ];
    table(header, rows.collect(), Extent::of(calls))
}

fn people_in_call(call: &str, people: &List<PersonInCall>) -> Table {
    let rows = people.rows.iter().map(|row| {
        vec![
            text(call),
            text(&row.person.person),
            text(&row.person.name),
            text(row.relation),
            text(row.role),
            text(row.outcome),
            optional(row.talk_seconds),
            text(yes_no(row.dropped)),
            text(&row.platforms.join("; ")),
            text(&row.connections.join("; ")),
            number(row.legs),
            optional(row.poor_legs),
            number(row.poor_received),
            number(row.poor_sent),
            text(&row.ratings.join("; ")),
        ]
    });
    let header = vec![
        "call",
        "person",
        "name",
        "relation",
        "role",
        "outcome",
        "talk_seconds",
        "dropped",
        "platforms",
        "connections",
        "legs",
        "poor_legs",
        "poor_received",
        "poor_sent",
        "ratings",
    ];
    table(header, rows.collect(), Extent::of(people))
}

pub(super) fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

pub(super) fn number(number: impl std::fmt::Display) -> Cell {
    Cell::Number(number.to_string())
}

/// Nothing where nothing is known, which is null in JSON.
pub(super) fn optional(value: Option<impl std::fmt::Display>) -> Cell {
    value.map_or(Cell::Blank, number)
}

pub(super) fn time(at: Timestamp) -> Cell {
    text(&at.to_string())
}

pub(super) fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
