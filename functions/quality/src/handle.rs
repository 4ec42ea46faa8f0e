//! From an event to days that are rolled up.

use call_table::{Deadline, SitesHead, TableError};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::Value;
use sites::Refused;
use tokio::time::Instant;

use crate::roll_up::{RolledUp, roll_up};
use crate::sites_file::{self, Taken};
use crate::{Error, Rollup, Trigger, due, shares};

/// In this hour (UTC) the shares of the day before are published.
const HOUR_OF_SHARES: i8 = 6;

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The days, in the order in which they were rolled up: the newest first.
    pub rolled_up: Vec<RolledUp>,
    /// Days that are due and were left: the time was over, or others were changing them. The next run
    /// takes them up.
    pub left: Vec<Date>,
}

impl Rollup {
    /// Handles an event: a schedule's, or days by hand.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`] for another event; else what the table answered. What was not rolled up
    /// stays due.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Summary, Error> {
        let trigger = Trigger::parse(event)?;
        // Boxed: nested into main's own future, its layout is too deep for the compiler's limit.
        let run = Box::pin(self.run(trigger, now, deadline)).await;
        self.metrics.flush(now);
        let run = run?;
        tracing::info!(rolled_up = run.rolled_up.len(), left = run.left.len(), "quality.rolled_up");
        Ok(run)
    }

    /// Takes the building file if it changed, and rolls up what is due, the newest day first, until little
    /// time is left.
    ///
    /// # Errors
    ///
    /// What the table answered. A call that cannot be read keeps its day from being rolled up, and not
    /// the others.
    pub async fn run(
        &self,
        trigger: Trigger,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Summary, TableError> {
        let by = Deadline::at(deadline.checked_sub(self.config.reserve).unwrap_or(deadline));
        if let Some(object) = &self.sites_object {
            sites_file::take_changed(&self.table, object, now).await?;
        }
        let head = self.table.sites_head().await?;
        let digest = head.as_ref().map(|head| head.digest.as_str());
        let days = due::days(&self.table, trigger, digest, now, self.config.policy).await?;
        // Most runs find nothing to do, and need no megabytes of networks for it.
        let sites = if days.is_empty() { None } else { self.table.sites().await? };
        let sites = sites.as_ref().map(|(head, sites)| (head.digest.as_str(), sites));
        let mut summary = Summary::default();
        let mut unreadable = None;
        for (place, day) in days.iter().enumerate() {
            let at_once = self.config.calls_at_once;
            match roll_up(&self.table, *day, sites, at_once, now, by).await {
                Ok(Some(rolled_up)) => summary.rolled_up.push(rolled_up),
                Ok(None) => summary.left.push(*day),
                Err(TableError::OutOfTime) => {
                    summary.left.extend(&days[place..]);
                    break;
                }
                Err(error @ TableError::Corrupt(_)) => {
                    tracing::error!(%day, %error, "quality.day_unreadable");
                    unreadable.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
        self.publish_shares(now).await?;
        unreadable.map_or(Ok(summary), Err)
    }

    /// Publishes the shares of the day before, once a day.
    async fn publish_shares(&self, now: Timestamp) -> Result<(), TableError> {
        let time = TimeZone::UTC.to_datetime(now);
        if !self.config.publish_shares || time.hour() != HOUR_OF_SHARES {
            return Ok(());
        }
        let yesterday = time.date().yesterday().unwrap_or(Date::MIN);
        for day in self.table.quality_days(yesterday, yesterday).await? {
            shares::publish(&day.quality, &self.metrics);
        }
        Ok(())
    }

    /// Puts a building file in force; the days of the last month are due then. `source` says where it
    /// came from, for people to read.
    ///
    /// # Errors
    ///
    /// [`TakeError::Refused`] names every bad line; the file before it stays in force.
    pub async fn take_sites(
        &self,
        file: &[u8],
        source: &str,
        now: Timestamp,
    ) -> Result<SitesHead, TakeError> {
        match sites_file::take(&self.table, file, source, None, now).await? {
            Taken::InForce(head) => Ok(head),
            Taken::Refused(refused) => Err(TakeError::Refused(refused)),
        }
    }
}

/// Why a building file is not in force.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// Correct the file.
    #[error("the building file was refused, and the one before it stays in force:\n{0}")]
    Refused(Refused),
    /// The table could not be written.
    #[error(transparent)]
    Table(#[from] TableError),
}
