//! The streams of a call with what they were judged by, from the pages that Graph sent.

use std::collections::BTreeMap;

use call_records::{
    AudioClassifier, JudgedStream, Measurement, PersonKey, Quality, Session, SessionSummary,
    decode_record, decode_sessions, judged_streams,
};
use call_table::{PageKind, StoredRecord};

use super::QueryContext;
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
    pub(super) causes: BTreeMap<&'static str, Cause>,
    /// Whether there are sessions that were not read.
    pub(super) partial: bool,
    pub(super) note: Option<String>,
}

/// A limit that poor audio streams crossed.
pub(super) struct Cause {
    pub(super) streams: usize,
    pub(super) worst: f64,
    pub(super) limit: f64,
    pub(super) unit: &'static str,
}

impl Streams {
    /// Counts a stream, and what made it poor.
    fn count(&mut self, stream: &JudgedStream) {
        match stream.quality {
            Quality::Good => self.good += 1,
            Quality::Unclassified => self.unclassified += 1,
            Quality::Poor => {
                self.poor += 1;
                if stream.content == "audio" {
                    self.count_causes(&stream.measurements);
                }
            }
        }
    }

    fn count_causes(&mut self, measurements: &[Measurement]) {
        // Packets are no cause: they only say whether a stream can be judged.
        let decided = |measured: &&Measurement| measured.used && measured.crossed;
        for measured in measurements.iter().filter(decided).filter(|it| it.name != "packets") {
            let value = measured.value.unwrap_or_default();
            let (limit, unit) = (measured.limit, measured.unit);
            let none = Cause { streams: 0, worst: value, limit, unit };
            let cause = self.causes.entry(measured.name).or_insert(none);
            cause.streams += 1;
            cause.worst = cause.worst.max(value);
        }
    }
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
        for session in sessions(&page.kind, &body)? {
            let summary = summaries.iter().find(|summary| summary.position == position);
            let people: Vec<Person> = summary
                .into_iter()
                .flat_map(|summary| [&summary.caller, &summary.callee])
                .flatten()
                .filter_map(|key| names.get(key).cloned())
                .collect();
            for stream in judged_streams(&session, classifier) {
                streams.count(&stream);
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
    decoded.map_err(|error| {
        Error::Misconfigured(format!("A stored page of this call cannot be decoded: {error}."))
    })
}

fn word(quality: Quality) -> &'static str {
    match quality {
        Quality::Good => "good",
        Quality::Poor => "poor",
        Quality::Unclassified => "unclassified",
    }
}
