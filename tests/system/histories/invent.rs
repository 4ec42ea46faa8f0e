//! Invented histories: calls whose records change from version to version, and who reads which
//! version when.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

/// How many consumers work at once, each on another replica of Graph.
pub(super) const CONSUMERS: usize = 3;

/// So many listed people make a call too large for one transaction.
const CROWD: u8 = 55;

/// Everything that happens.
#[derive(Clone, Debug)]
pub(super) struct History {
    /// Of each call its versions, each as Graph expands it.
    pub(super) calls: Vec<Vec<Version>>,
    /// One after the other; within a round all consumers work at once.
    pub(super) rounds: Vec<[Batch; CONSUMERS]>,
    /// What DynamoDB does meanwhile: delays, conflicts, lost answers.
    pub(super) disorder: u64,
}

/// A call record at one version.
#[derive(Clone)]
pub(super) struct Version(pub(super) Value);

/// Long records would hide which versions a failing history has.
impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let long = self.0.to_string();
        match long.get(..1_500).filter(|_| long.len() > 2_500) {
            Some(start) => write!(f, "{start}… ({} bytes)", long.len()),
            None => f.write_str(&long),
        }
    }
}

/// The messages that one consumer gets at once: for each call that is among them, which version its
/// replica shows, and how many messages there are.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    pub(super) messages: Vec<Option<(Index, usize)>>,
    pub(super) reversed: bool,
}

/// A session between two people or with the meeting.
#[derive(Clone, Debug)]
struct Session {
    id: u8,
    caller: u8,
    callee: Option<u8>,
    starts: i64,
    milliseconds: i64,
    platform: &'static str,
    modality: &'static str,
    failure: Option<&'static str>,
    feedback: Option<&'static str>,
    packets: u32,
}

/// What a record is made of.
#[derive(Clone, Debug)]
struct Record {
    peer_to_peer: bool,
    /// Seconds from midnight.
    begins: i64,
    organizer: Option<u8>,
    listed: Vec<u8>,
    crowd: bool,
    sessions: Vec<Session>,
}

/// What makes the next version of a record.
#[derive(Clone, Debug)]
enum Change {
    Nothing,
    Arrive(Session),
    Leave(u8),
    MoveTo(i64),
    Repeat(Index),
    LateFeedback(Index, &'static str),
    Lengthen(Index, i64),
    List(u8),
    Unlist,
    Crowd(bool),
    Organizer(Option<u8>),
}

fn person() -> impl Strategy<Value = u8> {
    0..6_u8
}

/// Around midnight, where a second decides the day.
fn beginning() -> impl Strategy<Value = i64> {
    select(vec![-86_400, -3_600, -1, 0, 1, 7_200])
}

fn session() -> impl Strategy<Value = Session> {
    let length = prop_oneof![1 => Just(0), 6 => 1..900_000_i64];
    let failure = prop_oneof![
        8 => Just(None), 1 => Just(Some("callSetup")), 1 => Just(Some("midcall"))
    ];
    let feedback = prop_oneof![
        3 => Just(None), 1 => select(vec!["notRated", "bad", "excellent"]).prop_map(Some)
    ];
    (
        0..5_u8,
        person(),
        prop::option::of(person()),
        0..600_i64,
        length,
        select(vec!["windows", "macOS", "iOS", "someday"]),
        select(vec!["audio", "video", "data"]),
        failure,
        feedback,
        0..2_000_u32,
    )
        .prop_map(
            |(
                id,
                caller,
                callee,
                starts,
                milliseconds,
                platform,
                modality,
                failure,
                feedback,
                packets,
            )| Session {
                id,
                caller,
                callee,
                starts,
                milliseconds,
                platform,
                modality,
                failure,
                feedback,
                packets,
            },
        )
}

fn record() -> impl Strategy<Value = Record> {
    (
        any::<bool>(),
        beginning(),
        prop::option::of(person()),
        prop::collection::vec(person(), 0..4),
        prop::bool::weighted(0.03),
        prop::collection::vec(session(), 0..6),
    )
        .prop_map(|(peer_to_peer, begins, organizer, listed, crowd, sessions)| Record {
            peer_to_peer,
            begins,
            organizer,
            listed,
            crowd,
            sessions,
        })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        2 => Just(Change::Nothing),
        4 => session().prop_map(Change::Arrive),
        4 => person().prop_map(Change::Leave),
        4 => beginning().prop_map(Change::MoveTo),
        2 => any::<Index>().prop_map(Change::Repeat),
        3 => (any::<Index>(), select(vec!["bad", "poor", "good"]))
            .prop_map(|(session, rating)| Change::LateFeedback(session, rating)),
        2 => (any::<Index>(), 1..900_000_i64)
            .prop_map(|(session, time)| Change::Lengthen(session, time)),
        1 => person().prop_map(Change::List),
        1 => Just(Change::Unlist),
        1 => prop::bool::weighted(0.2).prop_map(Change::Crowd),
        1 => prop::option::of(person()).prop_map(Change::Organizer),
    ]
}

/// The versions of one call, each made from the one before.
fn call(number: usize) -> impl Strategy<Value = Vec<Version>> {
    let steps = prop::collection::vec((1..3_i64, prop::collection::vec(change(), 0..4)), 0..4);
    (record(), steps).prop_map(move |(mut record, steps)| {
        let id = format!("call-{number}");
        let mut version = 1;
        let mut versions = vec![Version(record.json(&id, version))];
        for (gap, changes) in steps {
            version += gap;
            changes.into_iter().for_each(|change| record.change(change));
            versions.push(Version(record.json(&id, version)));
        }
        versions
    })
}

