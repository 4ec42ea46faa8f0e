use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::bounds::{self, short};
use crate::call_flow::RawFlowSession;
use crate::feedback::is_answer;
use crate::media::Side;
use crate::newest::Source;
use crate::outcome::{Courses, End};
use crate::person_kind::{self, Kind, Mention, PersonId, in_list, in_retired_set};
use crate::person_state::{PersonState, earliest};
use crate::role::RoleClass;
use crate::service::{ServiceEvidence, ServiceState, of_own_id};
use crate::session_view::{Ends, SegmentEnd, SessionEnd, SessionView};
use crate::streams::{JudgedStreams, PersonStreams};
use crate::{
    AudioClassifier, Call, CallDetail, CallType, DEFINITIONS_VERSION, DecodeError, Participant,
    PersonKey, Record, Seconds, Session, SessionFacts, SessionSummary, StreamCounts,
    VideoClassifier,
};

mod flow;
mod parts;
mod services;

/// Makes a [`Call`] of the pages of its record.
///
/// Pages may be dropped as soon as they were given: what is kept grows with the people and services
/// of the call and the number of their legs, and not with the size of the pages. Give the record
/// first, because its type decides which ends of a session are people; then the participants,
/// because they say which kind of identity an id is; then the sessions, page by page. The order of
/// sessions changes nothing but their positions.
///
/// Whether an id is a person or a service may show on the last session only, so that what depends
/// on it is decided at the end.
#[derive(Clone, Debug)]
pub struct CallBuilder {
    home_tenant: Option<String>,
    classifier: AudioClassifier,
    record: Option<Record>,
    organizer: Option<PersonId>,
    kinds: BTreeMap<PersonId, Kind>,
    evidence: BTreeMap<PersonId, ServiceEvidence>,
    people: BTreeMap<PersonId, Box<PersonState>>,
    services: BTreeMap<ServiceId, ServiceState>,
    sessions: u32,
    sessions_with_media: u32,
    test_sessions: u32,
    courses: Courses,
    first_start: Option<Timestamp>,
    /// Only where facts are given.
    flow: Vec<RawFlowSession>,
}

/// A service, before its kind of identity is settled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum ServiceId {
    Named(PersonId),
    /// The mailbox of a named person.
    MailboxOf(PersonId),
    /// What nothing but its role is known of.
    Role(String),
}

impl CallBuilder {
    /// Begins a call. `home_tenant` is the id of the organisation whose records these are; without
    /// it no person is internal or federated.
    #[must_use]
    pub fn new(home_tenant: Option<&str>, classifier: AudioClassifier) -> Self {
        Self {
            home_tenant: home_tenant.map(str::to_owned),
            classifier,
            record: None,
            organizer: None,
            kinds: BTreeMap::new(),
            evidence: BTreeMap::new(),
            people: BTreeMap::new(),
            services: BTreeMap::new(),
            sessions: 0,
            sessions_with_media: 0,
            test_sessions: 0,
            courses: Courses::default(),
            first_start: None,
            flow: Vec::new(),
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
        self.sessions_with(sessions, None)
    }

    /// Takes a page of sessions with what it says of their ends, for [`Self::finish_in_detail`]. `facts`
    /// are of the same bytes.
    pub fn sessions_with_facts(
        &mut self,
        sessions: &[Session],
        facts: &[SessionFacts],
    ) -> Vec<SessionSummary> {
        self.sessions_with(sessions, Some(facts))
    }

    fn sessions_with(
        &mut self,
        sessions: &[Session],
        facts: Option<&[SessionFacts]>,
    ) -> Vec<SessionSummary> {
        // First who they are, so that a page names a person in one way.
        let ends: Vec<_> = sessions.iter().map(Ends::of).collect();
        for ends in &ends {
            self.learn_of(ends);
        }
        let facts = |index: usize| facts.and_then(|facts| facts.get(index));
        let sessions = sessions.iter().zip(ends).enumerate();
        sessions.map(|(index, (session, ends))| self.session(session, facts(index), ends)).collect()
    }

    /// The call.
    ///
    /// # Errors
    /// When no record was given, or neither the record nor a session says when the call started.
    pub fn finish(self) -> Result<Call, DecodeError> {
        self.finish_in_detail().map(|detail| detail.call)
    }

    /// The call with what [`Self::sessions_with_facts`] gathered.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub fn finish_in_detail(mut self) -> Result<CallDetail, DecodeError> {
        let Some(record) = self.record.take() else {
            return Err(DecodeError::missing("id"));
        };
        let Some(started_at) = record.started_at.or(self.first_start) else {
            return Err(DecodeError::missing("startDateTime"));
        };
        let services = self.service_parts();
        let flow = self.flow(record.call_type == CallType::GroupCall, &services);
        let parts = self.parts(record.call_type == CallType::PeerToPeer, &services);
        let organizer = self.organizer.as_ref().map(|person| self.key(person));
        let organizer = organizer.filter(|key| parts.people.contains_key(key));
        let name = |key: &PersonKey| parts.people.get(key)?.display_name.clone();
        let call = Call {
            definitions_version: DEFINITIONS_VERSION,
            home_tenant: self.home_tenant.clone(),
            audio_classifier: self.classifier.id().to_owned(),
            organizer_name: organizer.as_ref().and_then(name),
            organizer,
            id: record.id,
            version: record.version,
            call_type: record.call_type,
            modalities: record.modalities,
            started_at,
            ended_at: record.ended_at,
            last_modified_at: record.last_modified_at,
            join_web_url: record.join_web_url,
            outcome: parts.outcome,
            is_test: self.sessions > 0 && self.test_sessions == self.sessions,
            sessions: self.sessions,
            sessions_with_media: self.sessions_with_media,
            audio_streams: parts.audio_streams,
            legs: parts.legs,
            poor_legs: parts.poor_legs,
            established_legs: parts.established_legs,
            dropped_legs: parts.dropped_legs,
            people: parts.people,
            services,
        };
        Ok(CallDetail { call, legs: parts.paths, flow })
    }

