//! A call before it is written down as a call record.

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::media::{Quality, media};
use super::people::{Party, PartyKind};
use super::seat::{Seat, choose};

/// A call as it is known at one time.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) call_type: &'static str,
    pub(super) organizer: Party,
    /// Whom `participants_v2` lists.
    pub(super) listed: Vec<Party>,
    pub(super) sessions: Vec<Session>,
    pub(super) join_web_url: Option<String>,
    pub(super) version: i64,
    pub(super) modified_at: Timestamp,
}

/// One session of a call.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) id: String,
    pub(super) caller: Side,
    pub(super) callee: Side,
    pub(super) start: Timestamp,
    pub(super) end: Timestamp,
    pub(super) modalities: Vec<&'static str>,
    pub(super) failure: Option<Failure>,
    /// The media of the only segment, whose ends are the session's.
    pub(super) media: Vec<Value>,
    /// Segments with ends of their own, in place of the only one.
    pub(super) segments: Vec<Segment>,
    pub(super) is_test: bool,
}

/// A segment of the media path between two servers, or between a server and an end of the session.
/// It lasts as long as its session.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) id: String,
    pub(super) caller: Side,
    pub(super) callee: Side,
    pub(super) media: Vec<Value>,
}

/// Why a session failed: stage and reason.
#[derive(Clone, Copy, Debug)]
pub(super) struct Failure(pub(super) &'static str, pub(super) &'static str);

