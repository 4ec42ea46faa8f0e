//! One run: take the lease, settle what earlier runs left, list what is to be listed, and say what
//! may be claimed.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use record_store::{
    Found, Pass, ReconciliationRequest, ReconciliationRun, ReconciliationState, StoreError,
};
use tokio::time::Instant;

use crate::agenda;
use crate::error::RunError;
use crate::listing::Part;
use crate::outstanding::Outstanding;
use crate::silence;
use crate::tally::Tally;
use crate::{Error, Reconciler, Trigger};

/// How often a run that is under way looks whether somebody asked for something.
const REQUEST_POLL_INTERVAL: Duration = Duration::from_secs(30);

/// The least and the most time that one part of a window spans, in seconds.
const MIN_STEP_SECONDS: i64 = 60;
const MAX_STEP_SECONDS: i64 = 7 * 24 * 3600;

/// So many pages a part should have, so that little is repeated when a run dies in it.
const TARGET_PAGES: i64 = 6;

/// A run, and what it knows.
pub(crate) struct Run<'a> {
    pub(crate) reconciler: &'a Reconciler,
    pub(crate) outstanding: Outstanding,
    pub(crate) tally: Tally,
    /// When to begin nothing more.
    pub(crate) work_until: Instant,
    /// When another run may take over, unless the lease is renewed.
    pub(crate) lease_ends: Instant,
    state: ReconciliationState,
    lease_owner: String,
    began: (Timestamp, Instant),
    looked_for_requests: Instant,
}

pub(crate) async fn run(
    reconciler: &Reconciler,
    trigger: &Trigger,
    now: Timestamp,
    deadline: Instant,
) -> Result<Option<ReconciliationRun>, Error> {
    // First of all, so that it is done even if this run dies or another one is under way.
    for request in agenda::requests(trigger, now) {
        reconciler.store.request_reconciliation(&request).await?;
    }
    let work_until = deadline.checked_sub(reconciler.config.reserve).unwrap_or(deadline);
    let began = (now, Instant::now());
    let lease_owner = format!("{:016x}", fastrand::u64(..));
    let lease = reconciler.config.lease;
    let taken = reconciler.store.take_reconciliation(&lease_owner, now, later(now, lease)).await?;
    let Some(mut state) = taken else {
        tracing::info!("reconciliation.busy: another run is under way and takes up what is asked");
        return Ok(None);
    };
    // Without it nothing may be claimed, so it is not begun without it either.
    let outstanding = match Outstanding::read(&reconciler.store).await {
        Ok(outstanding) => outstanding,
        Err(error) => {
            (state.lease_owner, state.lease_expires_at) = (None, None);
            reconciler.store.put_reconciliation_state(&lease_owner, &state).await?;
            return Err(error.into());
        }
    };
    let mut run = Run {
        reconciler,
        outstanding,
        tally: Tally::default(),
        work_until,
        lease_ends: began.1 + lease,
        state,
        lease_owner,
        began,
        looked_for_requests: began.1,
    };
    run.tally.run.began_at = now;
    let due = *trigger == Trigger::Due;
    let outcome = run.work(due).await;
    if due && let Err(error) = silence::measure(reconciler, run.state.listed_from, now).await {
        tracing::warn!(%error, "reconciliation.silence_unknown");
    }
    Ok(Some(run.conclude(outcome).await?))
}

