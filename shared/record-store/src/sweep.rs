//! Removing what no committed version owns.

use crate::{RecordStore, StoreError};

impl RecordStore {
    /// Removes pages and sessions that a crash left behind: those of the stored version or an older
    /// one that the call's own item does not own, and what was set aside before it was stored.
    /// Returns how many items went. Does nothing while the call is not stored.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says; what is left is removed the next time.
    pub async fn sweep(&self, _id: &str) -> Result<usize, StoreError> {
        todo!()
    }
}
