//! Pages: the JSON bodies exactly as Graph sent them.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::item::{self, Item};
use crate::{PageKind, TableError, compression, keys};

/// One page of what Graph sent for a call.
#[derive(Clone, PartialEq, Eq)]
pub struct RawPage {
    pub kind: PageKind,
    pub number: u32,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// Without the body, which holds names: this may be logged.
impl fmt::Debug for RawPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawPage")
            .field("kind", &self.kind)
            .field("number", &self.number)
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// A page of a call, as the call's own item lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPage {
    pub kind: PageKind,
    pub number: u32,
    /// The first eight hexadecimal digits of the SHA-256 of the body; part of the items' keys, so
    /// that two writers of one version never overwrite each other's pages.
    pub digest: String,
    /// A digest of all pages up to this one. It is part of the keys of session summaries, because the
    /// sessions of a page depend on the pages before it.
    pub chain: String,
    /// How many items hold it.
    pub parts: u32,
    /// The length of the body.
    pub bytes: u64,
    /// The bundle that it is in, and where; none for a page with items of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<Bundled>,
}

/// A page's place in a bundle: pages one after the other, compressed together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundled {
    /// The first eight hexadecimal digits of the SHA-256 of the whole bundle; part of its key.
    pub digest: String,
    /// The bytes of the pages before it.
    pub offset: u64,
}

impl StoredPage {
    /// The prefix of the sort keys of the items that it is in.
    pub fn key_prefix(&self, version: i64) -> String {
        match &self.bundle {
            Some(bundle) => keys::bundle(version, &bundle.digest),
            None => keys::raw_page(version, &self.kind, self.number, &self.digest),
        }
    }

    /// The body, from the items of a call's pages.
    ///
    /// # Errors
    ///
    /// [`TableError::Corrupt`] when the page is not among them, or is not what was written.
    pub(crate) fn body_among(
        &self,
        id: &str,
        version: i64,
        items: &[Item],
    ) -> Result<Vec<u8>, TableError> {
        let prefix = self.key_prefix(version);
        let own = items
            .iter()
            .filter(|item| item::text(item, keys::SK).is_some_and(|sk| sk.starts_with(&prefix)));
        self.body(id, version, &own.cloned().collect::<Vec<_>>())
    }

    /// The body, from the items that begin with [`Self::key_prefix`].
    ///
    /// # Errors
    ///
    /// [`TableError::Corrupt`] when the page is missing, or is not what was written.
    pub(crate) fn body(
        &self,
        id: &str,
        version: i64,
        items: &[Item],
    ) -> Result<Vec<u8>, TableError> {
        let place = format!("{} {}", keys::call(id), self.key_prefix(version));
        let body = match &self.bundle {
            Some(bundle) => bundled_body(&place, items, self, bundle)?,
            None => page_body(&place, items)?,
        };
        if page_digest(&body) != self.digest {
            return Err(TableError::Corrupt(format!("the page {place} is not what its key says")));
        }
        Ok(body)
    }

    /// The digest of a bundle of pages that follow each other. It tells them from the same pages in
    /// another bundle, where they have other places.
    pub fn bundle_digest(pages: &[Self]) -> String {
        let chain = |page: Option<&Self>| page.map_or("", |page| page.chain.as_str()).to_owned();
        keys::short(&Sha256::digest(format!("{} {}", chain(pages.first()), chain(pages.last()))))
    }

    /// The chain of a page with this digest that follows `before`.
    pub fn next_chain(before: Option<&Self>, kind: &PageKind, digest: &str) -> String {
        let before = before.map_or("", |page| page.chain.as_str());
        keys::short(&Sha256::digest(format!("{before} {kind} {digest}")))
    }
}

pub fn page_digest(body: &[u8]) -> String {
    keys::short(&Sha256::digest(body))
}

/// The body of a page in a bundle, from the bundle's item. `place` is for error messages.
fn bundled_body(
    place: &str,
    items: &[Item],
    page: &StoredPage,
    bundle: &Bundled,
) -> Result<Vec<u8>, TableError> {
    let corrupt = |what: &str| TableError::Corrupt(format!("the bundle {place} {what}"));
    let [item] = items else {
        return Err(corrupt("is missing"));
    };
    let bytes: usize = item::number(item, "bytes").ok_or_else(|| corrupt("has no `bytes`"))?;
    let data = item.get("data").and_then(|data| data.as_b().ok());
    let data = data.ok_or_else(|| corrupt("has no `data`"))?;
    let mut bodies = compression::decompress(data.as_ref(), bytes)
        .ok_or_else(|| corrupt("cannot be decompressed to the length that it had"))?;
    let first = usize::try_from(bundle.offset).unwrap_or(usize::MAX);
    let end = first.saturating_add(usize::try_from(page.bytes).unwrap_or(usize::MAX));
    if end > bodies.len() {
        return Err(corrupt("is shorter than its pages"));
    }
    bodies.truncate(end);
    bodies.drain(..first);
    Ok(bodies)
}

/// The body of a page from its items in the order of their keys. `place` is for error messages.
pub fn page_body(place: &str, items: &[Item]) -> Result<Vec<u8>, TableError> {
    let corrupt = |what: &str| TableError::Corrupt(format!("the page {place} {what}"));
    let first = items.first().ok_or_else(|| corrupt("is missing"))?;
    let parts: usize = item::number(first, "parts").ok_or_else(|| corrupt("has no `parts`"))?;
    let bytes: usize = item::number(first, "bytes").ok_or_else(|| corrupt("has no `bytes`"))?;
    let sha256 = item::text(first, "sha256").ok_or_else(|| corrupt("has no `sha256`"))?;
    if items.len() != parts {
        return Err(corrupt(&format!("has {} of {parts} parts", items.len())));
    }
    let mut packed = Vec::new();
    for part in items {
        let data = part.get("data").and_then(|data| data.as_b().ok());
        packed
            .extend_from_slice(data.ok_or_else(|| corrupt("has a part without `data`"))?.as_ref());
    }
    let body = compression::decompress(&packed, bytes)
        .ok_or_else(|| corrupt("cannot be decompressed to the length that it had"))?;
    if keys::hex(&Sha256::digest(&body)) != sha256 {
        return Err(corrupt("is not what was written: its SHA-256 differs"));
    }
    Ok(body)
}
