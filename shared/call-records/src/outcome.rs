//! What became of a call: by the rules of `definitions/rules.md`, step by step.

use std::collections::BTreeMap;

use crate::course::{Course, SessionCourse};
use crate::person_kind::PersonId;
use crate::{Outcome, TakenBy};

/// One end of a session, as far as outcomes need it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    /// A person or a service; which of the two may show only later in the record.
    Named(PersonId),
    /// A mailbox, of whichever owner.
    Mailbox,
    /// A service without an identity.
    Service,
    /// Neither an identity nor the role of a service.
    Unidentified,
}

/// How the sessions of a peer-to-peer call went, by who was on their two ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Courses(BTreeMap<[End; 2], Course>);

/// What became of a peer-to-peer call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallOutcome {
    pub(crate) outcome: Outcome,
    /// It was answered by an end without an identity.
    by_unidentified: bool,
    has_originator: bool,
}

impl Courses {
    pub(crate) fn add(&mut self, ends: [End; 2], session: SessionCourse) {
        self.0.entry(ends).or_default().add(session);
    }

    pub(crate) fn outcome(
        &self,
        originator: Option<&PersonId>,
        is_service: impl Fn(&PersonId) -> bool,
    ) -> CallOutcome {
        let mut by_unidentified = false;
        let mut voicemail = false;
        let mut call = Course::default();
        // Of the sessions that could have been an answer, and of those with a mailbox.
        let mut answer = Course::default();
        let mut undecided = self.0.is_empty();
        for (ends, course) in &self.0 {
            call.setup_failed |= course.setup_failed;
            call.length_known |= course.length_known;
            if ends.contains(&End::Mailbox) {
                voicemail |= course.lasted;
                undecided |= course.open;
                continue;
            }
            let unidentified = unidentified_can_answer(ends, originator);
            if unidentified || person_can_answer(ends, originator, &is_service) {
                answer.lasted |= course.lasted;
                undecided |= course.open;
                by_unidentified |= unidentified && course.lasted;
            }
        }
        let outcome = if answer.lasted {
            Outcome::Answered
        } else if voicemail {
            Outcome::Voicemail
        } else if call.setup_failed {
            Outcome::Failed
        } else if undecided || !call.length_known {
            Outcome::Unknown
        } else {
            Outcome::Unanswered
        };
        CallOutcome { outcome, by_unidentified, has_originator: originator.is_some() }
    }
}

/// Whether one of the ends is a person who can take the call: not who placed it, unless both are.
fn person_can_answer(
    ends: &[End; 2],
    originator: Option<&PersonId>,
    is_service: &impl Fn(&PersonId) -> bool,
) -> bool {
    let person = |end: &End| match end {
        End::Named(id) if !is_service(id) => Some(id.clone()),
        _ => None,
    };
    let [caller, callee] = ends.each_ref().map(person);
    let other = |id: &Option<PersonId>| id.as_ref().is_some_and(|id| Some(id) != originator);
    other(&caller) || other(&callee) || caller.is_some() && caller == callee
}

/// Whether one of the ends has no identity and may be who took the call.
fn unidentified_can_answer(ends: &[End; 2], originator: Option<&PersonId>) -> bool {
    match ends {
        [_, End::Unidentified] => true,
        [End::Unidentified, End::Named(callee)] => Some(callee) == originator,
        _ => false,
    }
}

impl CallOutcome {
    /// For who placed the call.
    pub(crate) fn of_originator(self) -> Outcome {
        match self.outcome {
            Outcome::Voicemail => Outcome::Unanswered,
            outcome => outcome,
        }
    }

    /// For another person, by the sessions of that person in which no mailbox is on the other end;
    /// `None` when the person is on no session.
    pub(crate) fn of_other(self, own: Option<Course>) -> Outcome {
        let taken = matches!(self.outcome, Outcome::Answered | Outcome::Voicemail);
        match own {
            Some(own) if own.lasted => Outcome::Answered,
            Some(own) if own.setup_failed && !taken => Outcome::Failed,
            Some(own) if own.open => Outcome::Unknown,
            Some(_) => Outcome::Missed,
            None => match self.outcome {
                Outcome::Unknown => Outcome::Unknown,
                Outcome::Failed => Outcome::Failed,
                _ if !self.has_originator || self.by_unidentified => Outcome::Unknown,
                _ => Outcome::Missed,
            },
        }
    }

    /// What became of the call that a person missed.
    pub(crate) fn taken_by(self) -> Option<TakenBy> {
        match self.outcome {
            Outcome::Answered => Some(TakenBy::AnotherPerson),
            Outcome::Voicemail => Some(TakenBy::Voicemail),
            Outcome::Unanswered | Outcome::Failed => Some(TakenBy::NoOne),
            _ => None,
        }
    }
}

/// How the sessions of a person in a call that is not peer-to-peer went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Attendance {
    any: bool,
    open: bool,
    setup_failed: bool,
    /// A session that did not fail, other than what an escalated call leaves behind.
    joined: bool,
}

impl Attendance {
    /// Adds a session; `is_left_behind` of one of 0 s whose id is the record's.
    pub(crate) fn add(&mut self, session: SessionCourse, is_left_behind: bool) {
        self.any = true;
        self.open |= session.is_open();
        self.setup_failed |= session.setup_failed;
        self.joined |= !session.setup_failed && !is_left_behind;
    }

    /// `attended` is whether the time in the call is more than 0, `offered` whether a queue or an
    /// attendant is in the call and the person is not its organizer.
    pub(crate) fn outcome(
        self,
        attended: bool,
        record_has_sessions: bool,
        offered: bool,
    ) -> Outcome {
        if attended {
            Outcome::Attended
        } else if self.setup_failed && !self.joined {
            Outcome::Failed
        } else if self.open || !record_has_sessions {
            Outcome::Unknown
        } else if self.any && offered {
            Outcome::Rung
        } else {
            Outcome::Listed
        }
    }
}
