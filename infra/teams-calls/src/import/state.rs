//! Where an imported table comes from: one item, which only a table on a laptop has.

use call_table::{CallTable, TableError};
use item_writer::put_value;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const IMPORT: &str = "IMPORT";
const GRAPH: &str = "graph";

/// What was imported. While it has no end, an import was begun and not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportState {
    /// The tenant whose calls these are.
    pub tenant_id: String,
    /// The Graph that they come from.
    pub graph_url: String,
    /// Calls that began at this time or later …
    pub from: Timestamp,
    /// … and before this.
    pub to: Timestamp,
    /// When the latest import began.
    pub began_at: Timestamp,
    /// When the import began that this one goes on with; the same when it goes on with none.
    pub listing_since: Timestamp,
    /// When it ended with everything stored; none while it has not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

impl ImportState {
    /// What was imported into the table; none where nothing was.
    pub async fn read(table: &CallTable) -> Result<Option<Self>, TableError> {
        table.value(IMPORT, GRAPH).await
    }

    /// Replaces what is written of the import.
    pub async fn put(&self, table: &CallTable) -> Result<(), TableError> {
        put_value(table, IMPORT, GRAPH, self).await
    }
}
