//! What is stored of the calls that Graph lists, read from the index of days an hour at a time: a tenth
//! of what it costs to read each call's own item.

use std::collections::{HashMap, HashSet};

use call_records::ListedCall;
use call_table::{CallTable, StoredVersion, TableError};
use jiff::Timestamp;

const HOUR: i64 = 3_600;

/// Bounds the memory: beyond, the hours are read anew.
const MAX_CALLS: usize = 50_000;

/// The stored calls of the hours in which the calls of a list began.
#[derive(Debug, Default)]
pub(crate) struct StoredCalls {
    hours: HashSet<i64>,
    calls: HashMap<String, StoredVersion>,
}

impl StoredCalls {
    /// What is stored of these calls. A call that is not there, or older than listed, may be stored all
    /// the same: the index is a moment behind, and it may have been listed with another start.
    pub(crate) async fn of(
        &mut self,
        table: &CallTable,
        calls: &[ListedCall],
    ) -> Result<HashMap<String, StoredVersion>, TableError> {
        if self.calls.len() > MAX_CALLS {
            *self = Self::default();
        }
        let starts = calls.iter().filter_map(|call| call.started_at);
        for hour in starts.map(|start| start.as_second().div_euclid(HOUR)) {
            if self.hours.insert(hour) {
                let begins = |hour: i64| Timestamp::from_second(hour * HOUR).ok();
                if let (Some(from), Some(to)) = (begins(hour), begins(hour + 1)) {
                    self.calls.extend(table.versions_begun_in(from, to).await?);
                }
            }
        }
        let stored = calls
            .iter()
            .filter_map(|call| self.calls.get(&call.id).map(|stored| (call.id.clone(), *stored)));
        Ok(stored.collect())
    }
}
