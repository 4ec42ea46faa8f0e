//! Calls that Graph lists and that are not stored, or stored at an older version.

use call_table::item::{self, n};
use call_table::keys::{EXPIRES_AT, MISSING_PREFIX, RECONCILIATION};
use call_table::{Deadline, MissingCall, TableError};
use item_writer::{Write, write_batch};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::Reconciliation;

impl Reconciliation {
    /// Records calls as missing, replacing earlier records. No id may come twice.
    pub async fn put_missing_calls(
        &self,
        calls: &[MissingCall],
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(), TableError> {
        // Kept as long as the call would be, so that the day of a lost call never shows as complete.
        let expires_at = self.table.config().expires_at(now);
        let put = |call: &MissingCall| {
            let mut item = item::of(call)?;
            item.insert(EXPIRES_AT.to_owned(), n(expires_at));
            item.extend(item::key(RECONCILIATION, &sort_key(&call.call_id)));
            Ok(Write::Put(item))
        };
        let writes = calls.iter().map(put).collect::<Result<_, TableError>>()?;
        write_batch(&self.table, writes, Deadline::at(deadline)).await
    }

    /// Deletes the records of calls that are stored now.
    pub async fn delete_missing_calls(
        &self,
        ids: &[String],
        deadline: Instant,
    ) -> Result<(), TableError> {
        let delete = |id: &String| Write::Delete(item::key(RECONCILIATION, &sort_key(id)));
        let deletes = ids.iter().map(delete).collect();
        write_batch(&self.table, deletes, Deadline::at(deadline)).await
    }
}

fn sort_key(call_id: &str) -> String {
    format!("{MISSING_PREFIX}{call_id}")
}
