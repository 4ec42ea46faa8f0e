//! One call: its item collection, and the pages with its first sessions.

use std::collections::BTreeMap;

use call_records::definitions::organisation_day as day;
use call_records::{Outcome, Participation, PersonKey, SessionSummary};
use call_table::{Rules, StoredCall};

mod ends;
mod place;
mod streams;
mod summary;
mod telephone;

use super::{QueryContext, calls, person};
use crate::Error;
use crate::answer::{CallReport, List, PersonInCall, ServiceInCall, SessionRow};
use crate::people::Person;
use crate::request::Request;

use streams::{Cause, Causes, Streams};

fn unknown_call() -> Error {
    Error::NotFound(
        "No call of this id is in the table. Graph publishes a record up to 150 minutes after the \
         call, and calls are removed when their retention ends."
            .to_owned(),
    )
}

pub(super) async fn read(reader: QueryContext<'_>, request: &Request) -> Result<CallReport, Error> {
    let Some(id) = &request.call else {
        return Err(Error::Request(
            "Say which: give \"call\", the id of a call record, or follow a link from a list."
                .to_owned(),
        ));
    };
    // What cannot be the id of a call is not asked for: DynamoDB would refuse a key of any length, and
    // an operator would get an alarm for what a viewer typed.
    let id = call_id::canonical(id.trim()).ok_or_else(unknown_call)?;
    let stored = reader.table.call(&id).await?;
    let StoredCall { record, people, sessions } = stored.ok_or_else(unknown_call)?;
    let names: BTreeMap<PersonKey, Person> = people
        .iter()
        .map(|part| {
            let shown = reader.privacy.person(&part.person, part.display_name.as_deref());
            (part.person.clone(), shown)
        })
        .collect();
    let classifier = people.iter().find(|part| part.legs > 0).or(people.first());
    let classifier = classifier.map(|part| &part.audio_streams);
    let in_use = classifier.and_then(|streams| streams.classifier.parse().ok());
    let Streams { shown, good, poor, unclassified, causes, causes_of_people, sides, partial, note } =
        streams::read(reader, &record, &sessions, &names, in_use.unwrap_or_default()).await?;
    // The person's side of a leg is the domain's to say, so that it is asked for once more.
    let legs = reader.table.call_in_detail(&id, Rules::default()).await?;
    let legs = legs.map(|detail| detail.legs).unwrap_or_default();
    let sites = reader.table.sites().await?.map(|(_, sites)| sites);

    let telephone_log = telephone::read(reader, &record, &people, &sessions).await?;

    let mut order: Vec<&Participation> = people.iter().collect();
    order.sort_by_key(|part| {
        (part.poor_legs == 0, !part.dropped, part.first_joined_at, part.person.clone())
    });
    let in_call = List::page_of(order.into_iter(), request.paging);
    let of_call = List::page_of(sessions.iter(), request.sessions_paging);
    let url = record.join_web_url.as_deref().filter(|_| !reader.privacy.is_pseudonymous());
    Ok(CallReport {
        summary: summary::sentence(
            reader.privacy,
            &legs,
            sites.as_ref(),
            &names,
            &causes_of_people,
            (record.contribution.get(day::LEGS_POOR.id), record.contribution.get(day::LEGS.id)),
        ),
        explanation: explanation(reader, &record, &people, &causes, partial),
        ended_at: record.ended_at,
        modalities: record.modalities.iter().map(|kind| kind.as_str().to_owned()).collect(),
        join_web_url: url.map(str::to_owned),
        version: record.version,
        last_modified_at: record.last_modified_at,
        stored_at: record.stored_at,
        replaced: record.replaced.clone(),
        // A claim on the stored version itself is a revision's, which replaces nothing.
        being_replaced_by: record.being_replaced_by.filter(|claimed| *claimed > record.version),
        participants: List {
            total: in_call.total,
            page: in_call.page,
            size: in_call.size,
            rows: in_call.rows.iter().map(|part| person_in_call(reader, part, &names)).collect(),
        },
        sessions: List {
            total: of_call.total,
            page: of_call.page,
            size: of_call.size,
            rows: of_call
                .rows
                .iter()
                .map(|session| SessionRow {
                    ends: sides.get(&session.position).map(|sides| {
                        ends::of_session(reader, session, sides, &people, &names, sites.as_ref())
                    }),
                    ..session_row(reader, session, &names)
                })
                .collect(),
        },
        services: services(reader, &record),
        streams: shown,
        streams_good: good,
        streams_poor: poor,
        streams_unclassified: unclassified,
        classifier: classifier
            .map(|streams| format!("{} v{}", streams.classifier, streams.classifier_version)),
        streams_partial: partial,
        streams_note: note,
        telephone_log,
        call: calls::row(reader, &record),
    })
}

