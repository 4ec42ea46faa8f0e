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
use crate::{AudioClassifier, Endpoint, Feedback, Platform, Session, UserAgent};

pub(crate) struct SessionView<'a> {
    pub(crate) session: &'a Session,
    pub(crate) leg: Arc<LegKey>,
    pub(crate) course: SessionCourse,
    pub(crate) streams: SessionStreams,
    /// What is on the caller's and on the callee's end.
    pub(crate) ends: [SessionEnd<'a>; 2],
    /// Whose the ends of each segment are.
    segments: Vec<[Option<PersonId>; 2]>,
    /// Of 0 s, with the id of the record: what an escalated call leaves behind.
    pub(crate) is_left_behind: bool,
}

/// One end of a session.
pub(crate) struct SessionEnd<'a> {
    pub(crate) end: End,
    /// Whom the endpoint names: of a mailbox, its owner.
    pub(crate) mention: Option<Mention<'a>>,
    /// The role of a service, as it came.
    pub(crate) role: Option<&'a str>,
}

impl<'a> SessionView<'a> {
    pub(crate) fn new(
        session: &'a Session,
        position: u32,
        record_id: Option<&str>,
        classifier: AudioClassifier,
    ) -> Self {
        let ends = Side::BOTH.map(|side| SessionEnd::of(session.endpoint(side)));
        let key = session.id.clone().map_or(SessionKey::Position(position), SessionKey::Id);
        let first_end = ends.iter().find_map(|end| end.mention.as_ref());
        let first_end = first_end.map(|mention| mention.person.clone());
        let leg = Arc::new(LegKey { session: key, first_end });
        let course = SessionCourse::of(session);
        let is_of_record = match (&session.id, record_id) {
            (Some(id), Some(record)) => id.eq_ignore_ascii_case(record),
            _ => false,
        };
        let segments = session.segments.iter().map(|segment| {
            Side::BOTH.map(|side| {
                let own = SessionEnd::of(segment.endpoint(side));
                match own.end {
                    End::Named(person) => Some(person),
                    End::Unidentified
                        if may_be_left_out(segment.endpoint(side), session.endpoint(side)) =>
                    {
                        ends[side.index()].named().cloned()
                    }
                    End::Unidentified | End::Mailbox | End::Service => None,
                }
            })
        });
        Self {
            segments: segments.collect(),
            streams: SessionStreams::of(session, &leg, classifier),
            is_left_behind: is_of_record && session.interval().is_some() && !course.lasted(),
            session,
            leg,
            course,
            ends,
        }
    }

    pub(crate) fn end(&self, side: Side) -> &SessionEnd<'a> {
        &self.ends[side.index()]
    }

    pub(crate) fn has_mailbox(&self) -> bool {
        self.ends.iter().any(|end| end.end == End::Mailbox)
    }

    /// On which sides of each segment the person is.
    pub(crate) fn own_sides(&self, person: &PersonId) -> Vec<Vec<Side>> {
        let sides = |ends: &[Option<PersonId>; 2]| {
            let own = |side: &Side| ends[side.index()].as_ref() == Some(person);
            Side::BOTH.into_iter().filter(own).collect()
        };
        self.segments.iter().map(sides).collect()
    }

    /// The feedback of a person on `sides` of the session and on `own_sides` of its segments.
    pub(crate) fn feedback(&self, sides: &[Side], own_sides: &[Vec<Side>]) -> Option<Feedback> {
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
