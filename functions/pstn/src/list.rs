//! Listing a range of days of a log.

use std::ops::RangeInclusive;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use msgraph::{Error as GraphError, Graph, PageChain};
use pstn_logs::{Listing, Log};
use tokio::time::Instant;

/// How often a range whose chain of pages broke is begun again.
const MAX_ATTEMPTS: u32 = 3;

/// For one page, Graph's waits included.
const PAGE_TIMEOUT: Duration = Duration::from_secs(180);

/// What Graph lists for a range of days, and for the day before it.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) listing: Listing,
    /// Rows that cannot be read.
    pub(crate) unreadable: u64,
}

/// Lists all pages. `clock` says when.
pub(crate) async fn list(
    graph: &Graph,
    log: Log,
    days: &RangeInclusive<Date>,
    clock: impl Fn() -> Timestamp,
    deadline: Instant,
) -> Result<Listed, GraphError> {
    let mut attempts = 0;
    loop {
        let requested_at = clock();
        match list_pages(graph, log, days, requested_at, deadline).await {
            Err(GraphError::Changed) if attempts < MAX_ATTEMPTS => attempts += 1,
            listed => return listed,
        }
    }
}

async fn list_pages(
    graph: &Graph,
    log: Log,
    days: &RangeInclusive<Date>,
    requested_at: Timestamp,
    deadline: Instant,
) -> Result<Listed, GraphError> {
    let from = midnight(days.start().yesterday().unwrap_or(Date::MIN));
    let to = midnight(days.end().saturating_add(Span::new().days(1)));
    let listing = Listing { log, requested_at, rows: Vec::new() };
    let mut listed = Listed { listing, unreadable: 0 };
    let mut chain = PageChain::default();
    let mut next: Option<String> = None;
    loop {
        let by = deadline.min(Instant::now() + PAGE_TIMEOUT);
        let page = graph.phone_log(log, from, to, next.as_deref(), by).await?;
        let is_empty = page.rows.is_empty();
        listed.listing.rows.extend(page.rows);
        for error in &page.unreadable {
            tracing::warn!(log = log.as_str(), %error, "pstn.row_unreadable");
        }
        listed.unreadable += u64::try_from(page.unreadable.len()).unwrap_or(u64::MAX);
        match chain.next(page.next_link, is_empty)? {
            Some(link) => next = Some(link),
            None => return Ok(listed),
        }
    }
}

fn midnight(day: Date) -> Timestamp {
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MIN)
}