/// Why the call was as it was, in sentences.
fn explanation(
    reader: QueryContext<'_>,
    record: &call_table::StoredRecord,
    people: &[Participation],
    causes: &Causes,
    partial: bool,
) -> Vec<String> {
    let mut sentences = Vec::new();
    let not_given = match reader.privacy.is_pseudonymous() {
        true => "Graph's reason may name people and is not shown here",
        false => "Graph gives no reason",
    };
    let shown = |reason: &Option<String>| {
        let reason = reader.privacy.free_text(reason.as_deref()?)?;
        Some(reason.trim_end().trim_end_matches('.').to_owned())
    };
    // Of the call, where a leg between two people counts once.
    let legs = record.contribution.get(day::LEGS.id);
    let poor = record.contribution.get(day::LEGS_POOR.id);
    if legs == 0 {
        sentences.push(
            "No leg could be judged: Graph sent no measurements, or too few packets.".to_owned(),
        );
    } else if poor == 0 {
        sentences.push(format!("None of {legs} judged legs was poor."));
    } else {
        let mut causes: Vec<_> = causes.iter().collect();
        causes.sort_by_key(|(name, cause)| (std::cmp::Reverse(cause.streams), **name));
        let causes: Vec<String> = causes
            .into_iter()
            .map(|(name, Cause { streams, worst, limit, unit })| {
                format!(
                    "{name} above {} {unit} in {} (at worst {} {unit})",
                    crate::format::decimal(*limit),
                    crate::format::count_of(*streams, "stream", "streams"),
                    crate::format::decimal(*worst)
                )
            })
            .collect();
        let of = format!("{poor} of {legs} judged legs had poor audio");
        sentences.push(if causes.is_empty() {
            format!("{of}; the streams that were read do not show why.")
        } else {
            let denominator_label = if partial { "of the streams that were read, " } else { "" };
            format!("{of}: {denominator_label}{}.", causes.join("; "))
        });
    }
    let dropped = people.iter().filter(|part| part.dropped).count();
    if dropped > 0 {
        let reasons: std::collections::BTreeSet<String> =
            people.iter().filter_map(|part| shown(&part.drop_reason)).collect();
        let because = reasons.into_iter().collect::<Vec<_>>().join(", ");
        let because = if because.is_empty() { not_given } else { &because };
        let who = crate::format::count_of(dropped, "person was", "people were");
        sentences.push(format!("{who} dropped from the call: {because}."));
    }
    match record.outcome {
        Some(Outcome::Unanswered) => sentences.push("No person took the call.".to_owned()),
        Some(Outcome::Voicemail) => {
            sentences.push("No person took the call; voicemail did.".to_owned());
        }
        Some(Outcome::Failed) => {
            let reason = people.iter().find_map(|part| shown(&part.outcome_reason));
            let reason = reason.as_deref().unwrap_or(not_given);
            sentences.push(format!("The call could not be set up: {reason}."));
        }
        _ => {}
    }
    sentences
}

fn person_in_call(
    reader: QueryContext<'_>,
    part: &Participation,
    names: &BTreeMap<PersonKey, Person>,
) -> PersonInCall {
    let shown = |text: &Option<String>| reader.privacy.free_text(text.as_deref()?);
    PersonInCall {
        person: names[&part.person].clone(),
        relation: part.relation.as_str(),
        role: part.role.as_str(),
        outcome: part.outcome.as_str(),
        outcome_reason: shown(&part.outcome_reason),
        taken_by: part.taken_by,
        talk_seconds: part.talk_seconds,
        dropped: part.dropped,
        drop_reason: shown(&part.drop_reason),
        platforms: part.platforms.keys().cloned().collect(),
        connections: part.connections.keys().cloned().collect(),
        legs: part.legs,
        poor_legs: (part.legs > 0).then_some(part.poor_legs),
        poor_received: part.poor_received,
        poor_sent: part.poor_sent,
        ratings: person::ratings(part),
    }
}

fn services(reader: QueryContext<'_>, record: &call_table::StoredRecord) -> Vec<ServiceInCall> {
    let shown = !reader.privacy.is_pseudonymous();
    let services = record.services.iter().map(|service| ServiceInCall {
        kind: service.kind.as_str(),
        name: service.display_name.as_deref().and_then(|name| reader.privacy.free_text(name)),
        service: shown.then(|| service.service.to_string()),
        seconds: service.seconds,
        sessions: service.sessions,
    });
    services.collect()
}

fn session_row(
    reader: QueryContext<'_>,
    session: &SessionSummary,
    names: &BTreeMap<PersonKey, Person>,
) -> SessionRow {
    let ends = [&session.caller, &session.callee];
    let platforms = [&session.caller_platform, &session.callee_platform];
    let stage = session.failure_stage.as_ref().map(|stage| stage.as_str().to_owned());
    let reason = session.failure_reason.as_deref().and_then(|it| reader.privacy.free_text(it));
    let failure = [stage, reason].into_iter().flatten().collect::<Vec<_>>().join(": ");
    SessionRow {
        position: session.position,
        ends: None,
        people: ends.into_iter().flatten().filter_map(|key| names.get(key).cloned()).collect(),
        started_at: session.started_at,
        ended_at: session.ended_at,
        seconds: session.seconds,
        platforms: platforms.into_iter().flatten().map(|it| it.as_str().to_owned()).collect(),
        modalities: session.modalities.iter().map(|it| it.as_str().to_owned()).collect(),
        failure: (!failure.is_empty()).then_some(failure),
        audio_good: session.audio_streams.good,
        audio_poor: session.audio_streams.poor,
        audio_unclassified: session.audio_streams.unclassified,
    }
}
