//! Meetings and other calls of more than two.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::draft::{Draft, Failure, Session, Side};
use super::media::Quality;
use super::pairs::{after, length, quality};
use super::people::{Party, PartyKind, Population, guid};
use super::seat::{Seat, choose};

/// A meeting of so many, each on so many sessions one after the other.
pub(super) fn meeting_of(
    rng: &mut Rng,
    parties: Vec<Party>,
    sessions_each: usize,
    (start, seconds): (Timestamp, u32),
) -> Draft {
    let organizer = parties.iter().find(|party| party.kind == PartyKind::Member);
    let organizer = organizer.or(parties.first()).cloned().unwrap_or_else(|| unknown_party(rng));
    let end = after(rng, start, seconds);
    let mut sessions = Vec::with_capacity(parties.len() * sessions_each);
    for party in &parties {
        // People come within the first tenth and leave within the last.
        let late = rng_below(rng, seconds / 10);
        let mut joined = after(rng, start, late);
        let left = end.saturating_sub(seconds_of(rng_below(rng, seconds / 10))).unwrap_or(end);
        let whole = joined.duration_until(left).as_secs().max(1);
        let pieces = i64::try_from(sessions_each.max(1)).unwrap_or(1);
        for _ in 0..sessions_each.max(1) {
            let piece = SignedDuration::from_secs(whole / pieces);
            let until = joined.saturating_add(piece).unwrap_or(joined).min(left);
            let seat = Seat::usual(rng, party);
            sessions.push(session(rng, seat, (joined, until)));
            // A short while outside before coming back.
            joined = until.saturating_add(seconds_of(rng_below(rng, 20))).unwrap_or(until);
        }
    }
    draft(rng, "groupCall", organizer, parties, sessions)
}

/// A meeting in which some come back, and some are there with two devices at once.
pub(super) fn meeting(rng: &mut Rng, parties: Vec<Party>, start: Timestamp, seconds: u32) -> Draft {
    let mut draft = meeting_of(rng, parties, 1, (start, seconds));
    let end = draft.end();
    let restless: Vec<_> = draft
        .sessions
        .iter()
        .filter_map(|session| {
            Some((session.caller.seat()?.party.clone(), session.start, session.end))
        })
        .filter(|_| rng.u32(..8) == 0)
        .collect();
    for (party, joined, left) in restless {
        if rng.bool() {
            // A telephone in the hand besides the computer on the desk.
            let seat = Seat::at(rng, &party, "iOS");
            let from = joined.saturating_add(seconds_of(30)).unwrap_or(joined).min(left);
            let second = session(rng, seat, (from, left));
            draft.sessions.push(second);
        } else {
            let back = left.saturating_add(seconds_of(10)).unwrap_or(left).min(end);
            let seat = Seat::usual(rng, &party);
            let second = session(rng, seat, (back, end));
            draft.sessions.push(second);
        }
    }
    draft.ask_for_feedback(rng);
    draft
}

/// A meeting with one person only, who was not happy.
pub(super) fn alone(rng: &mut Rng, population: &Population, start: Timestamp) -> Draft {
    let member = population.member(rng);
    let mut seat = Seat::at(rng, &member, "web");
    seat.feedback = Some(serde_json::json!({ "text": null, "rating": "bad", "tokens": {} }));
    let end = after(rng, start, 2);
    let sessions = vec![session(rng, seat, (start, end))];
    draft(rng, "groupCall", member.clone(), vec![member], sessions)
}

/// A meeting that a bot records.
pub(super) fn recorded(rng: &mut Rng, population: &Population, start: Timestamp) -> Draft {
    let size = rng.usize(2..8);
    let parties = colleagues(rng, population, size);
    let seconds = length(rng).max(300);
    let mut draft = meeting(rng, parties, start, seconds);
    let recorder = population.recorder.clone();
    let sides = (Side::ServiceAs("customBot", recorder.clone()), Side::Service);
    let (id, times) = (guid(rng), (draft.start(), draft.end()));
    draft.sessions.push(Session::new(rng, id, sides, times, &["audio"], Quality::Good));
    draft.listed.push(recorder);
    draft
}

/// A meeting that one more person tried to join: the session has a length and carried nothing.
pub(super) fn failed_join(rng: &mut Rng, population: &Population, start: Timestamp) -> Draft {
    let size = rng.usize(3..9);
    let mut parties = colleagues(rng, population, size);
    let seconds = length(rng).max(300);
    let late = parties.pop();
    let mut draft = meeting(rng, parties, start, seconds);
    if let Some(late) = late {
        let tried_for = rng.u32(1..20);
        let tried_at = draft.start();
        let times = (tried_at, after(rng, tried_at, tried_for));
        let seat = Seat::usual(rng, &late);
        let mut failed = session(rng, seat, times);
        failed.media.clear();
        failed.failure = Some(Failure("callSetup", "Media connectivity could not be established."));
        draft.sessions.push(failed);
        draft.listed.push(late);
    }
    draft
}

