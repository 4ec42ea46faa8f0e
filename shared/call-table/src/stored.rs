//! Stored calls and lists, as reads return them.

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
    pub record: StoredRecord,
    /// By key.
    pub people: Vec<Participation>,
    /// By position.
    pub sessions: Vec<SessionSummary>,
}

/// The call's own item. The names of the fields are those of the attributes, but for
/// `being_replaced_by`, which is stored as `claim`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredRecord {
    pub call_id: String,
    pub version: i64,
    /// The version that is being written, if one is: a newer one, or the same again. Participations may
    /// be of either meanwhile.
    #[serde(rename = "claim", default, skip_serializing_if = "Option::is_none")]
    pub being_replaced_by: Option<i64>,
    pub call_type: CallType,
    #[serde(default)]
    pub modalities: Vec<Modality>,
    pub started_at: Timestamp,
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    /// The UTC day to whose totals it contributes.
    pub day: Date,
    /// When Graph published this version.
    #[serde(default)]
    pub last_modified_at: Option<Timestamp>,
    #[serde(default)]
    pub join_web_url: Option<String>,
    /// The organizer of a meeting, or the caller.
    #[serde(default)]
    pub organizer: Option<PersonKey>,
    #[serde(default)]
    pub organizer_name: Option<String>,
    /// Of a peer-to-peer call.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// Whether it was a test call, which counts for nothing but test calls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_test: bool,
    pub sessions: u32,
    pub sessions_with_media: u32,
    /// Participants, invited ones included.
    pub people: u32,
    pub stored_at: Timestamp,
    /// The tenant whose users count as internal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home_tenant: Option<String>,
    /// The id of the classifier by which audio streams are poor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio_classifier: Option<String>,
    /// The version of the definitions by which it was counted; calls that were stored before there was
    /// one have 1.
    #[serde(default = "first_definitions")]
    pub definitions_version: u32,
    /// The first by key. Bounded, because no record may fill the item.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// How often the version was stored again, because a person was forgotten or it was recounted. It
    /// makes optimistic locking possible while the version stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<u32>,
    /// The versions that it replaced, oldest first: the newest twenty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<ReplacedVersion>,
    /// The ledger: what it added to the organisation's totals of its day.
    pub contribution: Totals,
    /// The pages that it was made from, in the order of arrival.
    #[serde(default)]
    pub raw: Vec<StoredPage>,
}

impl StoredRecord {
    pub const MAX_SERVICES: usize = 32;
}

const fn first_definitions() -> u32 {
    1
}

/// A version that was stored until a newer one replaced it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplacedVersion {
    pub version: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified_at: Option<Timestamp>,
    pub stored_at: Timestamp,
}

/// A stored call, as the comparison with Graph's list needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct StoredVersion {
    pub version: i64,
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    pub stored_at: Timestamp,
}

/// One person's participation, with the attributes of the call.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonCall {
    pub call_id: String,
    pub call_type: CallType,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// The ledger: what it added to the person's totals.
    pub contribution: Totals,
    pub part: Participation,
}

/// One call in the list of a day.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CallOfDay {
    #[serde(skip)]
    pub call_id: String,
    pub version: i64,
    pub call_type: CallType,
    pub started_at: Timestamp,
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
    #[serde(default)]
    pub is_test: bool,
    /// The organizer of a meeting, or the caller.
    #[serde(default)]
    pub organizer: Option<PersonKey>,
    #[serde(default)]
    pub organizer_name: Option<String>,
    pub stored_at: Timestamp,
}

/// One person in the list of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonOfDay {
    pub person: PersonKey,
    /// The totals that the index projects; [`CallTable::person_totals`](crate::CallTable::person_totals)
    /// has all.
    pub totals: Totals,
}
