//! Who was connected with whom and when: the sessions of a call as queues and attendants are counted by
//! them.
//!
//! Gathered only on request ([`CallBuilder::finish_in_detail`](crate::CallBuilder::finish_in_detail)):
//! the consumer stores none of it.

use jiff::Timestamp;

use crate::course::SessionTime;
use crate::media::Side;
use crate::outcome::End;
use crate::person_kind::PersonId;
use crate::role::RoleClass;
use crate::session_view::{SessionEnd, SessionView};
use crate::{PersonKey, ServiceKind};

/// The sessions of a call, in the order of the record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallFlow {
    pub sessions: Vec<FlowSession>,
}

/// One session between two ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowSession {
    /// On the caller's and on the callee's end.
    pub ends: [FlowEnd; 2],
    pub started_at: Option<Timestamp>,
    /// Never before the start.
    pub ended_at: Option<Timestamp>,
    pub course: FlowCourse,
}

/// Whether a session connected its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowCourse {
    /// It lasted.
    Lasted,
    /// It has no length, or failed to be set up: ringing.
    Rang,
    /// It does not say how long it was.
    Unknown,
}

/// Who or what is on an end of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowEnd {
    /// A person. In a group call only the caller's end is one.
    Person(PersonKey),
    /// A service in the role that it has on this session.
    Service(PersonKey, ServiceKind),
    /// A mailbox, of whichever owner.
    Mailbox,
    /// Neither.
    Unidentified,
}

/// A session before it is settled who is a person.
#[derive(Clone, Debug)]
pub(crate) struct RawFlowSession {
    ends: [RawEnd; 2],
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    course: FlowCourse,
}

#[derive(Clone, Debug)]
enum RawEnd {
    /// An id or a name, with the kind of service by its role on this session.
    Named(PersonId, Option<ServiceKind>),
    /// A service of which nothing but its role is known.
    Role(PersonKey, ServiceKind),
    Mailbox,
    Unidentified,
}

/// What an id or a name of a record proves to be.
pub(crate) enum Settled {
    Person(PersonKey),
    Service(PersonKey, ServiceKind),
}

impl RawFlowSession {
    pub(crate) fn of(view: &SessionView<'_>) -> Self {
        let ends = Side::BOTH.map(|side| RawEnd::of(view.end(side)));
        let course = match view.course.time {
            SessionTime::Open => FlowCourse::Unknown,
            time if time.lasted() => FlowCourse::Lasted,
            SessionTime::None | SessionTime::Interval(..) => FlowCourse::Rang,
        };
        let (started_at, ended_at) = (view.session.started_at, view.session.end());
        Self { ends, started_at, ended_at, course }
    }

    /// The session; in a group call the callee is no person, whatever it looks like.
    pub(crate) fn settle(
        self,
        is_group: bool,
        settle: impl Fn(&PersonId) -> Settled,
    ) -> FlowSession {
        let end = |end: RawEnd| match end {
            RawEnd::Named(id, by_role) => match settle(&id) {
                Settled::Person(key) => FlowEnd::Person(key),
                Settled::Service(key, kind) => FlowEnd::Service(key, by_role.unwrap_or(kind)),
            },
            RawEnd::Role(key, kind) => FlowEnd::Service(key, kind),
            RawEnd::Mailbox => FlowEnd::Mailbox,
            RawEnd::Unidentified => FlowEnd::Unidentified,
        };
        let [caller, callee] = self.ends.map(end);
        let callee = match callee {
            FlowEnd::Person(_) if is_group => FlowEnd::Unidentified,
            callee => callee,
        };
        let Self { started_at, ended_at, course, .. } = self;
        FlowSession { ends: [caller, callee], started_at, ended_at, course }
    }
}

impl RawEnd {
    fn of(end: &SessionEnd<'_>) -> Self {
        let kind = end.role.map(RoleClass::of).and_then(|class| match class {
            RoleClass::Service(kind) => Some(kind),
            RoleClass::Mailbox | RoleClass::Gateway => None,
        });
        match (&end.end, end.role, kind) {
            (End::Named(id), _, kind) => Self::Named(id.clone(), kind),
            (End::Service, Some(role), Some(kind)) => {
                Self::Role(PersonKey::new("service", role), kind)
            }
            (End::Mailbox, ..) => Self::Mailbox,
            (End::Service | End::Unidentified, ..) => Self::Unidentified,
        }
    }
}
