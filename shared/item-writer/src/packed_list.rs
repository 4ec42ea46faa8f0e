//! Lists that are packed into as many items as they need: see `call_table`'s reading of them.
//!
//! A list is written before the head that names it is, in a transaction of the caller, and what no head names
//! is swept after it. So readers see one whole list, whatever dies in between.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use call_table::item::{self, Item, n};
use call_table::keys::{self, EXPIRES_AT};
use call_table::{CallTable, Deadline, TableError, compression};
use serde::Serialize;

use crate::{Write, write_batch};

/// The most compressed bytes of one item; DynamoDB takes 400 KB.
pub const MAX_PACKED: usize = 350 * 1024;

/// So many rows are packed at once, so that what is held in memory twice is bounded.
const ROWS_PER_ITEM: usize = 3_000;

/// Lists of one head that are being written.
#[derive(Debug)]
pub struct PackedLists {
    pk: &'static str,
    expires_at: i64,
    items: Vec<Item>,
}

impl PackedLists {
    /// None yet.
    #[must_use]
    pub const fn new(pk: &'static str, expires_at: i64) -> Self {
        Self { pk, expires_at, items: Vec::new() }
    }

    /// Packs a list under a prefix of sort keys.
    ///
    /// # Errors
    ///
    /// When a row cannot be written as JSON.
    pub fn add<T: Serialize>(&mut self, prefix: &str, rows: &[T]) -> Result<(), TableError> {
        for chunk in rows.chunks(ROWS_PER_ITEM) {
            let json = serde_json::to_vec(chunk).map_err(|e| TableError::Corrupt(e.to_string()))?;
            let packed = compression::compress(&json)?;
            if packed.len() > MAX_PACKED && chunk.len() > 1 {
                let (first, second) = chunk.split_at(chunk.len() / 2);
                self.add(prefix, first)?;
                self.add(prefix, second)?;
            } else {
                let sort_key = format!("{prefix}{:03}", self.items.len());
                self.items.push(packed_item(self.pk, &sort_key, packed, self.expires_at));
            }
        }
        Ok(())
    }

    /// Writes them.
    ///
    /// # Errors
    ///
    /// What the table answered.
    pub async fn write(self, table: &CallTable, deadline: Deadline) -> Result<(), TableError> {
        write_batch(table, self.items.into_iter().map(Write::Put).collect(), deadline).await
    }
}

/// An item with compressed bytes in its `data`.
#[must_use]
pub fn packed_item(pk: &str, sk: &str, packed: Vec<u8>, expires_at: i64) -> Item {
    let mut item = item::key(pk, sk);
    item.insert("data".to_owned(), AttributeValue::B(Blob::new(packed)));
    item.insert(EXPIRES_AT.to_owned(), n(expires_at));
    item
}

/// Removes lists: of each pair of prefixes, that of one writing and that of all, those of other writings if
/// `is_stored`, else those of this one.
///
/// # Errors
///
/// What the table answered; the next writing sweeps the rest.
pub async fn sweep_lists(
    table: &CallTable,
    pk: &str,
    prefixes: [(String, String); 2],
    is_stored: bool,
    deadline: Deadline,
) -> Result<(), TableError> {
    let mut items = Vec::new();
    for (own, all) in prefixes {
        let query = table.query(pk).beginning_with(if is_stored { &all } else { &own });
        let found = query.only(&[keys::PK, keys::SK]).within(deadline).all().await?;
        let is_own =
            |item: &Item| item::text(item, keys::SK).is_some_and(|sk| sk.starts_with(&own));
        items.extend(found.into_iter().filter(|item| !is_stored || !is_own(item)));
    }
    let deletes = items.iter().map(|item| Write::Delete(item::key_of(item))).collect();
    write_batch(table, deletes, deadline).await
}