impl Run<'_> {
    /// The time, as it goes on from the `now` that the run was given.
    pub(crate) fn now(&self) -> Timestamp {
        later(self.began.0, self.began.1.elapsed())
    }

    async fn work(&mut self, due: bool) -> Result<(), RunError> {
        let store = &self.reconciler.store;
        let settled = self.outstanding.settle(store, self.now(), self.work_until).await?;
        self.tally.settled(&settled);
        self.take_up(due, self.began.0).await?;
        let again = settled.due.into_iter().map(|mut call| {
            call.enqueued += 1;
            call.enqueued_at = self.began.0;
            call
        });
        let again = again.collect();
        self.ask_for(again).await?;
        while !self.state.passes.is_empty() {
            let many = self.outstanding.len() >= self.reconciler.config.most_outstanding;
            if many && agenda::can_wait(&self.state.passes[0]) {
                tracing::info!(
                    outstanding = self.outstanding.len(),
                    "reconciliation.waits: many calls are on their way to the table"
                );
                break;
            }
            self.step().await?;
            if self.looked_for_requests.elapsed() >= REQUEST_POLL_INTERVAL {
                self.take_up(false, self.now()).await?;
            }
        }
        Ok(())
    }

    /// Moves what was asked for, and what is due, into the state.
    async fn take_up(&mut self, due: bool, now: Timestamp) -> Result<(), RunError> {
        self.looked_for_requests = Instant::now();
        let store = &self.reconciler.store;
        let mut requests = store.reconciliation_requests().await?;
        requests.extend(self.unseen_gap().await?);
        agenda::take_up(&mut self.state, &requests, due, now);
        self.save().await?;
        store.forget_reconciliation_requests(&requests, self.work_until).await?;
        Ok(())
    }

    /// The last gap that the renewer wrote down, if it has not been taken up: its message may be
    /// lost, the item is not.
    async fn unseen_gap(&mut self) -> Result<Option<ReconciliationRequest>, StoreError> {
        let subscription = self.reconciler.store.subscription_state().await?.unwrap_or_default();
        let (Some(from), Some(to)) = (subscription.last_gap_from, subscription.last_gap_to) else {
            return Ok(None);
        };
        if self.state.gaps_seen_to.is_some_and(|seen| seen >= to) {
            return Ok(None);
        }
        self.state.gaps_seen_to = Some(to);
        let reason = subscription.last_gap_reason.unwrap_or_else(|| "gap".to_owned());
        let from = agenda::of_calls_announced_since(from);
        Ok(Some(ReconciliationRequest { reason, from, to, asked_at: self.now() }))
    }

    /// Lists the next part of the most urgent window.
    async fn step(&mut self) -> Result<(), RunError> {
        let Some(pass) = self.state.passes.first().cloned() else { return Ok(()) };
        let to = pass.to.min(pass.next + SignedDuration::from_secs(pass.step_seconds));
        let whole = pass.step_seconds <= MIN_STEP_SECONDS;
        let (part, found) = self.part(&pass.reason, pass.next, to, whole).await?;
        let Some(current) = self.state.passes.first_mut() else { return Ok(()) };
        match part {
            Part::TooLong => {
                current.step_seconds = (pass.step_seconds / 4).max(MIN_STEP_SECONDS);
                // What was found is found again; that it was enqueued is so.
                current.found.enqueued += found.enqueued;
            }
            Part::Through { pages } => {
                current.next = to;
                current.found.add(found);
                current.step_seconds = next_step(pass.step_seconds, pages);
                // What was enqueued is counted where it is.
                self.tally.run.found.add(Found { enqueued: 0, ..found });
            }
        }
        let through = current.next >= current.to;
        let current = current.clone();
        self.worked_on(&current);
        if through {
            self.state.claim(&current, agenda::is_full(&current));
            self.state.conclude(self.outstanding.open());
            self.state.passes.remove(0);
        }
        self.save().await
    }

    fn worked_on(&mut self, pass: &Pass) {
        let passes = &mut self.tally.run.passes;
        let same = |other: &&mut Pass| {
            (&other.reason, other.from, other.to) == (&pass.reason, pass.from, pass.to)
        };
        match passes.iter_mut().find(same) {
            Some(known) => *known = pass.clone(),
            None => passes.push(pass.clone()),
        }
    }

    /// Renews the lease when a good part of it is over.
    pub(crate) async fn keep_lease(&mut self) -> Result<(), RunError> {
        let left = self.lease_ends.saturating_duration_since(Instant::now());
        if left > self.reconciler.config.lease / 2 { Ok(()) } else { self.save().await }
    }

    /// Writes the state, and renews the lease with it.
    async fn save(&mut self) -> Result<(), RunError> {
        let (lease, began) = (self.reconciler.config.lease, Instant::now());
        self.state.lease_owner = Some(self.lease_owner.clone());
        self.state.lease_expires_at = Some(later(self.now(), lease));
        if !self.reconciler.store.put_reconciliation_state(&self.lease_owner, &self.state).await? {
            return Err(RunError::TakenOver);
        }
        self.lease_ends = began + lease;
        Ok(())
    }

    /// Says what may be claimed, gives the lease back, and keeps the account.
    async fn conclude(
        mut self,
        outcome: Result<(), RunError>,
    ) -> Result<ReconciliationRun, StoreError> {
        let now = self.now();
        let error = outcome.err();
        if let Some(sentence) = error.as_ref().and_then(RunError::sentence) {
            tracing::error!("reconciliation.not_through: {sentence}");
            self.tally.run.error = Some(sentence);
        }
        if !matches!(error, Some(RunError::TakenOver)) {
            self.state.conclude(self.outstanding.open());
            (self.state.lease_owner, self.state.lease_expires_at) = (None, None);
            self.reconciler.store.put_reconciliation_state(&self.lease_owner, &self.state).await?;
        }
        self.tally.conclude(&self.outstanding, now);
        self.tally.run.complete_from = self.state.listed_from;
        self.tally.run.complete_up_to = self.state.complete_up_to;
        self.tally.run.has_more = !self.state.passes.is_empty();
        self.tally.measure(&self.reconciler.metrics, now);
        self.reconciler.store.put_reconciliation_run(&self.lease_owner, &self.tally.run).await?;
        tracing::info!(
            listed = self.tally.run.found.listed,
            missing = self.tally.run.found.missing,
            stale = self.tally.run.found.stale,
            repaired = self.tally.run.repaired,
            still_missing = self.tally.run.still_missing,
            complete_up_to = self.tally.run.complete_up_to.map(|at| at.to_string()),
            has_more = self.tally.run.has_more,
            "reconciliation.run"
        );
        Ok(self.tally.run)
    }
}

/// How much time the next part spans, after one that spanned `step` had so many pages.
fn next_step(step: i64, pages: u32) -> i64 {
    let pages = i64::from(pages).max(1);
    (step * TARGET_PAGES / pages)
        .clamp(step / 4, step * 4)
        .clamp(MIN_STEP_SECONDS, MAX_STEP_SECONDS)
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
