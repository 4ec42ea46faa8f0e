//! The progress of an import.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use lambda_kit::CapturedMetrics;
use reconciliation::{Pass, ReconciliationRun};
use serde::Serialize;
use tokio::time::Instant;

/// Counts of versions of calls, and of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Pages of Graph's list.
    pub pages: u64,
    pub listed: u64,
    /// Listed calls that were stored at this version or a newer one.
    pub already_stored: u64,
    pub stored: u64,
    /// Answers 429 to the list.
    pub throttled: u64,
}

/// An import's progress; clones share it.
#[derive(Clone, Debug)]
pub struct Progress(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    counts: Counts,
    /// The fraction of the time range that is listed.
    listed_fraction: f64,
    began: Instant,
    /// What keeps the import from going on.
    problem: Option<String>,
}

impl Default for Progress {
    fn default() -> Self {
        let began = Instant::now();
        let state = State { counts: Counts::default(), listed_fraction: 0.0, began, problem: None };
        Self(Arc::new(Mutex::new(state)))
    }
}

impl Progress {
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.state().counts
    }

    /// One line: pages, calls, and the estimated time left.
    #[must_use]
    pub fn line(&self) -> String {
        let (counts, left, problem) = {
            let state = self.state();
            let left = time_left(state.done(), state.began.elapsed());
            (state.counts, left, state.problem.clone())
        };
        if let Some(problem) = problem {
            return format!("{problem} (it is tried again)");
        }
        let Counts { pages, listed, already_stored, stored, .. } = counts;
        let left =
            left.map(|left| format!(", about {} left", duration_text(left))).unwrap_or_default();
        let to_fetch = listed.saturating_sub(already_stored);
        let listed = format!("{pages} pages, {listed} calls listed");
        match (pages, to_fetch) {
            (0, _) => "waiting for the first page of Graph's list".to_owned(),
            (_, 0) if already_stored == 0 => format!("{listed}{left}"),
            (_, 0) => format!("{listed}: all already stored{left}"),
            _ => format!(
                "{listed}: {already_stored} already stored, {stored} of {to_fetch} fetched{left}"
            ),
        }
    }

    /// Adds the counts of one run of the reconciler.
    pub(super) fn add_run(&self, run: &ReconciliationRun) {
        let mut state = self.state();
        state.counts.pages += run.pages;
        state.counts.listed += run.found.listed;
        state.counts.already_stored += run.found.already_stored;
        state.listed_fraction = if run.has_more { fraction(&run.passes) } else { 1.0 };
    }

    /// Updates the listed fraction during a run.
    pub(super) fn set_passes(&self, passes: &[Pass]) {
        self.state().listed_fraction = fraction(passes);
    }

    /// Updates the counts of the consumer.
    pub(super) fn update_consumer(&self, consumed: &CapturedMetrics) {
        let sum = |name| Duration::try_from_secs_f64(consumed.sum(name)).unwrap_or_default();
        let mut state = self.state();
        state.counts.stored = sum("Stored").as_secs();
    }

    /// Shows this sentence in place of the counts, until it is set to none.
    pub(super) fn set_problem(&self, problem: Option<String>) {
        self.state().problem = problem;
    }

    pub(super) fn count_throttled(&self) {
        self.state().counts.throttled += 1;
    }

    #[cfg(test)]
    fn change(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.state().counts);
    }

    #[cfg(test)]
    fn set_listed_fraction(&self, fraction: f64) {
        self.state().listed_fraction = fraction;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The fraction of the work that is done: of the listed part of the range, the stored calls.
    #[expect(clippy::cast_precision_loss, reason = "an estimate of a time")]
    fn done(&self) -> f64 {
        let Counts { listed, already_stored, stored, .. } = self.counts;
        if listed == 0 {
            return self.listed_fraction;
        }
        self.listed_fraction * ((already_stored + stored) as f64 / listed as f64).min(1.0)
    }
}

/// The fraction of the time ranges of these passes that is listed.
fn fraction(passes: &[Pass]) -> f64 {
    let span = |to: Timestamp, from: Timestamp| to.duration_since(from).as_secs_f64();
    let whole: f64 = passes.iter().map(|pass| span(pass.to, pass.from)).sum();
    let listed: f64 = passes.iter().map(|pass| span(pass.next, pass.from)).sum();
    if whole > 0.0 { (listed / whole).clamp(0.0, 1.0) } else { 1.0 }
}

/// The estimated time left, by linear extrapolation. None until enough is done.
fn time_left(done: f64, elapsed: Duration) -> Option<Duration> {
    let enough = done > 0.01 && elapsed >= Duration::from_secs(2);
    enough.then(|| elapsed.mul_f64((1.0 - done) / done))
}

fn duration_text(left: Duration) -> String {
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
        progress.set_listed_fraction(0.5);
        // Half is listed, half of that is done: a quarter in a minute.
        assert_eq!(
            progress.line(),
            "4 pages, 240 calls listed: 40 already stored, 80 of 200 fetched, about 3 min left"
        );
        progress.set_listed_fraction(1.0);
        progress.change(|counts| counts.stored = 200);
        assert!(progress.line().ends_with("about 0 s left"), "{}", progress.line());
    }

    #[test]
    fn a_problem_is_shown_in_place_of_the_counts_until_it_is_over() {
        let progress = Progress::default();
        progress.set_problem(Some("the calls cannot be listed: a reason".to_owned()));
        assert_eq!(progress.line(), "the calls cannot be listed: a reason (it is tried again)");
        progress.set_problem(None);
        assert!(progress.line().starts_with("waiting for"), "{}", progress.line());
    }

    #[test]
    fn nothing_to_fetch_is_said_in_words() {
        let progress = Progress::default();
        let line = |counts: Counts| {
            progress.change(|it| *it = counts);
            progress.line()
        };
        let none = Counts { pages: 2, ..Counts::default() };
        assert_eq!(line(none), "2 pages, 0 calls listed");
        let again = Counts { pages: 1, listed: 5, already_stored: 5, ..none };
        assert_eq!(line(again), "1 pages, 5 calls listed: all already stored");
        let some = Counts { pages: 1, listed: 5, already_stored: 4, ..none };
        assert_eq!(line(some), "1 pages, 5 calls listed: 4 already stored, 0 of 1 fetched");
    }

    #[test]
    fn a_duration_is_shown_in_a_fitting_unit() {
        for (seconds, text) in [(5, "5 s"), (89, "89 s"), (90, "2 min"), (7_260, "2 h 1 min")] {
            assert_eq!(duration_text(Duration::from_secs(seconds)), text);
        }
    }
}
