//! Reading totals.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use call_records::{PersonKey, Totals};
use jiff::civil::Date;

use crate::item;
use crate::keys::{self, LAST, SK};
use crate::{CallTable, TableError, ledger};

impl CallTable {
    /// One person's totals of the days from `from` to `to`, both included; days without totals are left out.
    pub async fn person_totals(
        &self,
        person: &PersonKey,
        from: Date,
        to: Date,
    ) -> Result<Vec<(Date, Totals)>, TableError> {
        let days = Mutex::default();
        self.add_days(&keys::person(person), from, to, &days).await?;
        by_own_names(days)
    }

    /// The organisation's totals of the days from `from` to `to`, both included; days without totals are
    /// left out.
    pub async fn organisation_totals(
        &self,
        from: Date,
        to: Date,
    ) -> Result<Vec<(Date, Totals)>, TableError> {
        let days = Mutex::default();
        let shards = (0..self.config().total_shards).map(|shard| {
            let days = &days;
            async move { self.add_days(&keys::total(shard), from, to, days).await }
        });
        futures::future::try_join_all(shards).await?;
        by_own_names(days)
    }

    /// Adds the totals of some days under one key. Several keys may be added to the same days at once.
    async fn add_days(
        &self,
        pk: &str,
        from: Date,
        to: Date,
        days: &Mutex<BTreeMap<Date, Totals>>,
    ) -> Result<(), TableError> {
        let (first, last) = (keys::day(from), format!("{}{LAST}", keys::day(to)));
        let mut pages = self.query(pk).between(&first, &last);
        while let Some(items) = pages.next().await? {
            // A panic while it is locked ends the whole report.
            let mut days = days.lock().unwrap_or_else(PoisonError::into_inner);
            for item in &items {
                let day = item::text(item, SK).and_then(keys::date_of);
                let day = day.ok_or_else(|| {
                    TableError::Corrupt(format!("{} has no date in its key", item::place(item)))
                })?;
                ledger::add_item(days.entry(day).or_default(), item)?;
            }
        }
        Ok(())
    }
}

/// The days that have totals, which were added up under the names by which they are stored.
fn by_own_names(days: Mutex<BTreeMap<Date, Totals>>) -> Result<Vec<(Date, Totals)>, TableError> {
    let days = days.into_inner().unwrap_or_else(PoisonError::into_inner);
    let days = days.into_iter().map(|(day, stored)| Ok((day, ledger::with_own_names(&stored)?)));
    let days = days.collect::<Result<Vec<_>, TableError>>()?;
    Ok(days.into_iter().filter(|(_, totals)| !totals.is_empty()).collect())
}