    /// Notes that an entry of the record's lists names a person or a service.
    fn list(&mut self, mention: &Mention<'_>) {
        self.learn(mention);
        let state = self.people.entry(mention.person.clone()).or_default();
        state.listed = true;
        state.name(mention, None);
    }

    /// Notes what the endpoints of a session say about whom they name.
    fn learn_of(&mut self, ends: &Ends<'_>) {
        for end in &ends.session {
            let Some(mention) = &end.mention else { continue };
            self.learn(mention);
            if let (End::Named(person), Some(role)) = (&end.end, end.role) {
                self.evidence.entry(person.clone()).or_default().add_role(role);
            }
        }
        for end in ends.segments.iter().flatten() {
            let SegmentEnd::Own(SessionEnd { mention: Some(mention), role, .. }) = end else {
                continue;
            };
            self.learn(mention);
            // Behind a gateway or a mailbox of a segment there may be anybody.
            if let Some(role) = role
                && matches!(RoleClass::of(role), RoleClass::Service(_))
            {
                self.evidence.entry(mention.person.clone()).or_default().add_role(role);
            }
        }
    }

    /// Notes what a mention says about the kind of identity.
    fn learn(&mut self, mention: &Mention<'_>) {
        if let Some(kind) = &mention.kind {
            match self.kinds.get_mut(&mention.person) {
                Some(known) if kind.is_better_than(known) => *known = kind.clone(),
                Some(_) => {}
                None => drop(self.kinds.insert(mention.person.clone(), kind.clone())),
            }
        }
        if mention.application {
            self.evidence.entry(mention.person.clone()).or_default().is_application = true;
        }
    }

    fn key(&self, person: &PersonId) -> PersonKey {
        match (person, self.kinds.get(person)) {
            (PersonId::Id(id), Some(kind)) => kind.key(id),
            (PersonId::Id(text) | PersonId::Name(text), _) => person_kind::key("unknown", text),
        }
    }

    /// The kind of identity, also of who has only a name, and of who is forgotten.
    fn kind(&self, person: &PersonId) -> String {
        match self.key(person).former_kind() {
            // The key of who has only a name leaves out the kind, which the record may say.
            "unknown" => self.kinds.get(person).map_or("unknown", Kind::as_str).to_owned(),
            kind => kind.to_owned(),
        }
    }

    /// Whether what is named is a service and not a person.
    fn is_service(&self, person: &PersonId) -> bool {
        let is_own = matches!(person, PersonId::Id(id) if of_own_id(id).is_some());
        let by_evidence = self.evidence.get(person).is_some_and(|evidence| {
            evidence.has_service_role
                || evidence.is_application
                || evidence.has_gateway_role && self.kind(person) != "phone"
        });
        is_own || by_evidence
    }

