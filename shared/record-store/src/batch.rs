//! Writing many items that need not appear together.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    AttributeValue, DeleteRequest, KeysAndAttributes, PutRequest, WriteRequest,
};

use crate::deadline::Deadline;
use crate::error::from_sdk;
use crate::item::{self, Item};
use crate::{RecordStore, StoreError};

/// The most that one `BatchWriteItem` takes.
const MAX_ITEMS: usize = 25;

/// The most bytes that we put into one: DynamoDB takes 16 MB of JSON, in which bytes grow by a
/// third, and smaller requests fail more cheaply.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The most that one `BatchGetItem` takes.
const MAX_KEYS: usize = 100;

/// How often in a row a request may make no progress.
const MAX_ATTEMPTS: u32 = 10;

/// One write of a batch.
pub(crate) enum Write {
    /// Puts an item.
    Put(Item),
    /// Deletes the item with this key.
    Delete(Item),
}

impl Write {
    fn size(&self) -> usize {
        match self {
            Self::Put(item) | Self::Delete(item) => item::size(item),
        }
    }

    fn request(self) -> Result<WriteRequest, StoreError> {
        let unbuildable = |error| StoreError::Corrupt(format!("a write cannot be built: {error}"));
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

impl RecordStore {
    /// Writes everything, in batches; what DynamoDB leaves is sent again. No two writes may have the
    /// same key. All of them can be repeated without harm.
    pub(crate) async fn write_batch(
        &self,
        writes: Vec<Write>,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        for write in writes {
            let size = write.size();
            if batch.len() == MAX_ITEMS || (bytes + size > MAX_BYTES && !batch.is_empty()) {
                self.send_batch(std::mem::take(&mut batch), deadline).await?;
                bytes = 0;
            }
            bytes += size;
            batch.push(write.request()?);
        }
        if batch.is_empty() { Ok(()) } else { self.send_batch(batch, deadline).await }
    }

    async fn send_batch(
        &self,
        mut batch: Vec<WriteRequest>,
        deadline: Deadline,
    ) -> Result<(), StoreError> {
        let table = &self.config.table_name;
        let mut tries = 0;
        loop {
            let request = self.client.batch_write_item().request_items(table, batch.clone());
            let failure = match deadline.run(request.send()).await? {
                Ok(answer) => {
                    let left = answer.unprocessed_items.unwrap_or_default().remove(table);
                    let left = left.unwrap_or_default();
                    if left.is_empty() {
                        return Ok(());
                    }
                    if left.len() < batch.len() {
                        tries = 0;
                    }
                    batch = left;
                    StoreError::Throttled
                }
                Err(error) => from_sdk("BatchWriteItem", table, &error),
            };
            tries += 1;
            if tries >= MAX_ATTEMPTS || !failure.passes() {
                return Err(failure);
            }
            deadline.pause(tries).await?;
        }
    }

    /// Reads the items with these keys, in no order; those that do not exist are left out.
    pub(crate) async fn read_batch(&self, keys: &[Item]) -> Result<Vec<Item>, StoreError> {
        self.read_batch_of(keys, None, true).await
    }

    /// The same, of these attributes only, perhaps as they were a moment ago, which costs half.
    pub(crate) async fn read_batch_of(
        &self,
        keys: &[Item],
        only: Option<&[&str]>,
        consistent: bool,
    ) -> Result<Vec<Item>, StoreError> {
        let table = &self.config.table_name;
        let mut items = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MAX_KEYS) {
            let mut keys = keys.to_vec();
            let mut tries = 0;
            while !keys.is_empty() {
                let wanted = KeysAndAttributes::builder()
                    .consistent_read(consistent)
                    .set_projection_expression(only.map(|names| names.join(", ")))
                    .set_keys(Some(keys.clone()))
                    .build()
                    .map_err(|error| {
                        StoreError::Corrupt(format!("a read cannot be built: {error}"))
                    })?;
                let request = self
                    .client
                    .batch_get_item()
                    .request_items(table, wanted)
                    .set_return_consumed_capacity(self.return_consumed_capacity());
                let answer = request
                    .send()
                    .await
                    .map_err(|error| from_sdk("BatchGetItem", table, &error))?;
                let capacity = answer.consumed_capacity.unwrap_or_default();
                let found = answer.responses.unwrap_or_default().remove(table).unwrap_or_default();
                let left = answer.unprocessed_keys.unwrap_or_default().remove(table);
                let left: Vec<HashMap<String, AttributeValue>> =
                    left.map(|left| left.keys).unwrap_or_default();
                self.count_read(found.len(), &capacity);
                tries = if found.is_empty() { tries + 1 } else { 0 };
                items.extend(found);
                keys = left;
                if tries >= MAX_ATTEMPTS {
                    return Err(StoreError::Throttled);
                }
                if !keys.is_empty() {
                    Deadline::NONE.pause(tries).await?;
                }
            }
        }
        Ok(items)
    }
}
