//! Reading totals.

use std::collections::BTreeMap;

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
        let mut days = BTreeMap::new();
        self.add_days(&keys::person(person), from, to, &mut days).await?;
        Ok(without_zeros(days))
    }

    /// The organisation's totals of the days from `from` to `to`, both included; days without totals are
    /// left out.
    pub async fn organisation_totals(
        &self,
        from: Date,
        to: Date,
    ) -> Result<Vec<(Date, Totals)>, TableError> {
        let shards = (0..self.config().total_shards).map(|shard| async move {
            let mut days = BTreeMap::new();
            self.add_days(&keys::total(shard), from, to, &mut days).await?;
            Ok::<_, TableError>(days)
        });
        let mut days = BTreeMap::<Date, Totals>::new();
        for shard in futures::future::try_join_all(shards).await? {
            for (day, totals) in shard {
                let sum = days.entry(day).or_default();
                ledger::accumulate(sum, &totals)?;
            }
        }
        Ok(without_zeros(days))
    }

    /// Adds the totals of some days under one key.
    async fn add_days(
        &self,
        pk: &str,
        from: Date,
        to: Date,
        days: &mut BTreeMap<Date, Totals>,
    ) -> Result<(), TableError> {
        let (first, last) = (keys::day(from), format!("{}{LAST}", keys::day(to)));
        let mut pages = self.query(pk).between(&first, &last);
        while let Some(items) = pages.next().await? {
            for item in items {
                let day = item::text(&item, SK).and_then(keys::date_of);
                let day = day.ok_or_else(|| {
                    TableError::Corrupt(format!("{} has no date in its key", item::place(&item)))
                })?;
                let totals = days.entry(day).or_default();
                ledger::accumulate(totals, &ledger::totals(&item)?)?;
            }
        }
        Ok(())
    }
}

fn without_zeros(days: BTreeMap<Date, Totals>) -> Vec<(Date, Totals)> {
    days.into_iter().filter(|(_, totals)| !totals.is_empty()).collect()
}
