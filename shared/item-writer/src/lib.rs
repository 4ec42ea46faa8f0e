#![doc = include_str!("../README.md")]

mod packed_list;
mod transaction;

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use call_table::error::from_sdk;
use call_table::item::{self, Item};
use call_table::{CallTable, Deadline, TableError};
use serde::Serialize;

pub use packed_list::{MAX_PACKED, PackedLists, packed_item, sweep_lists};
pub use transaction::{Action, Condition, MAX_ACTIONS, MAX_BYTES, Outcome, transact};

const MAX_ITEMS_OF_BATCH: usize = 25;

/// The most bytes of one batch: DynamoDB takes 16 MB of JSON, in which binary values grow by a third,
/// and a smaller batch costs less when it fails.
const MAX_BYTES_OF_BATCH: usize = 8 * 1024 * 1024;

/// How many requests in a row may write nothing.
const MAX_ATTEMPTS_OF_BATCH: u32 = 10;

#[derive(Debug)]
pub enum Write {
    Put(Item),
    /// By its key.
    Delete(Item),
}

impl Write {
    fn size(&self) -> usize {
        match self {
            Self::Put(item) | Self::Delete(item) => item::size(item),
        }
    }

    fn request(self) -> Result<WriteRequest, TableError> {
        let unbuildable = |error| TableError::Corrupt(format!("a write cannot be built: {error}"));
        let request = WriteRequest::builder();
        Ok(match self {
            Self::Put(item) => {
                let put =
                    PutRequest::builder().set_item(Some(item)).build().map_err(unbuildable)?;
                request.put_request(put).build()
            }
            Self::Delete(key) => {
                let delete =
                    DeleteRequest::builder().set_key(Some(key)).build().map_err(unbuildable)?;
                request.delete_request(delete).build()
            }
        })
    }
}

/// Writes everything in batches, and retries what DynamoDB left unprocessed. No two writes may have the
/// same key. Not atomic, but idempotent.
pub async fn write_batch(
    table: &CallTable,
    writes: Vec<Write>,
    deadline: Deadline,
) -> Result<(), TableError> {
    let mut batch = Vec::new();
    let mut bytes = 0;
    for write in writes {
        let size = write.size();
        if batch.len() == MAX_ITEMS_OF_BATCH
            || (bytes + size > MAX_BYTES_OF_BATCH && !batch.is_empty())
        {
            send_batch(table, std::mem::take(&mut batch), deadline).await?;
            bytes = 0;
        }
        bytes += size;
        batch.push(write.request()?);
    }
    if batch.is_empty() { Ok(()) } else { send_batch(table, batch, deadline).await }
}

async fn send_batch(
    table: &CallTable,
    mut batch: Vec<WriteRequest>,
    deadline: Deadline,
) -> Result<(), TableError> {
    let name = table.name();
    let mut attempts = 0;
    loop {
        let request = table.client().batch_write_item().request_items(name, batch.clone());
        let failure = match deadline.run(request.send()).await? {
            Ok(answer) => {
                let left = answer.unprocessed_items.unwrap_or_default().remove(name);
                let left = left.unwrap_or_default();
                if left.is_empty() {
                    return Ok(());
                }
                if left.len() < batch.len() {
                    attempts = 0;
                }
                batch = left;
                TableError::Throttled
            }
            Err(error) => from_sdk("BatchWriteItem", name, &error),
        };
        attempts += 1;
        if attempts >= MAX_ATTEMPTS_OF_BATCH || !failure.is_transient() {
            return Err(failure);
        }
        deadline.pause(attempts).await?;
    }
}

/// Puts the fields of a value under a key, replacing what is stored there.
pub async fn put_value<T: Serialize>(
    table: &CallTable,
    pk: &str,
    sk: &str,
    value: &T,
) -> Result<(), TableError> {
    put_item(table, pk, sk, item::of(value)?).await
}

/// Puts an item under a key, replacing what is stored there.
pub async fn put_item(
    table: &CallTable,
    pk: &str,
    sk: &str,
    mut item: Item,
) -> Result<(), TableError> {
    item.extend(item::key(pk, sk));
    let request = table.client().put_item().table_name(table.name()).set_item(Some(item));
    request.send().await.map_err(|error| from_sdk("PutItem", table.name(), &error))?;
    Ok(())
}
