//! Reading and writing one item, by its key.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::deadline::Deadline;
use crate::error::from_sdk;
use crate::item::{self, Item};
use crate::{RecordStore, StoreError};

impl RecordStore {
    /// The item with this key, as it was last written; none, if there is none.
    pub(crate) async fn item(
        &self,
        pk: &str,
        sk: &str,
        deadline: Deadline,
    ) -> Result<Option<Item>, StoreError> {
        let table = &self.config.table_name;
        let request = self
            .client
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
    pub(crate) async fn value<T: DeserializeOwned>(
        &self,
        pk: &str,
        sk: &str,
    ) -> Result<Option<T>, StoreError> {
        self.item(pk, sk, Deadline::NONE).await?.map(item::read).transpose()
    }

    /// Puts a value's fields under a key, in the place of what was there.
    pub(crate) async fn put_value<T: Serialize>(
        &self,
        pk: &str,
        sk: &str,
        value: &T,
    ) -> Result<(), StoreError> {
        self.put(pk, sk, item::of(value)?).await
    }

    /// Puts an item under a key, in the place of what was there.
    pub(crate) async fn put(&self, pk: &str, sk: &str, mut item: Item) -> Result<(), StoreError> {
        let table = &self.config.table_name;
        item.extend(item::key(pk, sk));
        let request = self.client.put_item().table_name(table).set_item(Some(item));
        request.send().await.map_err(|error| from_sdk("PutItem", table, &error))?;
        Ok(())
    }
}