fn batch(calls: usize) -> impl Strategy<Value = Batch> {
    let message = prop_oneof![
        2 => Just(None),
        3 => (any::<Index>(), prop_oneof![4 => Just(1_usize), 1 => 2..4_usize]).prop_map(Some),
    ];
    (prop::collection::vec(message, calls), any::<bool>())
        .prop_map(|(messages, reversed)| Batch { messages, reversed })
}

/// Any history.
pub(super) fn history() -> impl Strategy<Value = History> {
    (1..4_usize).prop_flat_map(|calls| {
        let versions: Vec<_> = (0..calls).map(call).collect();
        let round = [batch(calls), batch(calls), batch(calls)];
        (versions, prop::collection::vec(round, 1..4), any::<u64>())
            .prop_map(|(calls, rounds, disorder)| History { calls, rounds, disorder })
    })
}

impl Record {
    fn change(&mut self, change: Change) {
        match change {
            Change::Nothing => {}
            Change::Arrive(session) => self.sessions.push(session),
            Change::Leave(person) => {
                self.sessions.retain(|s| s.caller != person && s.callee != Some(person));
                self.listed.retain(|listed| *listed != person);
            }
            Change::MoveTo(begins) => self.begins = begins,
            Change::Repeat(place) => {
                if !self.sessions.is_empty() {
                    self.sessions.push(place.get(&self.sessions).clone());
                }
            }
            Change::LateFeedback(place, rating) => {
                if let Some(session) = self.session(place) {
                    session.feedback = Some(rating);
                }
            }
            Change::Lengthen(place, milliseconds) => {
                if let Some(session) = self.session(place) {
                    session.milliseconds = milliseconds;
                }
            }
            Change::List(person) => self.listed.push(person),
            Change::Unlist => self.listed.clear(),
            Change::Crowd(crowd) => self.crowd = crowd,
            Change::Organizer(organizer) => self.organizer = organizer,
        }
    }

    fn session(&mut self, place: Index) -> Option<&mut Session> {
        let sessions = self.sessions.len();
        (sessions > 0).then(|| &mut self.sessions[place.index(sessions)])
    }

    fn json(&self, id: &str, version: i64) -> Value {
        let begins = midnight() + SignedDuration::from_secs(self.begins);
        let crowd = if self.crowd { 100..100 + CROWD } else { 0..0 };
        let listed: Vec<_> = self.listed.iter().copied().chain(crowd).map(participant).collect();
        let sessions: Vec<_> = self.sessions.iter().map(|s| s.json(id, begins)).collect();
        json!({
            "id": id,
            "version": version,
            "type": if self.peer_to_peer { "peerToPeer" } else { "groupCall" },
            "modalities": ["audio"],
            "startDateTime": begins.to_string(),
            "endDateTime": (begins + SignedDuration::from_mins(30)).to_string(),
            "lastModifiedDateTime": (begins + SignedDuration::from_hours(version)).to_string(),
            "organizer_v2": self.organizer.map(participant),
            "participants_v2": listed,
            "sessions": sessions,
        })
    }
}

impl Session {
    fn json(&self, call: &str, begins: Timestamp) -> Value {
        let starts = begins + SignedDuration::from_secs(self.starts);
        let ends = (starts + SignedDuration::from_millis(self.milliseconds)).to_string();
        let starts = starts.to_string();
        let id = format!("{call}-{}", self.id);
        let endpoint = |person: u8| {
            json!({
                "@odata.type": "#microsoft.graph.callRecords.participantEndpoint",
                "associatedIdentity": identity(person),
                "userAgent": { "platform": self.platform, "productFamily": "teams" },
            })
        };
        let mut caller = endpoint(self.caller);
        if let Some(rating) = self.feedback {
            caller["feedback"] = json!({"rating": rating, "tokens": {"Echo": rating == "bad"}});
        }
        json!({
            "id": id,
            "modalities": [self.modality],
            "startDateTime": starts,
            "endDateTime": ends,
            "caller": caller,
            "callee": self.callee.map(endpoint),
            "failureInfo": self.failure.map(|stage| json!({"stage": stage, "reason": "invented"})),
            "segments": [{
                "id": id,
                "startDateTime": starts,
                "endDateTime": ends,
                "media": [{
                    "label": "main-audio",
                    "callerNetwork": {"connectionType": "wifi", "wifiSignalStrength": 70},
                    "callerDevice": {"captureDeviceName": "Invented Microphone"},
                    "streams": [{
                        "streamId": "1",
                        "streamDirection": "callerToCallee",
                        "packetUtilization": self.packets,
                        "averageJitter": "PT0.045S",
                    }],
                }],
            }],
        })
    }
}

fn midnight() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn identity(person: u8) -> Value {
    // One of them is from another organisation.
    let tenant = if person == 5 { "someone-elses-tenant" } else { fake_graph::TENANT_ID };
    json!({
        "id": format!("aaaaaaaa-0000-4000-8000-{person:012}"),
        "displayName": format!("Invented Person {person}"),
        "tenantId": tenant,
        "userPrincipalName": format!("person{person}@contoso.example"),
    })
}

fn participant(person: u8) -> Value {
    let identity = identity(person);
    json!({ "id": identity["id"], "identity": { "user": identity } })
}
