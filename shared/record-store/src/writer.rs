//! Writing one version of one call.

use std::collections::BTreeMap;

use call_records::{Call, PersonKey, SessionSummary};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::batch::Write;
use crate::deadline::Deadline;
use crate::draft::{self, Draft};
use crate::item::{self, Item, n};
use crate::keys::{self, EXPIRES_AT};
use crate::page::{self, PageKind, StoredPage};
use crate::transaction::Outcome;
use crate::{RecordStore, StoreError, StoredRecord};

/// Items that wait to be written: a batch.
const MAX_BUFFERED_ITEMS: usize = 25;

/// Bytes of the items that wait: memory is bounded by this and a page.
const MAX_BUFFERED_BYTES: usize = 4 * 1024 * 1024;

/// What became of a version that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is what is stored now.
    Stored {
        /// The version that it took the place of.
        replaced: Option<i64>,
    },
    /// The same version was there already.
    AlreadyStored,
    /// A newer version was there already.
    Superseded {
        /// That version.
        by: i64,
    },
}

/// Writes one version of one call: pages and sessions as they come, then everything else at once.
/// Dropping it before [`commit`](Self::commit) leaves nothing that any read shows.
#[derive(Debug)]
pub struct CallWriter {
    pub(crate) store: RecordStore,
    pub(crate) id: String,
    pub(crate) version: i64,
    pub(crate) now: Timestamp,
    pub(crate) deadline: Deadline,
    pub(crate) pages: Vec<StoredPage>,
    /// By sort key, so that what is added twice is written once: a batch may not name a key twice.
    waiting: BTreeMap<String, Item>,
    waiting_bytes: usize,
}

impl RecordStore {
    /// Begins to write a version of a call. No request begins that could not finish before
    /// `deadline`; nothing is sent yet.
    pub fn write(&self, id: &str, version: i64, now: Timestamp, deadline: Instant) -> CallWriter {
        CallWriter {
            store: self.clone(),
            id: id.to_owned(),
            version,
            now,
            deadline: Deadline::at(deadline),
            pages: Vec::new(),
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
        }
    }
}

impl RecordStore {
    /// Begins to write the stored version of a call again.
    pub(crate) fn rewrite(&self, record: &StoredRecord, deadline: Deadline) -> CallWriter {
        CallWriter {
            store: self.clone(),
            id: record.call_id.clone(),
            version: record.version,
            now: record.started_at,
            deadline,
            pages: Vec::new(),
            waiting: BTreeMap::new(),
            waiting_bytes: 0,
        }
    }
}

impl CallWriter {
    /// Keeps a page as Graph sent it. The order in which pages are added is kept: counting again
    /// later reads them in it. The same page twice is one page.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn add_page(
        &mut self,
        kind: impl Into<PageKind>,
        number: u32,
        body: &[u8],
    ) -> Result<(), StoreError> {
        let kind = kind.into();
        let digest = page::digest(body);
        let known =
            |page: &StoredPage| (&page.kind, page.number, &page.digest) == (&kind, number, &digest);
        if self.pages.iter().any(known) {
            return Ok(());
        }
        let prefix = keys::raw_page(self.version, &kind, number, &digest);
        let items = page::to_items(&keys::call(&self.id), &prefix, &kind, number, body)?;
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

    /// Keeps the summaries of the sessions of the page that was added last.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn add_sessions(&mut self, sessions: &[SessionSummary]) -> Result<(), StoreError> {
        let chain = self.pages.last().map(|page| page.chain.clone()).unwrap_or_default();
        for session in sessions {
            self.add(draft::session(&self.id, self.version, session, &chain)?).await?;
        }
        Ok(())
    }

    /// Makes the version the stored one, with everybody's part and every total, unless it or a newer
    /// one is there already. Then removes what nobody owns any more.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says. Writing the version again continues where this one stopped; an error
    /// after the version became visible only says that something is left to remove.
    pub async fn commit(mut self, call: &Call) -> Result<Committed, StoreError> {
        if call.version != self.version {
            return Err(StoreError::Corrupt(format!(
                "the pages are of version {} and the call of version {}",
                self.version, call.version
            )));
        }
        let config = self.store.config.clone();
        let expires_at = draft::expires_at(&config, call.started_at);
        self.flush(expires_at).await?;
        let draft = Draft {
            config: &config,
            id: &self.id,
            call,
            pages: &self.pages,
            now: self.now,
            revision: 0,
        };
        let committed = self.store.commit(draft, self.deadline).await?;
        self.store.remove_unowned(&self.id, self.deadline).await?;
        self.store.keep_forgotten(&self.id, self.deadline).await?;
        Ok(committed)
    }

    /// Makes the same version of a call say otherwise: in the place of `record`, if that is still
    /// what is stored. The part of `gone`, who is not in the call any more, stays.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub(crate) async fn commit_again(
        mut self,
        call: &Call,
        record: &StoredRecord,
        gone: &PersonKey,
    ) -> Result<Outcome, StoreError> {
        let config = self.store.config.clone();
        self.flush(draft::expires_at(&config, call.started_at)).await?;
        let draft = Draft {
            config: &config,
            id: &self.id,
            call,
            pages: &self.pages,
            now: record.stored_at,
            revision: record.revision.unwrap_or_default() + 1,
        };
        self.store.commit_again(draft, record.revision, gone, self.deadline).await
    }

    async fn add(&mut self, mut item: Item) -> Result<(), StoreError> {
        item.insert("version".to_owned(), n(self.version));
        let size = item::size(&item);
        if self.waiting.len() >= MAX_BUFFERED_ITEMS
            || self.waiting_bytes + size > MAX_BUFFERED_BYTES
        {
            // When the call began is known at the end: what is written before lives as long as a
            // call that begins now. Graph's records are at most 30 days old.
            self.flush(draft::expires_at(&self.store.config, self.now)).await?;
        }
        self.waiting_bytes += size;
        let sk = item::text(&item, keys::SK).unwrap_or_default().to_owned();
        self.waiting.insert(sk, item);
        Ok(())
    }

    pub(crate) async fn flush(&mut self, expires_at: i64) -> Result<(), StoreError> {
        self.waiting_bytes = 0;
        let writes = std::mem::take(&mut self.waiting).into_values().map(|mut item| {
            item.insert(EXPIRES_AT.to_owned(), n(expires_at));
            Write::Put(item)
        });
        self.store.write_batch(writes.collect(), self.deadline).await
    }
}
