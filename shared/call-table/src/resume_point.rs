//! Where the reading of a version goes on that did not fit into one invocation.

use call_records::DEFINITIONS_VERSION;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{CallTable, Deadline, StoredPage, TableError, item, keys};

/// The pages of a version that are stored while others are still to be read. It names no person.
///
/// Invariant: every page that it names is stored, and so are the summaries of the sessions on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResumePoint {
    /// In the order in which they were read. The last page of each kind has the link to the next.
    pub pages: Vec<StoredPage>,
    /// By which definitions the sessions on them were summarised.
    pub definitions_version: u32,
    /// The id of the classifier by which they were.
    pub audio_classifier: String,
    pub saved_at: Timestamp,
}

impl ResumePoint {
    /// Whether the summaries of its sessions are those that this release would write.
    pub fn is_current(&self, audio_classifier: &str) -> bool {
        self.definitions_version == DEFINITIONS_VERSION && self.audio_classifier == audio_classifier
    }
}

impl CallTable {
    /// Where the reading of a version goes on; none where it begins with the first page. One that
    /// cannot be read is none: then the version is read from its first page.
    pub async fn resume_point(
        &self,
        id: &str,
        version: i64,
        deadline: Deadline,
    ) -> Result<Option<ResumePoint>, TableError> {
        let item = self.item(&keys::call(id), &keys::resume_point(version), deadline).await?;
        Ok(item.and_then(|item| item::read(item).ok()))
    }
}
