//! Calls that Graph lists and the table does not have, or has at an older version.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::RECONCILIATION;
use crate::batch::Write;
use crate::deadline::Deadline;
use crate::item::{self, n};
use crate::keys::EXPIRES_AT;
use crate::{RecordStore, StoreError, draft};

const MISSING_PREFIX: &str = "MISSING#";

/// Graph forgets a record so long after its call ended.
pub const GRAPH_KEEPS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A call that is not stored as Graph lists it, from when that was found until it is repaired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingCall {
    /// Graph's id of the call.
    pub call_id: String,
    /// The version that Graph lists.
    pub version: i64,
    /// The older version that is stored; none when the call is not stored at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored_version: Option<i64>,
    /// When the call began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// When it was found.
    pub found_at: Timestamp,
    /// The reason of the pass that found it.
    pub reason: String,
    /// When it was last put into the calls queue.
    pub enqueued_at: Timestamp,
    /// How often it was.
    pub enqueued: u32,
    /// When Graph's 30 days were over before it was stored: it cannot be had any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<Timestamp>,
}

impl MissingCall {
    /// Whether nothing of it is stored, as against an older version.
    pub fn is_missing(&self) -> bool {
        self.stored_version.is_none()
    }

    /// The latest time before which completeness can be claimed while it is missing.
    pub fn holds_back_at(&self) -> Timestamp {
        self.ended_at.or(self.started_at).unwrap_or(Timestamp::MIN)
    }
}

impl RecordStore {
    /// Every call that is known to be missing, stale or lost.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn missing_calls(&self) -> Result<Vec<MissingCall>, StoreError> {
        self.items_beginning_with(MISSING_PREFIX).await
    }

    /// Notes calls as missing, in the place of what was noted of them. No call may come twice.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn put_missing_calls(
        &self,
        calls: &[MissingCall],
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(), StoreError> {
        // As long as the call would be kept: a day with a lost call is not complete meanwhile.
        let expires_at = draft::expires_at(&self.config, now);
        let put = |call: &MissingCall| {
            let mut item = item::of(call)?;
            item.insert(EXPIRES_AT.to_owned(), n(expires_at));
            item.extend(item::key(RECONCILIATION, &sort_key(&call.call_id)));
            Ok(Write::Put(item))
        };
        let writes = calls.iter().map(put).collect::<Result<_, StoreError>>()?;
        self.write_batch(writes, Deadline::at(deadline)).await
    }

    /// Forgets calls that are stored now.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn forget_missing_calls(
        &self,
        ids: &[String],
        deadline: Instant,
    ) -> Result<(), StoreError> {
        let delete = |id: &String| Write::Delete(item::key(RECONCILIATION, &sort_key(id)));
        self.write_batch(ids.iter().map(delete).collect(), Deadline::at(deadline)).await
    }
}

fn sort_key(call_id: &str) -> String {
    format!("{MISSING_PREFIX}{call_id}")
}
