//! Pages as items: compressed, and in parts that an item holds.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use call_table::item::{self, Item, n, s};
use call_table::keys;
use call_table::{PageKind, TableError, compression};
use sha2::{Digest, Sha256};

#[cfg(test)]
mod tests;

/// The most bytes of a page in one item: DynamoDB's limit is 400 KB with all attributes.
const PART_BYTES: usize = 350 * 1024;

/// Pages one after the other as one item. The caller adds the expiry.
pub(crate) fn bundle_item(pk: &str, prefix: &str, bodies: &[u8]) -> Result<Item, TableError> {
    let mut item = item::key(pk, &format!("{prefix}000"));
    item.extend([
        ("bytes".to_owned(), n(bodies.len())),
        ("data".to_owned(), AttributeValue::B(Blob::new(compression::compress(bodies)?))),
    ]);
    Ok(item)
}

/// A page as items under `pk` whose sort keys begin with `prefix`. The caller adds the expiry.
pub(crate) fn page_items(
    pk: &str,
    prefix: &str,
    kind: &PageKind,
    number: u32,
    body: &[u8],
) -> Result<Vec<Item>, TableError> {
    let packed = compression::compress(body)?;
    let sha256 = keys::hex(&Sha256::digest(body));
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
