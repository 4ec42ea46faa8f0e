//! Calls that an auto attendant and a call queue take.

use fastrand::Rng;
use jiff::Timestamp;

use super::draft::{Draft, Session, Side};
use super::groups::draft;
use super::media::Quality;
use super::pairs::{after, length, quality};
use super::people::{Line, Party, PartyKind, Population, guid, virtual_assistant};
use super::seat::Seat;

pub(super) const ATTENDANT: &str = "skypeForBusinessAutoAttendant";
pub(super) const QUEUE: &str = "skypeForBusinessCallQueues";

/// What becomes of a call in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// By the second agent; the first was rung and did not take it.
    Answered,
    /// The caller hung up while agents were rung.
    Abandoned,
    /// The queue's time limit passed, and its mailbox took the call.
    Voicemail,
}

/// A call that goes through an attendant into a queue. One session id stands for every service on the
/// caller's way.
pub(super) fn queue(
    rng: &mut Rng,
    population: &Population,
    start: Timestamp,
    ending: Ending,
) -> Draft {
    let Line { attendant, queue } = line(rng, population);
    let caller = caller(rng, population);
    let menu = rng.u32(8..45);
    let entered = after(rng, start, menu);
    let waiting = rng.u32(10..180);
    let left = after(rng, entered, waiting);
    let rest = match ending {
        Ending::Answered => length(rng).max(15),
        Ending::Abandoned => 0,
        Ending::Voicemail => rng.u32(8..60),
    };
    let end = after(rng, left, rest);
    let queued_until = if ending == Ending::Voicemail { left } else { end };

    let mut legs = vec![
        (Side::ServiceAs(ATTENDANT, attendant.clone()), (start, entered)),
        (Side::ServiceAs(QUEUE, queue.clone()), (entered, queued_until)),
    ];
    if ending == Ending::Voicemail {
        legs.push((Side::ServiceAs("voicemail", queue.clone()), (left, end)));
    }
    let mut sessions = caller_sessions(rng, &caller, legs);
    let of_queue = Side::ServiceAs(QUEUE, queue.clone());
    let assistant = Side::ServiceAs("mediaController", virtual_assistant());
    for sides in [(assistant, of_queue.clone()), (of_queue.clone(), Side::Service)] {
        sessions.push(session(rng, sides, (entered, queued_until)));
    }

    let mut listed = vec![caller.clone(), attendant, queue];
    // A resource account that is both is listed once.
    listed.dedup();
    let rung = if ending == Ending::Answered { 1 } else { rng.usize(1..3) };
    for _ in 0..rung {
        let agent = population.another_member(rng, &listed);
        let seconds = rng.u32(1..waiting);
        let at = after(rng, entered, seconds);
        let seat = Side::Seat(Seat::usual(rng, &agent));
        sessions.push(session(rng, (seat, of_queue.clone()), (at, at)));
        listed.push(agent);
    }
    if ending == Ending::Answered {
        let agent = population.another_member(rng, &listed);
        let seat = Side::Seat(Seat::usual(rng, &agent));
        sessions.push(session(rng, (seat, Side::Service), (left, end)));
        listed.push(agent);
    }
    finish(rng, caller, listed, sessions)
}

/// A call that goes through an attendant and the attendant behind it to a person. Only the first of
/// the attendants is on a session, for the time of both.
pub(super) fn nested_attendant(rng: &mut Rng, population: &Population, start: Timestamp) -> Draft {
    let Line { attendant, .. } = line(rng, population);
    let caller = caller(rng, population);
    let menus = rng.u32(20..90);
    let answered = after(rng, start, menus);
    let seconds = length(rng).max(15);
    let end = after(rng, answered, seconds);
    let legs = vec![
        (Side::ServiceAs(ATTENDANT, attendant.clone()), (start, answered)),
        (Side::Service, (answered, end)),
    ];
    let mut sessions = caller_sessions(rng, &caller, legs);
    let mut listed = vec![caller.clone(), attendant];
    let agent = population.another_member(rng, &listed);
    let seat = Side::Seat(Seat::usual(rng, &agent));
    sessions.push(session(rng, (seat, Side::Service), (answered, end)));
    listed.push(agent);
    finish(rng, caller, listed, sessions)
}

fn line(rng: &mut Rng, population: &Population) -> Line {
    rng.choice(&population.lines).cloned().expect("an organisation has three lines")
}

/// Most come from the telephone network, some are colleagues.
pub(super) fn caller(rng: &mut Rng, population: &Population) -> Party {
    match rng.u32(..6) {
        0 => population.member(rng),
        _ => population.outsider(rng, PartyKind::Phone),
    }
}

/// The caller's sessions with one service after the other, all with the same id.
pub(super) fn caller_sessions(
    rng: &mut Rng,
    caller: &Party,
    legs: Vec<(Side, (Timestamp, Timestamp))>,
) -> Vec<Session> {
    let id = guid(rng);
    let seat = Seat::usual(rng, caller);
    legs.into_iter()
        .map(|(service, times)| {
            let session = session(rng, (Side::Seat(seat.clone()), service), times);
            Session { id: id.clone(), ..session }
        })
        .collect()
}

pub(super) fn session(
    rng: &mut Rng,
    sides: (Side, Side),
    times: (Timestamp, Timestamp),
) -> Session {
    let (id, quality) = (guid(rng), quality(rng));
    // What servers send each other was not seen to be poor.
    let quality = if sides.0.seat().is_some() { quality } else { Quality::Good };
    Session::new(rng, id, sides, times, &["audio"], quality)
}

pub(super) fn finish(
    rng: &mut Rng,
    caller: Party,
    listed: Vec<Party>,
    sessions: Vec<Session>,
) -> Draft {
    let mut draft = draft(rng, "groupCall", caller, listed, sessions);
    draft.join_web_url = None;
    draft.ask_for_feedback(rng);
    draft
}
