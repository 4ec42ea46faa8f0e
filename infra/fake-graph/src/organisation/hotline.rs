//! A day of a hotline of which it is known what its queues and attendants must show.

use fastrand::Rng;
use jiff::Timestamp;

use super::draft::{Draft, Session, Side};
use super::pairs::{after, length};
use super::people::{Party, PartyKind, Population, virtual_assistant};
use super::queues::{ATTENDANT, QUEUE, caller, caller_sessions, finish, session};
use super::seat::Seat;
use super::shape::Shape;
use super::{CallKind, Calls, Organisation, Plan, shape_at_random};

/// A call at a queue or an attendant, as it was planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedVisit {
    /// The id of the call record.
    pub call: String,
    /// Whether the service is a queue there, and not an attendant.
    pub is_queue: bool,
    /// The id of the service.
    pub service: String,
    /// `answered`, `voicemail`, `forwarded` or `abandoned`.
    pub outcome: &'static str,
    pub waited_ms: u64,
    /// The agents who were rung and did not take it.
    pub not_taken: Vec<String>,
    /// Who took it, and for how long.
    pub answered: Option<(String, u64)>,
}

/// What becomes of a call, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plot {
    /// Through the attendant to the queue: two agents do not take it, a third does.
    Answered,
    /// Two agents do not take it, and the caller hangs up.
    Abandoned,
    /// Two agents do not take it, and the mailbox does.
    Voicemail,
    /// No agent takes it in the first queue; in the second one does.
    Overflow,
    /// No agent takes it in the first queue, and in the second the caller hangs up.
    OverflowAbandoned,
    /// No agent takes it, and it goes to a telephone number.
    ToNumber,
    /// Through two attendants, of which the record shows the first, to a person.
    NestedAttendant,
    /// The caller hangs up in the menu.
    HungUpInMenu,
}

const PLOTS: [Plot; 8] = [
    Plot::Answered,
    Plot::Abandoned,
    Plot::Voicemail,
    Plot::Overflow,
    Plot::OverflowAbandoned,
    Plot::ToNumber,
    Plot::NestedAttendant,
    Plot::HungUpInMenu,
];

impl Organisation {
    /// The same people, and a day on which all calls are a hotline's, with what its queues and attendants
    /// must show of them.
    #[must_use]
    pub fn hotline(plan: &Plan) -> (Self, Vec<PlannedVisit>) {
        let calls = Calls::new(plan);
        let mut planned = Vec::new();
        let hotline = (0..plan.calls).map(|n| {
            let mut rng = calls.rng(n);
            let start = calls.start(&mut rng);
            let (draft, visits) = call(&mut rng, &calls.population, start, n);
            planned.extend(visits);
            // With all digits of a second: a wait is planned exactly.
            let shape = Shape { digits: 7, ..shape_at_random(&mut rng) };
            calls.versions(&mut rng, CallKind::Queue, draft, shape)
        });
        let hotline = hotline.collect();
        let organisation = Self {
            people: calls.population.people.clone(),
            outsiders: calls.population.outsiders.clone(),
            services: calls.population.services(),
            planted: None,
            calls: hotline,
        };
        (organisation, planned)
    }
}

/// Call number `n` of the hotline, and its visits.
fn call(
    rng: &mut Rng,
    population: &Population,
    start: Timestamp,
    n: usize,
) -> (Draft, Vec<PlannedVisit>) {
    let plot = PLOTS.get(n % PLOTS.len()).copied().unwrap_or(Plot::Answered);
    let mut story = Story::begin(rng, population, start);
    let [first, second] = [0, 1].map(|place: usize| {
        let lines = &population.lines;
        lines.get(place).map_or_else(|| story.caller.clone(), |line| line.queue.clone())
    });
    match plot {
        Plot::Answered => story.answered_in(rng, &first),
        Plot::Abandoned => story.left_in(rng, &first, "abandoned"),
        Plot::Voicemail => {
            story.left_in(rng, &first, "voicemail");
            story.voicemail(rng, &first);
        }
        Plot::Overflow => {
            story.left_in(rng, &first, "forwarded");
            story.answered_in(rng, &second);
        }
        Plot::OverflowAbandoned => {
            story.left_in(rng, &first, "forwarded");
            story.left_in(rng, &second, "abandoned");
        }
        Plot::ToNumber => {
            story.left_in(rng, &first, "forwarded");
            let mut numbers = std::iter::repeat_with(|| population.outsider(rng, PartyKind::Phone));
            let number = numbers.find(|number| number.id != story.caller.id);
            let number = number.unwrap_or_else(|| story.caller.clone());
            story.connected(rng, number);
        }
        Plot::NestedAttendant => {
            let agent = story.agent(rng);
            let seconds = story.connected(rng, agent.clone());
            story.outcome_of_menu("answered", Some((agent.id, seconds)));
        }
        Plot::HungUpInMenu => story.outcome_of_menu("abandoned", None),
    }
    story.end(rng)
}

/// A call while it is made up.
struct Story<'a> {
    population: &'a Population,
    caller: Party,
    /// The services on the caller's way, with their times.
    way: Vec<(Side, (Timestamp, Timestamp))>,
    /// The sessions of all others.
    others: Vec<Session>,
    listed: Vec<Party>,
    at: Timestamp,
    visits: Vec<PlannedVisit>,
}

