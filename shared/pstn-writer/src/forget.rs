//! Forgetting a person in the logs.

use call_records::PersonKey;
use call_table::{Deadline, TableError};
use jiff::Timestamp;
use jiff::civil::Date;
use pstn_logs::Change;
use tokio::time::Instant;

use crate::PstnWriter;

impl PstnWriter {
    /// Takes everyone with a mark out of all rows, of every day that is kept. The mark is set before. Returns
    /// how many rows named a person, and whether every day was looked at: the time may be over before.
    ///
    /// # Errors
    ///
    /// What the table answered; running it again continues.
    pub async fn forget_marked(
        &self,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(u64, bool), TableError> {
        let deadline = Deadline::at(deadline);
        let mut rows = 0;
        let mut marks = self.forgotten.marks(deadline).await?;
        for day in self.kept_days(now).await? {
            match self.change(day, &mut marks, deadline, |_, _| Change::Nothing).await {
                Ok(changed) => rows += changed.redacted,
                Err(TableError::OutOfTime) => return Ok((rows, false)),
                Err(error) => return Err(error),
            }
        }
        Ok((rows, true))
    }

    /// How many rows name a person; nothing is written.
    ///
    /// # Errors
    ///
    /// What the table answered.
    pub async fn rows_of(
        &self,
        person: &PersonKey,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<u64, TableError> {
        let deadline = Deadline::at(deadline);
        let mut found = 0;
        for day in self.kept_days(now).await? {
            let Some((_, rows)) = deadline.run(self.table.pstn_rows(day)).await?? else { continue };
            let names = rows.rows().filter(|kept| kept.row.people().any(|other| other == *person));
            found += u64::try_from(names.count()).unwrap_or(u64::MAX);
        }
        Ok(found)
    }

    /// The days whose rows have not expired: of others DynamoDB may have removed a part.
    async fn kept_days(&self, now: Timestamp) -> Result<Vec<Date>, TableError> {
        let heads = self.table.pstn_heads(Date::MIN, Date::MAX).await?;
        let kept = heads.into_iter().filter(|head| head.expires_at > now.as_second());
        Ok(kept.map(|head| head.day).collect())
    }
}
