//! A session as the builder works on it: who is on its ends and on those of its segments, how it
//! went, and its streams. Worked out once, and used for everybody on it.

use std::sync::Arc;

use crate::course::SessionCourse;
use crate::feedback;
use crate::media::Side;
use crate::outcome::End;
use crate::person_kind::{Mention, PersonId, on_endpoint};
use crate::role::RoleClass;
use crate::session::SessionKey;
use crate::streams::{LegKey, SessionStreams};
use crate::{AudioClassifier, Endpoint, Feedback, Platform, Session, SessionFacts, UserAgent};

pub(crate) struct SessionView<'a> {
    pub(crate) session: &'a Session,
    /// Only where a person's legs are gathered.
    pub(crate) facts: Option<&'a SessionFacts>,
    pub(crate) leg: Arc<LegKey>,
    pub(crate) course: SessionCourse,
    pub(crate) streams: SessionStreams,
    ends: Ends<'a>,
    /// Of 0 s, with the id of the record: what an escalated call leaves behind.
    pub(crate) is_left_behind: bool,
}

/// Who and what is on the ends of a session and of its segments.
pub(crate) struct Ends<'a> {
    /// On the caller's and on the callee's end.
    pub(crate) session: [SessionEnd<'a>; 2],
    pub(crate) segments: Vec<[SegmentEnd<'a>; 2]>,
}

/// One end of a session.
pub(crate) struct SessionEnd<'a> {
    pub(crate) end: End,
    /// Whom the endpoint names: of a mailbox, its owner.
    pub(crate) mention: Option<Mention<'a>>,
    /// The role of a service, as it came.
    pub(crate) role: Option<&'a str>,
}

/// One end of a segment.
pub(crate) enum SegmentEnd<'a> {
    /// The same as of the session, which is said again or left out.
    OfSession,
    Own(SessionEnd<'a>),
}

impl<'a> SessionView<'a> {
    pub(crate) fn new(
        session: &'a Session,
        facts: Option<&'a SessionFacts>,
        ends: Ends<'a>,
        position: u32,
        record_id: Option<&str>,
        classifier: AudioClassifier,
    ) -> Self {
        let key = session.id.clone().map_or(SessionKey::Position(position), SessionKey::Id);
        let first_end = ends.session.iter().find_map(|end| end.mention.as_ref());
        let leg = Arc::new(LegKey::new(key, first_end.map(|mention| &mention.person)));
        let course = SessionCourse::of(session);
        let is_of_record = match (&session.id, record_id) {
            (Some(id), Some(record)) => id.eq_ignore_ascii_case(record),
            _ => false,
        };
        Self {
            streams: SessionStreams::of(session, &leg, classifier),
            is_left_behind: is_of_record && session.interval().is_some() && !course.lasted(),
            session,
            facts,
            leg,
            course,
            ends,
        }
    }

    pub(crate) fn end(&self, side: Side) -> &SessionEnd<'a> {
        &self.ends.session[side.index()]
    }

    pub(crate) fn has_mailbox(&self) -> bool {
        self.ends.session.iter().any(|end| end.end == End::Mailbox)
    }

    /// On which sides of each segment the person is.
    pub(crate) fn own_sides(&self, person: &PersonId) -> Vec<&'static [Side]> {
        let on_session = Side::BOTH.map(|side| self.end(side).named() == Some(person));
        let own = |ends: &[SegmentEnd<'_>; 2]| {
            Side::chosen(|side| match &ends[side.index()] {
                SegmentEnd::OfSession => on_session[side.index()],
                SegmentEnd::Own(end) => end.named() == Some(person),
            })
        };
        self.ends.segments.iter().map(own).collect()
    }

    /// The feedback of a person on `sides` of the session and on `own_sides` of its segments.
    pub(crate) fn feedback(
        &self,
        sides: &[Side],
        own_sides: &[&'static [Side]],
    ) -> Option<Feedback> {
        let of_session = sides.iter().filter_map(|side| self.session.endpoint(*side));
        let segments = self.session.segments.iter().zip(own_sides);
        let of_segments = segments
            .flat_map(|(segment, own)| own.iter().filter_map(|side| segment.endpoint(*side)));
        feedback::best(of_session.chain(of_segments))
    }

    /// The feedback on one side, of whichever person.
    pub(crate) fn feedback_on(&self, side: Side) -> Option<Feedback> {
        let own_sides = match self.end(side).named() {
            Some(person) => self.own_sides(person),
            None => Vec::new(),
        };
        self.feedback(&[side], &own_sides)
    }
}

impl<'a> Ends<'a> {
    pub(crate) fn of(session: &'a Session) -> Self {
        let segments = session.segments.iter().map(|segment| {
            Side::BOTH.map(|side| SegmentEnd::of(segment.endpoint(side), session.endpoint(side)))
        });
        Self {
            session: Side::BOTH.map(|side| SessionEnd::of(session.endpoint(side))),
            segments: segments.collect(),
        }
    }
}

impl<'a> SegmentEnd<'a> {
    fn of(endpoint: Option<&'a Endpoint>, of_session: Option<&Endpoint>) -> Self {
        // Most segments repeat the endpoints of their session, which are worked out already.
        if let (Some(endpoint), Some(of_session)) = (endpoint, of_session)
            && endpoint.associated_identity == of_session.associated_identity
            && endpoint.retired_identity == of_session.retired_identity
            && endpoint.user_agent == of_session.user_agent
        {
            return Self::OfSession;
        }
        let own = SessionEnd::of(endpoint);
        match own.end {
            End::Unidentified if may_be_left_out(endpoint, of_session) => Self::OfSession,
            _ => Self::Own(own),
        }
    }
}

/// Whether a segment's endpoint without an identity stands for what is on that side of the session:
/// where it says nothing, or the same program. A server between two people says only that its
/// platform is unknown.
fn may_be_left_out(of_segment: Option<&Endpoint>, of_session: Option<&Endpoint>) -> bool {
    let Some(agent) = of_segment.map(|endpoint| &endpoint.user_agent) else {
        return true;
    };
    let known = |platform: &Platform| *platform != Platform::Unknown;
    let same = of_session.is_some_and(|session| session.user_agent.platform == agent.platform);
    *agent == UserAgent::default()
        || agent.role.is_none() && same && agent.platform.as_ref().is_some_and(known)
}

impl<'a> SessionEnd<'a> {
    pub(crate) fn of(endpoint: Option<&'a Endpoint>) -> Self {
        let Some(endpoint) = endpoint else {
            return Self { end: End::Unidentified, mention: None, role: None };
        };
        let mention = on_endpoint(endpoint);
        let end = match (endpoint.role_class(), &mention) {
            (Some(RoleClass::Mailbox), _) => End::Mailbox,
            (_, Some(mention)) => End::Named(mention.person.clone()),
            (Some(RoleClass::Service(_)), None) => End::Service,
            (Some(RoleClass::Gateway) | None, None) => End::Unidentified,
        };
        Self { end, mention, role: endpoint.user_agent.role.as_deref() }
    }

    /// Who or what is on the end; none on that of a mailbox.
    pub(crate) fn named(&self) -> Option<&PersonId> {
        match &self.end {
            End::Named(person) => Some(person),
            End::Mailbox | End::Service | End::Unidentified => None,
        }
    }
}
