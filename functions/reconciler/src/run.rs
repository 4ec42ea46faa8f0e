//! The state of one run, kept under a lease.
//!
//! Invariant: only the run that holds the lease changes the reconciliation's state; every write of it
//! is conditional on the lease's owner.

use std::time::Duration;

use call_table::TableError;
use jiff::{SignedDuration, Timestamp};
use reconciliation::{ReconciliationRun, ReconciliationState};
use tokio::time::Instant;

use crate::error::RunError;
use crate::outstanding::Outstanding;
use crate::summary::RunSummary;
use crate::{Error, Reconciler};

/// A run that holds the lease.
pub(crate) struct Run<'a> {
    pub(crate) reconciler: &'a Reconciler,
    pub(crate) outstanding: Outstanding,
    pub(crate) summary: RunSummary,
    /// When to begin nothing more.
    pub(crate) work_until: Instant,
    /// When another run may take over, unless the lease is renewed.
    pub(crate) lease_ends: Instant,
    pub(crate) state: ReconciliationState,
    lease_owner: String,
    pub(crate) began: (Timestamp, Instant),
    pub(crate) requests_polled_at: Instant,
}

impl<'a> Run<'a> {
    /// Takes the lease. None while another run holds it.
    pub(crate) async fn start(
        reconciler: &'a Reconciler,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Option<Self>, Error> {
        let work_until = deadline.checked_sub(reconciler.config.reserve).unwrap_or(deadline);
        let began = (now, Instant::now());
        let lease_owner = format!("{:016x}", fastrand::u64(..));
        let lease = reconciler.config.lease;
        let taken =
            reconciler.reconciliation.take_lease(&lease_owner, now, later(now, lease)).await?;
        let Some(mut state) = taken else { return Ok(None) };
        // The high-water mark depends on it, so without it no run begins.
        let outstanding = match Outstanding::read(&reconciler.reconciliation).await {
            Ok(outstanding) => outstanding,
            Err(error) => {
                (state.lease_owner, state.lease_expires_at) = (None, None);
                reconciler.reconciliation.put_state(&lease_owner, &state).await?;
                return Err(error.into());
            }
        };
        let mut summary = RunSummary::default();
        summary.run.began_at = now;
        Ok(Some(Self {
            reconciler,
            outstanding,
            summary,
            work_until,
            lease_ends: began.1 + lease,
            state,
            lease_owner,
            began,
            requests_polled_at: began.1,
        }))
    }

    /// The time, as it goes on from the `now` that the run was given.
    pub(crate) fn now(&self) -> Timestamp {
        later(self.began.0, self.began.1.elapsed())
    }

    /// Renews the lease when a good part of it is over.
    pub(crate) async fn renew_lease_if_due(&mut self) -> Result<(), RunError> {
        let left = self.lease_ends.saturating_duration_since(Instant::now());
        if left > self.reconciler.config.lease / 2 { Ok(()) } else { self.save().await }
    }

    /// Writes the state, and renews the lease with it.
    pub(crate) async fn save(&mut self) -> Result<(), RunError> {
        let (lease, began) = (self.reconciler.config.lease, Instant::now());
        self.state.lease_owner = Some(self.lease_owner.clone());
        self.state.lease_expires_at = Some(later(self.now(), lease));
        if !self.reconciler.reconciliation.put_state(&self.lease_owner, &self.state).await? {
            return Err(RunError::TakenOver);
        }
        self.lease_ends = began + lease;
        Ok(())
    }

    /// Moves the high-water mark, releases the lease, and stores the summary.
    pub(crate) async fn conclude(
        mut self,
        outcome: Result<(), RunError>,
    ) -> Result<ReconciliationRun, TableError> {
        let now = self.now();
        let error = outcome.err();
        if let Some(error) = error.as_ref().and_then(RunError::sentence) {
            tracing::error!(error, "reconciliation.incomplete");
            self.summary.run.error = Some(error);
        }
        if !matches!(error, Some(RunError::TakenOver)) {
            self.state.hold_back(self.outstanding.open());
            (self.state.lease_owner, self.state.lease_expires_at) = (None, None);
            self.reconciler.reconciliation.put_state(&self.lease_owner, &self.state).await?;
        }
        self.summary.conclude(&self.outstanding, now);
        self.summary.run.complete_from = self.state.listed_from;
        self.summary.run.complete_up_to = self.state.complete_up_to;
        self.summary.run.has_more = !self.state.passes.is_empty();
        self.summary.measure(&self.reconciler.metrics, now);
        self.reconciler.reconciliation.put_run(&self.lease_owner, &self.summary.run).await?;
        tracing::info!(
            listed = self.summary.run.found.listed,
            missing = self.summary.run.found.missing,
            stale = self.summary.run.found.stale,
            repaired = self.summary.run.repaired,
            still_missing = self.summary.run.still_missing,
            complete_up_to = self.summary.run.complete_up_to.map(|at| at.to_string()),
            has_more = self.summary.run.has_more,
            "reconciliation.run"
        );
        Ok(self.summary.run)
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
