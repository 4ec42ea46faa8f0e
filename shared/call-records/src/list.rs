use std::borrow::Cow;

use jiff::Timestamp;
use serde::de::MapAccess;

use crate::json::{Faults, Members, Object};
use crate::record::RecordHead;
use crate::{CallType, DecodeError, Modality, Page, page};

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

impl<'de> Object<'de> for RecordHead {
    type Done = ListedCall;

    fn read<A: MapAccess<'de>>(
        &mut self,
        key: Cow<'de, str>,
        members: &mut Members<A>,
    ) -> Result<(), A::Error> {
        if !self.read_member(&key, members)? {
            members.skip()?;
        }
        Ok(())
    }

    fn done(self, _: Faults) -> Result<ListedCall, DecodeError> {
        Ok(ListedCall {
            id: self.id()?,
            version: self.version()?,
            started_at: self.started_at,
            ended_at: self.ended_at,
            last_modified_at: self.last_modified_at,
            call_type: self.call_type.unwrap_or_default(),
            modalities: self.modalities,
        })
    }
}

/// Decodes a page of the list of call records.
///
/// # Errors
/// When the bytes are not JSON or not a page. One element without id or version is an error that
/// names its index, because a call that is passed over here would never be missed.
pub fn decode_list(json: &[u8]) -> Result<Page<ListedCall>, DecodeError> {
    page::decode::<RecordHead>(json)
}
