//! Calls.

use call_records::{Call, Modality, Outcome};

use super::shown::{day, person};
use super::{Cell, Column, Kind};

pub(crate) fn columns() -> Vec<Column<Call>> {
    let mut columns: Vec<Column<Call>> = vec![
        Column::new("call_id", Kind::Text, "The call.", |call: &Call, _| Cell::text(&call.id)),
        day(),
        Column::new(
            "version",
            Kind::Integer,
            "The version of Graph's record; the highest that was stored.",
            |call: &Call, _| Cell::count(call.version),
        ),
        Column::new(
            "call_type",
            Kind::Text,
            "What kind of call it was: `peerToPeer`, `groupCall`, …",
            |call: &Call, _| Cell::text(call.call_type.as_str()),
        ),
        Column::new(
            "modalities",
            Kind::Texts,
            "What was transported, each once.",
            |call: &Call, _| Cell::texts(call.modalities.iter().map(Modality::as_str)),
        ),
        Column::new(
            "started_at",
            Kind::Time,
            "When the first participant joined: of the record, else the first start of a session.",
            |call: &Call, _| Cell::time(Some(call.started_at)),
        ),
        Column::new(
            "ended_at",
            Kind::Time,
            "When the last participant left, of the record. Null where it does not say it.",
            |call: &Call, _| Cell::time(call.ended_at),
        ),
        Column::new(
            "seconds",
            Kind::Seconds,
            "From start to end; 0 when it ends before it starts, null without an end.",
            |call: &Call, _| Cell::seconds(call.seconds()),
        ),
        Column::new(
            "last_modified_at",
            Kind::Time,
            "When Graph made this version.",
            |call: &Call, _| Cell::time(call.last_modified_at),
        ),
    ];
    columns.extend(person(
        "organizer",
        "Who organised the meeting or placed the call",
        |call: &Call| Some((call.organizer.as_ref()?, call.organizer_name.as_deref())),
    ));
    columns.extend([
        Column::new(
            "outcome",
            Kind::Text,
            "What became of a peer-to-peer call; null for other calls.",
            |call: &Call, _| Cell::optional(call.outcome.map(Outcome::as_str)),
        ),
        Column::new(
            "is_test",
            Kind::Flag,
            "Whether every session was a test call's. Test calls are in no total but `test_calls`.",
            |call: &Call, _| Cell::Flag(call.is_test),
        ),
        Column::new(
            "sessions",
            Kind::Integer,
            "The sessions that Graph sent.",
            |call: &Call, _| Cell::count(call.sessions),
        ),
        Column::new(
            "sessions_with_media",
            Kind::Integer,
            "Those of the sessions that have media.",
            |call: &Call, _| Cell::count(call.sessions_with_media),
        ),
        Column::new(
            "people",
            Kind::Integer,
            "People of the call; those who are only listed, too. Services are no people.",
            |call: &Call, _| Cell::count(i64::try_from(call.people.len()).unwrap_or(i64::MAX)),
        ),
        Column::new(
            "audio_classifier",
            Kind::Text,
            "By which rule audio streams were judged.",
            |call: &Call, _| Cell::text(&call.audio_classifier),
        ),
        Column::new(
            "audio_streams_good",
            Kind::Integer,
            "Good audio streams of all people, each once.",
            |call: &Call, _| Cell::count(call.audio_streams.good),
        ),
        Column::new(
            "audio_streams_poor",
            Kind::Integer,
            "Poor audio streams of all people, each once.",
            |call: &Call, _| Cell::count(call.audio_streams.poor),
        ),
        Column::new(
            "audio_streams_unclassified",
            Kind::Integer,
            "Audio streams of all people that cannot be judged, each once.",
            |call: &Call, _| Cell::count(call.audio_streams.unclassified),
        ),
        Column::new(
            "legs",
            Kind::Integer,
            "Legs of people with an audio stream that could be judged, each once.",
            |call: &Call, _| Cell::count(call.legs),
        ),
        Column::new(
            "poor_legs",
            Kind::Integer,
            "Those of them with a poor one.",
            |call: &Call, _| Cell::count(call.poor_legs),
        ),
        Column::new(
            "established_legs",
            Kind::Integer,
            "Legs of people that were established, each once.",
            |call: &Call, _| Cell::count(call.established_legs),
        ),
        Column::new(
            "dropped_legs",
            Kind::Integer,
            "Legs of people that dropped, each once.",
            |call: &Call, _| Cell::count(call.dropped_legs),
        ),
    ]);
    columns
}
