//! The handle through which calls are written.

use call_table::CallTable;

use crate::ForgetKeySource;

/// Writes calls. Cheap to clone.
#[derive(Clone, Debug)]
pub struct CallWriter {
    pub(crate) table: CallTable,
    pub(crate) forget_key: ForgetKeySource,
}

impl CallWriter {
    /// Writes into a table. The key is only asked for when the table has marks of forgotten people.
    pub fn new(table: CallTable, forget_key: ForgetKeySource) -> Self {
        Self { table, forget_key }
    }

    pub fn table(&self) -> &CallTable {
        &self.table
    }
}
