//! The logs of telephone calls, day by day: their rows as they are kept, and what these add up to.

use std::collections::BTreeMap;

use call_records::PersonKey;
use jiff::Timestamp;
use jiff::civil::Date;
use pstn_logs::{DayLogs, DayRows, KeptRow, Log, Sums};
use serde::{Deserialize, Serialize};

use crate::item::{self, Item};
use crate::keys::{self, PSTN};
use crate::packed_list::{corrupt, unpacked};
use crate::{CallTable, TableError};

/// What is known about the logs of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PstnHead {
    pub day: Date,
    /// Counts the writes of this item: writers use it for optimistic locking.
    pub revision: u64,
    /// Tells the stored lists from others of the day; part of their sort keys.
    pub roll: String,
    /// When the newest listing of the day was requested, by log.
    pub listed_at: BTreeMap<Log, Timestamp>,
    /// How many rows are kept.
    pub rows: u64,
    /// Rows that were listed once and are not any more, of [`Self::rows`].
    pub vanished: u64,
    /// How many people have legs.
    pub people: u64,
    /// The version of the definitions: [`pstn_logs::VERSION`].
    pub version: u32,
    /// When DynamoDB removes the rows, in seconds since 1970.
    pub expires_at: i64,
}

/// What the rows of one day add up to, without its people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PstnDay {
    pub day: Date,
    pub logs: DayLogs,
}

impl CallTable {
    /// What is known about the logs of the days from `from` to `to`, both included; days that were never
    /// listed are left out.
    pub async fn pstn_heads(&self, from: Date, to: Date) -> Result<Vec<PstnHead>, TableError> {
        let (first, last) = (keys::pstn_head(from), keys::pstn_head(to));
        let items = self.query(PSTN).between(&first, &last).all().await?;
        items.into_iter().map(item::read).collect()
    }

    /// What the rows of the days from `from` to `to` add up to, both included; days without rows are left
    /// out.
    pub async fn pstn_days(&self, from: Date, to: Date) -> Result<Vec<PstnDay>, TableError> {
        let (first, last) = (keys::day(from), keys::day(to));
        let items = self.query(PSTN).between(&first, &last).all().await?;
        items.iter().map(pstn_day).collect()
    }

    /// What each person's legs of a day add up to, by key; none when the day was never listed.
    pub async fn pstn_people(
        &self,
        head: PstnHead,
    ) -> Result<Option<Vec<(PersonKey, Sums)>>, TableError> {
        let day = head.day;
        let named = |head: &PstnHead| Some((keys::pstn_people(day, &head.roll), head.people));
        let list = self.packed_list(PSTN, &keys::pstn_head(day), Some(head), named).await?;
        Ok(list.map(|(_, people)| people))
    }

    /// The rows of a day; none when it was never listed and has none.
    pub async fn pstn_rows(&self, day: Date) -> Result<Option<(PstnHead, DayRows)>, TableError> {
        let named = |head: &PstnHead| Some((keys::pstn_rows(day, &head.roll), head.rows));
        let list = self.packed_list::<KeptRow, _>(PSTN, &keys::pstn_head(day), None, named).await?;
        Ok(list.map(|(head, rows)| {
            let rows = DayRows::new(head.listed_at.clone(), rows);
            (head, rows)
        }))
    }
}

fn pstn_day(item: &Item) -> Result<PstnDay, TableError> {
    let day = item::text(item, keys::SK).and_then(keys::date_of);
    let day =
        day.ok_or_else(|| TableError::Corrupt(format!("{} names no day", item::place(item))))?;
    let logs = serde_json::from_slice(&unpacked(item)?).map_err(|e| corrupt(item, &e))?;
    Ok(PstnDay { day, logs })
}
