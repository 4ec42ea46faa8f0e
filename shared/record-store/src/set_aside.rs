//! Keeping what could not be decoded.

use jiff::Timestamp;
use tokio::time::Instant;

use crate::{RawPage, RecordStore, StoreError};

impl RecordStore {
    /// Keeps pages that could not be decoded under their call, with the reason in words that a
    /// person reads in the console. Repeating it changes nothing. They are removed when the call is
    /// stored later.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn set_aside(
        &self,
        _id: &str,
        _reason: &str,
        _pages: &[RawPage],
        _now: Timestamp,
        _deadline: Instant,
    ) -> Result<(), StoreError> {
        todo!()
    }
}
