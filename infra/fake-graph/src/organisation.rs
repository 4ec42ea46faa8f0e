//! An invented organisation and its calls.

mod draft;
mod groups;
mod hotline;
mod media;
mod names;
mod pairs;
mod people;
mod places;
mod planted;
mod queues;
mod seat;
mod shape;
mod telephone;

use fastrand::Rng;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use draft::Draft;
pub use hotline::PlannedVisit;
use pairs::{Ending, Other, pair};
use people::Population;
pub use people::{Party, PartyKind};
pub use planted::{Fault, Planted};
use shape::Shape;

/// What to invent. The same plan always gives the same organisation.
#[derive(Clone, Debug)]
pub struct Plan {
    /// People of the organisation; at least 3.
    pub people: usize,
    /// Calls of the day.
    pub calls: usize,
    /// The seed of all random choices.
    pub seed: u64,
    /// The day, in UTC. A few calls end on the next one.
    pub day: Date,
    pub tenant_id: String,
    /// What is broken in the organisation, besides chance. All else is the same with and without it.
    pub fault: Option<Fault>,
}

/// An invented organisation with the calls of one day.
#[derive(Clone, Debug)]
pub struct Organisation {
    pub people: Vec<Party>,
    /// Those outside whom it talks to, besides visitors who come once.
    pub outsiders: Vec<Party>,
    /// Its resource accounts and its bot, which are no people.
    pub services: Vec<Party>,
    pub calls: Vec<InventedCall>,
    /// Which one is broken, where the plan has a fault.
    pub planted: Option<Planted>,
}

#[derive(Clone, Debug)]
pub struct InventedCall {
    /// The id of the call record.
    pub id: String,
    /// What kind of call it is.
    pub kind: CallKind,
    /// The record as Graph returns it expanded, in ascending order of `version`.
    pub versions: Vec<Value>,
}

/// Kinds of calls. The first calls of a day are one of each kind, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallKind {
    /// A meeting of 300 with more sessions and participants than fit one page.
    LargeMeeting,
    /// Between two members, answered.
    TwoParty,
    /// Between two members, never answered: 0 s.
    Missed,
    /// Failed while it was set up: 0 s and a reason.
    Failed,
    /// Lost in the middle.
    Dropped,
    /// With the telephone network, in either direction.
    Telephone,
    /// With a user of another organisation.
    Federated,
    /// A meeting of members.
    Meeting,
    /// A meeting with a federated user, a guest, a caller, a visitor and a communication services
    /// user.
    MixedMeeting,
    /// With a user of Azure Communication Services.
    CommunicationServices,
    /// Through an auto attendant and a queue to the second agent who was rung: session ids repeat.
    Queue,
    /// Begun by two, joined by a third.
    Escalated,
    /// A meeting whose `participants_v2` misses one and lists one too many.
    Mislisted,
    /// Begun before midnight, ended after. An earlier version had it wholly after.
    AcrossMidnight,
    /// With a client on a platform that the schema does not know.
    UnknownPlatform,
    /// A meeting of one.
    Alone,
    /// The caller hung up in the queue.
    QueueAbandoned,
    /// No agent took it in time: the queue's mailbox did.
    QueueVoicemail,
    /// Through two attendants to a person; the record shows the first only.
    NestedAttendant,
    /// The mailbox of the one called took it.
    Voicemail,
    /// A meeting that a bot records.
    RecordedMeeting,
    /// A test call.
    Test,
    /// With the telephone network by way of a mediation server: two segments.
    MediationServer,
    /// Failed in set-up after ringing: its session has a length.
    FailedAfterRinging,
    /// Audio was carried, video failed in set-up.
    VideoFailed,
    /// A meeting that one person could not join.
    FailedJoin,
}

