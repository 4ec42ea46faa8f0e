//! What a run found and did: its item in the table, and its metrics.

use std::time::Duration;

use call_table::{MissingCall, StoredVersion};
use jiff::Timestamp;
use lambda_kit::Metrics;
use reconciliation::ReconciliationRun;

use crate::metrics::{
    COMPLETE_UP_TO_AGE, LOST, REPAIRED_MISSING, REPAIRED_STALE, REQUESTED, STILL_MISSING,
    STILL_STALE, UNREPAIRED_AGE,
};
use crate::outstanding::{Outstanding, Settled};

/// Gathers what a run finds.
#[derive(Debug, Default)]
pub(crate) struct RunSummary {
    pub(crate) run: ReconciliationRun,
    /// Seconds from the end of a call to when it was stored: four bytes for each call listed.
    lags: Vec<u32>,
    repaired_missing: usize,
    repaired_stale: usize,
    /// When the first of the calls that are lost since this run was found.
    lost_since: Option<Timestamp>,
}

impl RunSummary {
    pub(crate) fn settled(&mut self, settled: &Settled) {
        self.run.lost += settled.lost.len() as u64;
        let lost = settled.lost.iter().map(|call| call.found_at);
        self.lost_since = self.lost_since.into_iter().chain(lost).min();
        for call in &settled.repaired {
            self.run.repaired += 1;
            *self.run.repaired_by_reason.entry(call.reason.clone()).or_default() += 1;
            // What was found missing may have come at an older version first.
            if call.is_missing() {
                self.repaired_missing += 1;
            } else {
                self.repaired_stale += 1;
            }
        }
    }

    pub(crate) fn stored(&mut self, stored: &StoredVersion) {
        if let Some(end) = stored.ended_at {
            let lag = stored.stored_at.duration_since(end).as_secs();
            self.lags.push(u32::try_from(lag.max(0)).unwrap_or(u32::MAX));
        }
    }

    /// The account, with what is left at the end.
    pub(crate) fn conclude(&mut self, outstanding: &Outstanding, now: Timestamp) {
        let (missing, stale): (Vec<&MissingCall>, _) =
            outstanding.open().partition(|call| call.is_missing());
        let since = |calls: &[&MissingCall]| calls.iter().map(|call| call.found_at).min();
        self.run.ended_at = now;
        self.run.still_missing = missing.len() as u64;
        self.run.missing_since = since(&missing);
        self.run.still_stale = stale.len() as u64;
        self.run.stale_since = since(&stale);
        self.lags.sort_unstable();
        self.run.lag_p50_seconds = self.lag_of(50);
        self.run.lag_p95_seconds = self.lag_of(95);
        self.run.lag_max_seconds = self.lag_of(100);
    }

    /// The least lag that so many of a hundred calls did not exceed.
    fn lag_of(&self, of_a_hundred: usize) -> Option<i64> {
        let place = (self.lags.len() * of_a_hundred).div_ceil(100).max(1) - 1;
        self.lags.get(place).map(|lag| i64::from(*lag))
    }

    /// Counts what was found and done.
    pub(crate) fn measure(&self, metrics: &Metrics, now: Timestamp) {
        let run = &self.run;
        let count =
            |metric, amount: u64| metrics.count(metric, usize::try_from(amount).unwrap_or(0));
        count(REQUESTED, run.found.enqueued);
        metrics.count(REPAIRED_MISSING, self.repaired_missing);
        metrics.count(REPAIRED_STALE, self.repaired_stale);
        count(STILL_MISSING, run.still_missing);
        count(STILL_STALE, run.still_stale);
        count(LOST, run.lost);
        let age = |since: Timestamp| {
            Duration::try_from(now.duration_since(since)).unwrap_or(Duration::ZERO)
        };
        // A lost call rings the same alarm once more: it will never be repaired.
        let unrepaired = [run.missing_since, run.stale_since, self.lost_since];
        if let Some(oldest) = unrepaired.into_iter().flatten().min() {
            metrics.duration(UNREPAIRED_AGE, age(oldest));
        }
        // Without a claim there is no age: the first listing of all that Graph has is under way.
        if let Some(up_to) = run.complete_up_to {
            metrics.duration(COMPLETE_UP_TO_AGE, age(up_to));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lag_that_half_and_nearly_all_calls_do_not_exceed_is_one_that_a_call_had() {
        let mut summary = RunSummary::default();
        let end: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        for minutes in (1..=100).rev() {
            summary.stored(&StoredVersion {
                version: 1,
                ended_at: Some(end),
                stored_at: end + jiff::SignedDuration::from_mins(minutes),
            });
        }
        summary.conclude(&Outstanding::default(), end);
        let run = &summary.run;
        assert_eq!(run.lag_p50_seconds, Some(50 * 60));
        assert_eq!(run.lag_p95_seconds, Some(95 * 60));
        assert_eq!(run.lag_max_seconds, Some(100 * 60));
        assert_eq!(RunSummary::default().lag_of(50), None);
    }
}
