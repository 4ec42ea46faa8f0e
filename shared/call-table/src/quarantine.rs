//! Reading what could not be decoded.

use std::collections::BTreeMap;

use crate::item::{self, Item};
use crate::keys::{self, QUARANTINE_PREFIX, SK};
use crate::{CallTable, RawPage, TableError, page};

impl CallTable {
    /// The quarantined pages of a call, grouped by the quarantining that stored them.
    ///
    /// # Errors
    ///
    /// [`TableError::Corrupt`] when a page is not what was written.
    pub async fn quarantined_pages(&self, id: &str) -> Result<Vec<RawPage>, TableError> {
        let pk = keys::call(id);
        let items = self.query(&pk).beginning_with(QUARANTINE_PREFIX).all().await?;
        pages_by_place(items)
            .iter()
            .map(|(place, items)| quarantined_page(&pk, place, items))
            .collect()
    }
}

/// The items of each quarantined page, by the common prefix of their sort keys.
pub fn pages_by_place(items: Vec<Item>) -> BTreeMap<String, Vec<Item>> {
    let mut pages = BTreeMap::<String, Vec<Item>>::new();
    for item in items {
        let sk = item::text(&item, SK).unwrap_or_default();
        if let Some(page) = sk.rfind('#').filter(|_| item.contains_key("data")) {
            pages.entry(sk[..page].to_owned()).or_default().push(item);
        }
    }
    pages
}

/// A quarantined page from its items.
pub fn quarantined_page(pk: &str, place: &str, items: &[Item]) -> Result<RawPage, TableError> {
    let first = items.first();
    let kind = first.and_then(|item| item::text(item, "page_kind")).unwrap_or_default();
    let number = first.and_then(|item| item::number(item, "page_number"));
    let body = page::page_body(&format!("{pk} {place}"), items)?;
    Ok(RawPage { kind: kind.into(), number: number.unwrap_or_default(), body })
}
