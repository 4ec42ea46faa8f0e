//! What a call did at each queue and attendant: by the rules of `NUMBERS.md`, step by step.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use call_records::{Call, CallFlow, FlowCourse, FlowEnd, FlowSession, PersonKey};
use jiff::{SignedDuration, Timestamp};

use crate::app::{AppKind, VoiceApp};

/// A record in which no person has answered is final when its call ended so long ago: early versions lack
/// the sessions of agents.
pub(crate) const FINAL_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// What became of a call at a voice app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    Voicemail,
    Forwarded,
    Abandoned,
    Unknown,
    NotFinal,
}

/// A call at a voice app.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub(crate) app: VoiceApp,
    entered: Timestamp,
    /// None: it is not known when.
    left: Option<Timestamp>,
    pub(crate) outcome: Outcome,
    /// In milliseconds; none when it is not known.
    pub(crate) waited: Option<u64>,
    pub(crate) agents: BTreeMap<PersonKey, AgentVisit>,
    /// A person's session does not say whether it lasted.
    is_undecided: bool,
    /// When an outside number was connected first.
    number: Option<Timestamp>,
}

/// A person who was called by a voice app.
#[derive(Clone, Debug, Default)]
pub(crate) struct AgentVisit {
    pub(crate) rang: bool,
    pub(crate) answered: bool,
    is_undecided: bool,
    /// The sessions that lasted.
    lasted: Vec<(Timestamp, Timestamp)>,
}

/// What the call did next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Voicemail,
    App,
    Number,
    /// Connected to an end of which nothing is known.
    Unidentified,
}

/// The call at each voice app, in the order in which it came there; and when the record is final, where it
/// is not yet.
pub(crate) fn visits(
    call: &Call,
    flow: &CallFlow,
    now: Timestamp,
) -> (Vec<Visit>, Option<Timestamp>) {
    let caller = caller(call, flow);
    let mut visits = stays(call, flow, caller.as_ref());
    for session in &flow.sessions {
        take_person(&mut visits, session, caller.as_ref());
    }
    for visit in &mut visits {
        visit.choose_answer();
    }
    let is_answered = visits.iter().any(|visit| visit.outcome == Outcome::Answered);
    let final_at = call.ended_at.unwrap_or(call.started_at).saturating_add(FINAL_AFTER);
    let final_at = final_at.ok().filter(|at| !is_answered && !visits.is_empty() && *at > now);
    for place in 0..visits.len() {
        let next = next(&visits, place, flow, caller.as_ref());
        visits[place].settle(next, final_at.is_some());
    }
    (visits, final_at)
}

/// Who called: the organizer, else the person of the earliest session with a voice app.
fn caller(call: &Call, flow: &CallFlow) -> Option<PersonKey> {
    let first = || {
        let with_app = flow.sessions.iter().flat_map(|session| {
            let [one, other] = &session.ends;
            [(one, other), (other, one)].into_iter().filter_map(|(person, app)| match person {
                FlowEnd::Person(person) if app_of(app).is_some() => {
                    Some((session.started_at.is_none(), session.started_at, person))
                }
                _ => None,
            })
        });
        with_app.min().map(|(.., person)| person.clone())
    };
    call.organizer.clone().or_else(first)
}

fn app_of(end: &FlowEnd) -> Option<VoiceApp> {
    match end {
        FlowEnd::Service(service, kind) => {
            AppKind::of(*kind).map(|kind| VoiceApp { kind, service: service.clone() })
        }
        _ => None,
    }
}

fn is(end: &FlowEnd, person: Option<&PersonKey>) -> bool {
    matches!(end, FlowEnd::Person(who) if Some(who) == person)
}

