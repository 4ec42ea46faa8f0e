//! Pages: the JSON bodies exactly as Graph sent them.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use crate::item::{self, Item};
use crate::{TableError, keys};

/// Which request a page answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PageKind {
    /// The record with its participants, or a further page of the participants.
    Participants,
    /// The record with its first sessions.
    Record,
    /// A further page of the sessions.
    Sessions,
    /// A kind that this version does not know: lower-case letters, digits and `_`.
    Other(String),
}

impl PageKind {
    /// The word that stands in keys.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Participants => "participants",
            Self::Record => "record",
            Self::Sessions => "sessions",
            Self::Other(kind) => kind,
        }
    }
}

impl fmt::Display for PageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&str> for PageKind {
    fn from(kind: &str) -> Self {
        match kind {
            "participants" => Self::Participants,
            "record" => Self::Record,
            "sessions" => Self::Sessions,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl FromStr for PageKind {
    type Err = Infallible;

    fn from_str(kind: &str) -> Result<Self, Infallible> {
        Ok(Self::from(kind))
    }
}

impl Serialize for PageKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for PageKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from(String::deserialize(deserializer)?.as_str()))
    }
}

/// One page of what Graph sent for a call.
#[derive(Clone, PartialEq, Eq)]
pub struct RawPage {
    /// Which request it answered.
    pub kind: PageKind,
    /// Its number within its kind.
    pub number: u32,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// A body is never printed: it holds names.
impl fmt::Debug for RawPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawPage")
            .field("kind", &self.kind)
            .field("number", &self.number)
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// Where a page of a call is stored: what the call's own item says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPage {
    /// Which request it answered.
    pub kind: PageKind,
    /// Its number within its kind.
    pub number: u32,
    /// The first eight hexadecimal digits of the SHA-256 of the body; part of the items' keys, so
    /// that two writers of one version never overwrite each other's pages.
    pub digest: String,
    /// Names all pages up to this one. Summaries of sessions carry it in their keys: what a page's
    /// sessions are depends on the pages before it.
    pub chain: String,
    /// Over how many items it is spread.
    pub parts: u32,
    /// The length of the body.
    pub bytes: u64,
}

impl StoredPage {
    /// What names all pages up to one with this digest.
    pub fn next_chain(before: Option<&Self>, kind: &PageKind, digest: &str) -> String {
        let before = before.map_or("", |page| page.chain.as_str());
        keys::short(&Sha256::digest(format!("{before} {kind} {digest}")))
    }
}

/// The digest that names a page.
pub fn page_digest(body: &[u8]) -> String {
    keys::short(&Sha256::digest(body))
}

/// The body of a page from its items in the order of their keys; `place` names it in messages.
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
    let body = zstd::bulk::decompress(&packed, bytes)
        .map_err(|_| corrupt("cannot be decompressed to the length that it had"))?;
    if keys::hex(&Sha256::digest(&body)) != sha256 {
        return Err(corrupt("is not what was written: its SHA-256 differs"));
    }
    Ok(body)
}
