//! How far an import has come.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use lambda_kit::CapturedMetrics;
use reconciliation::{Pass, ReconciliationRun};
use serde::Serialize;
use tokio::time::Instant;

/// What was counted so far. Each number of calls counts versions of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Pages of Graph's list that were read.
    pub pages: u64,
    /// Calls on them.
    pub listed: u64,
    /// Of these, those that were stored at this version or a newer one already.
    pub already_stored: u64,
    /// Calls that were fetched and stored.
    pub stored: u64,
    /// How often Graph asked to wait.
    pub throttled: u64,
}

/// An import's progress; clones share it.
#[derive(Clone, Debug)]
pub struct Progress(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    counts: Counts,
    /// The share of the time that is listed, from 0 to 1.
    listed_share: f64,
    began: Instant,
}

impl Default for Progress {
    fn default() -> Self {
        let began = Instant::now();
        let state = State { counts: Counts::default(), listed_share: 0.0, began };
        Self(Arc::new(Mutex::new(state)))
    }
}

impl Progress {
    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.state().counts
    }

    /// One line: pages, calls, and the time that is left if it goes on like this.
    #[must_use]
    pub fn line(&self) -> String {
        let (counts, left) = {
            let state = self.state();
            (state.counts, time_left(state.done(), state.began.elapsed()))
        };
        let Counts { pages, listed, already_stored, stored, .. } = counts;
        let left = left.map(|left| format!(", about {} left", told(left))).unwrap_or_default();
        format!(
            "{pages} pages, {listed} calls listed: {already_stored} were there, {stored} of {} \
             fetched{left}",
            listed.saturating_sub(already_stored)
        )
    }

    /// Takes in what one look of the reconciler found.
    pub(super) fn look(&self, run: &ReconciliationRun) {
        let mut state = self.state();
        state.counts.pages += run.pages;
        state.counts.listed += run.found.listed;
        state.counts.already_stored += run.found.already_stored;
        state.listed_share = if run.has_more { share(&run.passes) } else { 1.0 };
    }

    /// Takes in how far these passes have come.
    pub(super) fn listed(&self, passes: &[Pass]) {
        self.state().listed_share = share(passes);
    }

    /// Takes in what the consumer has counted so far.
    pub(super) fn consumed(&self, consumed: &CapturedMetrics) {
        let sum = |name| Duration::try_from_secs_f64(consumed.sum(name)).unwrap_or_default();
        let mut state = self.state();
        state.counts.stored = sum("Stored").as_secs();
    }

    /// Graph asked the list to wait.
    pub(super) fn asked_to_wait(&self) {
        self.state().counts.throttled += 1;
    }

    #[cfg(test)]
    fn change(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.state().counts);
    }

    #[cfg(test)]
    fn listed_share(&self, share: f64) {
        self.state().listed_share = share;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The share of the work that is done: of the time that is listed, what was fetched.
    #[expect(clippy::cast_precision_loss, reason = "an estimate of a time")]
    fn done(&self) -> f64 {
        let Counts { listed, already_stored, stored, .. } = self.counts;
        if listed == 0 {
            return self.listed_share;
        }
        self.listed_share * ((already_stored + stored) as f64 / listed as f64).min(1.0)
    }
}

/// The share of the time of these passes that is listed.
fn share(passes: &[Pass]) -> f64 {
    let span = |to: Timestamp, from: Timestamp| to.duration_since(from).as_secs_f64();
    let whole: f64 = passes.iter().map(|pass| span(pass.to, pass.from)).sum();
    let listed: f64 = passes.iter().map(|pass| span(pass.next, pass.from)).sum();
    if whole > 0.0 { (listed / whole).clamp(0.0, 1.0) } else { 1.0 }
}

/// What is left, if the rest takes as long as the part that is done did. None while too little is.
fn time_left(done: f64, elapsed: Duration) -> Option<Duration> {
    let enough = done > 0.01 && elapsed >= Duration::from_secs(2);
    enough.then(|| elapsed.mul_f64((1.0 - done) / done))
}

fn told(left: Duration) -> String {
    let seconds = left.as_secs();
    match seconds {
        0..90 => format!("{seconds} s"),
        90..5_400 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_time_left_follows_from_what_is_done() {
        let progress = Progress::default();
        assert!(!progress.line().contains("left"), "{}", progress.line());
        tokio::time::advance(Duration::from_secs(60)).await;
        progress.change(|counts| {
            *counts = Counts { pages: 4, listed: 240, already_stored: 40, stored: 80, throttled: 0 }
        });
        progress.listed_share(0.5);
        // Half is listed, half of that is done: a quarter in a minute.
        assert_eq!(
            progress.line(),
            "4 pages, 240 calls listed: 40 were there, 80 of 200 fetched, about 3 min left"
        );
        progress.listed_share(1.0);
        progress.change(|counts| counts.stored = 200);
        assert!(progress.line().ends_with("about 0 s left"), "{}", progress.line());
    }

    #[test]
    fn a_time_is_told_in_the_unit_that_fits() {
        for (seconds, text) in [(5, "5 s"), (89, "89 s"), (90, "2 min"), (7_260, "2 h 1 min")] {
            assert_eq!(told(Duration::from_secs(seconds)), text);
        }
    }
}
