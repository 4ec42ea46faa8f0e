//! The rule by which the high-water mark advances.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::{SignedDuration, Timestamp};
use reconciliation::high_water_mark::{
    ADVANCE_EVERY, GRAPH_KEEPS, MAX_CALL_DURATION, NextListing, PUBLISHED_WITHIN,
};
use reconciliation::{Found, Pass, ReconciliationState};

fn noon() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn marked() -> ReconciliationState {
    ReconciliationState { listed_up_to: Some(noon()), ..ReconciliationState::default() }
}

/// A finished pass over the calls that began since `from`.
fn pass(from: Timestamp, as_of: Timestamp) -> Pass {
    Pass {
        reason: "recent".to_owned(),
        from,
        to: as_of,
        as_of,
        next: as_of,
        step_seconds: 3_600,
        found: Found::default(),
    }
}

#[test]
fn the_listing_that_advances_the_mark_goes_back_by_the_longest_call() {
    let due = noon() + PUBLISHED_WITHIN + ADVANCE_EVERY;
    assert_eq!(marked().next_listing(due), NextListing::Since(noon() - MAX_CALL_DURATION));
    let before = due - SignedDuration::from_secs(1);
    assert_eq!(marked().next_listing(before), NextListing::NotDue);
    assert_eq!(ReconciliationState::default().next_listing(due), NextListing::Full);
}

#[test]
fn a_pass_advances_the_mark_only_if_it_goes_back_by_the_longest_call() {
    let as_of = noon() + SignedDuration::from_hours(5);
    let far_enough = noon() - MAX_CALL_DURATION;
    let mut state = marked();
    state.advance(&pass(far_enough + SignedDuration::from_secs(1), as_of));
    assert_eq!(state.listed_up_to, Some(noon()), "a longer call may have begun before it");
    state.advance(&pass(far_enough, as_of));
    assert_eq!(state.listed_up_to, Some(as_of - PUBLISHED_WITHIN));
}

#[test]
fn the_first_mark_needs_a_pass_over_all_that_graph_has() {
    let mut state = ReconciliationState::default();
    state.advance(&pass(noon() - GRAPH_KEEPS + SignedDuration::from_secs(1), noon()));
    assert_eq!(state.listed_up_to, None);
    state.advance(&pass(noon() - GRAPH_KEEPS, noon()));
    assert_eq!(state.listed_up_to, Some(noon() - PUBLISHED_WITHIN));
    assert_eq!(state.listed_from, Some(noon() - GRAPH_KEEPS));
}
