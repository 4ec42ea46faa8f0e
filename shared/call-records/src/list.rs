use jiff::Timestamp;

use crate::json::{self, Object};
use crate::record::{mandatory_id, mandatory_version, modalities, timestamp};
use crate::{CallType, DecodeError, Modality, Page};

/// A call record as the list of call records shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCall {
    /// The call, a GUID in lower case.
    pub id: String,
    /// The version that Graph has now.
    pub version: i64,
    /// When the first participant joined.
    pub started_at: Option<Timestamp>,
    /// When the last participant left.
    pub ended_at: Option<Timestamp>,
    /// When Graph made this version.
    pub last_modified_at: Option<Timestamp>,
    /// The type; the list says `unknown` also for calls whose record says more.
    pub call_type: CallType,
    /// What was transported.
    pub modalities: Vec<Modality>,
}

impl ListedCall {
    fn decode(object: &Object) -> Result<Self, DecodeError> {
        Ok(Self {
            id: mandatory_id(object)?,
            version: mandatory_version(object)?,
            started_at: timestamp(object, "startDateTime"),
            ended_at: timestamp(object, "endDateTime"),
            last_modified_at: timestamp(object, "lastModifiedDateTime"),
            call_type: json::word(object, "type").unwrap_or_default(),
            modalities: modalities(object),
        })
    }
}

/// Decodes a page of the list of call records.
///
/// # Errors
/// When the bytes are not JSON or not a page. One element without id or version is an error that
/// names its index, because a call that is passed over here would never be missed.
pub fn decode_list(json: &[u8]) -> Result<Page<ListedCall>, DecodeError> {
    Page::decode(json, ListedCall::decode)
}
