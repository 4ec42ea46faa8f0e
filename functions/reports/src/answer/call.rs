//! One call.

use call_quality::Location;
use call_records::{ClientFacts, DeviceFacts, Measurement, NetworkFacts, Seconds, TakenBy};
use call_table::ReplacedVersion;
use jiff::Timestamp;
use serde::Serialize;

use super::{List, LogRowsOfCall};
use crate::people::Person;

/// A call in a list.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CallRow {
    pub(crate) call: String,
    pub(crate) call_type: String,
    pub(crate) started_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seconds: Option<Seconds>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organizer: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<&'static str>,
    pub(crate) dropped: bool,
    /// A test call, which is counted in `test_calls` only.
    pub(crate) is_test: bool,
    /// Whether any person had a poor leg; absent when no leg could be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) poor: Option<bool>,
    /// Absent, like `sessions`, where only the index still has the call.
    pub(crate) people: Option<u32>,
    pub(crate) sessions: Option<u32>,
}

/// A call with its people, sessions and quality.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct CallReport {
    #[serde(flatten)]
    pub(crate) call: CallRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) modalities: Vec<String>,
    /// The link of the meeting; not shown where people are pseudonyms, because it names the organizer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) join_web_url: Option<String>,
    /// The version that is stored: Graph counts them from 1.
    pub(crate) version: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_modified_at: Option<Timestamp>,
    pub(crate) stored_at: Timestamp,
    /// The versions that it took the place of, oldest first: the newest twenty.
    pub(crate) replaced: Vec<ReplacedVersion>,
    /// A newer version that is being written now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) being_replaced_by: Option<i64>,
    pub(crate) participants: List<PersonInCall>,
    /// The services of the call, which are no people.
    pub(crate) services: Vec<ServiceInCall>,
    pub(crate) sessions: List<SessionRow>,
    /// Poor streams first.
    pub(crate) streams: Vec<StreamRow>,
    /// How many streams of each quality there are among those that were read.
    pub(crate) streams_good: usize,
    pub(crate) streams_poor: usize,
    pub(crate) streams_unclassified: usize,
    /// The classifier of audio streams that is stored with the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) classifier: Option<String>,
    /// Whether there are sessions whose streams were not read.
    pub(crate) streams_partial: bool,
    /// Why not all streams are shown, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) streams_note: Option<String>,
    /// The rows of the logs of telephone calls that belong to it.
    pub(crate) telephone_log: LogRowsOfCall,
    /// What was bad, for whom, in which direction and on which network.
    pub(crate) summary: String,
    /// In sentences: why the call was poor, dropped, missed.
    pub(crate) explanation: Vec<String>,
}

/// A service in a call.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ServiceInCall {
    /// `queue`, `auto_attendant`, `voicemail`, `bot`, `conferencing` or `other`.
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Its key; of a mailbox it names the owner, and is not shown where people are pseudonyms.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<String>,
    /// Its time by union; absent when it is not known.
    pub(crate) seconds: Option<Seconds>,
    pub(crate) sessions: u32,
}

/// A person in a call.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PersonInCall {
    #[serde(flatten)]
    pub(crate) person: Person,
    pub(crate) relation: &'static str,
    pub(crate) role: &'static str,
    pub(crate) outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome_reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) taken_by: Option<TakenBy>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) talk_seconds: Option<Seconds>,
    pub(crate) dropped: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) drop_reason: Option<String>,
    pub(crate) platforms: Vec<String>,
    pub(crate) connections: Vec<String>,
    pub(crate) legs: u32,
    /// Absent when no leg could be judged.
    pub(crate) poor_legs: Option<u32>,
    pub(crate) poor_received: u32,
    pub(crate) poor_sent: u32,
    pub(crate) ratings: Vec<String>,
}

/// A session of a call.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SessionRow {
    pub(crate) position: u32,
    pub(crate) people: Vec<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) started_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seconds: Option<Seconds>,
    pub(crate) platforms: Vec<String>,
    pub(crate) modalities: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
    pub(crate) audio_good: u32,
    pub(crate) audio_poor: u32,
    pub(crate) audio_unclassified: u32,
    /// What its people's ends ran on; absent where the page of the session was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ends: Option<Vec<EndOfSession>>,
}

/// What a person's end of a session ran on.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct EndOfSession {
    #[serde(flatten)]
    pub(crate) person: Person,
    pub(crate) networks: Vec<NetworkOfEnd>,
    pub(crate) devices: Vec<DevicesOfEnd>,
    pub(crate) client: ClientFacts,
    /// What Microsoft says of it, where it is worth a word.
    pub(crate) remarks: Vec<String>,
}

/// A network.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NetworkOfEnd {
    /// The labels of the media that went through it.
    pub(crate) media: Vec<String>,
    /// By the building file that is in force.
    pub(crate) site: String,
    pub(crate) location: Location,
    pub(crate) network: String,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) connected_by: Option<String>,
    /// As Graph has it; without the place of the person, where people are pseudonyms.
    pub(crate) facts: NetworkFacts,
}

/// Devices.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DevicesOfEnd {
    /// The labels of the media that they were used for.
    pub(crate) media: Vec<String>,
    /// As Graph has it; without names, where people are pseudonyms.
    pub(crate) facts: DeviceFacts,
}

/// A stream and what its quality follows from.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct StreamRow {
    /// The position of the session.
    pub(crate) session: u32,
    pub(crate) people: Vec<Person>,
    pub(crate) content: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) direction: Option<String>,
    pub(crate) quality: &'static str,
    pub(crate) measurements: Vec<Measurement>,
}
