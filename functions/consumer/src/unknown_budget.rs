//! A budget for fetches of calls that Graph does not know.
//!
//! A sender who knows the client state can have any number of invented ids enqueued, and each of them would be
//! fetched a dozen times. Graph's rate limit is the application's, so that they would take it from real
//! calls. A call that Graph's own list named needs no budget.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// The time in which the budget may be spent once.
pub(crate) const WINDOW: Duration = Duration::from_hours(1);

/// The budget of one process, in memory: a process that takes another's place begins with a whole one.
#[derive(Debug)]
pub(crate) struct UnknownBudget {
    fetches: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When calls were fetched that Graph did not know, within the last hour.
    spent: VecDeque<Timestamp>,
    /// Fetches that are under way and may turn out to be such.
    reserved: usize,
}

/// A fetch that the budget allows. Dropped, it costs nothing.
#[derive(Debug)]
pub(crate) struct Reservation<'a> {
    budget: &'a UnknownBudget,
}

impl UnknownBudget {
    /// So many fetches in any hour.
    pub(crate) fn new(fetches: usize) -> Self {
        Self { fetches, state: Mutex::default() }
    }

    /// Reserves a fetch; while the budget is used up, the time until a part of it is free again.
    pub(crate) fn reserve(&self, now: Timestamp) -> Result<Reservation<'_>, Duration> {
        let mut state = self.state();
        let left = |at: &Timestamp| Duration::try_from((*at + WINDOW).duration_since(now)).ok();
        while state.spent.front().is_some_and(|at| left(at).is_none_or(|left| left.is_zero())) {
            state.spent.pop_front();
        }
        if state.spent.len() + state.reserved >= self.fetches {
            return Err(state.spent.front().and_then(left).unwrap_or_default());
        }
        state.reserved += 1;
        Ok(Reservation { budget: self })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Plain values: a panic elsewhere cannot leave them half written.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reservation<'_> {
    /// Graph did not know the call.
    pub(crate) fn spend(self, now: Timestamp) {
        self.budget.state().spent.push_back(now);
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        self.budget.state().reserved -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: u64) -> Timestamp {
        "2026-11-23T12:00:00Z".parse::<Timestamp>().unwrap() + Duration::from_mins(minutes)
    }

    #[test]
    fn no_hour_has_more_fetches_than_the_budget() {
        let budget = UnknownBudget::new(3);
        for minutes in [0, 10, 20] {
            budget.reserve(at(minutes)).unwrap().spend(at(minutes));
        }
        assert_eq!(budget.reserve(at(25)).unwrap_err(), Duration::from_mins(35));
        assert_eq!(budget.reserve(at(59)).unwrap_err(), Duration::from_mins(1));
        budget.reserve(at(60)).unwrap().spend(at(60));
        assert_eq!(budget.reserve(at(61)).unwrap_err(), Duration::from_mins(9));
        assert!(budget.reserve(at(200)).is_ok());
    }

    #[test]
    fn a_fetch_of_a_call_that_graph_knows_costs_nothing() {
        let budget = UnknownBudget::new(1);
        for _ in 0..10 {
            drop(budget.reserve(at(0)).unwrap());
        }
        assert!(budget.reserve(at(0)).is_ok());
    }

    #[test]
    fn fetches_under_way_count() {
        let budget = UnknownBudget::new(2);
        let one = budget.reserve(at(0)).unwrap();
        let other = budget.reserve(at(0)).unwrap();
        assert!(budget.reserve(at(0)).is_err());
        drop(other);
        one.spend(at(0));
        assert!(budget.reserve(at(0)).is_ok());
    }
}
