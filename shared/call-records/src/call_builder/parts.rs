//! Everybody's part, made of what was gathered about them.

use std::collections::{BTreeMap, BTreeSet};

use super::{CallBuilder, services};
use crate::outcome::CallOutcome;
use crate::person_kind::PersonId;
use crate::person_state::{Leg, PersonState};
use crate::streams::{CallStreams, LegKey, count};
use crate::{
    CompactSet, LegQuality, Outcome, Participation, PersonKey, Quality, Relation, Role, Seconds,
    Service, StreamCounts,
};

/// What the people of a call add up to.
pub(super) struct Parts {
    pub(super) people: BTreeMap<PersonKey, Participation>,
    pub(super) outcome: Option<Outcome>,
    pub(super) audio_streams: StreamCounts,
    pub(super) legs: u32,
    pub(super) poor_legs: u32,
    pub(super) established_legs: u32,
    pub(super) dropped_legs: u32,
    /// The legs with what they ran on, where it was asked for.
    pub(super) paths: Vec<LegQuality>,
}

/// A peer-to-peer call as its parts need it.
struct PeerToPeer {
    originator: Option<PersonId>,
    call: CallOutcome,
    people: BTreeSet<PersonId>,
    /// How many of them are on a session.
    on_sessions: usize,
}

impl CallBuilder {
    pub(super) fn parts(
        &mut self,
        peer_to_peer: bool,
        services: &BTreeMap<PersonKey, Service>,
    ) -> Parts {
        let mut states = std::mem::take(&mut self.people);
        states.retain(|_, state| {
            state.listed || state.is_on_session() || peer_to_peer && state.has_mailbox
        });
        let peer_to_peer = peer_to_peer.then(|| self.peer_to_peer(&states));
        let outcome = peer_to_peer.as_ref().map(|call| call.call.outcome);
        let mut streams = CallStreams::default();
        let mut legs = BTreeMap::<&LegKey, Leg>::new();
        for state in states.values() {
            streams.add_all(&state.streams.audio);
            for (key, leg) in &state.legs {
                let known = legs.entry(key).or_default();
                known.established |= leg.established;
                known.dropped |= leg.dropped;
            }
        }
        let that = |holds: fn(&Leg) -> bool| count(legs.values().filter(|leg| holds(leg)).count());
        let mut parts = Parts {
            people: BTreeMap::new(),
            outcome,
            audio_streams: streams.counts(self.classifier.id(), self.classifier.version()),
            legs: streams.legs(Quality::Good),
            poor_legs: streams.legs(Quality::Poor),
            established_legs: that(|leg| leg.established),
            dropped_legs: that(|leg| leg.dropped),
            paths: Vec::new(),
        };
        let offered = services::has_offered(services);
        // One by one: collecting them first would need the memory of all twice.
        for (person, mut state) in states {
            let paths = state.paths.take();
            let part = self.part(&person, *state, peer_to_peer.as_ref(), offered);
            if let Some(paths) = paths {
                parts.paths.extend(paths.legs(&part.person, part.relation));
            }
            parts.people.insert(part.person.clone(), part);
        }
        relate(&mut parts.people);
        parts
    }

    fn peer_to_peer(&self, states: &BTreeMap<PersonId, Box<PersonState>>) -> PeerToPeer {
        let originator = self.originator(states);
        PeerToPeer {
            call: self.courses.outcome(originator.as_ref(), |person| self.is_service(person)),
            originator,
            people: states.keys().cloned().collect(),
            on_sessions: states.values().filter(|state| state.is_on_session()).count(),
        }
    }

    /// Who placed a peer-to-peer call.
    fn originator(&self, states: &BTreeMap<PersonId, Box<PersonState>>) -> Option<PersonId> {
        let organizer = self.organizer.clone().filter(|person| states.contains_key(person));
        let on_session =
            |person: &PersonId| states.get(person).is_some_and(|state| state.is_on_session());
        let callers =
            states.iter().filter_map(|(person, state)| Some((state.first_call.as_ref()?, person)));
        let first_caller = callers.min().map(|(_, person)| person.clone());
        // Before there are sessions, only the organizer tells.
        organizer.clone().filter(on_session).or(first_caller).or(organizer)
    }

