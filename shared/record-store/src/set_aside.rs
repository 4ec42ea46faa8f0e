//! Keeping what could not be decoded.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::batch::Write;
use crate::deadline::Deadline;
use crate::item::{self, Item, n, s};
use crate::keys::{self, BY_PERSON, BY_PERSON_SORT, EXPIRES_AT, SET_ASIDE, SET_ASIDE_PREFIX, SK};
use crate::{RawPage, RecordStore, StoreError, draft, page};

/// When something was set aside.
const SET_ASIDE_AT: &str = "set_aside_at";

/// The attributes of an item that was set aside that say how long it is there.
pub(crate) const STAMPS: [&str; 2] = [SET_ASIDE_AT, EXPIRES_AT];

impl RecordStore {
    /// Keeps pages that could not be decoded under their call, with the reason in words that a
    /// person reads in the console. Repeating it changes nothing but the time. They are removed when
    /// the call is stored later, or when the retention is over.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn set_aside(
        &self,
        id: &str,
        reason: &str,
        pages: &[RawPage],
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(), StoreError> {
        let pk = keys::call(id);
        let mut name = Sha256::new_with_prefix(reason);
        for page in pages {
            name.update(format!("\n{} {} {}", page.kind, page.number, page::digest(&page.body)));
        }
        let sk = format!("{SET_ASIDE_PREFIX}{}", keys::short(&name.finalize()));
        let stamp = |mut item: Item| {
            item.insert(SET_ASIDE_AT.to_owned(), s(now.to_string()));
            item.insert(EXPIRES_AT.to_owned(), n(draft::expires_at(&self.config, now)));
            Write::Put(item)
        };
        let mut writes = Vec::new();
        for page in pages {
            let prefix = format!("{sk}#{}-{:04}#", page.kind, page.number);
            let items = page::to_items(&pk, &prefix, &page.kind, page.number, &page.body)?;
            writes.extend(items.into_iter().map(stamp));
        }
        let mut readable = item::key(&pk, &sk);
        readable.insert("call_id".to_owned(), s(id));
        readable.insert("reason".to_owned(), s(reason));
        readable.insert("pages".to_owned(), n(pages.len()));
        readable.insert(BY_PERSON.to_owned(), s(SET_ASIDE));
        readable.insert(BY_PERSON_SORT.to_owned(), s(keys::chronological(now, id)));
        writes.push(stamp(readable));
        self.write_batch(writes, Deadline::at(deadline)).await
    }

    /// The pages of a call that were set aside, those of one occasion after those of another.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when a page is not what was written.
    pub async fn pages_set_aside(&self, id: &str) -> Result<Vec<RawPage>, StoreError> {
        let pk = keys::call(id);
        let items = self.query(&pk).beginning_with(SET_ASIDE_PREFIX).all().await?;
        by_page(items).iter().map(|(place, items)| page(&pk, place, items)).collect()
    }
}

/// The items of each page that was set aside, by what their sort keys have in common.
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
