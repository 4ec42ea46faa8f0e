//! Writing one version of one call.

use call_records::{Call, SessionSummary};
use call_table::{Deadline, PageKind, TableError};
use jiff::Timestamp;

use crate::CallWriter;
use crate::commit::Committed;
use crate::draft::Draft;
use crate::page_writer::PageWriter;
use crate::quarantine::Occasion;

/// Writes one version of one call: pages and sessions as they come, then everything else at once.
/// Dropping it before [`commit`](Self::commit) leaves nothing that any read shows.
#[derive(Debug)]
pub struct VersionWriter {
    writer: CallWriter,
    pages: PageWriter,
    now: Timestamp,
}

impl VersionWriter {
    pub(crate) fn new(
        writer: CallWriter,
        id: &str,
        version: i64,
        now: Timestamp,
        deadline: Deadline,
    ) -> Self {
        let pages = PageWriter::new(writer.table.clone(), id, version, now, deadline);
        Self { writer, pages, now }
    }

    /// Keeps a page as Graph sent it. The order in which pages are added is kept: recomputing reads
    /// them in it. The same page twice is one page.
    pub async fn add_page(
        &mut self,
        kind: impl Into<PageKind>,
        number: u32,
        body: &[u8],
    ) -> Result<(), TableError> {
        self.pages.add_page(kind.into(), number, body).await
    }

    /// Keeps the summaries of the sessions of the page that was added last.
    pub async fn add_sessions(&mut self, sessions: &[SessionSummary]) -> Result<(), TableError> {
        self.pages.add_sessions(sessions).await
    }

    /// Makes the version the stored one, with everyone's participation and every total, unless it or
    /// a newer one is there already. Then sweeps what no version owns any more, and forgets again
    /// those who were to be forgotten.
    ///
    /// # Errors
    ///
    /// Writing the version again continues where this one stopped; an error after the version became
    /// visible only says that the sweep, or forgetting, has to be repeated.
    pub async fn commit(mut self, call: &Call) -> Result<Committed, TableError> {
        let PageWriter { version, deadline, .. } = self.pages;
        if call.version != version {
            return Err(TableError::Corrupt(format!(
                "the pages are of version {version} and the call of version {}",
                call.version
            )));
        }
        self.pages.flush(call.started_at).await?;
        let draft = Draft {
            config: self.writer.table.config(),
            id: &self.pages.id,
            call,
            pages: &self.pages.pages,
            now: self.now,
            revision: 0,
        };
        let committed = self.writer.commit(draft, deadline).await?;
        self.writer.remove_unowned(&self.pages.id, deadline).await?;
        self.writer.forget_marked(&self.pages.id, deadline).await?;
        Ok(committed)
    }

    /// Keeps the pages that were added as [`CallWriter::quarantine`] does, because together they
    /// make no call, and removes what was written of the version. Memory is bounded by a page.
    pub async fn quarantine(mut self, reason: &str) -> Result<(), TableError> {
        self.pages.flush(self.now).await?;
        let PageWriter { id, version, pages, deadline, .. } = &self.pages;
        let table = &self.writer.table;
        let digests = pages.iter().map(|page| (&page.kind, page.number, page.digest.clone()));
        let occasion = Occasion::new(table.config(), id, reason, digests, self.now);
        for page in pages {
            let body = table.page_of_version(id, *version, page).await?;
            let items = occasion.page(&page.kind, page.number, &body)?;
            item_writer::write_batch(table, items, *deadline).await?;
        }
        let readable = occasion.readable(reason, pages.len());
        item_writer::write_batch(table, vec![readable], *deadline).await?;
        self.writer.remove_pages(id, *version, pages, *deadline).await
    }
}
