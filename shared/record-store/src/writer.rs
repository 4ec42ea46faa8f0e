//! Writing one version of one call.

use call_records::{Call, SessionSummary};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::{PageKind, RecordStore, StoreError};

/// What became of a version that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is what is stored now.
    Stored {
        /// The version that it took the place of.
        replaced: Option<i64>,
    },
    /// The same version was there already.
    AlreadyStored,
    /// A newer version was there already.
    Superseded {
        /// That version.
        by: i64,
    },
}

/// Writes one version of one call: pages and sessions as they come, then everything else at once.
/// Dropping it before [`commit`](Self::commit) leaves nothing that any read shows.
#[derive(Debug)]
pub struct CallWriter {
    _store: RecordStore,
}

impl RecordStore {
    /// Begins to write a version of a call. No request starts after `deadline`.
    pub fn write(
        &self,
        _id: &str,
        _version: i64,
        _now: Timestamp,
        _deadline: Instant,
    ) -> CallWriter {
        CallWriter { _store: self.clone() }
    }
}

impl CallWriter {
    /// Keeps a page as Graph sent it. A page of the same kind and number takes the place of the one
    /// before.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn add_page(
        &mut self,
        _kind: impl Into<PageKind>,
        _number: u32,
        _body: &[u8],
    ) -> Result<(), StoreError> {
        todo!()
    }

    /// Keeps the summaries of the sessions of the page that was added last.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn add_sessions(&mut self, _sessions: &[SessionSummary]) -> Result<(), StoreError> {
        todo!()
    }

    /// Makes the version the stored one, with everybody's part and every total, unless it or a newer
    /// one is there already.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says. Writing it again continues where it stopped.
    pub async fn commit(self, _call: &Call) -> Result<Committed, StoreError> {
        todo!()
    }
}
