//! The handle through which calls are written.

use call_table::CallTable;

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
}