/// One side of a session.
#[expect(clippy::large_enum_variant, reason = "nearly all are seats")]
#[derive(Clone, Debug)]
pub(super) enum Side {
    Seat(Seat),
    /// The service, as most captures show it: with a client's user agent.
    Service,
    /// The service, with the user agent that the schema has for it.
    ServiceInRole(&'static str),
    /// A service that has an identity: a resource account, an application, a person's mailbox.
    ServiceAs(&'static str, Party),
}

impl Side {
    pub(super) fn seat(&self) -> Option<&Seat> {
        match self {
            Self::Seat(seat) => Some(seat),
            _ => None,
        }
    }

    fn party(&self) -> Option<&Party> {
        match self {
            Self::Seat(seat) => Some(&seat.party),
            Self::ServiceAs(_, party) => Some(party),
            Self::Service | Self::ServiceInRole(_) => None,
        }
    }

    fn seat_mut(&mut self) -> Option<&mut Seat> {
        match self {
            Self::Seat(seat) => Some(seat),
            _ => None,
        }
    }
}

impl Session {
    /// A session that carried these media.
    pub(super) fn new(
        rng: &mut Rng,
        id: String,
        (caller, callee): (Side, Side),
        (start, end): (Timestamp, Timestamp),
        modalities: &[&'static str],
        quality: Quality,
    ) -> Self {
        let seconds = u32::try_from(start.duration_until(end).as_secs()).unwrap_or(0);
        // What never lasted has no media.
        let media = match seconds {
            0 => Vec::new(),
            _ => media(rng, modalities, caller.seat(), callee.seat(), seconds, quality),
        };
        Self {
            id,
            caller,
            callee,
            start,
            end,
            modalities: modalities.to_vec(),
            failure: None,
            media,
            segments: Vec::new(),
            is_test: false,
        }
    }

    fn seats_mut(&mut self) -> impl Iterator<Item = &mut Seat> {
        let of_segments = self.segments.iter_mut().flat_map(|segment| {
            [&mut segment.caller, &mut segment.callee].into_iter().filter_map(Side::seat_mut)
        });
        [&mut self.caller, &mut self.callee]
            .into_iter()
            .filter_map(Side::seat_mut)
            .chain(of_segments)
    }
}

impl Draft {
    /// The identities of all sessions, each once.
    pub(super) fn present(&self) -> Vec<Party> {
        let mut present: Vec<Party> = Vec::new();
        let mut known = std::collections::HashSet::new();
        for session in &self.sessions {
            for party in [&session.caller, &session.callee].into_iter().filter_map(Side::party) {
                if known.insert(party.id.as_str()) {
                    present.push(party.clone());
                }
            }
        }
        present
    }

    pub(super) fn start(&self) -> Timestamp {
        self.sessions.iter().map(|session| session.start).min().unwrap_or(self.modified_at)
    }

    pub(super) fn end(&self) -> Timestamp {
        self.sessions.iter().map(|session| session.end).max().unwrap_or(self.modified_at)
    }

    pub(super) fn modalities(&self) -> Vec<&'static str> {
        let mut all: Vec<_> =
            self.sessions.iter().flat_map(|session| session.modalities.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Asks the participants how it was: some are not asked, most do not answer.
    pub(super) fn ask_for_feedback(&mut self, rng: &mut Rng) {
        for session in &mut self.sessions {
            if session.start == session.end {
                continue;
            }
            for seat in [&mut session.caller, &mut session.callee] {
                if let Some(seat) = seat.seat_mut() {
                    seat.feedback = feedback(rng, seat.platform);
                }
            }
        }
    }

    /// What was known before: without feedback.
    pub(super) fn before_feedback(&self) -> Self {
        let mut earlier = self.clone();
        for seat in earlier.sessions.iter_mut().flat_map(Session::seats_mut) {
            seat.feedback = None;
        }
        earlier
    }

    /// What was known before: without measurements.
    pub(super) fn before_measurements(&self) -> Self {
        let mut earlier = self.clone();
        for session in &mut earlier.sessions {
            session.media.clear();
            for segment in &mut session.segments {
                segment.media.clear();
            }
        }
        earlier
    }

    /// What was known before: without the sessions of agents, and without the agents in the list. Who
    /// placed the call is no agent.
    pub(super) fn before_agents(&self) -> Self {
        let mut earlier = self.clone();
        let is_agent =
            |party: &Party| party.kind == PartyKind::Member && party.id != self.organizer.id;
        earlier.sessions.retain(|session| !session.caller.party().is_some_and(is_agent));
        earlier.listed.retain(|party| !is_agent(party));
        earlier
    }

    /// What was known before: without the last session, and without whom only it shows. One other
    /// stands in the list who will be gone later.
    pub(super) fn before_last_session(&self, passing: Party) -> Self {
        let mut earlier = self.clone();
        if earlier.sessions.len() > 1 {
            earlier.sessions.pop();
            let present = earlier.present();
            earlier.listed.retain(|party| present.contains(party));
            earlier.listed.push(passing);
        }
        earlier
    }

    /// The same, so much later or earlier.
    pub(super) fn moved(&self, by: SignedDuration) -> Self {
        let mut earlier = self.clone();
        for session in &mut earlier.sessions {
            session.start = session.start.saturating_add(by).unwrap_or(session.start);
            session.end = session.end.saturating_add(by).unwrap_or(session.end);
        }
        earlier
    }
}

fn feedback(rng: &mut Rng, platform: &str) -> Option<Value> {
    const TOKENS: [&str; 8] = [
        "NoSound",
        "OtherNoSound",
        "Echo",
        "Noisy",
        "LowVolume",
        "Stopped",
        "DistortedSound",
        "Interruptions",
    ];
    if matches!(platform, "unknown" | "ipPhone" | "roomSystem") {
        return None;
    }
    let rating = match rng.u32(..100) {
        0..30 => return None,
        30..80 => return Some(json!({ "text": null, "rating": "notRated", "tokens": {} })),
        80..83 => "bad",
        83..87 => "poor",
        87..91 => "fair",
        91..96 => "good",
        _ => "excellent",
    };
    let complains = matches!(rating, "bad" | "poor" | "fair") && rng.u32(..5) > 0;
    let mut feedback = json!({ "text": null, "rating": rating, "tokens": {} });
    if complains {
        let complaint = choose(rng, &TOKENS);
        let tokens = TOKENS.map(|token| (token.to_owned(), Value::Bool(token == complaint)));
        feedback["tokens"] = Value::Object(tokens.into_iter().collect());
    }
    if rating == "bad" && rng.bool() {
        feedback["text"] = "The other side came and went.".into();
    }
    Some(feedback)
}