impl CallKind {
    /// Every kind, with its number in a thousand calls.
    const ALL: [(Self, u32); 26] = [
        (Self::LargeMeeting, 0),
        (Self::TwoParty, 310),
        (Self::Missed, 90),
        (Self::Failed, 20),
        (Self::Dropped, 30),
        (Self::Telephone, 60),
        (Self::Federated, 55),
        (Self::Meeting, 140),
        (Self::MixedMeeting, 15),
        (Self::CommunicationServices, 10),
        (Self::Queue, 45),
        (Self::Escalated, 20),
        (Self::Mislisted, 15),
        (Self::AcrossMidnight, 5),
        (Self::UnknownPlatform, 10),
        (Self::Alone, 10),
        (Self::QueueAbandoned, 15),
        (Self::QueueVoicemail, 10),
        (Self::NestedAttendant, 10),
        (Self::Voicemail, 35),
        (Self::RecordedMeeting, 10),
        (Self::Test, 10),
        (Self::MediationServer, 50),
        (Self::FailedAfterRinging, 10),
        (Self::VideoFailed, 5),
        (Self::FailedJoin, 10),
    ];

    /// Whether agents are rung, whose sessions an early version lacks.
    fn has_agents(self) -> bool {
        matches!(
            self,
            Self::Queue | Self::QueueAbandoned | Self::QueueVoicemail | Self::NestedAttendant
        )
    }

    fn at_random(rng: &mut Rng) -> Self {
        let total = Self::ALL.iter().map(|(_, share)| share).sum::<u32>();
        let mut left = rng.u32(..total);
        for (kind, share) in Self::ALL {
            if left < share {
                return kind;
            }
            left -= share;
        }
        Self::TwoParty
    }
}

impl Organisation {
    /// Invents the people and all calls of the day.
    #[must_use]
    pub fn invent(plan: &Plan) -> Self {
        let calls = Calls::new(plan);
        Self {
            people: calls.population.people.clone(),
            outsiders: calls.population.outsiders.clone(),
            services: calls.population.services(),
            planted: calls.planted.clone(),
            calls: calls.collect(),
        }
    }

    /// The building file of every invented organisation, in the format of Microsoft's Call Quality
    /// Dashboard: its floors and VPN gateways.
    #[must_use]
    pub fn building_file() -> String {
        places::building_file()
    }

    /// The same calls one by one, for more of them than fit memory.
    #[must_use]
    pub fn calls(plan: &Plan) -> Calls {
        Calls::new(plan)
    }

    /// One meeting of that size, every one of `people` on `sessions_per_person` sessions one after
    /// the other: with 1,000 people on one session each, Graph gives 17 pages of sessions.
    #[must_use]
    pub fn meeting(plan: &Plan, people: usize, sessions_per_person: usize) -> InventedCall {
        let population = Population::invent(plan.people, &plan.tenant_id, plan.seed);
        let mut rng = Rng::with_seed(plan.seed ^ 0x6d65_6574);
        let crowd = population.crowd(&mut rng, people);
        let start = moment(plan.day, 9 * 3_600);
        let mut draft = groups::meeting_of(&mut rng, crowd, sessions_per_person, (start, 3_600));
        draft.ask_for_feedback(&mut rng);
        let fault = plan.fault;
        let planted = fault.and_then(|it| Planted::choose(it, &population.people, plan.seed));
        if let Some(planted) = planted {
            planted.spoil(&mut draft, plan.seed);
        }
        let shape = shape_at_random(&mut rng);
        InventedCall {
            id: draft.id.clone(),
            kind: CallKind::LargeMeeting,
            versions: vec![shape.record(&draft)],
        }
    }
}

/// The calls of an organisation's day, invented one by one.
#[derive(Clone, Debug)]
pub struct Calls {
    population: Population,
    planted: Option<Planted>,
    plan: Plan,
    next: usize,
}

impl Calls {
    fn new(plan: &Plan) -> Self {
        let population = Population::invent(plan.people, &plan.tenant_id, plan.seed);
        let planted =
            plan.fault.and_then(|fault| Planted::choose(fault, &population.people, plan.seed));
        Self { population, planted, plan: plan.clone(), next: 0 }
    }

    /// Call number `n`, which depends on no other.
    fn call(&self, n: usize) -> InventedCall {
        let mut rng = self.rng(n);
        let kind = match CallKind::ALL.get(n) {
            Some((kind, _)) => *kind,
            None => CallKind::at_random(&mut rng),
        };
        let mut draft = self.draft(&mut rng, kind);
        if let Some(planted) = &self.planted {
            planted.spoil(&mut draft, mix(n));
        }
        let shape = shape_at_random(&mut rng);
        self.versions(&mut rng, kind, draft, shape)
    }

