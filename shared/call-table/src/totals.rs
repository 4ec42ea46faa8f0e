//! Reading totals.

use call_records::{PersonKey, Totals};
use jiff::civil::Date;

use crate::day_sums::DaySums;
use crate::keys::{self, LAST};
use crate::{CallTable, TableError};

impl CallTable {
    /// One person's totals of the days from `from` to `to`, both included; days without totals are left out.
    pub async fn person_totals(
        &self,
        person: &PersonKey,
        from: Date,
        to: Date,
    ) -> Result<Vec<(Date, Totals)>, TableError> {
        let days = DaySums::default();
        self.add_days(&keys::person(person), from, to, &days).await?;
        days.into_totals()
    }

    /// The organisation's totals of the days from `from` to `to`, both included; days without totals are
    /// left out.
    pub async fn organisation_totals(
        &self,
        from: Date,
        to: Date,
    ) -> Result<Vec<(Date, Totals)>, TableError> {
        let days = DaySums::default();
        let shards = (0..self.config().total_shards).map(|shard| {
            let days = &days;
            async move { self.add_days(&keys::total(shard), from, to, days).await }
        });
        futures::future::try_join_all(shards).await?;
        days.into_totals()
    }

    /// Adds the totals of some days under one key. Several keys may be added to the same days at once.
    async fn add_days(
        &self,
        pk: &str,
        from: Date,
        to: Date,
        days: &DaySums,
    ) -> Result<(), TableError> {
        let (first, last) = (keys::day(from), format!("{}{LAST}", keys::day(to)));
        let mut pages = self.query(pk).between(&first, &last);
        while pages.add_next(days).await? {}
        Ok(())
    }
}
