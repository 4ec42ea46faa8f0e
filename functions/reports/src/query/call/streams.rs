//! The streams of a call with what they were judged by, from the pages that Graph sent.

use std::collections::BTreeMap;

use call_records::{
    AudioClassifier, DecodeError, JudgedStream, Measurement, PersonKey, Quality, Session,
    SessionFacts, SessionSummary, decode_record, decode_record_facts, decode_session_facts,
    decode_sessions, judged_streams,
};
use call_table::{PageKind, StoredRecord};

use super::super::QueryContext;
use super::ends::{self, SideFacts};
use crate::Error;
use crate::answer::StreamRow;
use crate::people::Person;

/// Pages of sessions that are read: 60 sessions each. A meeting of a thousand has 20 and more.
const MAX_PAGES: usize = 4;
/// Streams that are shown, the poor ones first.
const MAX_STREAMS: usize = 40;

/// The streams that are shown, and the counts of all that were read.
#[derive(Default)]
pub(super) struct Streams {
    pub(super) shown: Vec<StreamRow>,
    pub(super) good: usize,
    pub(super) poor: usize,
    pub(super) unclassified: usize,
    /// Why audio was poor, by the measurement.
    pub(super) causes: Causes,
    /// The same by the person and whether they sent it, where the record says the direction.
    pub(super) causes_of_people: BTreeMap<(PersonKey, bool), Causes>,
    /// What the sides of the sessions ran on, by the position of the session.
    pub(super) sides: BTreeMap<u32, [SideFacts; 2]>,
    /// Whether there are sessions that were not read.
    pub(super) partial: bool,
    pub(super) note: Option<String>,
}

/// Limits that were crossed, by the measurement.
pub(super) type Causes = BTreeMap<&'static str, Cause>;

/// A limit that poor audio streams crossed.
pub(super) struct Cause {
    pub(super) streams: usize,
    pub(super) worst: f64,
    pub(super) limit: f64,
    pub(super) unit: &'static str,
}

impl Streams {
    /// Counts a stream of a session, and what made it poor.
    fn count(&mut self, stream: &JudgedStream, session: Option<&SessionSummary>) {
        match stream.quality {
            Quality::Good => self.good += 1,
            Quality::Unclassified => self.unclassified += 1,
            Quality::Poor => {
                self.poor += 1;
                if stream.content == "audio" {
                    add_causes(&mut self.causes, &stream.measurements);
                    for (person, sent) in ends_of(stream, session) {
                        let causes = self.causes_of_people.entry((person.clone(), sent));
                        add_causes(causes.or_default(), &stream.measurements);
                    }
                }
            }
        }
    }
}

fn add_causes(causes: &mut Causes, measurements: &[Measurement]) {
    // Packets are no cause: they only say whether a stream can be judged.
    let decided = |measured: &&Measurement| measured.used && measured.crossed;
    for measured in measurements.iter().filter(decided).filter(|it| it.name != "packets") {
        let value = measured.value.unwrap_or_default();
        let (limit, unit) = (measured.limit, measured.unit);
        let none = Cause { streams: 0, worst: value, limit, unit };
        let cause = causes.entry(measured.name).or_insert(none);
        cause.streams += 1;
        cause.worst = cause.worst.max(value);
    }
}

/// Who is on a stream's ends, and whether they sent it.
fn ends_of<'a>(
    stream: &JudgedStream,
    session: Option<&'a SessionSummary>,
) -> impl Iterator<Item = (&'a PersonKey, bool)> {
    let by_caller = match stream.direction.as_deref() {
        Some("callerToCallee") => Some(true),
        Some("calleeToCaller") => Some(false),
        _ => None,
    };
    let ends = by_caller
        .zip(session)
        .map(|(by_caller, session)| [(&session.caller, by_caller), (&session.callee, !by_caller)]);
    ends.into_iter().flatten().filter_map(|(person, sent)| Some((person.as_ref()?, sent)))
}

pub(super) async fn read(
    reader: QueryContext<'_>,
    record: &StoredRecord,
    summaries: &[SessionSummary],
    names: &BTreeMap<PersonKey, Person>,
    classifier: AudioClassifier,
) -> Result<Streams, Error> {
    let holds_sessions = |kind: &PageKind| matches!(kind, PageKind::Record | PageKind::Sessions);
    let pages: Vec<_> = record.raw.iter().filter(|page| holds_sessions(&page.kind)).collect();
    let mut streams = Streams::default();
    let mut all = Vec::new();
    let mut position = 0;
    for page in pages.iter().take(MAX_PAGES) {
        let body = reader.table.raw_page(record, page).await?;
        let facts = facts(&page.kind, &body)?;
        for (place, session) in sessions(&page.kind, &body)?.into_iter().enumerate() {
            let summary = summaries.iter().find(|summary| summary.position == position);
            let people: Vec<Person> = summary
                .into_iter()
                .flat_map(|summary| [&summary.caller, &summary.callee])
                .flatten()
                .filter_map(|key| names.get(key).cloned())
                .collect();
            for stream in judged_streams(&session, classifier) {
                streams.count(&stream, summary);
                all.push((
                    stream.quality,
                    StreamRow {
                        session: position,
                        people: people.clone(),
                        content: stream.content,
                        direction: stream.direction,
                        quality: word(stream.quality),
                        measurements: stream.measurements,
                    },
                ));
            }
            if let Some(facts) = facts.get(place) {
                streams.sides.insert(position, ends::sides(&session, facts));
            }
            position += 1;
        }
    }
    // Poor ones first, and then those that could be judged.
    all.sort_by_key(|(quality, judged)| {
        let rank = match quality {
            Quality::Poor => 0,
            Quality::Good => 1,
            Quality::Unclassified => 2,
        };
        (rank, judged.session)
    });
    let found = all.len();
    streams.shown = all.into_iter().take(MAX_STREAMS).map(|(_, judged)| judged).collect();
    streams.partial = pages.len() > MAX_PAGES;
    let mut notes = Vec::new();
    if streams.partial {
        notes.push(format!(
            "Read the first {position} of {} sessions, as Graph sent them; the others are in \
             the counts of people and sessions.",
            record.sessions
        ));
    }
    if found > MAX_STREAMS {
        notes.push(format!("{MAX_STREAMS} of {found} streams are shown, the poor ones first."));
    } else if found == 0 {
        notes.push(
            "Graph sent no audio, video or screen sharing stream for these sessions.".to_owned(),
        );
    }
    streams.note = (!notes.is_empty()).then(|| notes.join(" "));
    Ok(streams)
}

fn sessions(kind: &PageKind, body: &[u8]) -> Result<Vec<Session>, Error> {
    let decoded = match kind {
        PageKind::Record => decode_record(body).map(|page| page.sessions.value),
        _ => decode_sessions(body).map(|page| page.value),
    };
    decoded.map_err(|error| undecodable(&error))
}

/// What a page says of the ends of its sessions, in their order.
fn facts(kind: &PageKind, body: &[u8]) -> Result<Vec<SessionFacts>, Error> {
    let decoded = match kind {
        PageKind::Record => decode_record_facts(body),
        _ => decode_session_facts(body),
    };
    decoded.map_err(|error| undecodable(&error))
}

fn undecodable(error: &DecodeError) -> Error {
    Error::Misconfigured(format!("A stored page of this call cannot be decoded: {error}."))
}

fn word(quality: Quality) -> &'static str {
    match quality {
        Quality::Good => "good",
        Quality::Poor => "poor",
        Quality::Unclassified => "unclassified",
    }
}
