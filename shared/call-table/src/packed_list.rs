//! Lists that are packed into as many items as they need, under sort keys with one prefix. What wrote a list
//! names its prefix and its length in a head, so that readers never see a part of it or two of them.

use serde::de::DeserializeOwned;

use crate::item::{self, Item};
use crate::{CallTable, Deadline, TableError, compression};

/// The most bytes that an item unpacks to.
const MAX_UNPACKED: usize = 64 * 1024 * 1024;

/// How often what was replaced while it was read is read again.
pub(crate) const MAX_READS: u32 = 8;

impl CallTable {
    /// The list that the head under a sort key names, by the prefix of its sort keys and its length; none where
    /// it names none. Read again, with the head, when the list was replaced meanwhile.
    pub(crate) async fn packed_list<T: DeserializeOwned, H: DeserializeOwned>(
        &self,
        pk: &str,
        head_sk: &str,
        mut known: Option<H>,
        named: impl Fn(&H) -> Option<(String, u64)>,
    ) -> Result<Option<(H, Vec<T>)>, TableError> {
        for attempt in 0..MAX_READS {
            if attempt > 0 {
                Deadline::NONE.pause(attempt).await?;
            }
            let head = match known.take() {
                Some(head) => Some(head),
                None => self.value(pk, head_sk).await?,
            };
            let Some(head) = head else { return Ok(None) };
            let Some((prefix, length)) = named(&head) else { return Ok(None) };
            let mut list = Vec::new();
            if length == 0 {
                return Ok(Some((head, list)));
            }
            let items = self.query(pk).beginning_with(&prefix).all().await?;
            for item in items {
                let part: Vec<T> =
                    serde_json::from_slice(&unpacked(&item)?).map_err(|e| corrupt(&item, &e))?;
                list.extend(part);
            }
            // Else it is another one's, which swept this list meanwhile.
            if u64::try_from(list.len()).unwrap_or(u64::MAX) == length {
                return Ok(Some((head, list)));
            }
        }
        Err(TableError::Contended)
    }
}

/// The bytes that an item packs in its `data`.
pub(crate) fn unpacked(item: &Item) -> Result<Vec<u8>, TableError> {
    let data = item.get("data").and_then(|data| data.as_b().ok());
    data.and_then(|data| compression::decompress(data.as_ref(), MAX_UNPACKED))
        .ok_or_else(|| TableError::Corrupt(format!("{} has no `data`", item::place(item))))
}

pub(crate) fn corrupt(item: &Item, error: &dyn std::error::Error) -> TableError {
    TableError::Corrupt(format!("{}: {error}", item::place(item)))
}
