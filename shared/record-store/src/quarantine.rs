//! Keeping what could not be decoded.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::batch::Write;
use crate::config::StoreConfig;
use crate::deadline::Deadline;
use crate::item::{self, Item, n, s};
use crate::keys::{self, BY_PERSON, BY_PERSON_SORT, EXPIRES_AT, QUARANTINE, QUARANTINE_PREFIX, SK};
use crate::{CallWriter, PageKind, RawPage, RecordStore, StoreError, draft, page};

/// When something was quarantined.
const QUARANTINED_AT: &str = "quarantined_at";

/// The attributes of an item that was quarantined that say how long it is there.
pub(crate) const STAMPS: [&str; 2] = [QUARANTINED_AT, EXPIRES_AT];

impl RecordStore {
    /// Keeps pages that could not be decoded under their call, with the reason in words that a
    /// person reads in the console. Repeating it changes nothing but the time. They are removed when
    /// the call is stored later, or when the retention is over.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn quarantine(
        &self,
        id: &str,
        reason: &str,
        pages: &[RawPage],
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(), StoreError> {
        let digests = pages.iter().map(|page| (&page.kind, page.number, page::digest(&page.body)));
        let occasion = Occasion::new(&self.config, id, reason, digests, now);
        let mut writes = Vec::new();
        for page in pages {
            writes.extend(occasion.page(&page.kind, page.number, &page.body)?);
        }
        writes.push(occasion.readable(reason, pages.len()));
        self.write_batch(writes, Deadline::at(deadline)).await
    }

    /// The pages of a call that were quarantined, those of one occasion after those of another.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when a page is not what was written.
    pub async fn quarantined_pages(&self, id: &str) -> Result<Vec<RawPage>, StoreError> {
        let pk = keys::call(id);
        let items = self.query(&pk).beginning_with(QUARANTINE_PREFIX).all().await?;
        by_page(items).iter().map(|(place, items)| page(&pk, place, items)).collect()
    }
}

impl CallWriter {
    /// Keeps the pages that were added as [`RecordStore::quarantine`] does, because together they make
    /// no call, and removes what was written of the version. A page is in memory at a time.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says; nothing is lost that was kept before.
    pub async fn quarantine(mut self, reason: &str) -> Result<(), StoreError> {
        let config = self.store.config.clone();
        self.flush(draft::expires_at(&config, self.now)).await?;
        let digests = self.pages.iter().map(|page| (&page.kind, page.number, page.digest.clone()));
        let occasion = Occasion::new(&config, &self.id, reason, digests, self.now);
        for page in &self.pages {
            let body = self.store.page_body(&self.id, self.version, page).await?;
            let items = occasion.page(&page.kind, page.number, &body)?;
            self.store.write_batch(items, self.deadline).await?;
        }
        let readable = occasion.readable(reason, self.pages.len());
        self.store.write_batch(vec![readable], self.deadline).await?;
        self.store.remove_pages(&self.id, self.version, &self.pages, self.deadline).await
    }
}

/// Once that something was quarantined.
struct Occasion<'a> {
    config: &'a StoreConfig,
    id: &'a str,
    sk: String,
    now: Timestamp,
}

impl<'a> Occasion<'a> {
    /// The same pages for the same reason are the same occasion.
    fn new<'p>(
        config: &'a StoreConfig,
        id: &'a str,
        reason: &str,
        pages: impl Iterator<Item = (&'p PageKind, u32, String)>,
        now: Timestamp,
    ) -> Self {
        let mut name = Sha256::new_with_prefix(reason);
        for (kind, number, digest) in pages {
            name.update(format!("\n{kind} {number} {digest}"));
        }
        let sk = format!("{QUARANTINE_PREFIX}{}", keys::short(&name.finalize()));
        Self { config, id, sk, now }
    }

    fn page(&self, kind: &PageKind, number: u32, body: &[u8]) -> Result<Vec<Write>, StoreError> {
        let prefix = format!("{}#{kind}-{number:04}#", self.sk);
        let items = page::to_items(&keys::call(self.id), &prefix, kind, number, body)?;
        Ok(items.into_iter().map(|item| self.stamped(item)).collect())
    }

    /// What a person reads in the console.
    fn readable(&self, reason: &str, pages: usize) -> Write {
        let mut readable = item::key(&keys::call(self.id), &self.sk);
        readable.insert("call_id".to_owned(), s(self.id));
        readable.insert("reason".to_owned(), s(reason));
        readable.insert("pages".to_owned(), n(pages));
        readable.insert(BY_PERSON.to_owned(), s(QUARANTINE));
        readable.insert(BY_PERSON_SORT.to_owned(), s(keys::chronological(self.now, self.id)));
        self.stamped(readable)
    }

    fn stamped(&self, mut item: Item) -> Write {
        item.insert(QUARANTINED_AT.to_owned(), s(self.now.to_string()));
        item.insert(EXPIRES_AT.to_owned(), n(draft::expires_at(self.config, self.now)));
        Write::Put(item)
    }
}

/// The items of each page that was quarantined, by what their sort keys have in common.
pub(crate) fn by_page(items: Vec<Item>) -> BTreeMap<String, Vec<Item>> {
    let mut pages = BTreeMap::<String, Vec<Item>>::new();
    for item in items {
        let sk = item::text(&item, SK).unwrap_or_default();
        if let Some(page) = sk.rfind('#').filter(|_| item.contains_key("data")) {
            pages.entry(sk[..page].to_owned()).or_default().push(item);
        }
    }
    pages
}

/// A page from its items.
pub(crate) fn page(pk: &str, place: &str, items: &[Item]) -> Result<RawPage, StoreError> {
    let first = items.first();
    let kind = first.and_then(|item| item::text(item, "page_kind")).unwrap_or_default();
    let number = first.and_then(|item| item::number(item, "page_number"));
    let body = page::from_items(&format!("{pk} {place}"), items)?;
    Ok(RawPage { kind: kind.into(), number: number.unwrap_or_default(), body })
}
