//! The queues and attendants of one day, or of several.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use call_records::{Call, CallFlow, PersonKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::visit::{Outcome, Visit, not_taken, visits};
use crate::{AgentCounts, AppCounts, VoiceApp};

/// The queues and attendants of the calls that began on one day, or on several.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DayVoiceApps {
    /// The calls that came to any of them, test calls left out.
    pub calls: u64,
    pub apps: BTreeMap<VoiceApp, App>,
    /// When the last of the records that are not final yet is final; stored apart.
    #[serde(skip)]
    pub final_at: Option<Timestamp>,
}

/// What is known of a voice app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct App {
    /// The newest name, with the start of the call that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<(Timestamp, String)>,
    pub counts: AppCounts,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub agents: BTreeMap<PersonKey, Agent>,
    /// The agents that were not kept, together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_agents: Option<OtherAgents>,
}

/// What is known of an agent of a voice app.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Agent {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<(Timestamp, String)>,
    #[serde(flatten)]
    pub counts: AgentCounts,
}

/// Agents that were not kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherAgents {
    /// How many; over several days, the sum of those of each day.
    pub agents: u64,
    pub counts: AgentCounts,
}

/// Stored bytes that are no voice apps of a day.
#[derive(Debug, thiserror::Error)]
#[error("the stored queues of a day cannot be read: {0}")]
pub struct UnreadableVoiceApps(#[from] serde_json::Error);

impl App {
    /// The newest name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|(_, name)| name.as_str())
    }
}

impl Agent {
    /// The newest name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(|(_, name)| name.as_str())
    }
}

impl DayVoiceApps {
    /// Adds a call, as it is known `now`. Test calls are no calls.
    pub fn add(&mut self, call: &Call, flow: &CallFlow, now: Timestamp) {
        let (visits, final_at) = visits(call, flow, now);
        if call.is_test || visits.is_empty() {
            return;
        }
        self.calls += 1;
        self.final_at = self.final_at.max(final_at);
        let not_taken = not_taken(&visits);
        for visit in &visits {
            let app = self.apps.entry(visit.app.clone()).or_default();
            let service = call.services.get(&visit.app.service);
            let name = service.and_then(|service| service.display_name.as_ref());
            newest(&mut app.name, call.started_at, name);
            app.counts.add(visit);
            // The sessions of other agents may be missing yet.
            if visit.outcome == Outcome::NotFinal {
                continue;
            }
            for (person, of_visit) in &visit.agents {
                let counts = AgentCounts {
                    rung: u64::from(of_visit.answered || not_taken.contains(person)),
                    answered: u64::from(of_visit.answered),
                    not_taken: u64::from(not_taken.contains(person)),
                    took_over: u64::from(of_visit.has_taken() && !of_visit.answered),
                    ms: of_visit.ms(),
                };
                if counts == AgentCounts::default() {
                    continue;
                }
                let agent = app.agents.entry(person.clone()).or_default();
                agent.counts.merge(&counts);
                let part = call.people.get(person);
                let name = part.and_then(|part| part.display_name.as_ref());
                newest(&mut agent.name, call.started_at, name);
            }
        }
    }

    /// Adds another day.
    pub fn merge(&mut self, day: &Self) {
        self.calls += day.calls;
        for (key, other) in &day.apps {
            let app = self.apps.entry(key.clone()).or_default();
            app.name = app.name.take().max(other.name.clone());
            app.counts.merge(&other.counts);
            for (person, other) in &other.agents {
                let agent = app.agents.entry(person.clone()).or_default();
                agent.name = agent.name.take().max(other.name.clone());
                agent.counts.merge(&other.counts);
            }
            if let Some(other) = &other.other_agents {
                let sum = app.other_agents.get_or_insert_default();
                sum.agents += other.agents;
                sum.counts.merge(&other.counts);
            }
        }
    }

    /// Keeps so many agents of each voice app, who were rung most; of equals the first by their key. The
    /// others are one sum.
    pub fn keep_busiest_agents(&mut self, most: usize) {
        for app in self.apps.values_mut().filter(|app| app.agents.len() > most) {
            let mut sorted: Vec<_> = std::mem::take(&mut app.agents).into_iter().collect();
            sorted.sort_by_key(|(person, agent)| (Reverse(agent.counts.rung), person.clone()));
            let others = app.other_agents.get_or_insert_default();
            for (_, agent) in sorted.drain(most..) {
                others.agents += 1;
                others.counts.merge(&agent.counts);
            }
            app.agents = sorted.into_iter().collect();
        }
    }

    /// The bytes in which it is stored.
    ///
    /// # Errors
    /// Never, but for a defect of this crate.
    pub fn to_bytes(&self) -> Result<Vec<u8>, UnreadableVoiceApps> {
        Ok(serde_json::to_vec(self)?)
    }

    /// What was stored.
    ///
    /// # Errors
    /// The bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnreadableVoiceApps> {
        Ok(serde_json::from_slice(bytes)?)
    }
}

fn newest(known: &mut Option<(Timestamp, String)>, at: Timestamp, name: Option<&String>) {
    if let Some(name) = name {
        *known = known.take().max(Some((at, name.clone())));
    }
}

impl AppCounts {
    fn add(&mut self, visit: &Visit) {
        self.offered += 1;
        let (count, waits) = match visit.outcome {
            Outcome::Answered => (&mut self.answered, Some(&mut self.answered_wait)),
            Outcome::Voicemail => (&mut self.voicemail, Some(&mut self.passed_on_wait)),
            Outcome::Forwarded => (&mut self.forwarded, Some(&mut self.passed_on_wait)),
            Outcome::Abandoned => (&mut self.abandoned, Some(&mut self.abandoned_wait)),
            Outcome::Unknown => (&mut self.unknown, None),
            Outcome::NotFinal => (&mut self.not_final, None),
        };
        *count += 1;
        if let Some(waits) = waits {
            waits.add(visit.waited);
        }
    }
}
