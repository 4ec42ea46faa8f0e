use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::{
    CallFlow, CallType, LegQuality, Modality, Outcome, Participation, PersonKey, Seconds, Service,
    StreamCounts,
};

/// A call with what is made of its pages and not stored.
#[derive(Clone, Debug, PartialEq)]
pub struct CallDetail {
    pub call: Call,
    /// The legs of its people, by person and session.
    pub legs: Vec<LegQuality>,
    /// Its sessions between their ends.
    pub flow: CallFlow,
}

/// One call at one version of its record, and everybody's part in it.
///
/// Field names are the names under which it is stored; a field that is absent is unknown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The call.
    pub id: String,
    /// The version of the record that this was made from.
    pub version: i64,
    /// What kind of call it was.
    pub call_type: CallType,
    /// What was transported, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modalities: Vec<Modality>,
    /// When the first participant joined: of the record, else the first start of a session.
    pub started_at: Timestamp,
    /// When the last participant left, of the record. No session's end is taken for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// When Graph made this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified_at: Option<Timestamp>,
    /// The link of the meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_web_url: Option<String>,
    /// Who organised the meeting or placed the call; a service is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organizer: Option<PersonKey>,
    /// Their newest name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organizer_name: Option<String>,
    /// What became of a peer-to-peer call; absent for other calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Whether every session was a test call's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_test: bool,
    /// The sessions that Graph sent, repeated ones included.
    pub sessions: u32,
    /// Those of them that have media.
    pub sessions_with_media: u32,
    /// The organisation by whose tenant people were told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_tenant: Option<String>,
    /// The id of the classifier that judged the audio streams.
    #[serde(default)]
    pub audio_classifier: String,
    /// The audio streams of all people, each once.
    #[serde(default)]
    pub audio_streams: StreamCounts,
    /// Legs of people with an audio stream that could be judged, each once.
    #[serde(default)]
    pub legs: u32,
    /// Those of them with a poor audio stream.
    #[serde(default)]
    pub poor_legs: u32,
    /// Legs of people that were established, each once.
    #[serde(default)]
    pub established_legs: u32,
    /// Legs of people that dropped, each once.
    #[serde(default)]
    pub dropped_legs: u32,
    /// The version of the definitions by which this was made: [`DEFINITIONS_VERSION`].
    #[serde(default = "first_version")]
    pub definitions_version: u32,
    /// Everybody's part.
    pub people: BTreeMap<PersonKey, Participation>,
    /// The services of the call, which are no people.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub services: BTreeMap<PersonKey, Service>,
}

/// The version of all definitions together: it rises when any of them does, so that what was stored
/// by an older one is found. Calls that were stored before there was one have version 1.
pub const DEFINITIONS_VERSION: u32 = 2;

const fn first_version() -> u32 {
    1
}

impl Call {
    /// The day to which the call counts: the UTC day on which it started.
    #[must_use]
    pub fn day(&self) -> Date {
        TimeZone::UTC.to_datetime(self.started_at).date()
    }

    /// From start to end, cut to the millisecond; 0 when it ends before it starts.
    #[must_use]
    pub fn seconds(&self) -> Option<Seconds> {
        let length = self.ended_at?.as_nanosecond() - self.started_at.as_nanosecond();
        Some(Seconds::from_nanos(length.max(0)))
    }
}
