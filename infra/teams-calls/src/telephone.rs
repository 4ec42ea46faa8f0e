//! The logs of telephone calls, read from Graph and added up by day. No notification announces them, and
//! nothing of them is stored.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use anyhow::Context as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use msgraph::{Error, Graph, PageChain};
use pstn_logs::{DayLogs, Log, LogPage};
use serde::Serialize;
use tokio::time::{Instant, sleep};

/// The most days of one request: Graph takes 90.
const MAX_DAYS: i64 = 30;

/// For one page, Graph's waits included.
const PAGE_TIMEOUT: Duration = Duration::from_secs(180);

/// Between two pages of a log: Graph allows 50 in 60 s, and others ask, too.
pub const PACE: Duration = Duration::from_millis(1_500);

/// How often a range whose chain of pages broke is begun again.
const MAX_ATTEMPTS: u32 = 3;

/// What the rows of a range add up to.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Telephone {
    /// By UTC day.
    pub days: BTreeMap<Date, DayLogs>,
    /// Rows of which no time is known.
    pub undated: u64,
    /// Rows that cannot be read.
    pub unreadable: u64,
}

impl Telephone {
    /// All days together.
    #[must_use]
    pub fn total(&self) -> DayLogs {
        let mut total = DayLogs::default();
        self.days.values().for_each(|day| total.merge(day));
        total
    }
}

/// Reads both logs from the day `from` to the day `to`, both included. A row that comes twice counts once.
///
/// # Errors
///
/// What Graph answered; a missing consent is named with what to grant.
pub async fn read(
    graph: &Graph,
    from: Date,
    to: Date,
    pace: Duration,
) -> anyhow::Result<Telephone> {
    let mut telephone = Telephone::default();
    for log in Log::ALL {
        // The end of a range is in that of one log and not in that of the other, and a row may move from
        // one page to the next while they are read: 8 bytes for each row.
        let mut seen = HashSet::new();
        let mut first = from;
        while first <= to {
            let last = first.saturating_add((MAX_DAYS - 1).days()).min(to);
            let next = last.saturating_add(1.days());
            read_range(graph, log, (midnight(first)?, midnight(next)?), pace, |page| {
                telephone.add(page, &mut seen, from..=to);
            })
            .await?;
            first = next;
        }
    }
    Ok(telephone)
}

/// Reads the pages of one request, from its beginning where the chain of pages broke.
async fn read_range(
    graph: &Graph,
    log: Log,
    (from, to): (Timestamp, Timestamp),
    pace: Duration,
    mut take: impl FnMut(LogPage),
) -> anyhow::Result<()> {
    let mut attempts = 0;
    let mut chain = PageChain::default();
    let mut next = None;
    loop {
        let deadline = Instant::now() + PAGE_TIMEOUT;
        match graph.phone_log(log, from, to, next.as_deref(), deadline).await {
            Ok(mut page) => {
                let link = page.next_link.take();
                let is_empty = page.rows.is_empty();
                take(page);
                match chain.next(link, is_empty)? {
                    Some(link) => next = Some(link),
                    None => return Ok(()),
                }
            }
            Err(Error::Changed) if attempts < MAX_ATTEMPTS => {
                attempts += 1;
                (chain, next) = (PageChain::default(), None);
            }
            Err(error) => return Err(error).context(reading(log)),
        }
        sleep(pace).await;
    }
}

const fn reading(log: Log) -> &'static str {
    match log {
        Log::Pstn => "the log of calling plans, Operator Connect and conferences cannot be read",
        Log::DirectRouting => "the log of direct routing cannot be read",
    }
}

impl Telephone {
    fn add(
        &mut self,
        page: LogPage,
        seen: &mut HashSet<u64>,
        days: std::ops::RangeInclusive<Date>,
    ) {
        self.unreadable += u64::try_from(page.unreadable.len()).unwrap_or(u64::MAX);
        for row in page.rows {
            let mut hasher = DefaultHasher::new();
            row.id.hash(&mut hasher);
            let day = row.day();
            // The first instant of the day after the range.
            let is_beyond = day.is_some_and(|day| !days.contains(&day));
            if is_beyond || !seen.insert(hasher.finish()) {
                continue;
            }
            match day {
                Some(day) => self.days.entry(day).or_default().add(&row),
                None => self.undated += 1,
            }
        }
    }
}

fn midnight(day: Date) -> anyhow::Result<Timestamp> {
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).context("the day is out of range")
}

#[cfg(test)]
mod tests;
