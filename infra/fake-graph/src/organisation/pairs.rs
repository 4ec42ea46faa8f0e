//! Calls between two: answered, missed, failed, dropped, with the telephone network, to a mailbox.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::draft::{Draft, Failure, Segment, Session, Side};
use super::media::{Quality, media};
use super::people::{Party, PartyKind, Population, guid};
use super::seat::{Seat, choose};

/// What becomes of a call between two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Answered,
    Missed,
    FailedAtSetup,
    /// It rang, and then failed in set-up: the session has a length and carried nothing.
    FailedAfterRinging,
    /// Audio was carried, and video failed in set-up.
    VideoFailedAtSetup,
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
        Ending::Answered | Ending::VideoFailedAtSetup => length(rng),
        Ending::FailedAfterRinging => rng.u32(5..45),
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
    let modalities = match ending {
        Ending::VideoFailedAtSetup => &["audio", "video"],
        _ => modalities(rng, with_telephone),
    };
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
    match ending {
        Ending::FailedAfterRinging => session.media.clear(),
        Ending::VideoFailedAtSetup => carry_audio_only(&mut session.media),
        _ => {}
    }
    session.failure = match ending {
        Ending::Answered | Ending::Missed => None,
        Ending::FailedAtSetup | Ending::FailedAfterRinging => Some(Failure(
            "callSetup",
            choose(
                rng,
                &["The callee is not reachable.", "Media connectivity could not be established."],
            ),
        )),
        Ending::VideoFailedAtSetup => Some(Failure("callSetup", "Video could not be set up.")),
        Ending::DroppedMidcall => Some(Failure("midcall", "Media connectivity was lost.")),
    };
    // Calls of the telephone network were seen with the type unknown.
    let call_type = if with_telephone && rng.u32(..3) == 0 { "unknown" } else { "peerToPeer" };
    let mut draft = peer_to_peer(id, organizer, vec![member, party], vec![session]);
    draft.call_type = call_type;
    draft.ask_for_feedback(rng);
    draft
}

/// Packets of audio, also where nothing was measured, and none of video.
fn carry_audio_only(media: &mut [Value]) {
    for medium in media {
        let is_video = medium["label"] == "main-video";
        for stream in medium["streams"].as_array_mut().into_iter().flatten() {
            if is_video {
                stream["packetUtilization"] = 0.into();
            } else if stream["packetUtilization"] == 0 {
                stream["packetUtilization"] = 1_000.into();
            }
        }
    }
}

/// A call that the mailbox of the one called takes, at once or after ringing.
pub(super) fn voicemail(rng: &mut Rng, population: &Population, start: Timestamp) -> Draft {
    let callee = population.member(rng);
    let caller = match rng.u32(..3) {
        0 => population.outsider(rng, PartyKind::Phone),
        _ => population.another_member(rng, std::slice::from_ref(&callee)),
    };
    let rang_for = if rng.bool() { rng.u32(10..25) } else { 0 };
    let taken_at = after(rng, start, rang_for);
    let message = rng.u32(4..70);
    let end = after(rng, taken_at, message);
    let id = guid(rng);
    let mut sessions = Vec::new();
    if rang_for > 0 {
        let sides = (Side::Seat(Seat::usual(rng, &caller)), Side::Seat(Seat::usual(rng, &callee)));
        let times = (start, start);
        let rung = guid(rng);
        sessions.push(Session::new(rng, rung, sides, times, &["audio"], Quality::Good));
    }
    let mailbox = Side::ServiceAs("voicemail", callee.clone());
    let sides = (Side::Seat(Seat::usual(rng, &caller)), mailbox);
    let quality = quality(rng);
    sessions.push(Session::new(rng, id.clone(), sides, (taken_at, end), &["audio"], quality));
    peer_to_peer(id, caller.clone(), vec![caller, callee], sessions)
}

/// A person's test call, which a service answers.
pub(super) fn test_call(rng: &mut Rng, population: &Population, start: Timestamp) -> Draft {
    let member = population.member(rng);
    let seconds = rng.u32(15..40);
    let times = (start, after(rng, start, seconds));
    let sides = (Side::Seat(Seat::usual(rng, &member)), Side::ServiceInRole("customBot"));
    let id = guid(rng);
    let mut session = Session::new(rng, id.clone(), sides, times, &["audio"], Quality::Good);
    session.is_test = true;
    peer_to_peer(id, member.clone(), vec![member], vec![session])
}

/// Replaces the segment of each session by one from the caller to a mediation server and one from it
/// to the callee.
pub(super) fn through_mediation_server(rng: &mut Rng, draft: &mut Draft) {
    for session in &mut draft.sessions {
        let seconds = u32::try_from(session.start.duration_until(session.end).as_secs());
        let seconds = seconds.unwrap_or(0);
        let server = || Side::ServiceInRole("mediationServer");
        let halves = [
            (session.id.clone(), session.caller.clone(), server()),
            (guid(rng), server(), session.callee.clone()),
        ];
        session.segments = halves
            .into_iter()
            .map(|(id, caller, callee)| {
                // The carrier's network is another than the user's.
                let quality = quality(rng);
                let media = match seconds {
                    0 => Vec::new(),
                    _ => media(rng, &["audio"], caller.seat(), callee.seat(), seconds, quality),
                };
                Segment { id, caller, callee, media }
            })
            .collect();
        session.media.clear();
    }
}

fn peer_to_peer(id: String, organizer: Party, listed: Vec<Party>, sessions: Vec<Session>) -> Draft {
    let mut draft = Draft {
        id,
        call_type: "peerToPeer",
        organizer,
        listed,
        sessions,
        join_web_url: None,
        version: 1,
        modified_at: Timestamp::UNIX_EPOCH,
    };
    draft.modified_at = draft.end();
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
