//! Writing one version of one call.

use call_records::{Call, SessionSummary};
use call_table::{Deadline, PageKind, TableError};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::CallWriter;
use crate::commit::{Before, Committed};
use crate::draft::Draft;
use crate::page_writer::PageWriter;
use crate::plan::Head;
use crate::quarantine::Occasion;
use crate::resume_point::Resumption;

/// Writes one version of one call: pages and sessions as they arrive, then everything else in one
/// commit. If it is dropped before [`commit`](Self::commit), no read shows anything of it.
#[derive(Debug)]
pub struct VersionWriter {
    pub(crate) writer: CallWriter,
    pub(crate) pages: PageWriter,
    pub(crate) now: Timestamp,
    pub(crate) resumption: Resumption,
    head: Option<Head>,
}

impl CallWriter {
    /// Begins to write a version of a call; nothing is sent yet. No request begins that could not
    /// finish before `deadline`.
    pub fn version(
        &self,
        id: &str,
        version: i64,
        now: Timestamp,
        deadline: Instant,
    ) -> VersionWriter {
        let deadline = Deadline::at(deadline);
        let pages = PageWriter::new(self.table.clone(), id, version, now, deadline);
        VersionWriter {
            writer: self.clone(),
            pages,
            now,
            resumption: Resumption::default(),
            head: None,
        }
    }
}

impl VersionWriter {
    /// What is known of the stored state, read or assumed: the commit is conditional on it, and reads it
    /// only when it proves wrong.
    pub fn expect(&mut self, head: Head) {
        self.head = Some(head);
    }

    /// Stores a page as Graph sent it. Recomputing reads the pages in the order in which they were added.
    /// Adding the same page twice stores one.
    pub async fn add_page(
        &mut self,
        kind: impl Into<PageKind>,
        number: u32,
        body: &[u8],
    ) -> Result<(), TableError> {
        self.pages.add_page(kind.into(), number, body).await
    }

    /// Stores the summaries of the sessions of the page that was added last.
    pub async fn add_sessions(&mut self, sessions: &[SessionSummary]) -> Result<(), TableError> {
        self.pages.add_sessions(sessions).await
    }

    /// Makes the version the stored one, with every participation and total, unless it or a newer one is
    /// stored already. Then sweeps what no version owns, unless there was nothing of the call before, and
    /// forgets the people with a mark.
    ///
    /// # Errors
    ///
    /// Writing the version again continues where this attempt stopped. After the version became visible,
    /// an error says that sweeping or forgetting has to be repeated.
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
        let head = self.head.take();
        let (committed, before) = self.writer.commit(draft, head, deadline).await?;
        if before == Before::MaybeSomething || self.resumption.saved() > 0 {
            self.writer.remove_unowned(&self.pages.id, deadline).await?;
        }
        self.writer.forget_marked(&self.pages.id, deadline).await?;
        Ok(committed)
    }

    /// Quarantines the pages that were added, as [`CallWriter::quarantine`] does, because together they
    /// make no call, and removes what was written of the version. Memory is bounded by a page.
    pub async fn quarantine(mut self, reason: &str) -> Result<(), TableError> {
        self.pages.flush(self.now).await?;
        let PageWriter { id, version, pages, deadline, .. } = &self.pages;
        let table = &self.writer.table;
        let digests = pages.iter().map(|page| (&page.kind, page.number, page.digest.clone()));
        let occasion = Occasion::new(table.config(), id, reason, digests, self.now);
        for page in pages {
            let body = table.page_of_version(id, *version, page, *deadline).await?;
            let items = occasion.page(&page.kind, page.number, &body)?;
            item_writer::write_batch(table, items, *deadline).await?;
        }
        self.writer.note_quarantine(id, self.now, *deadline).await?;
        let readable = occasion.readable(reason, pages.len());
        item_writer::write_batch(table, vec![readable], *deadline).await?;
        self.writer.remove_pages(id, *version, pages, *deadline).await?;
        self.remove_resume_point().await
    }
}
