//! Sessions.

use std::sync::Arc;

use call_records::{FailureStage, Modality, PersonKey, Platform, SessionSummary};

use super::shown::{CallHead, of_call, person, rating};
use super::{Cell, Column, Kind};

/// A row.
pub(crate) struct OfSession {
    pub(crate) call: Arc<CallHead>,
    pub(crate) session: SessionSummary,
}

fn end<'a>(
    row: &'a OfSession,
    key: Option<&'a PersonKey>,
) -> Option<(&'a PersonKey, Option<&'a str>)> {
    key.map(|key| (key, row.call.name(key)))
}

/// Columns of one expression each.
macro_rules! columns {
    ($($name:literal: $kind:ident, $text:literal = |$session:ident, $shown:ident| $value:expr;)+) => {
        vec![$(Column::new($name, Kind::$kind, $text, |row: &OfSession, $shown| {
            let ($session, _) = (&row.session, $shown);
            $value
        })),+]
    };
}

pub(crate) fn columns() -> Vec<Column<OfSession>> {
    let mut columns = of_call(|row: &OfSession| &row.call);
    columns.extend(columns! {
        "position": Integer, "The place among the sessions of the record, from 0. Session ids repeat." =
            |session, shown| Cell::count(session.position);
        "session_id": Text, "The session's id." = |session, shown| Cell::optional(session.id.clone());
    });
    columns.extend(person(
        "caller",
        "Who or what is named on the calling end",
        |row: &OfSession| end(row, row.session.caller.as_ref()),
    ));
    columns.extend(person(
        "callee",
        "Who or what is named on the called end",
        |row: &OfSession| end(row, row.session.callee.as_ref()),
    ));
    columns.extend(columns! {
        "callee_is_named_only": Flag, "Whether the called end counts for no person: a session of a group call is its caller's." =
            |session, shown| Cell::Flag(session.named_only.is_some());
        "caller_role": Text, "The role of the service on the calling end, as Graph has it." =
            |session, shown| Cell::optional(session.caller_role.clone());
        "callee_role": Text, "The role of the service on the called end." =
            |session, shown| Cell::optional(session.callee_role.clone());
        "caller_platform": Text, "The caller's platform." =
            |session, shown| Cell::optional(session.caller_platform.as_ref().map(Platform::as_str));
        "callee_platform": Text, "The callee's platform." =
            |session, shown| Cell::optional(session.callee_platform.as_ref().map(Platform::as_str));
        "started_at": Time, "When it began." = |session, shown| Cell::time(session.started_at);
        "ended_at": Time, "When it ended." = |session, shown| Cell::time(session.ended_at);
        "seconds": Seconds, "How long it was; 0 when it ends before it starts, null when start or end is not known." =
            |session, shown| Cell::seconds(session.seconds);
        "modalities": Texts, "What was transported." =
            |session, shown| Cell::texts(session.modalities.iter().map(Modality::as_str));
        "failure_stage": Text, "When it failed: `callSetup`, `midcall`, …" =
            |session, shown| Cell::optional(session.failure_stage.as_ref().map(FailureStage::as_str));
        "failure_reason": Text, "Why it failed, in Graph's words." =
            |session, shown| shown.free_text(session.failure_reason.as_deref());
        "caller_rating": Text, "How the caller rated it." =
            |session, shown| rating(session.caller_feedback.as_ref());
        "callee_rating": Text, "How the callee rated it." =
            |session, shown| rating(session.callee_feedback.as_ref());
        "audio_streams_good": Integer, "Its good audio streams." =
            |session, shown| Cell::count(session.audio_streams.good);
        "audio_streams_poor": Integer, "Its poor audio streams." =
            |session, shown| Cell::count(session.audio_streams.poor);
        "audio_streams_unclassified": Integer, "Its audio streams that cannot be judged." =
            |session, shown| Cell::count(session.audio_streams.unclassified);
        "video_streams_good": Integer, "Its good video and screen sharing streams." =
            |session, shown| Cell::count(session.video_streams.good);
        "video_streams_poor": Integer, "Its poor video and screen sharing streams." =
            |session, shown| Cell::count(session.video_streams.poor);
        "video_streams_unclassified": Integer, "Its video and screen sharing streams that cannot be judged." =
            |session, shown| Cell::count(session.video_streams.unclassified);
        "has_media": Flag, "Whether it has media at all." = |session, shown| Cell::Flag(session.has_media);
        "is_test_session": Flag, "Whether it was a test call's." =
            |session, shown| Cell::flag(session.is_test);
    });
    columns
}
