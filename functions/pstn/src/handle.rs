//! From an event to days that are listed and stored.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use call_table::{Deadline, PstnHead, TableError};
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use msgraph::Error as GraphError;
use pstn_logs::Log;
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::list::{Listed, list};
use crate::{Error, Pstn, Trigger, due};

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The first and the last day of each range that was listed, the newest first.
    pub listed: Vec<(Date, Date)>,
    /// The days of which rows are new, changed, vanished or moved to another day.
    pub changed: BTreeSet<Date>,
    /// Rows that were read; where ranges overlap, several times.
    pub rows: u64,
    /// Rows that cannot be read: they are no object, or have no id.
    pub unreadable: u64,
    /// Ranges that are due and were left, because the time was over. The next run takes them up.
    pub left: Vec<(Date, Date)>,
}

impl Pstn {
    /// Handles an event: a schedule's, or days by hand.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`] for another event; else what Graph or the table answered. What was not
    /// stored stays due.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Summary, Error> {
        let trigger = Trigger::parse(event)?;
        // Boxed: nested into main's own future, its layout is too deep for the compiler's limit.
        let (summary, failure) = Box::pin(self.run(trigger, now, deadline)).await?;
        tracing::info!(
            ranges = summary.listed.len(),
            days_changed = summary.changed.len(),
            rows = summary.rows,
            unreadable = summary.unreadable,
            left = summary.left.len(),
            "pstn.listed"
        );
        failure.map_or(Ok(summary), Err)
    }

    /// Lists what is due, the newest days first, until little time is left. The error of a log that could
    /// not be read comes beside what was done.
    ///
    /// # Errors
    ///
    /// What the table answered, or why there is no client of Graph.
    pub async fn run(
        &self,
        trigger: Trigger,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(Summary, Option<Error>), Error> {
        let by = deadline.checked_sub(self.config.reserve).unwrap_or(deadline);
        let began = Instant::now();
        let clock = || now + SignedDuration::try_from(began.elapsed()).unwrap_or_default();
        self.access.follow_secret().await?;
        let table = self.writer.table();
        let retention_days = table.config().retention_days;
        let first = *due::listed_by_graph(now, retention_days).start();
        let heads = table.pstn_heads(Date::MIN, Date::MAX).await?;
        let heads: BTreeMap<_, _> = heads.into_iter().map(|head| (head.day, head)).collect();
        // The day before the first is listed, too, and a clock may be behind Graph's.
        let margin = Span::new().days(2);
        let mut places = self.writer.places(first.saturating_sub(margin), Deadline::at(by)).await?;
        let mut summary = Summary::default();
        let mut failures: BTreeMap<Log, Error> = BTreeMap::new();
        let mut ranges = due::ranges(&heads, trigger, now, retention_days).into_iter();
        for days in ranges.by_ref() {
            let mut is_over = false;
            for log in Log::ALL {
                if failures.contains_key(&log) {
                    continue;
                }
                let stored = match self.list(log, &days, &clock, by).await {
                    Ok(Listed { listing, unreadable }) => {
                        summary.rows += u64::try_from(listing.rows.len()).unwrap_or(u64::MAX);
                        summary.unreadable += unreadable;
                        let at = Deadline::at(by);
                        self.writer.take_in(listing, days.clone(), &mut places, at).await
                    }
                    // The time is over, or would be before Graph takes the next request.
                    Err(Error::Graph {
                        error: GraphError::OutOfTime | GraphError::Throttled { .. },
                        ..
                    }) => Err(TableError::OutOfTime),
                    Err(error) => {
                        tracing::error!(log = log.as_str(), %error, "pstn.log_unreadable");
                        failures.insert(log, error);
                        continue;
                    }
                };
                match stored {
                    Ok(changed) => summary.changed.extend(changed),
                    Err(TableError::OutOfTime) => is_over = true,
                    Err(error) => return Err(error.into()),
                }
            }
            if is_over {
                summary.left.push(pair(&days));
                break;
            }
            summary.listed.push(pair(&days));
        }
        summary.left.extend(ranges.map(|days| pair(&days)));
        self.add_up_anew(heads.into_values(), now, Deadline::at(by)).await?;
        Ok((summary, failures.into_values().next()))
    }

    /// Adds up days once more that were added up by older definitions. Nothing happens to those that this run
    /// has listed and so added up.
    async fn add_up_anew(
        &self,
        heads: impl Iterator<Item = PstnHead>,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<(), Error> {
        for head in heads {
            if head.version == pstn_logs::VERSION || head.expires_at <= now.as_second() {
                continue;
            }
            match self.writer.add_up_anew(head.day, deadline).await {
                Ok(()) => {}
                Err(TableError::OutOfTime) => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn list(
        &self,
        log: Log,
        days: &RangeInclusive<Date>,
        clock: impl Fn() -> Timestamp,
        by: Instant,
    ) -> Result<Listed, Error> {
        let mut secret_refreshed = false;
        loop {
            let graph = self.access.graph().await?;
            let listed = list(&graph, log, days, &clock, by).await;
            let is_refused =
                matches!(listed, Err(GraphError::Unauthorized { .. } | GraphError::Login { .. }));
            // A refused credential may only be an old one.
            let is_again = is_refused && !std::mem::replace(&mut secret_refreshed, true);
            if !(is_again && self.access.refresh_secret().await) {
                return listed.map_err(|error| Error::Graph { log, error });
            }
        }
    }
}

fn pair(days: &RangeInclusive<Date>) -> (Date, Date) {
    (*days.start(), *days.end())
}
