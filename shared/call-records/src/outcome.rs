use crate::{FailureStage, Outcome, Session};

/// What the sessions of a call, or of a person in it, say about how it went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Course {
    /// There was a session.
    any: bool,
    /// One lasted longer than 0 s.
    lasted: bool,
    /// One lasted longer than 0 s and did not fail to be set up.
    answered: bool,
    /// One failed to be set up.
    setup_failed: bool,
    /// One does not say how long it was.
    length_unknown: bool,
}

impl Course {
    pub(crate) fn add(&mut self, session: &Session) {
        let lasted = session.interval().is_some_and(|(start, end)| end > start);
        let setup_failed = session.failed_at(&FailureStage::CallSetup);
        self.any = true;
        self.lasted |= lasted;
        self.answered |= lasted && !setup_failed;
        self.setup_failed |= setup_failed;
        self.length_unknown |= session.interval().is_none();
    }

    /// In a peer-to-peer call a failed set-up wins over length: ringing takes time, too.
    pub(crate) fn peer_to_peer(self) -> Outcome {
        if !self.any {
            Outcome::Listed
        } else if self.answered {
            Outcome::Answered
        } else if self.setup_failed {
            Outcome::Failed
        } else if self.length_unknown {
            Outcome::Unknown
        } else {
            Outcome::Missed
        }
    }

    /// In any other call, to be on a session that lasted is to attend.
    pub(crate) fn meeting(self) -> Outcome {
        if self.lasted {
            Outcome::Attended
        } else if self.length_unknown {
            Outcome::Unknown
        } else {
            Outcome::Listed
        }
    }
}
