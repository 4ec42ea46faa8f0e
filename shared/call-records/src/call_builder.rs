use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::bounds::short;
use crate::feedback::{is_answer, on_side};
use crate::media::Side;
use crate::newest::Source;
use crate::outcome::Course;
use crate::person_kind::{self, Kind, Mention, PersonId, in_list, in_retired_set};
use crate::person_state::{PersonState, earliest};
use crate::streams::SessionStreams;
use crate::{
    AudioClassifier, Call, CallType, DecodeError, Outcome, Participant, PersonKey, Record, Seconds,
    Session, SessionSummary, StreamCounts, VideoClassifier,
};

mod parts;

/// Makes a [`Call`] of the pages of its record.
///
/// Pages may be dropped as soon as they were given: what is kept grows with the people of the call
/// and the number of their legs, and not with the size of the pages. Give the record first, because
/// its type decides which ends of a session are people; then the participants, because they tell
/// what kind of person an id stands for; then the sessions, page by page. The order of sessions
/// changes nothing but their positions.
#[derive(Clone, Debug)]
pub struct CallBuilder {
    home_tenant: Option<String>,
    classifier: AudioClassifier,
    record: Option<Record>,
    organizer: Option<PersonId>,
    kinds: BTreeMap<PersonId, Kind>,
    people: BTreeMap<PersonId, PersonState>,
    sessions: u32,
    sessions_with_media: u32,
    course: Course,
    first_caller: Option<FirstCaller>,
    first_start: Option<Timestamp>,
    last_end: Option<Timestamp>,
}

/// The caller of the earliest session. Sessions without a start come last, and between equals the
/// ids decide, so that the order of sessions does not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct FirstCaller {
    no_start: bool,
    started_at: Option<Timestamp>,
    session: String,
    person: PersonId,
}

impl CallBuilder {
    /// Begins a call. `home_tenant` is the id of the organisation whose records these are; without
    /// it nobody is internal or federated.
    #[must_use]
    pub fn new(home_tenant: Option<&str>, classifier: AudioClassifier) -> Self {
        Self {
            home_tenant: home_tenant.map(str::to_owned),
            classifier,
            record: None,
            organizer: None,
            kinds: BTreeMap::new(),
            people: BTreeMap::new(),
            sessions: 0,
            sessions_with_media: 0,
            course: Course::default(),
            first_caller: None,
            first_start: None,
            last_end: None,
        }
    }

    /// Takes the record itself. Given again, the later one counts.
    pub fn record(&mut self, record: &Record) {
        let organizer = record.organizer.as_ref().and_then(|o| in_list(o, Source::Organizer));
        let retired = record.retired_organizer.as_ref().and_then(in_retired_set);
        for mention in organizer.iter().chain(&retired) {
            self.list(mention);
        }
        if let Some(mention) = organizer.or(retired) {
            self.organizer = Some(mention.person);
        }
        for set in &record.retired_participants {
            if let Some(mention) = in_retired_set(set) {
                self.list(&mention);
            }
        }
        let kept = Record {
            organizer: None,
            retired_organizer: None,
            retired_participants: Vec::new(),
            ..record.clone()
        };
        self.record = Some(kept);
    }

    /// Takes a page of participants.
    pub fn participants(&mut self, participants: &[Participant]) {
        for participant in participants {
            if let Some(mention) = in_list(participant, Source::Participants) {
                self.list(&mention);
            }
        }
    }

    /// Takes a page of sessions, and gives back what is to be shown of each.
    pub fn sessions(&mut self, sessions: &[Session]) -> Vec<SessionSummary> {
        // First who they are, so that a page names a person in one way.
        for session in sessions {
            for mention in session.mentions().into_iter().flatten() {
                self.learn(&mention);
            }
        }
        sessions.iter().map(|session| self.session(session)).collect()
    }

    /// The call.
    ///
    /// # Errors
    /// When no record was given, or neither the record nor a session says when the call started.
    pub fn finish(mut self) -> Result<Call, DecodeError> {
        let Some(record) = self.record.take() else {
            return Err(DecodeError::missing("id"));
        };
        let Some(started_at) = record.started_at.or(self.first_start) else {
            return Err(DecodeError::missing("startDateTime"));
        };
        let peer_to_peer = record.call_type == CallType::PeerToPeer;
        let people = self.parts(peer_to_peer);
        let organizer = self.organizer.as_ref().map(|person| self.key(person));
        let outcome = self.course.peer_to_peer();
        Ok(Call {
            home_tenant: self.home_tenant.clone(),
            audio_classifier: self.classifier.id().to_owned(),
            organizer_name: organizer.as_ref().and_then(|o| people.get(o)?.display_name.clone()),
            organizer,
            id: record.id,
            version: record.version,
            call_type: record.call_type,
            modalities: record.modalities,
            started_at,
            ended_at: record.ended_at.or(self.last_end),
            last_modified_at: record.last_modified_at,
            join_web_url: record.join_web_url,
            outcome: (peer_to_peer && outcome != Outcome::Listed).then_some(outcome),
            sessions: self.sessions,
            sessions_with_media: self.sessions_with_media,
            people,
        })
    }

