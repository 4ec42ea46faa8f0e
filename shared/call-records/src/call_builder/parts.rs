//! Everybody's part, made of what was gathered about them.

use std::collections::{BTreeMap, BTreeSet};

use super::CallBuilder;
use crate::person_kind::{Kind, PersonId};
use crate::person_state::PersonState;
use crate::streams::count;
use crate::{Outcome, Participation, PersonKey, Quality, Relation, Role};

impl CallBuilder {
    pub(super) fn parts(&mut self, peer_to_peer: bool) -> BTreeMap<PersonKey, Participation> {
        let states = std::mem::take(&mut self.people);
        let originator = peer_to_peer.then(|| self.originator(&states)).flatten();
        let everybody = peer_to_peer.then(|| Everybody::of(&states));
        let mut people: BTreeMap<PersonKey, Participation> = states
            .into_iter()
            .map(|(person, state)| {
                let role = match (peer_to_peer, &person) {
                    (true, person) if Some(person) == originator.as_ref() => Role::Caller,
                    (true, _) => Role::Callee,
                    (false, person) if Some(person) == self.organizer.as_ref() => Role::Organizer,
                    (false, _) => Role::Participant,
                };
                let part = self.part(&person, state, role, everybody.as_ref());
                (part.person.clone(), part)
            })
            .collect();
        relate(&mut people);
        people
    }

    /// Who placed a peer-to-peer call.
    fn originator(&self, states: &BTreeMap<PersonId, PersonState>) -> Option<PersonId> {
        let organizer = self.organizer.clone();
        let on_session = |person: &PersonId| {
            states.get(person).is_some_and(|state| !state.session_keys.is_empty())
        };
        let first_caller = self.first_caller.as_ref().map(|first| first.person.clone());
        // Before there are sessions, only the organizer tells.
        organizer.clone().filter(on_session).or(first_caller).or(organizer)
    }

    /// A person's part, but for what depends on the others. `everybody` is given in a peer-to-peer
    /// call only.
    fn part(
        &self,
        person: &PersonId,
        state: PersonState,
        role: Role,
        everybody: Option<&Everybody>,
    ) -> Participation {
        let key = self.key(person);
        let outcome = match everybody {
            Some(_) => state.course.peer_to_peer(),
            None => state.course.meeting(),
        };
        let came_about = matches!(outcome, Outcome::Answered | Outcome::Attended);
        let (audio_streams, video_streams) = self.counts(&state.streams);
        // Who is on no session faces everybody who is in the call, and so does who is there alone:
        // a telephone may be on the list only.
        let counterparts = everybody.map(|everybody| {
            let on_session = !state.session_keys.is_empty();
            let alone = everybody.on_sessions == 1;
            if on_session && !alone { &state.counterparts } else { &everybody.people }
        });
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Participation {
            relation: self.relation(person, &key, state.tenant_id.get()),
            display_name: owned(state.display_name.get()),
            user_principal_name: owned(state.user_principal_name.get()),
            tenant_id: owned(state.tenant_id.get()),
            role,
            outcome,
            outcome_reason: owned(
                state.setup_failure_reason.get().or(state.other_failure_reason.get()),
            )
            .filter(|_| !came_about),
            // Who is on no session talked for 0 s: that is known, unlike a session without its times.
            attended: state.talk.lasted(),
            talk_seconds: state.talk.seconds(),
            first_joined_at: state.first_joined_at,
            last_left_at: state.last_left_at,
            dropped: state.dropped,
            drop_reason: owned(state.drop_reason.get()),
            modalities: state.modalities.seconds(),
            platforms: state.platforms.seconds(),
            connections: state.connections.seconds(),
            counterparts: counterparts
                .into_iter()
                .flatten()
                .filter(|other| *other != person)
                .take(MAX_COUNTERPARTS)
                .map(|other| self.key(other))
                .collect(),
            product_families: state.product_families,
            application_versions: state.application_versions,
            capture_devices: state.capture_devices,
            render_devices: state.render_devices,
            wifi_bands: state.wifi_bands,
            wifi_signal_strength_min: state.wifi_signal_strength.map(|(min, _)| min),
            wifi_signal_strength_max: state.wifi_signal_strength.map(|(_, max)| max),
            feedback_asked: count(state.feedback.asked()),
            feedback: state.feedback.answers(),
            audio_streams,
            video_streams,
            legs: state.streams.audio.legs(Quality::Good),
            poor_legs: state.streams.audio.legs(Quality::Poor),
            counterpart_relations: BTreeSet::new(),
            others: 0,
            sessions: count(state.session_keys.len()),
            person: key,
        }
    }

    fn relation(&self, person: &PersonId, key: &PersonKey, tenant: Option<&str>) -> Relation {
        let kind = match key.former_kind() {
            // The key of who has only a name leaves out the kind, which the record may say.
            "unknown" => self.kinds.get(person).map_or("unknown", Kind::as_str),
            kind => kind,
        };
        match kind {
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

/// The people of a peer-to-peer call, and how many of them are on a session.
struct Everybody {
    people: BTreeSet<PersonId>,
    on_sessions: usize,
}

impl Everybody {
    fn of(states: &BTreeMap<PersonId, PersonState>) -> Self {
        Self {
            people: states.keys().cloned().collect(),
            on_sessions: states.values().filter(|state| !state.session_keys.is_empty()).count(),
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