    /// A person's part, but for what depends on the others.
    fn part(
        &self,
        person: &PersonId,
        state: PersonState,
        peer_to_peer: Option<&PeerToPeer>,
        offered: bool,
    ) -> Participation {
        let key = self.key(person);
        let is_organizer = self.organizer.as_ref() == Some(person);
        let record_has_sessions = self.sessions > 0;
        let talk = state.talk.seconds().filter(|_| record_has_sessions);
        let attended = talk.map(|talk| talk > Seconds::ZERO);
        let (role, outcome) = match peer_to_peer {
            Some(call) if call.originator.as_ref() == Some(person) => {
                (Role::Caller, call.call.of_originator())
            }
            Some(call) => (Role::Callee, call.call.of_other(state.own_course)),
            None => {
                let role = if is_organizer { Role::Organizer } else { Role::Participant };
                let offered = offered && !is_organizer;
                let attended = attended == Some(true);
                (role, state.attendance.outcome(attended, record_has_sessions, offered))
            }
        };
        // Who is on no session was there for 0 s, unless the outcome is unknown.
        let is_unknown =
            peer_to_peer.is_some() && outcome == Outcome::Unknown && !state.is_on_session();
        let came_about = matches!(outcome, Outcome::Answered | Outcome::Attended);
        let (audio_streams, video_streams) =
            self.counts(&state.streams.audio, &state.streams.video);
        // Who is on no session faces everybody who is in the call, and so does who is there alone:
        // a telephone may be on the list only.
        let counterparts = peer_to_peer.map(|call| {
            let alone = call.on_sessions == 1;
            if state.is_on_session() && !alone { &state.counterparts } else { &call.people }
        });
        let counterparts = counterparts.into_iter().flatten().filter(|other| {
            *other != person && peer_to_peer.is_some_and(|call| call.people.contains(other))
        });
        let counterparts =
            counterparts.take(MAX_COUNTERPARTS).map(|other| self.key(other)).collect();
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Participation {
            relation: self.relation(person, state.tenant_id.get()),
            display_name: owned(state.display_name.get()),
            user_principal_name: owned(state.user_principal_name.get()),
            tenant_id: owned(state.tenant_id.get()),
            role,
            outcome,
            taken_by: peer_to_peer
                .filter(|_| outcome == Outcome::Missed)
                .and_then(|call| call.call.taken_by()),
            outcome_reason: owned(
                state.setup_failure_reason.get().or(state.other_failure_reason.get()),
            )
            .filter(|_| !came_about),
            attended: attended.filter(|_| !is_unknown),
            talk_seconds: talk.filter(|_| !is_unknown),
            first_joined_at: state.first_joined_at,
            last_left_at: state.last_left_at,
            dropped: !state.drops.is_empty(),
            rejoined: state.rejoined(),
            drop_reason: owned(state.drop_reason.get()),
            medium_failed: state.medium_failed,
            modalities: state.modalities.seconds(),
            platforms: state.platforms.seconds(),
            connections: state.connections.seconds(),
            counterparts,
            audio_streams,
            video_streams,
            judged_received: state.streams.audio.received(Quality::Good),
            poor_received: state.streams.audio.received(Quality::Poor),
            judged_sent: state.streams.audio.sent(Quality::Good),
            poor_sent: state.streams.audio.sent(Quality::Poor),
            legs: state.streams.audio.legs(Quality::Good),
            poor_legs: state.streams.audio.legs(Quality::Poor),
            established_legs: count(state.legs_that(|leg| leg.established)),
            dropped_legs: count(state.legs_that(|leg| leg.dropped)),
            counterpart_relations: CompactSet::default(),
            others: 0,
            sessions: count(state.sessions().len()),
            feedback_objects: count(state.feedback.objects()),
            feedback: state.feedback.answers(),
            product_families: state.product_families,
            application_versions: state.application_versions,
            capture_devices: state.capture_devices,
            render_devices: state.render_devices,
            wifi_bands: state.wifi_bands,
            wifi_signal_strength_min: state.wifi_signal_strength.map(|(min, _)| min),
            wifi_signal_strength_max: state.wifi_signal_strength.map(|(_, max)| max),
            person: key,
        }
    }

    fn relation(&self, person: &PersonId, tenant: Option<&str>) -> Relation {
        match self.kind(person).as_str() {
            "guest" => Relation::Guest,
            "phone" => Relation::Pstn,
            "anonymous" => Relation::Anonymous,
            "acs" => Relation::Acs,
            _ => match (tenant, self.home_tenant.as_deref()) {
                (Some(tenant), Some(home)) if tenant.eq_ignore_ascii_case(home) => {
                    Relation::Internal
                }
                (Some(_), Some(_)) => Relation::Federated,
                _ => Relation::Unknown,
            },
        }
    }
}

/// People on the other side that one part names.
const MAX_COUNTERPARTS: usize = 64;

/// Fills in what depends on the others in the call.
fn relate(people: &mut BTreeMap<PersonKey, Participation>) {
    let mut relations = BTreeMap::<Relation, usize>::new();
    for part in people.values() {
        *relations.entry(part.relation).or_default() += 1;
    }
    let others = count(people.len().saturating_sub(1));
    for part in people.values_mut() {
        part.others = others;
        part.counterpart_relations = relations
            .iter()
            .filter(|(relation, number)| **relation != part.relation || **number > 1)
            .map(|(relation, _)| *relation)
            .collect();
    }
}
