//! What is derived of a day names people, where they were and for which queues they answered. Of a day with
//! a forgotten person the quality and the queues are removed, and rolled up anew of the redacted pages
//! (`functions/quality`); a stamp makes the day due in the lake, whose objects are not in the table
//! (`functions/export`).

use call_table::item::{self, n, s};
use call_table::keys::{self, EXPIRES_AT, LAKE, QUALITY, STAMP};
use call_table::{Deadline, TableError};
use item_writer::{Write, write_batch};
use jiff::civil::Date;

use crate::CallWriter;

impl CallWriter {
    /// Removes the quality and the queues of a day, and has them and the day's objects in the lake made
    /// anew. After the pages were redacted and before the participation goes, so that a run that dies in
    /// between repeats it.
    pub(super) async fn remove_derived(
        &self,
        day: Date,
        deadline: Deadline,
    ) -> Result<(), TableError> {
        // First the request: the commit of a roll-up that read the pages as they were then fails.
        let mut due = item::key(QUALITY, &keys::quality_due(day));
        let stamp = s(format!("{:016x}", fastrand::u64(..)));
        due.insert(STAMP.to_owned(), stamp.clone());
        // The lake compares the stamp with the one under which it made the day, and removes none.
        let mut lake = item::key(LAKE, &keys::lake_day(day));
        lake.insert(STAMP.to_owned(), stamp);
        let expires_at = self.table.config().expires_at(keys::midnight(day)?);
        lake.insert(EXPIRES_AT.to_owned(), n(expires_at));
        write_batch(&self.table, vec![Write::Put(due), Write::Put(lake)], deadline).await?;
        let mut lists = Vec::new();
        for prefix in keys::all_quality_lists(day) {
            let query = self.table.query(QUALITY).beginning_with(&prefix);
            lists.extend(query.only(&[keys::PK, keys::SK]).within(deadline).all().await?);
        }
        let of_day = [keys::quality_head(day), keys::quality_day(day), keys::voice_apps(day)];
        let of_day = of_day.iter().map(|sk| item::key(QUALITY, sk));
        let deletes = lists.iter().map(item::key_of).chain(of_day).map(Write::Delete).collect();
        write_batch(&self.table, deletes, deadline).await
    }
}