/// From when to when the call was at each voice app: by the caller's sessions with it, where there are
/// any, else by all.
fn stays(call: &Call, flow: &CallFlow, caller: Option<&PersonKey>) -> Vec<Visit> {
    type Stays = Vec<(Timestamp, Option<Timestamp>)>;
    let mut apps = BTreeMap::<VoiceApp, [Stays; 2]>::new();
    for session in &flow.sessions {
        let Some(start) = session.started_at else { continue };
        let end = session.ended_at.or(call.ended_at.filter(|end| *end >= start));
        let [one, other] = &session.ends;
        for (app, opposite) in [(one, other), (other, one)] {
            if let Some(app) = app_of(app) {
                let [of_caller, of_others] = apps.entry(app).or_default();
                let stays = if is(opposite, caller) { of_caller } else { of_others };
                stays.push((start, end));
            }
        }
    }
    let mut visits = Vec::new();
    for (app, [of_caller, of_others]) in apps {
        let stays = if of_caller.is_empty() { of_others } else { of_caller };
        visits.extend(merged(stays).into_iter().map(|(entered, left)| Visit {
            app: app.clone(),
            entered,
            left,
            outcome: Outcome::Abandoned,
            waited: None,
            agents: BTreeMap::new(),
            is_undecided: false,
            number: None,
        }));
    }
    // A time that is not known is the latest.
    visits.sort_by(|one, other| {
        let key = |visit: &Visit| (visit.entered, visit.left.is_none(), visit.left);
        key(one).cmp(&key(other)).then_with(|| one.app.cmp(&other.app))
    });
    visits
}

/// Times that overlap or touch as one.
fn merged(mut stays: Vec<(Timestamp, Option<Timestamp>)>) -> Vec<(Timestamp, Option<Timestamp>)> {
    stays.sort();
    let mut merged = Vec::<(Timestamp, Option<Timestamp>)>::new();
    for (start, end) in stays {
        match merged.last_mut() {
            Some((_, last)) if last.is_none_or(|last| start <= last) => {
                *last = last.zip(end).map(|(last, end)| last.max(end));
            }
            _ => merged.push((start, end)),
        }
    }
    merged
}

/// Takes a session of a person who is not the caller.
fn take_person(visits: &mut [Visit], session: &FlowSession, caller: Option<&PersonKey>) {
    let [one, other] = &session.ends;
    for (end, opposite) in [(one, other), (other, one)] {
        let FlowEnd::Person(person) = end else { continue };
        if Some(person) == caller || *opposite == FlowEnd::Mailbox {
            continue;
        }
        let Some(start) = session.started_at else {
            if person.kind() != "phone" && session.course != FlowCourse::Rang {
                visits.iter_mut().for_each(|visit| visit.is_undecided = true);
            }
            continue;
        };
        let app = app_of(opposite);
        let holds = |visit: &&mut Visit| {
            visit.entered <= start && visit.left.is_none_or(|left| start <= left)
        };
        // The last that began; before all, one that the session names.
        let visit = visits.iter_mut().enumerate().filter(|(_, visit)| holds(visit));
        let visit = visit.max_by_key(|(place, visit)| (Some(&visit.app) == app.as_ref(), *place));
        if let Some((_, visit)) = visit {
            visit.take(person, start, session);
        }
    }
}

impl Visit {
    fn take(&mut self, person: &PersonKey, start: Timestamp, session: &FlowSession) {
        if person.kind() == "phone" {
            // No agent, but a number to which the call was forwarded.
            if session.course == FlowCourse::Lasted {
                self.number = Some(self.number.map_or(start, |first| first.min(start)));
            }
            return;
        }
        let agent = self.agents.entry(person.clone()).or_default();
        match session.course {
            FlowCourse::Lasted => agent.lasted.push((start, session.ended_at.unwrap_or(start))),
            FlowCourse::Rang => agent.rang = true,
            FlowCourse::Unknown => {
                agent.is_undecided = true;
                self.is_undecided = true;
            }
        }
    }

