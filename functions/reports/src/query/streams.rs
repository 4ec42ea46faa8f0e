//! The streams of a call with what they were judged by, from the pages that Graph sent.

use std::collections::BTreeMap;

use call_records::{
    AudioClassifier, PersonKey, Quality, Session, SessionSummary, decode_record, decode_sessions,
    judged_streams,
};
use record_store::{PageKind, StoredRecord};

use super::Reader;
use crate::Error;
use crate::answer::Judged;
use crate::people::Person;

/// Pages of sessions that are read: 60 sessions each. A meeting of a thousand has 20 and more.
const MOST_PAGES: usize = 4;
/// Streams that are shown, the poor ones first.
const MOST_STREAMS: usize = 40;

/// The streams that are shown, and of what was looked at how many there are.
#[derive(Default)]
pub(super) struct Streams {
    pub(super) shown: Vec<Judged>,
    pub(super) good: usize,
    pub(super) poor: usize,
    pub(super) unclassified: usize,
    pub(super) note: Option<String>,
}

pub(super) async fn read(
    reader: Reader<'_>,
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
    for page in pages.iter().take(MOST_PAGES) {
        let body = reader.store.raw_page(record, page).await?;
        for session in sessions(&page.kind, &body)? {
            let summary = summaries.iter().find(|summary| summary.position == position);
            let who: Vec<Person> = summary
                .into_iter()
                .flat_map(|summary| [&summary.caller, &summary.callee])
                .flatten()
                .filter_map(|key| names.get(key).cloned())
                .collect();
            for stream in judged_streams(&session, classifier) {
                match stream.quality {
                    Quality::Good => streams.good += 1,
                    Quality::Poor => streams.poor += 1,
                    Quality::Unclassified => streams.unclassified += 1,
                }
                all.push((
                    stream.quality,
                    Judged {
                        session: position,
                        who: who.clone(),
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
    streams.shown = all.into_iter().take(MOST_STREAMS).map(|(_, judged)| judged).collect();
    streams.note = if pages.len() > MOST_PAGES {
        Some(format!(
            "Looked at the first {position} of {} sessions, as Graph sent them; the others are in \
             the counts of people and sessions.",
            record.sessions
        ))
    } else if found > MOST_STREAMS {
        Some(format!("{MOST_STREAMS} of {found} streams are shown, the poor ones first."))
    } else if found == 0 {
        Some("Graph sent no audio, video or screen sharing stream for this call.".to_owned())
    } else {
        None
    };
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
