//! How a session went: what outcomes and times follow from.

use jiff::Timestamp;

use crate::media::Content;
use crate::{FailureStage, Session};

/// How one session went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SessionCourse {
    pub(crate) time: SessionTime,
    /// It failed to be set up, and nothing was heard or seen in it.
    pub(crate) setup_failed: bool,
    /// One medium failed to be set up while another ran.
    pub(crate) medium_failed: bool,
    /// It failed while it ran.
    pub(crate) dropped: bool,
    /// It says how long it was.
    pub(crate) length_known: bool,
}

/// What a session adds to the time of who was on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionTime {
    /// Nothing: it failed to be set up. Ringing takes time, too.
    None,
    /// It does not say how long it was.
    Open,
    /// From start to end, which may be the same.
    Interval(Timestamp, Timestamp),
}

impl SessionTime {
    pub(crate) fn lasted(self) -> bool {
        matches!(self, Self::Interval(start, end) if end > start)
    }
}

impl SessionCourse {
    pub(crate) fn of(session: &Session) -> Self {
        let interval = session.interval();
        let stage_is_setup = session.failed_at(&FailureStage::CallSetup);
        let has_media = stage_is_setup && has_evidence_of_media(session);
        let setup_failed = stage_is_setup && !has_media;
        let time = match interval {
            _ if setup_failed => SessionTime::None,
            Some((start, end)) => SessionTime::Interval(start, end),
            None => SessionTime::Open,
        };
        Self {
            time,
            setup_failed,
            medium_failed: has_media,
            dropped: session.failed_at(&FailureStage::Midcall),
            length_known: interval.is_some(),
        }
    }

    pub(crate) fn lasted(self) -> bool {
        self.time.lasted()
    }

    pub(crate) fn is_open(self) -> bool {
        self.time == SessionTime::Open
    }

    pub(crate) fn was_established(self) -> bool {
        self.lasted() || self.dropped
    }
}

/// Whether anything was transported in it: packets of audio, video or a shared screen.
fn has_evidence_of_media(session: &Session) -> bool {
    let media = session.segments.iter().flat_map(|segment| &segment.media);
    let mut streams = media.flat_map(|media| media.streams.iter().map(move |s| (media, s)));
    streams.any(|(media, stream)| {
        stream.packet_utilization.is_some_and(|packets| packets > 0)
            && media.content(stream) != Content::Other
    })
}

/// What several sessions together say about how it went.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Course {
    /// One lasted longer than 0 s.
    pub(crate) lasted: bool,
    /// One does not say how long it was.
    pub(crate) open: bool,
    /// One failed to be set up.
    pub(crate) setup_failed: bool,
    /// One says how long it was.
    pub(crate) length_known: bool,
}

impl Course {
    pub(crate) fn add(&mut self, session: SessionCourse) {
        self.lasted |= session.lasted();
        self.open |= session.is_open();
        self.setup_failed |= session.setup_failed;
        self.length_known |= session.length_known;
    }
}
