//! Pages as items: compressed, and in parts that an item holds. No I/O.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use call_table::item::{self, Item, n, s};
use call_table::keys;
use call_table::{Bundled, PageKind, StoredPage, TableError, compression};

#[cfg(test)]
mod tests;

/// The most bytes of a page in one item: DynamoDB's limit is 400 KB with all attributes.
const PART_BYTES: usize = 350 * 1024;

/// The bytes of the pages in one bundle. A reader of one page decompresses its whole bundle.
pub const MAX_BUNDLE_BYTES: usize = 256 * 1024;

/// A page that follows `before`, as the call's own item lists it; in one part, and in no bundle yet.
/// `digest` is that of its body.
#[must_use]
pub fn listed(
    before: Option<&StoredPage>,
    kind: PageKind,
    number: u32,
    body: &[u8],
    digest: String,
) -> StoredPage {
    let chain = StoredPage::next_chain(before, &kind, &digest);
    let bytes = u64::try_from(body.len()).unwrap_or(u64::MAX);
    StoredPage { kind, number, digest, chain, parts: 1, bytes, bundle: None }
}

/// Pages of a version of a call as one item, and where each is in it. `bodies` are theirs, one after the other.
/// The caller adds the expiry.
///
/// # Errors
///
/// When they cannot be compressed.
pub fn bundle(
    id: &str,
    version: i64,
    pages: &mut [StoredPage],
    bodies: &[u8],
) -> Result<Item, TableError> {
    let digest = StoredPage::bundle_digest(pages);
    let mut offset = 0;
    for page in pages {
        page.bundle = Some(Bundled { digest: digest.clone(), offset });
        offset += page.bytes;
    }
    let prefix = keys::bundle(version, &digest);
    let mut item = item::key(&keys::call(id), &format!("{prefix}000"));
    item.extend([
        ("version".to_owned(), n(version)),
        ("bytes".to_owned(), n(bodies.len())),
        ("data".to_owned(), AttributeValue::B(Blob::new(compression::compress(bodies)?))),
    ]);
    Ok(item)
}

/// A page as items under `pk` whose sort keys begin with `prefix`, with the SHA-256 of its body. The
/// caller adds the expiry.
pub(crate) fn page_items(
    pk: &str,
    prefix: &str,
    kind: &PageKind,
    number: u32,
    body: &[u8],
    sha256: &[u8],
) -> Result<Vec<Item>, TableError> {
    let packed = compression::compress(body)?;
    let sha256 = keys::hex(sha256);
    let parts: Vec<_> = packed.chunks(PART_BYTES).collect();
    let items = parts.iter().enumerate().map(|(part, bytes)| {
        let mut item = item::key(pk, &format!("{prefix}{part:03}"));
        item.extend([
            ("page_kind".to_owned(), s(kind.as_str())),
            ("page_number".to_owned(), n(number)),
            ("part".to_owned(), n(part + 1)),
            ("parts".to_owned(), n(parts.len())),
            ("bytes".to_owned(), n(body.len())),
            ("sha256".to_owned(), s(&*sha256)),
            ("encoding".to_owned(), s("zstd")),
            ("data".to_owned(), AttributeValue::B(Blob::new(*bytes))),
        ]);
        item
    });
    Ok(items.collect())
}
