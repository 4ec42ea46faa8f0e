use std::borrow::Cow;

use jiff::Timestamp;
use serde::de::MapAccess;

use crate::json::{Faults, Members, Object, decode_object};
use crate::media::Side;
use crate::page::NextLink;
use crate::record::Modalities;
use crate::{DecodeError, Endpoint, FailureStage, Modality, Page, Segment, page};

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum SessionKey {
    /// Its id, which may be repeated.
    Id(String),
    /// Its place in the record: without an id, a session is the same as no other.
    Position(u32),
}

impl SessionKey {
    /// The id, where the session has one.
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::Id(id) => Some(id),
            Self::Position(_) => None,
        }
    }
}

/// What went wrong in a session (`failureInfo`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailureInfo {
    /// When.
    pub stage: Option<FailureStage>,
    /// Why, in Graph's words.
    pub reason: Option<String>,
}

#[derive(Default)]
pub(crate) struct SessionMembers {
    session: Session,
    segments_link: NextLink,
}

impl<'de> Object<'de> for SessionMembers {
    type Done = Session;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        let session = &mut self.session;
        match &*key {
            "id" => session.id = members.leaf()?,
            "caller" => session.caller = members.object::<Endpoint>("caller")?,
            "callee" => session.callee = members.object::<Endpoint>("callee")?,
            "startDateTime" => session.started_at = members.leaf()?,
            "endDateTime" => session.ended_at = members.leaf()?,
            "modalities" => session.modalities = members.value::<Modalities>()?,
            "failureInfo" => session.failure = members.object::<FailureInfo>("failureInfo")?,
            "isTest" => session.is_test = members.leaf()?,
            "segments" => session.segments = members.array::<Segment>("segments")?,
            key => self.segments_link.read_or_skip("segments", key, members)?,
        }
        Ok(())
    }

    fn done(mut self, mut faults: Faults) -> Result<Session, DecodeError> {
        faults.check(&["caller", "callee", "failureInfo", "segments"])?;
        self.session.segments_next_link = self.segments_link.of("segments")?;
        Ok(self.session)
    }
}

decode_object! { FailureInfo [] |failure_info, members| {
    "stage" => failure_info.stage = members.leaf()?,
    "reason" => failure_info.reason = members.leaf()?,
} }

impl Session {
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
    page::decode::<SessionMembers>(json)
}