    /// The first who took the call answered it.
    fn choose_answer(&mut self) {
        let first = |(person, agent): (&PersonKey, &AgentVisit)| {
            agent.lasted.iter().map(|(start, _)| *start).min().map(|start| (start, person.clone()))
        };
        if let Some((start, person)) = self.agents.iter().filter_map(first).min() {
            self.outcome = Outcome::Answered;
            self.waited = waited(self.entered, start);
            if let Some(agent) = self.agents.get_mut(&person) {
                agent.answered = true;
            }
        }
    }

    fn settle(&mut self, next: Option<(Option<Timestamp>, Next)>, is_not_final: bool) {
        if self.outcome == Outcome::Answered {
            return;
        }
        self.outcome = match next {
            _ if is_not_final => Outcome::NotFinal,
            _ if self.is_undecided => Outcome::Unknown,
            Some((_, Next::Unidentified)) => Outcome::Unknown,
            Some((_, Next::Voicemail)) => Outcome::Voicemail,
            Some((_, Next::App | Next::Number)) => Outcome::Forwarded,
            None => Outcome::Abandoned,
        };
        let gone = next.and_then(|(at, _)| at);
        let until = [self.left, gone].into_iter().flatten().min();
        self.waited = until.and_then(|until| waited(self.entered, until));
    }
}

/// What the call did after the visit at this place: the earliest that began since, of equal times in the
/// order of [`Next`]; a time that is not known is the latest.
fn next(
    visits: &[Visit],
    place: usize,
    flow: &CallFlow,
    caller: Option<&PersonKey>,
) -> Option<(Option<Timestamp>, Next)> {
    let Visit { entered, left, number, .. } = &visits[place];
    let apps = visits[place + 1..].iter().map(|visit| (Some(visit.entered), Next::App));
    let number = number.map(|at| (Some(at), Next::Number));
    let sessions = flow.sessions.iter().filter(|session| session.course == FlowCourse::Lasted);
    let sessions = sessions.filter_map(|session| {
        let at = session.started_at;
        let since = |when: &Timestamp| at.is_none_or(|at| at >= *when);
        let [one, other] = &session.ends;
        let of_caller = is(one, caller) || is(other, caller);
        if session.ends.contains(&FlowEnd::Mailbox) {
            since(entered).then_some((at, Next::Voicemail))
        } else if of_caller && session.ends.contains(&FlowEnd::Unidentified) {
            left.as_ref().is_some_and(since).then_some((at, Next::Unidentified))
        } else {
            None
        }
    });
    let all = apps.chain(number).chain(sessions);
    all.min_by_key(|(at, next)| (at.is_none(), *at, *next))
}

fn waited(from: Timestamp, until: Timestamp) -> Option<u64> {
    u64::try_from(from.duration_until(until).as_millis()).ok()
}

/// Who was called by a voice app and took the call nowhere.
pub(crate) fn not_taken(visits: &[Visit]) -> BTreeSet<PersonKey> {
    let agents = || visits.iter().flat_map(|visit| &visit.agents);
    let rang = agents().filter(|(_, agent)| agent.rang).map(|(person, _)| person);
    let took: BTreeSet<_> = agents()
        .filter(|(_, agent)| agent.has_taken() || agent.is_undecided)
        .map(|(person, _)| person)
        .collect();
    rang.filter(|person| !took.contains(person)).cloned().collect()
}

impl AgentVisit {
    pub(crate) const fn has_taken(&self) -> bool {
        !self.lasted.is_empty()
    }

    /// How long the agent was in the call, in milliseconds: the union of the sessions.
    pub(crate) fn ms(&self) -> u64 {
        let mut lasted = self.lasted.clone();
        lasted.sort_by_key(|(start, end)| (*start, Reverse(*end)));
        let mut total = SignedDuration::ZERO;
        let mut until: Option<Timestamp> = None;
        for (start, end) in lasted {
            let from = until.map_or(start, |until| until.max(start));
            if end > from {
                total = total.saturating_add(from.duration_until(end));
                until = Some(end);
            }
        }
        u64::try_from(total.as_millis()).unwrap_or(0)
    }
}
