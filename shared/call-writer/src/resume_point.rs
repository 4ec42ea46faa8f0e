//! Writing a version in several goes: what a later writer has to know of the pages that an earlier one
//! stored.

use call_records::{AudioClassifier, DEFINITIONS_VERSION};
use call_table::item::{self, n};
use call_table::keys::{self, EXPIRES_AT};
use call_table::{ResumePoint, StoredPage, TableError};
use item_writer::{Write, write_batch};

use crate::VersionWriter;

/// How long a resume point lives, in days. Microsoft does not say how long next links do; one that
/// has expired costs a reading from the first page.
const LIFE_DAYS: i64 = 3;

/// DynamoDB's limit of an item is 400 KB.
const MAX_BYTES: usize = 390 * 1024;

/// How far a writer and those before it have come.
#[derive(Debug, Default)]
pub(crate) struct Resumption {
    /// Pages that earlier writers stored.
    resumed: usize,
    /// Pages that the stored resume point names.
    saved: usize,
}

impl Resumption {
    /// Pages that the stored resume point names.
    pub(crate) fn saved(&self) -> usize {
        self.saved
    }
}

impl VersionWriter {
    /// Takes a page that an earlier writer of this version stored, with its sessions, as if it had been
    /// added here. Such pages come before all others.
    pub fn resume(&mut self, page: StoredPage) {
        self.pages.pages.push(page);
        self.resumption.resumed = self.pages.pages.len();
        self.resumption.saved = self.resumption.resumed;
    }

    pub fn version(&self) -> i64 {
        self.pages.version
    }

    /// How many pages there are, those of earlier writers included.
    pub fn pages(&self) -> usize {
        self.pages.pages.len()
    }

    /// How many pages of earlier writers there are.
    pub fn resumed(&self) -> usize {
        self.resumption.resumed
    }

    /// How many of the pages a later writer would find.
    pub fn saved(&self) -> usize {
        self.resumption.saved()
    }

    /// Stores what is buffered, and then which pages there are, so that a later writer of the same version
    /// continues here. Does nothing where a page is not stored for certain, because an earlier request of
    /// this writer failed.
    pub async fn save_resume_point(
        &mut self,
        classifier: AudioClassifier,
    ) -> Result<(), TableError> {
        // Invariant: a resume point names only what is stored.
        self.pages.flush(self.now).await?;
        if self.pages.is_incomplete || self.saved() == self.pages() {
            return Ok(());
        }
        let point = ResumePoint {
            pages: self.pages.pages.clone(),
            definitions_version: DEFINITIONS_VERSION,
            audio_classifier: classifier.id().to_owned(),
            saved_at: self.now,
        };
        let mut item = item::of(&point)?;
        item.extend(self.key());
        item.insert(EXPIRES_AT.to_owned(), n(self.now.as_second() + LIFE_DAYS * 86_400));
        if item::size(&item) > MAX_BYTES {
            return Ok(());
        }
        self.write(Write::Put(item)).await?;
        self.resumption.saved = self.pages();
        Ok(())
    }

    /// Removes the resume point, if there is one: the next writer begins with the first page.
    pub async fn remove_resume_point(&mut self) -> Result<(), TableError> {
        if std::mem::take(&mut self.resumption).saved == 0 {
            return Ok(());
        }
        self.write(Write::Delete(self.key())).await
    }

    fn key(&self) -> item::Item {
        item::key(&keys::call(&self.pages.id), &keys::resume_point(self.pages.version))
    }

    async fn write(&self, write: Write) -> Result<(), TableError> {
        write_batch(&self.pages.table, vec![write], self.pages.deadline).await
    }
}
