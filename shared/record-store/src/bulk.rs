//! Filling an empty table without a request for each call.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use call_records::{Call, PersonKey, Totals};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::draft::Draft;
use crate::ledger::{self, Owner};
use crate::{RecordStore, StoreError, StoredPage, keys};

/// One item of the table.
pub type BulkItem = HashMap<String, AttributeValue>;

/// The items that storing calls makes, each call once and for the first time, without their pages
/// and sessions: for a table that is empty, such as that of a benchmark. Whoever uses it puts the
/// items there.
///
/// They are made by the code that stores a call, and are the same.
#[derive(Debug)]
pub struct BulkLoad {
    store: RecordStore,
    days: BTreeMap<Date, Day>,
}

#[derive(Debug, Default)]
struct Day {
    organisation: BTreeMap<u8, Totals>,
    people: BTreeMap<PersonKey, Totals>,
}

impl RecordStore {
    /// Begins with no calls.
    pub fn bulk_load(&self) -> BulkLoad {
        BulkLoad { store: self.clone(), days: BTreeMap::new() }
    }
}

impl BulkLoad {
    /// The items of a call and its people. What the call adds to totals is kept until
    /// [`totals`](Self::totals).
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when a sum leaves the range of integers.
    pub fn call(
        &mut self,
        id: &str,
        call: &Call,
        pages: &[StoredPage],
        now: Timestamp,
    ) -> Result<Vec<BulkItem>, StoreError> {
        let config = &self.store.config;
        let draft = Draft { config, id, call, pages, now, revision: 0 };
        let day = self.days.entry(call.day()).or_default();
        let counted = call.totals();
        let mut items = vec![draft.record(&counted, Vec::new())?];
        let shard = day.organisation.entry(keys::shard(id, config.total_shards)).or_default();
        ledger::accumulate(shard, &counted)?;
        for part in call.people.values() {
            let counted = draft.counted(part);
            items.push(draft.person(part, &counted)?);
            let totals = day.people.entry(part.person.clone()).or_default();
            ledger::accumulate(totals, &counted)?;
        }
        Ok(items)
    }

    /// The totals of all calls since the last time, as items. A day whose totals were taken must
    /// have no further calls.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when a day is out of range.
    pub fn totals(&mut self) -> Result<Vec<BulkItem>, StoreError> {
        let config = &self.store.config;
        let mut items = Vec::new();
        for (day, Day { organisation, people }) in std::mem::take(&mut self.days) {
            for (shard, totals) in organisation {
                items.extend(ledger::items(config, Owner::Organisation(shard), day, &totals)?);
            }
            for (person, totals) in people {
                items.extend(ledger::items(config, Owner::Person(&person), day, &totals)?);
            }
        }
        Ok(items)
    }
}
