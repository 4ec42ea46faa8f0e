//! Reading items by their keys.

use aws_sdk_dynamodb::types::KeysAndAttributes;
use serde::de::DeserializeOwned;

use crate::error::from_sdk;
use crate::item::{self, Item};
use crate::{CallTable, Deadline, TableError};

/// The most keys that one `BatchGetItem` takes.
const MAX_KEYS: usize = 100;

/// How many requests in a row may return nothing.
const MAX_ATTEMPTS: u32 = 10;

impl CallTable {
    /// The item with this key, strongly consistent.
    pub async fn item(
        &self,
        pk: &str,
        sk: &str,
        deadline: Deadline,
    ) -> Result<Option<Item>, TableError> {
        let table = self.name();
        let request = self
            .client()
            .get_item()
            .table_name(table)
            .consistent_read(true)
            .set_key(Some(item::key(pk, sk)))
            .set_return_consumed_capacity(self.return_consumed_capacity());
        let answer = deadline.run(request.send()).await?;
        let answer = answer.map_err(|error| from_sdk("GetItem", table, &error))?;
        self.count_read(answer.item.iter().count(), answer.consumed_capacity.as_slice());
        Ok(answer.item)
    }

    /// The value whose fields the item with this key holds.
    pub async fn value<T: DeserializeOwned>(
        &self,
        pk: &str,
        sk: &str,
    ) -> Result<Option<T>, TableError> {
        self.item(pk, sk, Deadline::NONE).await?.map(item::read).transpose()
    }

    /// The items with these keys, in no order; those that do not exist are left out.
    pub async fn read_batch(&self, keys: &[Item]) -> Result<Vec<Item>, TableError> {
        self.read_batch_of(keys, None, true).await
    }

    /// The same with a projection; an eventually consistent read costs half.
    pub async fn read_batch_of(
        &self,
        keys: &[Item],
        only: Option<&[&str]>,
        consistent: bool,
    ) -> Result<Vec<Item>, TableError> {
        let table = self.name();
        let mut items = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MAX_KEYS) {
            let mut keys = keys.to_vec();
            let mut attempts = 0;
            while !keys.is_empty() {
                let wanted = KeysAndAttributes::builder()
                    .consistent_read(consistent)
                    .set_projection_expression(only.map(|names| names.join(", ")))
                    .set_keys(Some(keys.clone()))
                    .build()
                    .map_err(|error| {
                        TableError::Corrupt(format!("a read cannot be built: {error}"))
                    })?;
                let request = self
                    .client()
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
                let left: Vec<Item> = left.map(|left| left.keys).unwrap_or_default();
                self.count_read(found.len(), &capacity);
                attempts = if found.is_empty() { attempts + 1 } else { 0 };
                items.extend(found);
                keys = left;
                if attempts >= MAX_ATTEMPTS {
                    return Err(TableError::Throttled);
                }
                if !keys.is_empty() {
                    Deadline::NONE.pause(attempts).await?;
                }
            }
        }
        Ok(items)
    }
}
