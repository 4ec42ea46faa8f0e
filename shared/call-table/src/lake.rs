//! What the lake must know of days that no total of the organisation says.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::keys::{self, LAKE, LAKE_DAY_PREFIX, STAMP};
use crate::{CallTable, Deadline, TableError, item};

impl CallTable {
    /// The days in which a person was forgotten, each with the stamp of the last time: a copy of a day
    /// that was made under another stamp, or under none, may name the person. Forgetting changes no total
    /// of the organisation. A stamp expires with the calls of its day.
    pub async fn days_of_forgotten_people(&self) -> Result<BTreeMap<Date, String>, TableError> {
        let items = self.query(LAKE).beginning_with(LAKE_DAY_PREFIX).all().await?;
        let days = items.iter().filter_map(|stamped| {
            let day = item::text(stamped, keys::SK)?.strip_prefix(LAKE_DAY_PREFIX)?;
            Some((day.parse().ok()?, item::text(stamped, STAMP)?.to_owned()))
        });
        Ok(days.collect())
    }

    /// The stamp of a day in which a person was forgotten.
    pub async fn stamp_of_day(&self, day: Date) -> Result<Option<String>, TableError> {
        let stamped = self.item(LAKE, &keys::lake_day(day), Deadline::NONE).await?;
        Ok(stamped.and_then(|stamped| item::text(&stamped, STAMP).map(str::to_owned)))
    }
}
