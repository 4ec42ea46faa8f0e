//! The quality of a day names people and where they were, and its queues name their agents: of a day with a forgotten person it is removed,
//! and rolled up anew of the redacted pages (`functions/quality`).

use call_table::item::{self, s};
use call_table::keys::{self, QUALITY, STAMP};
use call_table::{Deadline, TableError};
use item_writer::{Write, write_batch};
use jiff::civil::Date;

use crate::CallWriter;

impl CallWriter {
    /// Removes the quality and the queues of a day and has it rolled up anew. After the pages were redacted and before
    /// the participation goes, so that a run that dies in between repeats it.
    pub(super) async fn remove_quality(
        &self,
        day: Date,
        deadline: Deadline,
    ) -> Result<(), TableError> {
        // First the request: the commit of a roll-up that read the pages as they were then fails.
        let mut due = item::key(QUALITY, &keys::quality_due(day));
        due.insert(STAMP.to_owned(), s(format!("{:016x}", fastrand::u64(..))));
        write_batch(&self.table, vec![Write::Put(due)], deadline).await?;
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