    fn session(
        &mut self,
        session: &Session,
        facts: Option<&SessionFacts>,
        ends: Ends<'_>,
    ) -> SessionSummary {
        let record = self.record.as_ref();
        let group = record.is_some_and(|record| record.call_type == CallType::GroupCall);
        let record_id = record.map(|record| record.id.as_str());
        let view =
            SessionView::new(session, facts, ends, self.sessions, record_id, self.classifier);
        let mut summary = self.summary(&view);
        if group {
            // In a meeting the callee is the service, whatever its endpoint looks like.
            summary.named_only.clone_from(&summary.callee);
        }
        self.sessions = self.sessions.saturating_add(1);
        self.sessions_with_media =
            self.sessions_with_media.saturating_add(session.has_media().into());
        self.test_sessions =
            self.test_sessions.saturating_add((session.is_test == Some(true)).into());
        self.first_start = earliest(self.first_start, session.started_at);
        if facts.is_some() {
            self.flow.push(RawFlowSession::of(&view));
        }
        if !group {
            let ends = Side::BOTH.map(|side| view.end(side).end.clone());
            self.courses.add(ends, view.course);
        }
        let counted: &[Side] = if group { &[Side::Caller] } else { &Side::BOTH };
        for side in Side::BOTH {
            match &view.end(side).end {
                End::Named(person) if counted.contains(&side) => {
                    self.add_named(&view, side, person, counted);
                }
                _ => self.add_service(&view, side),
            }
        }
        summary
    }

    /// Takes an end that is a person's, unless it proves to be a service's.
    fn add_named(
        &mut self,
        view: &SessionView<'_>,
        side: Side,
        person: &PersonId,
        counted: &[Side],
    ) {
        let state = self.people.entry(person.clone()).or_default();
        if let Some(mention) = &view.end(side).mention {
            state.name(mention, view.session.time());
        }
        let sides =
            Side::chosen(|side| counted.contains(&side) && view.end(side).named() == Some(person));
        // Once, also when both ends are the same person's.
        if sides.first() == Some(&side) {
            state.add(view, sides, person);
        }
        let opposite = view.end(side.opposite()).named();
        if let Some(opposite) = opposite.filter(|opposite| *opposite != person) {
            state.counterparts.insert(opposite.clone());
        }
    }

    /// Takes an end that no person is on.
    fn add_service(&mut self, view: &SessionView<'_>, side: Side) {
        let SessionEnd { end, mention, role } = view.end(side);
        let at = view.session.time();
        let service = match (end, mention) {
            (End::Named(person), mention) => {
                // It names a person as well as it would on the caller's end.
                if let Some(mention) = mention {
                    self.people.entry(person.clone()).or_default().name(mention, at);
                }
                ServiceId::Named(person.clone())
            }
            (End::Mailbox, Some(mention)) => {
                let owner = self.people.entry(mention.person.clone()).or_default();
                owner.has_mailbox = true;
                owner.name(mention, at);
                ServiceId::MailboxOf(mention.person.clone())
            }
            (End::Mailbox | End::Service, _) => {
                ServiceId::Role(role.unwrap_or_default().to_owned())
            }
            (End::Unidentified, _) => return,
        };
        let state = self.services.entry(service).or_default();
        state.add(view);
        for (source, identity) in mention.iter().flat_map(|m| m.names.into_iter().flatten()) {
            state.display_name.offer(source, at, identity.display_name.as_deref());
        }
        if let Some(role) = role {
            bounds::insert(&mut state.roles, role);
        }
    }

    fn summary(&self, view: &SessionView<'_>) -> SessionSummary {
        let session = view.session;
        let key = |side| view.end(side).mention.as_ref().map(|mention| self.key(&mention.person));
        let role = |side| view.end(side).role.map(str::to_owned);
        let platform = |side| session.endpoint(side)?.user_agent.platform.clone();
        let feedback = |side| view.feedback_on(side).filter(is_answer);
        let PersonStreams { audio, video } = view.streams.of_all();
        let (audio_streams, video_streams) = self.counts(&audio, &video);
        SessionSummary {
            position: self.sessions,
            id: session.id.as_deref().map(short).map(str::to_owned),
            caller: key(Side::Caller),
            callee: key(Side::Callee),
            named_only: None,
            caller_role: role(Side::Caller),
            callee_role: role(Side::Callee),
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

    fn counts(&self, audio: &JudgedStreams, video: &JudgedStreams) -> (StreamCounts, StreamCounts) {
        let of_video = VideoClassifier;
        (
            audio.counts(self.classifier.id(), self.classifier.version()),
            video.counts(of_video.id(), of_video.version()),
        )
    }
}
