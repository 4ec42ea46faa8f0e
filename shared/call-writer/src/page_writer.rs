//! Writing the pages of a version as they arrive. No read shows them before the version is committed.
//!
//! Small pages are bundled: they repeat each other, and an item costs a kilobyte at least.

use std::collections::BTreeMap;

use call_records::SessionSummary;
use call_table::item::{self, Item, n};
use call_table::keys::{self, EXPIRES_AT};
use call_table::{CallTable, Deadline, PageKind, StoredPage, TableError};
use item_writer::{Write, write_batch};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::draft;
use crate::page_items::{MAX_BUNDLE_BYTES, bundle, listed, page_items};

/// Items that are buffered: one batch.
const MAX_BUFFERED_ITEMS: usize = 25;

/// Bytes of the buffered items: memory is bounded by this, a bundle and one page.
const MAX_BUFFERED_BYTES: usize = 4 * 1024 * 1024;

/// The pages of one version.
#[derive(Debug)]
pub(crate) struct PageWriter {
    pub(crate) table: CallTable,
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) deadline: Deadline,
    /// Those that were added since the last [`flush`](Self::flush) do not name their bundle yet.
    pub(crate) pages: Vec<StoredPage>,
    /// When the call began, or now while that is unknown: by it the pages expire.
    began: Timestamp,
    /// The bodies of the last pages, one after the other.
    bundle: Vec<u8>,
    /// How many pages come before those in the bundle.
    before_bundle: usize,
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
            bundle: Vec::new(),
            before_bundle: 0,
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
        let sha256 = Sha256::digest(body);
        let digest = keys::short(&sha256);
        let known =
            |page: &StoredPage| (&page.kind, page.number, &page.digest) == (&kind, number, &digest);
        if self.pages.iter().any(known) {
            return Ok(());
        }
        let mut page = listed(self.pages.last(), kind, number, body, digest);
        if self.bundle.len() + body.len() > MAX_BUNDLE_BYTES {
            self.close_bundle()?;
        }
        if body.len() <= MAX_BUNDLE_BYTES {
            if self.bundle.is_empty() {
                self.before_bundle = self.pages.len();
            }
            self.bundle.extend_from_slice(body);
            self.pages.push(page);
            return Ok(());
        }
        let prefix = page.key_prefix(self.version);
        let pk = keys::call(&self.id);
        let items = page_items(&pk, &prefix, &page.kind, number, body, &sha256)?;
        page.parts = u32::try_from(items.len()).unwrap_or(u32::MAX);
        self.pages.push(page);
        for item in items {
            self.add(item).await?;
        }
        Ok(())
    }

    /// Adds the sessions of the page that was added last, as far as they have items.
    pub(crate) async fn add_sessions(
        &mut self,
        sessions: &[SessionSummary],
    ) -> Result<(), TableError> {
        let chain = self.pages.last().map(|page| page.chain.clone()).unwrap_or_default();
        for session in sessions {
            if let Some(item) = draft::session(&self.id, self.version, session, &chain) {
                self.add(item).await?;
            }
        }
        Ok(())
    }

    /// Makes an item of the pages in the bundle.
    fn close_bundle(&mut self) -> Result<(), TableError> {
        if self.bundle.is_empty() {
            return Ok(());
        }
        let pages = &mut self.pages[self.before_bundle..];
        let bodies = std::mem::take(&mut self.bundle);
        let item = bundle(&self.id, self.version, pages, &bodies)?;
        self.buffer(item);
        Ok(())
    }

    async fn add(&mut self, item: Item) -> Result<(), TableError> {
        if self.buffer.len() >= MAX_BUFFERED_ITEMS
            || self.buffered_bytes + item::size(&item) > MAX_BUFFERED_BYTES
        {
            // The call's start is known at the end. What is written before lives as long as a call
            // that begins now, which is at most Graph's 30 days longer.
            self.write_buffer(self.began).await?;
        }
        self.buffer(item);
        Ok(())
    }

    fn buffer(&mut self, mut item: Item) {
        item.insert("version".to_owned(), n(self.version));
        self.buffered_bytes += item::size(&item);
        let sk = item::text(&item, keys::SK).unwrap_or_default().to_owned();
        self.buffer.insert(sk, item);
    }

    /// Writes all pages that were added, of a call that began at `began`.
    pub(crate) async fn flush(&mut self, began: Timestamp) -> Result<(), TableError> {
        self.close_bundle()?;
        self.write_buffer(began).await
    }

    async fn write_buffer(&mut self, began: Timestamp) -> Result<(), TableError> {
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
