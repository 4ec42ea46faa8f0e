use jiff::Timestamp;

use crate::json::{self, Object};
use crate::media::Side;
use crate::page::next_link;
use crate::record::{modalities, timestamp};
use crate::{DecodeError, Endpoint, FailureStage, Modality, Page, Segment};

/// One leg of a call: between two people, or between one and a service (`session`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// The session. Ids repeat inside one record.
    pub id: Option<String>,
    /// Who called; in a meeting, the participant.
    pub caller: Option<Endpoint>,
    /// Who was called; in a meeting, the service.
    pub callee: Option<Endpoint>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What was transported, each once.
    pub modalities: Vec<Modality>,
    /// What went wrong.
    pub failure: Option<FailureInfo>,
    /// Whether it was a test call.
    pub is_test: Option<bool>,
    /// Its parts, usually one.
    pub segments: Vec<Segment>,
    /// Where the rest of the segments are, should Graph ever page them.
    pub segments_next_link: Option<String>,
}

/// What tells a session from others of its record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SessionKey {
    /// Its id, which may be repeated.
    Id(String),
    /// Its place in the record: without an id, a session is the same as no other.
    Position(u32),
}

/// What went wrong in a session (`failureInfo`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureInfo {
    /// When.
    pub stage: Option<FailureStage>,
    /// Why, in Graph's words.
    pub reason: Option<String>,
}

impl Session {
    pub(crate) fn decode(object: &Object) -> Result<Self, DecodeError> {
        Ok(Self {
            id: json::string(object, "id"),
            caller: json::decode_member(object, "caller", Endpoint::decode)?,
            callee: json::decode_member(object, "callee", Endpoint::decode)?,
            started_at: timestamp(object, "startDateTime"),
            ended_at: timestamp(object, "endDateTime"),
            modalities: modalities(object),
            failure: json::decode_member(object, "failureInfo", |failure| {
                Ok(FailureInfo {
                    stage: json::word(failure, "stage"),
                    reason: json::string(failure, "reason"),
                })
            })?,
            is_test: json::flag(object, "isTest"),
            segments: json::decode_array(object, "segments", Segment::decode)?,
            segments_next_link: next_link(object, "segments")?,
        })
    }

    /// The endpoint on one side.
    #[must_use]
    pub fn endpoint(&self, side: Side) -> Option<&Endpoint> {
        match side {
            Side::Caller => self.caller.as_ref(),
            Side::Callee => self.callee.as_ref(),
        }
    }

    /// Start and end. A session that ends before it starts has length 0; one without a start or
    /// an end has no known length.
    pub(crate) fn interval(&self) -> Option<(Timestamp, Timestamp)> {
        let (start, end) = (self.started_at?, self.ended_at?);
        Some((start, end.max(start)))
    }

    /// When it ended, but never before it started.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        self.interval().map(|(_, end)| end).or(self.ended_at)
    }

    /// When it was: what orders sessions in time.
    pub(crate) fn time(&self) -> Option<Timestamp> {
        self.started_at.or(self.ended_at)
    }

    pub(crate) fn failed_at(&self, stage: &FailureStage) -> bool {
        self.failure.as_ref().and_then(|failure| failure.stage.as_ref()) == Some(stage)
    }

    pub(crate) fn failure_reason(&self) -> Option<&str> {
        self.failure.as_ref()?.reason.as_deref()
    }

    pub(crate) fn has_media(&self) -> bool {
        self.segments.iter().any(|segment| !segment.media.is_empty())
    }
}

/// Decodes a page of `…/sessions`.
///
/// # Errors
/// When the bytes are not JSON, or not a page of objects of the right structure.
pub fn decode_sessions(json: &[u8]) -> Result<Page<Session>, DecodeError> {
    Page::decode(json, Session::decode)
}
