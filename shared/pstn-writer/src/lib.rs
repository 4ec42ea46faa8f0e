#![doc = include_str!("../README.md")]

mod day;
mod forget;
mod places;
mod take_in;

use call_table::CallTable;
use forgotten_people::{ForgetKeySource, ForgottenPeople};

pub use places::Places;
pub use take_in::TakenIn;

/// Writes the logs of telephone calls. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PstnWriter {
    table: CallTable,
    forgotten: ForgottenPeople,
}

impl PstnWriter {
    /// Writes into a table. The key is only asked for when the table has marks of forgotten people.
    #[must_use]
    pub fn new(table: CallTable, key: ForgetKeySource) -> Self {
        Self { forgotten: ForgottenPeople::new(table.clone(), key), table }
    }

    #[must_use]
    pub const fn table(&self) -> &CallTable {
        &self.table
    }
}