    fn rng(&self, n: usize) -> Rng {
        Rng::with_seed(self.plan.seed.rotate_left(17) ^ mix(n))
    }

    fn versions(&self, rng: &mut Rng, kind: CallKind, draft: Draft, shape: Shape) -> InventedCall {
        let drafts = history(rng, &self.population, kind, draft);
        InventedCall {
            id: drafts.first().map(|draft| draft.id.clone()).unwrap_or_default(),
            kind,
            versions: drafts.iter().map(|draft| shape.record(draft)).collect(),
        }
    }

    fn draft(&self, rng: &mut Rng, kind: CallKind) -> Draft {
        let population = &self.population;
        let start = self.start(rng);
        let with =
            |rng: &mut Rng, kind, ending| pair(rng, population, start, Other::Party(kind), ending);
        match kind {
            CallKind::LargeMeeting => {
                let crowd = population.crowd(rng, 300);
                groups::meeting(rng, crowd, moment(self.plan.day, 9 * 3_600), 3_600)
            }
            CallKind::TwoParty => pair(rng, population, start, Other::Member, Ending::Answered),
            CallKind::Missed => pair(rng, population, start, Other::Member, Ending::Missed),
            CallKind::Failed => pair(rng, population, start, Other::Member, Ending::FailedAtSetup),
            CallKind::FailedAfterRinging => {
                pair(rng, population, start, Other::Member, Ending::FailedAfterRinging)
            }
            CallKind::VideoFailed => {
                pair(rng, population, start, Other::Member, Ending::VideoFailedAtSetup)
            }
            CallKind::Dropped => {
                pair(rng, population, start, Other::Member, Ending::DroppedMidcall)
            }
            CallKind::Telephone => {
                let ending = if rng.u32(..6) == 0 { Ending::Missed } else { Ending::Answered };
                with(rng, PartyKind::Phone, ending)
            }
            CallKind::Federated => with(rng, PartyKind::Federated, Ending::Answered),
            CallKind::CommunicationServices => {
                with(rng, PartyKind::CommunicationServices, Ending::Answered)
            }
            CallKind::Meeting | CallKind::Mislisted => {
                let size = rng.usize(3..12);
                let parties = groups::colleagues(rng, population, size);
                let seconds = rng.u32(600..5_400);
                let mut draft = groups::meeting(rng, parties, start, seconds);
                if kind == CallKind::Mislisted {
                    groups::mislist(rng, population, &mut draft);
                }
                draft
            }
            CallKind::MixedMeeting => groups::mixed(rng, population, start),
            CallKind::Queue => queues::queue(rng, population, start, queues::Ending::Answered),
            CallKind::QueueAbandoned => {
                queues::queue(rng, population, start, queues::Ending::Abandoned)
            }
            CallKind::QueueVoicemail => {
                queues::queue(rng, population, start, queues::Ending::Voicemail)
            }
            CallKind::NestedAttendant => queues::nested_attendant(rng, population, start),
            CallKind::Voicemail => pairs::voicemail(rng, population, start),
            CallKind::Test => pairs::test_call(rng, population, start),
            CallKind::MediationServer => {
                let mut draft = with(rng, PartyKind::Phone, Ending::Answered);
                pairs::through_mediation_server(rng, &mut draft);
                draft
            }
            CallKind::RecordedMeeting => groups::recorded(rng, population, start),
            CallKind::FailedJoin => groups::failed_join(rng, population, start),
            CallKind::Escalated => groups::escalated(rng, population, start),
            CallKind::AcrossMidnight => {
                let start = moment(self.plan.day, 86_400 - rng.i64(5..30));
                let parties = groups::colleagues(rng, population, 3);
                let draft = groups::meeting(rng, parties, start, 1_200);
                draft.moved(draft.start().duration_until(start))
            }
            CallKind::UnknownPlatform => {
                pair(rng, population, start, Other::OnUnknownPlatform, Ending::Answered)
            }
            CallKind::Alone => groups::alone(rng, population, start),
        }
    }

