//! Writing the pages of a version and their sessions as they arrive. No read shows them before the
//! version is committed.

use std::collections::BTreeMap;

use call_records::SessionSummary;
use call_table::item::{self, Item, n};
use call_table::keys::{self, EXPIRES_AT};
use call_table::{CallTable, Deadline, PageKind, StoredPage, TableError, page_digest};
use item_writer::{Write, write_batch};
use jiff::Timestamp;

use crate::draft;
use crate::page_items::page_items;

/// Items that are buffered: one batch.
const MAX_BUFFERED_ITEMS: usize = 25;

/// Bytes of the buffered items: memory is bounded by this and one page.
const MAX_BUFFERED_BYTES: usize = 4 * 1024 * 1024;

/// The pages and sessions of one version.
#[derive(Debug)]
pub(crate) struct PageWriter {
    pub(crate) table: CallTable,
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) deadline: Deadline,
    pub(crate) pages: Vec<StoredPage>,
    /// When the call began, or now while that is unknown: by it the pages expire.
    began: Timestamp,
    /// By sort key, because a batch may not contain a key twice.
    buffer: BTreeMap<String, Item>,
    buffered_bytes: usize,
    /// Whether items that were added may not have been stored.
    pub(crate) is_incomplete: bool,
}

impl PageWriter {
    pub(crate) fn new(
        table: CallTable,
        id: &str,
        version: i64,
        began: Timestamp,
        deadline: Deadline,
    ) -> Self {
        Self {
            table,
            id: id.to_owned(),
            version,
            deadline,
            pages: Vec::new(),
            began,
            buffer: BTreeMap::new(),
            buffered_bytes: 0,
            is_incomplete: false,
        }
    }

    pub(crate) async fn add_page(
        &mut self,
        kind: PageKind,
        number: u32,
        body: &[u8],
    ) -> Result<(), TableError> {
        let digest = page_digest(body);
        let known =
            |page: &StoredPage| (&page.kind, page.number, &page.digest) == (&kind, number, &digest);
        if self.pages.iter().any(known) {
            return Ok(());
        }
        let prefix = keys::raw_page(self.version, &kind, number, &digest);
        let items = page_items(&keys::call(&self.id), &prefix, &kind, number, body)?;
        self.pages.push(StoredPage {
            chain: StoredPage::next_chain(self.pages.last(), &kind, &digest),
            kind,
            number,
            digest,
            parts: u32::try_from(items.len()).unwrap_or(u32::MAX),
            bytes: u64::try_from(body.len()).unwrap_or(u64::MAX),
        });
        for item in items {
            self.add(item).await?;
        }
        Ok(())
    }

    /// Adds the sessions of the page that was added last.
    pub(crate) async fn add_sessions(
        &mut self,
        sessions: &[SessionSummary],
    ) -> Result<(), TableError> {
        let chain = self.pages.last().map(|page| page.chain.clone()).unwrap_or_default();
        for session in sessions {
            self.add(draft::session(&self.id, self.version, session, &chain)?).await?;
        }
        Ok(())
    }

    async fn add(&mut self, mut item: Item) -> Result<(), TableError> {
        item.insert("version".to_owned(), n(self.version));
        let size = item::size(&item);
        if self.buffer.len() >= MAX_BUFFERED_ITEMS
            || self.buffered_bytes + size > MAX_BUFFERED_BYTES
        {
            // The call's start is known at the end. What is written before lives as long as a call
            // that begins now, which is at most Graph's 30 days longer.
            self.flush(self.began).await?;
        }
        self.buffered_bytes += size;
        let sk = item::text(&item, keys::SK).unwrap_or_default().to_owned();
        self.buffer.insert(sk, item);
        Ok(())
    }

    /// Writes what is buffered, of a call that began at `began`.
    pub(crate) async fn flush(&mut self, began: Timestamp) -> Result<(), TableError> {
        self.buffered_bytes = 0;
        let expires_at = self.table.config().expires_at(began);
        let writes = std::mem::take(&mut self.buffer).into_values().map(|mut item| {
            item.insert(EXPIRES_AT.to_owned(), n(expires_at));
            Write::Put(item)
        });
        // Also when this is dropped before the answer came.
        let was_incomplete = std::mem::replace(&mut self.is_incomplete, true);
        write_batch(&self.table, writes.collect(), self.deadline).await?;
        self.is_incomplete = was_incomplete;
        Ok(())
    }
}
