//! Reading what is stored.

use call_records::{Part, PersonKey, SessionSummary, Totals};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::{RawPage, RecordStore, StoreError};

/// A call as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredCall {
    /// The call itself.
    pub record: StoredRecord,
    /// Everyone in it, by key.
    pub people: Vec<Part>,
    /// Its sessions, by position.
    pub sessions: Vec<SessionSummary>,
}

/// The call's own item.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRecord {
    /// Graph's id of the call.
    pub id: String,
    /// The version that is stored.
    pub version: i64,
    /// A newer version that is being written, if one is. The people may be of either meanwhile.
    pub being_replaced_by: Option<i64>,
    /// `peerToPeer`, `groupCall`, or what else Graph said.
    pub call_type: String,
    /// `audio`, `video`, ….
    pub modalities: Vec<String>,
    /// When the call began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// When Graph changed the record last.
    pub last_modified_at: Option<Timestamp>,
    /// The meeting's link.
    pub join_web_url: Option<String>,
    /// Who organised the meeting or placed the call.
    pub organizer: Option<PersonKey>,
    /// The organizer's display name.
    pub organizer_name: Option<String>,
    /// How many sessions it has.
    pub sessions: u32,
    /// How many of them carried media.
    pub sessions_with_media: u32,
    /// How many people were in it or invited.
    pub people: u32,
    /// When it was stored.
    pub stored_at: Timestamp,
    /// What it added to the organisation's totals of its day.
    pub counted: Totals,
}

/// One person's part in one call, with what the part itself does not say of the call.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonCall {
    /// Graph's id of the call.
    pub call_id: String,
    /// The version that wrote it.
    pub version: i64,
    /// `peerToPeer`, `groupCall`, or what else Graph said.
    pub call_type: String,
    /// When the call began.
    pub started_at: Timestamp,
    /// When the call ended.
    pub ended_at: Timestamp,
    /// The part, whole.
    pub part: Part,
}

/// One call in the list of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct CallOfDay {
    /// Graph's id of the call.
    pub call_id: String,
    /// The version that is stored.
    pub version: i64,
    /// `peerToPeer`, `groupCall`, or what else Graph said.
    pub call_type: String,
    /// When the call began.
    pub started_at: Timestamp,
    /// When the call ended.
    pub ended_at: Timestamp,
    /// Who organised the meeting or placed the call.
    pub organizer: Option<PersonKey>,
    /// The organizer's display name.
    pub organizer_name: Option<String>,
    /// How many people were in it or invited.
    pub people: u32,
    /// How many sessions it has.
    pub sessions: u32,
    /// When it was stored.
    pub stored_at: Timestamp,
}

/// One person in the list of a day.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonOfDay {
    /// Who.
    pub person: PersonKey,
    /// The totals that the index carries; [`RecordStore::person_totals`] has all.
    pub totals: Totals,
}

impl RecordStore {
    /// The version of a call that is stored; none while it is not, or only half.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn version(&self, _id: &str) -> Result<Option<i64>, StoreError> {
        todo!()
    }

    /// A call with its people and sessions, or none.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn call(&self, _id: &str) -> Result<Option<StoredCall>, StoreError> {
        todo!()
    }

    /// What Graph sent for the stored version, in the order in which it came. Empty when the call
    /// is not stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when a page is not what was written.
    pub async fn raw_pages(&self, _id: &str) -> Result<Vec<RawPage>, StoreError> {
        todo!()
    }

    /// The parts of one person in the calls that began at or after `from` and before `to`, oldest
    /// first.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn person_calls(
        &self,
        _person: &PersonKey,
        _from: Timestamp,
        _to: Timestamp,
    ) -> Result<Vec<PersonCall>, StoreError> {
        todo!()
    }

    /// One person's totals of the days from `from` to `to`, both included; days without are left out.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn person_totals(
        &self,
        _person: &PersonKey,
        _from: Date,
        _to: Date,
    ) -> Result<Vec<(Date, Totals)>, StoreError> {
        todo!()
    }

    /// The organisation's totals of the days from `from` to `to`, both included; days without are
    /// left out.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn organisation_totals(
        &self,
        _from: Date,
        _to: Date,
    ) -> Result<Vec<(Date, Totals)>, StoreError> {
        todo!()
    }

    /// The calls that began on a day (UTC), oldest first. A call stored in the last second may be
    /// missing.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn calls_of_day(&self, _day: Date) -> Result<Vec<CallOfDay>, StoreError> {
        todo!()
    }

    /// Everyone with totals on a day (UTC), by key.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn people_of_day(&self, _day: Date) -> Result<Vec<PersonOfDay>, StoreError> {
        todo!()
    }

    /// The name that a person had in their newest call.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn newest_name(&self, _person: &PersonKey) -> Result<Option<String>, StoreError> {
        todo!()
    }
}
