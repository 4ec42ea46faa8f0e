//! What is stored of a call, as the reader gets it.

use call_records::{
    CallType, Modality, Outcome, Participation, PersonKey, Service, SessionSummary, Totals,
};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::StoredPage;

/// A call as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCall {
    /// The call itself.
    pub record: StoredRecord,
    /// Everyone in it, by key.
    pub people: Vec<Participation>,
    /// Its sessions, by position.
    pub sessions: Vec<SessionSummary>,
}

/// The call's own item. The names of the fields are those of the attributes, but for
/// `being_replaced_by`, which is stored as `claim`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredRecord {
    /// Graph's id of the call.
    pub call_id: String,
    /// The version that is stored.
    pub version: i64,
    /// A newer version that is being written, if one is. The people may be of either meanwhile.
    #[serde(rename = "claim", default, skip_serializing_if = "Option::is_none")]
    pub being_replaced_by: Option<i64>,
    /// What kind of call it was.
    pub call_type: CallType,
    /// What was transported.
    #[serde(default)]
    pub modalities: Vec<Modality>,
    /// When the call began.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// The day to whose totals it belongs.
    pub day: Date,
    /// When Graph made this version.
    #[serde(default)]
    pub last_modified_at: Option<Timestamp>,
    /// The meeting's link.
    #[serde(default)]
    pub join_web_url: Option<String>,
    /// Who organised the meeting or placed the call.
    #[serde(default)]
    pub organizer: Option<PersonKey>,
    /// The organizer's display name.
    #[serde(default)]
    pub organizer_name: Option<String>,
    /// What became of a peer-to-peer call.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Whether it was a test call, which counts for nothing but test calls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_test: bool,
    /// How many sessions it has.
    pub sessions: u32,
    /// How many of them carried media.
    pub sessions_with_media: u32,
    /// How many people were in it or invited.
    pub people: u32,
    /// When this version was stored.
    pub stored_at: Timestamp,
    /// The organisation by whose tenant people were told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_tenant: Option<String>,
    /// The id of the classifier that judged the audio streams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_classifier: Option<String>,
    /// The version of the definitions by which it was made; calls that were stored before there was
    /// one have 1.
    #[serde(default = "first_definitions")]
    pub definitions_version: u32,
    /// Its services, the first by key: a call has a few, and no record may fill the item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// How often the version was stored again because somebody in it was forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// The versions that were stored before it, oldest first: the newest twenty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<ReplacedVersion>,
    /// What it added to the organisation's totals of its day.
    pub contribution: Totals,
    /// The pages that it was made from, in the order in which they came.
    #[serde(default)]
    pub raw: Vec<StoredPage>,
}

impl StoredRecord {
    /// The most services that are stored of a call.
    pub const MAX_SERVICES: usize = 32;
}

const fn first_definitions() -> u32 {
    1
}

/// A version that was stored until a newer one took its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplacedVersion {
    /// Its number.
    pub version: i64,
    /// When Graph made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified_at: Option<Timestamp>,
    /// When it was stored.
    pub stored_at: Timestamp,
}

/// What a comparison with Graph's list needs of a stored call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct StoredVersion {
    /// The version that is stored.
    pub version: i64,
    /// When the call ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// When this version was stored.
    pub stored_at: Timestamp,
}

/// One person's part in one call, with what the part itself does not say of the call.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonCall {
    /// Graph's id of the call.
    pub call_id: String,
    /// The version that wrote it.
    pub version: i64,
    /// What kind of call it was.
    pub call_type: CallType,
    /// When the call began.
    pub started_at: Timestamp,
    /// When the call ended.
    pub ended_at: Option<Timestamp>,
    /// What the part added to the person's totals.
    pub contribution: Totals,
    /// The part, whole.
    pub part: Participation,
}

/// One call in the list of a day.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CallOfDay {
    /// Graph's id of the call.
    #[serde(skip)]
    pub call_id: String,
    /// The version that is stored.
    pub version: i64,
    /// What kind of call it was.
    pub call_type: CallType,
    /// When the call began.
    pub started_at: Timestamp,
    /// When the call ended.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// Whether it was a test call.
    #[serde(default)]
    pub is_test: bool,
    /// Who organised the meeting or placed the call.
    #[serde(default)]
    pub organizer: Option<PersonKey>,
    /// The organizer's display name.
    #[serde(default)]
    pub organizer_name: Option<String>,
    /// How many people were in it or invited.
    pub people: u32,
    /// How many sessions it has.
    pub sessions: u32,
    /// When it was stored.
    pub stored_at: Timestamp,
}

/// One person in the list of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonOfDay {
    /// Who.
    pub person: PersonKey,
    /// The totals that the index carries; [`CallTable::person_totals`](crate::CallTable::person_totals)
    /// has all.
    pub totals: Totals,
}
