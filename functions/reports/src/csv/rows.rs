//! Which table a report's CSV is.

use jiff::Timestamp;

use super::{Cell, Extent, Table, organisation, quality, queues, telephone};
use crate::Report;
use crate::answer::{
    Amount, Answer, CallOfPerson, CallRow, Data, DefinitionRow, Found, List, Organiser,
    PersonInCall, Ranking,
};
use crate::people::Person;

/// The main table of a report.
pub(super) fn of(answer: &Answer) -> Table {
    match &answer.data {
        Data::Organisation(data) => match answer.report {
            Report::Missed => organisation::missed(&data.days),
            Report::Equipment => organisation::equipment(&data.mix),
            Report::Feedback => organisation::feedback(&data.mix),
            _ => organisation::days(&data.days),
        },
        Data::People(ranking) => people(ranking),
        Data::Traffic(traffic) => organisers(&traffic.organisers),
        Data::Calls(calls) => list_of_calls(&calls.list),
        Data::Quality(data) => quality::values(data),
        Data::NotedCalls(data) => quality::noted_calls(data),
        Data::Queues(data) => match answer.report {
            Report::Agents => queues::agents(data),
            _ => queues::queues(data),
        },
        Data::Telephone(data) => match answer.report {
            Report::TelephonePeople => telephone::people(data),
            _ => telephone::values(data),
        },
        Data::Person(person) => {
            let note = person.calls_note.clone();
            Table { note, ..calls_of_person(&person.person, &person.calls) }
        }
        Data::Call(call) => people_in_call(&call.call.call, &call.participants),
        Data::Found(found) => people_found(found),
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

fn people(ranking: &Ranking) -> Table {
    let people = &ranking.list;
    let rows = people.rows.iter().map(|row| {
        vec![
            text(&row.person.person),
            text_or_blank(row.person.id.as_deref()),
            text(&row.person.name),
            text_or_blank(row.sign_in_name.as_deref()),
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
        "id",
        "name",
        "sign_in_name",
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

fn people_found(found: &Found) -> Table {
    let rows = found.list.rows.iter().map(|row| {
        vec![
            text(&row.person.person),
            text_or_blank(row.person.id.as_deref()),
            text(&row.person.name),
            text_or_blank(row.sign_in_name.as_deref()),
            text(&row.person.kind),
        ]
    });
    let header = vec!["person", "id", "name", "sign_in_name", "kind"];
    let note = (!found.notes.is_empty()).then(|| found.notes.join(" "));
    Table { note, ..table(header, rows.collect(), Extent::of(&found.list)) }
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

fn text_or_blank(value: Option<&str>) -> Cell {
    value.map_or(Cell::Blank, text)
}

pub(super) fn number(number: impl std::fmt::Display) -> Cell {
    Cell::Number(number.to_string())
}

/// Nothing where nothing is known, which is null in JSON.
pub(super) fn optional(value: Option<impl std::fmt::Display>) -> Cell {
    value.map_or(Cell::Blank, number)
}

/// A share with four decimals.
pub(super) fn share(value: Amount) -> String {
    match value {
        Amount::Share { numerator, denominator } => {
            format!("{:.4}", Amount::quotient(numerator, denominator))
        }
        other => crate::format::amount(other),
    }
}

pub(super) fn time(at: Timestamp) -> Cell {
    text(&at.to_string())
}

pub(super) fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