    /// Notes that somebody is in the record's lists.
    fn list(&mut self, mention: &Mention<'_>) {
        self.learn(mention);
        self.people.entry(mention.person.clone()).or_default().name(mention, None);
    }

    /// Notes what a mention says about the kind of its person.
    fn learn(&mut self, mention: &Mention<'_>) {
        if let Some(kind) = &mention.kind {
            let known = self.kinds.entry(mention.person.clone()).or_insert_with(|| kind.clone());
            if kind.is_better_than(known) {
                *known = kind.clone();
            }
        }
    }

    fn key(&self, person: &PersonId) -> PersonKey {
        match (person, self.kinds.get(person)) {
            (PersonId::Id(id), Some(kind)) => kind.key(id),
            (PersonId::Id(text) | PersonId::Name(text), _) => person_kind::key("unknown", text),
        }
    }

    fn session(&mut self, session: &Session) -> SessionSummary {
        let streams = SessionStreams::of(session, self.classifier);
        let mentions = session.mentions();
        let mut summary = self.summary(session, &streams, &mentions);
        self.sessions = self.sessions.saturating_add(1);
        self.sessions_with_media =
            self.sessions_with_media.saturating_add(session.has_media().into());
        self.course.add(session);
        self.first_start = earliest(self.first_start, session.started_at);
        self.last_end = self.last_end.max(session.end());
        let group =
            self.record.as_ref().is_some_and(|record| record.call_type == CallType::GroupCall);
        let [caller, callee] = &mentions;
        if let Some(caller) = caller {
            self.add(session, Side::Caller, caller, callee.as_ref(), &streams);
            self.note_caller(session, caller);
        }
        // In a meeting the callee is the service, whatever its endpoint looks like.
        match callee {
            Some(_) if group => summary.named_only = summary.callee.clone(),
            Some(callee) => self.add(session, Side::Callee, callee, caller.as_ref(), &streams),
            None => {}
        }
        summary
    }

    fn add(
        &mut self,
        session: &Session,
        side: Side,
        mention: &Mention<'_>,
        opposite: Option<&Mention<'_>>,
        streams: &SessionStreams,
    ) {
        let state = self.people.entry(mention.person.clone()).or_default();
        state.name(mention, session.time());
        state.add(session, side, streams);
        if let Some(opposite) = opposite.filter(|opposite| opposite.person != mention.person) {
            state.counterparts.insert(opposite.person.clone());
        }
    }

    fn note_caller(&mut self, session: &Session, caller: &Mention<'_>) {
        let candidate = FirstCaller {
            no_start: session.started_at.is_none(),
            started_at: session.started_at,
            session: session.key(),
            person: caller.person.clone(),
        };
        if self.first_caller.as_ref().is_none_or(|first| candidate < *first) {
            self.first_caller = Some(candidate);
        }
    }

    fn summary(
        &self,
        session: &Session,
        streams: &SessionStreams,
        [caller, callee]: &[Option<Mention<'_>>; 2],
    ) -> SessionSummary {
        let platform = |side| session.endpoint(side)?.user_agent.platform.clone();
        let feedback = |side| on_side(session, side).filter(is_answer);
        let (audio_streams, video_streams) = self.counts(streams);
        SessionSummary {
            position: self.sessions,
            id: session.id.as_deref().map(short).map(str::to_owned),
            caller: caller.as_ref().map(|mention| self.key(&mention.person)),
            callee: callee.as_ref().map(|mention| self.key(&mention.person)),
            named_only: None,
            caller_platform: platform(Side::Caller),
            callee_platform: platform(Side::Callee),
            started_at: session.started_at,
            ended_at: session.ended_at,
            seconds: session.interval().map(|(start, end)| {
                Seconds::from_nanos(end.as_nanosecond() - start.as_nanosecond())
            }),
            modalities: session.modalities.clone(),
            failure_stage: session.failure.as_ref().and_then(|failure| failure.stage.clone()),
            failure_reason: session.failure_reason().map(short).map(str::to_owned),
            caller_feedback: feedback(Side::Caller),
            callee_feedback: feedback(Side::Callee),
            audio_streams,
            video_streams,
            has_media: session.has_media(),
            is_test: session.is_test,
        }
    }

    fn counts(&self, streams: &SessionStreams) -> (StreamCounts, StreamCounts) {
        let video = VideoClassifier;
        (
            streams.audio.counts(self.classifier.id(), self.classifier.version()),
            streams.video.counts(video.id(), video.version()),
        )
    }
}
