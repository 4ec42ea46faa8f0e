//! The work of a run: settle what earlier runs left, take up what was requested or is due, and list
//! pass after pass.

use std::time::Duration;

use call_table::TableError;
use jiff::{SignedDuration, Timestamp};
use reconciliation::high_water_mark::earliest_start_announced_since;
use reconciliation::{Found, Pass, ReconciliationRequest};
use tokio::time::Instant;

use crate::agenda;
use crate::error::RunError;
use crate::listing::Listing;
use crate::run::Run;

/// How often a run polls for new requests.
const REQUEST_POLL_INTERVAL: Duration = Duration::from_secs(30);

/// The least and the most time that one part of a window spans, in seconds.
const MIN_STEP_SECONDS: i64 = 60;
const MAX_STEP_SECONDS: i64 = 7 * 24 * 3600;

/// So many pages a part should have, so that little is repeated when a run dies in it.
const TARGET_PAGES: i64 = 6;

impl Run<'_> {
    pub(crate) async fn work(&mut self, due: bool) -> Result<(), RunError> {
        let reconciliation = &self.reconciler.reconciliation;
        let settled = self.outstanding.settle(reconciliation, self.now(), self.work_until).await?;
        self.summary.settled(&settled);
        self.take_up(due, self.began.0).await?;
        let again = settled.due.into_iter().map(|mut call| {
            call.enqueued += 1;
            call.enqueued_at = self.began.0;
            call
        });
        let again = again.collect();
        self.enqueue(again).await?;
        while !self.state.passes.is_empty() {
            let many = self.outstanding.len() >= self.reconciler.config.max_outstanding;
            if many && agenda::can_wait(&self.state.passes[0]) {
                tracing::info!(outstanding = self.outstanding.len(), "reconciliation.waits");
                break;
            }
            self.step().await?;
            if self.requests_polled_at.elapsed() >= REQUEST_POLL_INTERVAL {
                self.take_up(false, self.now()).await?;
            }
        }
        Ok(())
    }

    /// Moves requests, and what is due, into the state.
    async fn take_up(&mut self, due: bool, now: Timestamp) -> Result<(), RunError> {
        self.requests_polled_at = Instant::now();
        let reconciliation = &self.reconciler.reconciliation;
        let mut requests = reconciliation.requests().await?;
        requests.extend(self.unprocessed_gap().await?);
        agenda::take_up(&mut self.state, &requests, due, now);
        self.save().await?;
        reconciliation.delete_requests(&requests, self.work_until).await?;
        Ok(())
    }

    /// The last gap that the renewer stored, if it has not been processed: its message may be lost, the
    /// item is not.
    async fn unprocessed_gap(&mut self) -> Result<Option<ReconciliationRequest>, TableError> {
        let table = self.reconciler.reconciliation.table();
        let subscription = table.subscription_state().await?.unwrap_or_default();
        let (Some(from), Some(to)) = (subscription.last_gap_from, subscription.last_gap_to) else {
            return Ok(None);
        };
        if self.state.gaps_seen_to.is_some_and(|seen| seen >= to) {
            return Ok(None);
        }
        self.state.gaps_seen_to = Some(to);
        let reason = subscription.last_gap_reason.unwrap_or_else(|| "gap".to_owned());
        let from = earliest_start_announced_since(from);
        Ok(Some(ReconciliationRequest { reason, from, to, asked_at: self.now() }))
    }

    /// Lists the next part of the most urgent window.
    async fn step(&mut self) -> Result<(), RunError> {
        let Some(pass) = self.state.passes.first().cloned() else { return Ok(()) };
        let to = pass.to.min(pass.next + SignedDuration::from_secs(pass.step_seconds));
        let to_the_end = pass.step_seconds <= MIN_STEP_SECONDS;
        let (listing, found) = self.list_window(&pass.reason, pass.next, to, to_the_end).await?;
        let Some(current) = self.state.passes.first_mut() else { return Ok(()) };
        match listing {
            Listing::TooLong => {
                current.step_seconds = (pass.step_seconds / 4).max(MIN_STEP_SECONDS);
                // What was found is found again; that it was enqueued is so.
                current.found.enqueued += found.enqueued;
            }
            Listing::Complete { pages } => {
                current.next = to;
                current.found.add(found);
                current.step_seconds = next_step(pass.step_seconds, pages);
                // What was enqueued is counted where it is.
                self.summary.run.found.add(Found { enqueued: 0, ..found });
            }
        }
        let through = current.next >= current.to;
        let current = current.clone();
        self.record_pass(&current);
        if through {
            self.state.advance(&current);
            self.state.hold_back(self.outstanding.open());
            self.state.passes.remove(0);
        }
        self.save().await
    }

    fn record_pass(&mut self, pass: &Pass) {
        let passes = &mut self.summary.run.passes;
        let same = |other: &&mut Pass| {
            (&other.reason, other.from, other.to) == (&pass.reason, pass.from, pass.to)
        };
        match passes.iter_mut().find(same) {
            Some(known) => *known = pass.clone(),
            None => passes.push(pass.clone()),
        }
    }
}

/// How much time the next part spans, after one that spanned `step` had so many pages.
fn next_step(step: i64, pages: u32) -> i64 {
    let pages = i64::from(pages).max(1);
    (step * TARGET_PAGES / pages)
        .clamp(step / 4, step * 4)
        .clamp(MIN_STEP_SECONDS, MAX_STEP_SECONDS)
}