impl<'a> Story<'a> {
    /// The caller is in the menu of the attendant.
    fn begin(rng: &mut Rng, population: &'a Population, start: Timestamp) -> Self {
        let caller = caller(rng, population);
        let attendant =
            population.lines.first().map_or_else(|| caller.clone(), |line| line.attendant.clone());
        let seconds = rng.u32(5..45);
        let at = after(rng, start, seconds);
        Self {
            population,
            way: vec![(Side::ServiceAs(ATTENDANT, attendant.clone()), (start, at))],
            others: Vec::new(),
            visits: vec![PlannedVisit {
                call: String::new(),
                is_queue: false,
                service: attendant.id.clone(),
                outcome: "forwarded",
                waited_ms: milliseconds(start, at),
                not_taken: Vec::new(),
                answered: None,
            }],
            listed: vec![caller.clone(), attendant],
            caller,
            at,
        }
    }

    fn outcome_of_menu(&mut self, outcome: &'static str, answered: Option<(String, u64)>) {
        if let Some(menu) = self.visits.first_mut() {
            menu.outcome = outcome;
            menu.answered = answered;
        }
    }

    /// One of the organisation who is not in the call yet.
    fn agent(&mut self, rng: &mut Rng) -> Party {
        let agent = self.population.another_member(rng, &self.listed);
        self.listed.push(agent.clone());
        agent
    }

    /// Two agents are rung in a queue and do not take it. From when to when the caller waits.
    fn ring(&mut self, rng: &mut Rng, queue: &Party) -> (Timestamp, Timestamp, Vec<String>) {
        self.listed.push(queue.clone());
        let waiting = rng.u32(6..120);
        let (entered, left) = (self.at, after(rng, self.at, waiting));
        let mut not_taken = Vec::new();
        for _ in 0..2 {
            let agent = self.agent(rng);
            let seconds = rng.u32(1..waiting);
            let at = after(rng, entered, seconds).min(left);
            let sides = (Side::Seat(Seat::usual(rng, &agent)), of(queue));
            self.others.push(session(rng, sides, (at, at)));
            not_taken.push(agent.id);
        }
        self.at = left;
        (entered, left, not_taken)
    }

    /// No agent takes it in a queue.
    fn left_in(&mut self, rng: &mut Rng, queue: &Party, outcome: &'static str) {
        let (entered, left, not_taken) = self.ring(rng, queue);
        self.queued(rng, queue, (entered, left));
        self.visits.push(PlannedVisit {
            call: String::new(),
            is_queue: true,
            service: queue.id.clone(),
            outcome,
            waited_ms: milliseconds(entered, left),
            not_taken,
            answered: None,
        });
    }

    /// An agent takes it in a queue, whose session goes on until the end.
    fn answered_in(&mut self, rng: &mut Rng, queue: &Party) {
        let (entered, taken, not_taken) = self.ring(rng, queue);
        let agent = self.agent(rng);
        let seconds = length(rng).max(15);
        let end = after(rng, taken, seconds);
        let sides = (Side::Seat(Seat::usual(rng, &agent)), Side::Service);
        self.others.push(session(rng, sides, (taken, end)));
        self.queued(rng, queue, (entered, end));
        self.at = end;
        self.visits.push(PlannedVisit {
            call: String::new(),
            is_queue: true,
            service: queue.id.clone(),
            outcome: "answered",
            waited_ms: milliseconds(entered, taken),
            not_taken,
            answered: Some((agent.id, milliseconds(taken, end))),
        });
    }

    fn queued(&mut self, rng: &mut Rng, queue: &Party, times: (Timestamp, Timestamp)) {
        self.way.push((of(queue), times));
        let assistant = Side::ServiceAs("mediaController", virtual_assistant());
        for sides in [(assistant, of(queue)), (of(queue), Side::Service)] {
            self.others.push(session(rng, sides, times));
        }
    }

    fn voicemail(&mut self, rng: &mut Rng, queue: &Party) {
        let seconds = rng.u32(8..60);
        let end = after(rng, self.at, seconds);
        self.way.push((Side::ServiceAs("voicemail", queue.clone()), (self.at, end)));
        self.at = end;
    }

    /// The caller talks to a person outside of any queue, for so many milliseconds.
    fn connected(&mut self, rng: &mut Rng, with: Party) -> u64 {
        let seconds = length(rng).max(15);
        let (start, end) = (self.at, after(rng, self.at, seconds));
        self.way.push((Side::Service, (start, end)));
        let sides = (Side::Seat(Seat::usual(rng, &with)), Side::Service);
        self.others.push(session(rng, sides, (start, end)));
        if !self.listed.contains(&with) {
            self.listed.push(with);
        }
        self.at = end;
        milliseconds(start, end)
    }

    fn end(self, rng: &mut Rng) -> (Draft, Vec<PlannedVisit>) {
        let Self { caller, way, others, listed, mut visits, .. } = self;
        let mut sessions = caller_sessions(rng, &caller, way);
        sessions.extend(others);
        let draft = finish(rng, caller, listed, sessions);
        visits.iter_mut().for_each(|visit| visit.call.clone_from(&draft.id));
        (draft, visits)
    }
}

fn of(queue: &Party) -> Side {
    Side::ServiceAs(QUEUE, queue.clone())
}

fn milliseconds(from: Timestamp, until: Timestamp) -> u64 {
    u64::try_from(from.duration_until(until).as_millis()).unwrap_or(0)
}
