#![doc = include_str!("../README.md")]

mod day;
mod forget;
mod places;
mod take_in;

use call_table::CallTable;
use forgotten_people::ForgottenPeople;

pub use places::Places;

/// Writes the logs of telephone calls. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PstnWriter {
    table: CallTable,
    forgotten: ForgottenPeople,
}

impl PstnWriter {
    /// Writes into a table, whose forgotten people stay forgotten.
    #[must_use]
    pub const fn new(table: CallTable, forgotten: ForgottenPeople) -> Self {
        Self { table, forgotten }
    }

    #[must_use]
    pub const fn table(&self) -> &CallTable {
        &self.table
    }
}
