//! Listing one window: its pages are compared with the table, and missing calls are enqueued and then
//! stored as outstanding.
//!
//! Invariant: a call is stored as outstanding only after its message was sent. A message whose call was
//! not stored is sent again by the next run, which is harmless; the other way round, a call whose
//! message was never sent would wait for hours.

use std::collections::{HashMap, HashSet};

use call_queue::{CallMessage, Entry, Reason, send_all};
use call_records::ListedCall;
use call_table::{MissingCall, StoredVersion};
use jiff::Timestamp;
use msgraph::{Error as GraphError, PageChain};
use reconciliation::Found;
use tokio::time::{Instant, sleep_until};

use crate::agenda;
use crate::error::RunError;
use crate::outstanding::can_be_requested;
use crate::run::Run;
use crate::stored_calls::StoredCalls;

/// How often a window is listed from its start again because Graph's next links went stale.
const MAX_ATTEMPTS: u32 = 4;

/// How many calls are enqueued and stored at once.
const BATCH_SIZE: usize = 500;

/// How the listing of a window ended.
pub(crate) enum Listing {
    /// All pages were read; how many.
    Complete { pages: u32 },
    /// It has more pages than one chain should have.
    TooLong,
}

impl Run<'_> {
    /// Lists the calls that began from `from` to `to`. With `to_the_end`, to the end of the pages however
    /// many they are.
    pub(crate) async fn list_window(
        &mut self,
        reason: &str,
        from: Timestamp,
        to: Timestamp,
        to_the_end: bool,
    ) -> Result<(Listing, Found), RunError> {
        let mut tries = 0;
        loop {
            match self.list_pages(reason, from, to, to_the_end).await {
                Err(RunError::Graph(GraphError::Changed)) if tries < MAX_ATTEMPTS => tries += 1,
                outcome => return outcome,
            }
        }
    }

    async fn list_pages(
        &mut self,
        reason: &str,
        from: Timestamp,
        to: Timestamp,
        to_the_end: bool,
    ) -> Result<(Listing, Found), RunError> {
        let (mut found, mut pages) = (Found::default(), 0);
        let mut chain = PageChain::default();
        let mut stored = StoredCalls::default();
        // Pages shift while they are read: what was seen on one may come again on the next.
        let mut seen = HashSet::new();
        let mut next: Option<String> = None;
        loop {
            if pages == self.reconciler.config.max_pages && !to_the_end {
                return Ok((Listing::TooLong, found));
            }
            self.renew_lease_if_due().await?;
            let page = self.list_page(from, to, next.as_deref()).await?;
            pages += 1;
            self.summary.run.pages += 1;
            let is_empty = page.value.is_empty();
            let fresh: Vec<ListedCall> =
                page.value.into_iter().filter(|call| seen.insert(call.id.clone())).collect();
            found.add(self.compare(reason, &fresh, &mut stored).await?);
            next = chain.next(page.next_link, is_empty)?;
            if next.is_none() {
                return Ok((Listing::Complete { pages }, found));
            }
        }
    }

    /// One page, at the pace that Graph allows. A pause that Graph asks for is kept if it fits.
    async fn list_page(
        &mut self,
        from: Timestamp,
        to: Timestamp,
        next: Option<&str>,
    ) -> Result<call_records::Page<ListedCall>, RunError> {
        let mut secret_refreshed = false;
        loop {
            self.reconciler.pace.wait().await;
            if Instant::now() >= self.work_until {
                return Err(RunError::OutOfTime);
            }
            let graph = self.reconciler.access.graph().await?;
            match graph.list_call_records(from, to, next, self.work_until).await {
                Ok(page) => return Ok(page),
                Err(GraphError::Throttled { retry_after }) => {
                    let resume_at = Instant::now() + retry_after;
                    if resume_at >= self.work_until.min(self.lease_ends) {
                        return Err(GraphError::Throttled { retry_after }.into());
                    }
                    sleep_until(resume_at).await;
                }
                Err(error @ (GraphError::Unauthorized { .. } | GraphError::Login { .. })) => {
                    // A refused credential may only be an old one.
                    let replaced = !std::mem::replace(&mut secret_refreshed, true)
                        && self.reconciler.access.refresh_secret().await;
                    if !replaced {
                        return Err(error.into());
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Compares one page with the table.
    async fn compare(
        &mut self,
        reason: &str,
        calls: &[ListedCall],
        stored: &mut StoredCalls,
    ) -> Result<Found, RunError> {
        let table = self.reconciler.reconciliation.table();
        let mut found = Found { listed: calls.len() as u64, ..Found::default() };
        let mut stored = stored.of(table, calls).await?;
        // The cheap read may be a moment behind: what it lacks is read once more, as it is now.
        let lacking = calls.iter().filter(|call| !is_stored(call, &stored));
        let lacking: Vec<&str> = lacking.map(|call| call.id.as_str()).collect();
        if !lacking.is_empty() {
            stored.extend(table.versions(&lacking).await?);
        }
        let now = self.now();
        let mut to_enqueue = Vec::new();
        for call in calls {
            let version = stored.get(&call.id).map(|stored| stored.version);
            if is_stored(call, &stored) {
                found.already_stored += 1;
                if let Some(stored) = stored.get(&call.id) {
                    self.summary.stored(stored);
                }
                continue;
            }
            if version.is_none() {
                found.missing += 1;
            } else {
                found.stale += 1;
            }
            to_enqueue.extend(self.outstanding.found(call, version, reason, now));
        }
        found.enqueued = self.enqueue(to_enqueue).await?;
        Ok(found)
    }

    /// Enqueues calls and then stores them as outstanding; returns how many were sent.
    pub(crate) async fn enqueue(&mut self, calls: Vec<MissingCall>) -> Result<u64, RunError> {
        let mut asked = 0;
        for calls in calls.chunks(BATCH_SIZE) {
            let messages = calls.iter().filter(|call| can_be_requested(&call.call_id));
            let entries: Vec<Entry> = messages.map(message).map(Entry::new).collect();
            let url = &self.reconciler.config.calls_queue_url;
            let sent = entries.len() as u64;
            send_all(&self.reconciler.sqs, url, entries, self.work_until).await?;
            self.summary.run.found.enqueued += sent;
            asked += sent;
            let (now, reconciliation) = (self.now(), &self.reconciler.reconciliation);
            reconciliation.put_missing_calls(calls, now, self.work_until).await?;
            for call in calls {
                tracing::info!(
                    call_id = call.call_id,
                    version = call.version,
                    stored_version = call.stored_version,
                    reason = call.reason,
                    times = call.enqueued,
                    "reconciliation.enqueued"
                );
                self.outstanding.note(call.clone());
            }
        }
        Ok(asked)
    }
}

fn is_stored(call: &ListedCall, stored: &HashMap<String, StoredVersion>) -> bool {
    stored.get(&call.id).is_some_and(|stored| stored.version >= call.version)
}

fn message(call: &MissingCall) -> String {
    let by_hand = [agenda::BACKFILL, agenda::BY_HAND].contains(&call.reason.as_str());
    CallMessage {
        call_id: call.call_id.clone(),
        reason: if by_hand { Reason::Backfill } else { Reason::Reconciliation },
        enqueued_at: call.enqueued_at,
        subscription_id: None,
        version: Some(call.version),
    }
    .to_json()
}