    /// A moment of the working day: busy before noon and in the afternoon, quiet at its ends.
    fn start(&self, rng: &mut Rng) -> Timestamp {
        const HOURS: [i64; 24] =
            [6, 7, 7, 8, 8, 8, 9, 9, 9, 9, 10, 10, 10, 11, 11, 12, 13, 13, 14, 14, 15, 16, 17, 20];
        let hour = HOURS.get(rng.usize(..HOURS.len())).copied().unwrap_or(9);
        let start = moment(self.plan.day, hour * 3_600 + rng.i64(0..3_600));
        // Ticks of 100 ns, as Graph has them.
        let ticks = SignedDuration::from_nanos(rng.i64(0..10_000_000) * 100);
        start.saturating_add(ticks).unwrap_or(start)
    }
}

impl Iterator for Calls {
    type Item = InventedCall;

    fn next(&mut self) -> Option<InventedCall> {
        (self.next < self.plan.calls).then(|| {
            let call = self.call(self.next);
            self.next += 1;
            call
        })
    }

    /// Passes over calls without inventing them.
    fn nth(&mut self, n: usize) -> Option<InventedCall> {
        self.next = self.next.saturating_add(n).min(self.plan.calls);
        self.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.plan.calls - self.next;
        (left, Some(left))
    }
}

/// Neighbouring numbers must not give neighbouring calls.
fn mix(n: usize) -> u64 {
    (n as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// What was known of the call, from the first version to the last.
fn history(rng: &mut Rng, population: &Population, kind: CallKind, last: Draft) -> Vec<Draft> {
    let mut drafts = match (kind, rng.u32(..100)) {
        (CallKind::AcrossMidnight, _) => {
            // What was believed first: wholly on the next day.
            vec![last.moved(SignedDuration::from_mins(1)), last]
        }
        (kind, chance) if kind.has_agents() => {
            let early = last.before_agents();
            if chance < 30 { vec![early, last.before_feedback(), last] } else { vec![early, last] }
        }
        (CallKind::LargeMeeting, _) | (_, 0..4) => {
            let passing = population.another_member(rng, &last.present());
            vec![last.before_last_session(passing), last]
        }
        (_, 4..12) => vec![last.before_feedback(), last],
        (_, 12..16) => {
            let second = last.before_feedback();
            vec![second.before_measurements(), second, last]
        }
        _ => vec![last],
    };
    // Records come within half an hour, changes later; versions may skip numbers.
    let end = drafts.last().map_or(Timestamp::UNIX_EPOCH, Draft::end);
    let mut wait = SignedDuration::from_secs(rng.i64(120..1_800));
    let mut version = i64::from(rng.u32(..4) == 0) + 1;
    for draft in &mut drafts {
        draft.version = version;
        draft.modified_at = end.saturating_add(wait).unwrap_or(end);
        version += 1 + i64::from(rng.u32(..5) == 0);
        wait += SignedDuration::from_secs(rng.i64(600..7_200));
    }
    drafts
}

fn shape_at_random(rng: &mut Rng) -> Shape {
    Shape {
        retired: rng.u32(..5) == 0,
        typed: rng.u32(..6) > 0,
        verbose: rng.u32(..10) == 0,
        digits: seat::choose(rng, &[7, 7, 7, 6, 0]),
    }
}

/// The number of calls on that day in an organisation with `on_weekday` calls from Monday to Friday: a
/// tenth on Saturdays, a twentieth on Sundays.
#[must_use]
pub fn calls_on(day: Date, on_weekday: usize) -> usize {
    match day.weekday() {
        Weekday::Saturday => on_weekday.div_ceil(10),
        Weekday::Sunday => on_weekday.div_ceil(20),
        _ => on_weekday,
    }
}

fn moment(day: Date, seconds: i64) -> Timestamp {
    let midnight = day.at(0, 0, 0, 0);
    let midnight = TimeZone::UTC.to_timestamp(midnight).unwrap_or(Timestamp::UNIX_EPOCH);
    midnight.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(midnight)
}
