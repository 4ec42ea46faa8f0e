//! Calls between two: answered, missed, failed, dropped, and with the telephone network.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use super::draft::{Draft, Failure, Session, Side};
use super::media::Quality;
use super::people::{Party, PartyKind, Population, guid};
use super::seat::{Seat, choose};

/// What becomes of a call between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Answered,
    Missed,
    FailedAtSetup,
    DroppedMidcall,
}

/// The other side of a member of the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Other {
    Member,
    Party(PartyKind),
    /// A platform that this schema does not know yet.
    OnUnknownPlatform,
}

/// A call between a member of the organisation and another person.
pub(super) fn pair(
    rng: &mut Rng,
    population: &Population,
    start: Timestamp,
    other: Other,
    ending: Ending,
) -> Draft {
    let member = population.member(rng);
    let party = match other {
        Other::Party(kind) => population.outsider(rng, kind),
        _ => population.another_member(rng, std::slice::from_ref(&member)),
    };
    let seconds = match ending {
        Ending::Answered => length(rng),
        Ending::DroppedMidcall => rng.u32(20..900),
        Ending::Missed | Ending::FailedAtSetup => 0,
    };
    between(rng, (member, party), other, (start, seconds), ending)
}

fn between(
    rng: &mut Rng,
    (member, party): (Party, Party),
    other: Other,
    (start, seconds): (Timestamp, u32),
    ending: Ending,
) -> Draft {
    let mut seats = [Seat::usual(rng, &member), Seat::usual(rng, &party)];
    if other == Other::OnUnknownPlatform {
        seats[1] = Seat::at(rng, &party, "smartGlasses");
    }
    // The telephone network calls in as often as it is called.
    if rng.bool() {
        seats.reverse();
    }
    let [caller, callee] = seats;
    let organizer = caller.party.clone();
    let id = guid(rng);
    let with_telephone = [&member, &party].iter().any(|party| party.kind == PartyKind::Phone);
    let modalities = modalities(rng, with_telephone);
    let quality = quality(rng);
    let end = after(rng, start, seconds);
    let mut session = Session::new(
        rng,
        id.clone(),
        (Side::Seat(caller), Side::Seat(callee)),
        (start, end),
        modalities,
        quality,
    );
    session.failure = match ending {
        Ending::Answered | Ending::Missed => None,
        Ending::FailedAtSetup => Some(Failure(
            "callSetup",
            choose(
                rng,
                &["The callee is not reachable.", "Media connectivity could not be established."],
            ),
        )),
        Ending::DroppedMidcall => Some(Failure("midcall", "Media connectivity was lost.")),
    };
    // Calls of the telephone network were seen with the type unknown.
    let call_type = if with_telephone && rng.u32(..3) == 0 { "unknown" } else { "peerToPeer" };
    let mut draft = Draft {
        id,
        call_type,
        organizer,
        listed: vec![member, party],
        sessions: vec![session],
        join_web_url: None,
        version: 1,
        modified_at: end,
    };
    draft.ask_for_feedback(rng);
    draft
}

/// Seconds of an answered call: many short, few long.
pub(super) fn length(rng: &mut Rng) -> u32 {
    match rng.u32(..10) {
        0..4 => rng.u32(8..120),
        4..8 => rng.u32(120..600),
        _ => rng.u32(600..2_400),
    }
}

pub(super) fn quality(rng: &mut Rng) -> Quality {
    match rng.u32(..100) {
        0..80 => Quality::Good,
        80..92 => Quality::Poor,
        _ => Quality::Unmeasured,
    }
}

fn modalities(rng: &mut Rng, only_audio: bool) -> &'static [&'static str] {
    match rng.u32(..10) {
        _ if only_audio => &["audio"],
        0..6 => &["audio"],
        6..8 => &["audio", "video"],
        8 => &["audio", "videoBasedScreenSharing"],
        _ => &["audio", "data", "video", "videoBasedScreenSharing"],
    }
}

/// So many seconds later, and a fraction unless it is the same moment.
pub(super) fn after(rng: &mut Rng, start: Timestamp, seconds: u32) -> Timestamp {
    let fraction = if seconds == 0 { 0 } else { rng.i32(0..10_000_000) * 100 };
    let length = SignedDuration::new(i64::from(seconds), fraction);
    start.saturating_add(length).unwrap_or(start)
}