/// A call between two that a third was added to. The first leg is left over: its id is the record's,
/// it has no length, and both its sides are people.
pub(super) fn escalated(rng: &mut Rng, population: &Population, start: Timestamp) -> Draft {
    let mut parties = vec![population.member(rng)];
    for _ in 0..2 {
        let next = population.another_member(rng, &parties);
        parties.push(next);
    }
    let seconds = length(rng).max(60);
    let mut draft = meeting_of(rng, parties.clone(), 1, (start, seconds));
    if let [first, second, ..] = parties.as_slice() {
        let sides = (Side::Seat(Seat::usual(rng, first)), Side::Seat(Seat::usual(rng, second)));
        let at = draft.start();
        let leg = Session::new(rng, draft.id.clone(), sides, (at, at), &["audio"], Quality::Good);
        draft.sessions.insert(0, leg);
    }
    draft.join_web_url = None;
    draft.ask_for_feedback(rng);
    draft
}

/// A meeting with one person of every kind of outsider.
pub(super) fn mixed(rng: &mut Rng, population: &Population, start: Timestamp) -> Draft {
    let mut parties = colleagues(rng, population, 3);
    for kind in [
        PartyKind::Federated,
        PartyKind::Guest,
        PartyKind::Phone,
        PartyKind::Anonymous,
        PartyKind::CommunicationServices,
    ] {
        parties.push(population.outsider(rng, kind));
    }
    let seconds = length(rng).max(600);
    meeting(rng, parties, start, seconds)
}

/// So many different members.
pub(super) fn colleagues(rng: &mut Rng, population: &Population, size: usize) -> Vec<Party> {
    let mut parties: Vec<Party> = Vec::with_capacity(size);
    for _ in 0..size.min(population.people.len()) {
        let next = population.another_member(rng, &parties);
        parties.push(next);
    }
    parties
}

/// Removes a participant who was there from `participants_v2` and adds one who never came.
pub(super) fn mislist(rng: &mut Rng, population: &Population, draft: &mut Draft) {
    // Outsiders stay: only the list has the kind of their identity.
    let members: Vec<_> = draft
        .listed
        .iter()
        .enumerate()
        .filter(|(_, party)| party.kind == PartyKind::Member && party.id != draft.organizer.id)
        .map(|(at, _)| at)
        .collect();
    if let Some(at) = rng.choice(members) {
        draft.listed.remove(at);
    }
    let present = draft.present();
    let invited = population.another_member(rng, &present);
    if present.iter().all(|party| party.id != invited.id) {
        draft.listed.push(invited);
    }
}

fn session(rng: &mut Rng, seat: Seat, times: (Timestamp, Timestamp)) -> Session {
    const MIXES: [&[&str]; 4] = [
        &["audio"],
        &["audio", "video"],
        &["audio", "data", "videoBasedScreenSharing"],
        &["audio", "data", "video", "videoBasedScreenSharing"],
    ];
    let modalities =
        if seat.party.kind == PartyKind::Phone { MIXES[0] } else { choose(rng, &MIXES) };
    let callee = match rng.u32(..12) {
        0 => Side::ServiceInRole("mediaController"),
        _ => Side::Service,
    };
    let (id, quality) = (guid(rng), quality(rng));
    let mut session = Session::new(rng, id, (Side::Seat(seat), callee), times, modalities, quality);
    if rng.u32(..40) == 0 {
        session.failure = Some(Failure("midcall", "The network path was lost."));
    }
    session
}

pub(super) fn draft(
    rng: &mut Rng,
    call_type: &'static str,
    organizer: Party,
    listed: Vec<Party>,
    sessions: Vec<Session>,
) -> Draft {
    let id = guid(rng);
    let thread = rng.u64(..);
    let mut draft = Draft {
        join_web_url: Some(format!(
            "https://teams.microsoft.com/l/meetup-join/19%3ameeting_{thread:016x}%40thread.v2/0"
        )),
        id,
        call_type,
        organizer,
        listed,
        sessions,
        version: 1,
        modified_at: Timestamp::UNIX_EPOCH,
    };
    draft.modified_at = draft.end();
    draft
}

fn unknown_party(rng: &mut Rng) -> Party {
    Party {
        kind: PartyKind::Guest,
        id: guid(rng),
        display_name: None,
        tenant_id: None,
        user_principal_name: None,
    }
}

fn rng_below(rng: &mut Rng, bound: u32) -> u32 {
    if bound == 0 { 0 } else { rng.u32(..bound) }
}

fn seconds_of(seconds: u32) -> SignedDuration {
    SignedDuration::from_secs(i64::from(seconds))
}
