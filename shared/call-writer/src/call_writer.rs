//! The handle through which calls are written.

use call_table::{CallTable, Deadline};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::VersionWriter;

/// Writes calls. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CallWriter {
    pub(crate) table: CallTable,
}

impl CallWriter {
    pub fn new(table: CallTable) -> Self {
        Self { table }
    }

    pub fn table(&self) -> &CallTable {
        &self.table
    }

    /// Begins to write a version of a call. No request begins that could not finish before
    /// `deadline`; nothing is sent yet.
    pub fn version(
        &self,
        id: &str,
        version: i64,
        now: Timestamp,
        deadline: Instant,
    ) -> VersionWriter {
        VersionWriter::new(self.clone(), id, version, now, Deadline::at(deadline))
    }
}
