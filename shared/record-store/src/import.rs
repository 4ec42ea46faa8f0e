//! Where an imported table comes from: one item, which only a table on a laptop has.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{RecordStore, StoreError};

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

impl RecordStore {
    /// What was imported into the table; none where nothing was.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn import_state(&self) -> Result<Option<ImportState>, StoreError> {
        self.value(IMPORT, GRAPH).await
    }

    /// Writes down what is imported, in the place of what was there.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn put_import_state(&self, state: &ImportState) -> Result<(), StoreError> {
        self.put_value(IMPORT, GRAPH, state).await
    }
}
