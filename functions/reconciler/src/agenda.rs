//! What is to be listed, and in which order. Pure.

use jiff::{SignedDuration, Timestamp};
use reconciliation::high_water_mark::{GRAPH_KEEPS, NextListing, earliest_start_announced_since};
use reconciliation::{Found, Pass, ReconciliationRequest, ReconciliationState};

use crate::Trigger;

/// How far the look at every quarter of an hour goes back: most calls are short.
pub const RECENT_WINDOW: SignedDuration = SignedDuration::from_hours(6);

/// The reason of the looks that the schedule asks for every quarter of an hour.
pub const RECENT: &str = "recent";
/// The reason of the nightly one over everything.
pub const NIGHTLY: &str = "nightly";
/// The reason of the first one ever.
pub const BACKFILL: &str = "backfill";
/// The reason of one by hand.
pub const BY_HAND: &str = "by_hand";

/// How much time the first part of a window spans, in seconds. It adapts to how busy the hours are.
const FIRST_STEP: i64 = 3_600;

/// What a trigger asks for that must not be forgotten should this run die. What is due is due again in
/// a quarter of an hour.
pub fn requests(trigger: &Trigger, now: Timestamp) -> Vec<ReconciliationRequest> {
    let request = |reason: &str, from, to| ReconciliationRequest {
        reason: reason.to_owned(),
        from,
        to,
        asked_at: now,
    };
    match trigger {
        Trigger::Due | Trigger::Nothing => Vec::new(),
        Trigger::Everything => vec![request(NIGHTLY, now - GRAPH_KEEPS, now)],
        Trigger::Window { from, to } => vec![request(BY_HAND, *from, *to)],
        Trigger::Gaps(gaps) => gaps
            .iter()
            .map(|gap| request(&gap.reason, earliest_start_announced_since(gap.from), gap.to))
            .collect(),
    }
}

/// Puts what was requested, and what is due, into the state's list of passes.
pub fn take_up(
    state: &mut ReconciliationState,
    requests: &[ReconciliationRequest],
    due: bool,
    now: Timestamp,
) {
    for request in requests {
        add(state, pass(&request.reason, request.from, request.to, now));
    }
    if due {
        add(state, due_pass(state, now));
    }
    state.passes.sort_by_key(|pass| urgency(&pass.reason));
}

/// What the quarter of an hour asks for.
fn due_pass(state: &ReconciliationState, now: Timestamp) -> Pass {
    let recent = pass(RECENT, now - RECENT_WINDOW, now, now);
    match state.next_listing(now) {
        // What began since the first listing did is listed while that goes on.
        NextListing::Full if state.passes.iter().any(|pass| pass.reason == BACKFILL) => recent,
        NextListing::Full => pass(BACKFILL, now - GRAPH_KEEPS, now, now),
        NextListing::NotDue => recent,
        NextListing::Since(from) => pass(RECENT, from, now, now),
    }
}

/// A pass over what Graph still has of a window.
fn pass(reason: &str, from: Timestamp, to: Timestamp, now: Timestamp) -> Pass {
    let from = from.max(now - GRAPH_KEEPS);
    let to = to.min(now).max(from);
    Pass {
        reason: reason.to_owned(),
        from,
        to,
        as_of: now,
        next: from,
        step_seconds: FIRST_STEP,
        found: Found::default(),
    }
}

/// Adds a pass, unless one for the same reason is under way that will do for it. The schedules' do
/// for their next: a tenant whose hours take longer than a quarter of an hour to list is listed as
/// fast as Graph allows, and no faster.
fn add(state: &mut ReconciliationState, pass: Pass) {
    let scheduled = [RECENT, NIGHTLY, BACKFILL].contains(&pass.reason.as_str());
    let same = |other: &Pass| {
        other.reason == pass.reason && (scheduled || (other.from, other.to) == (pass.from, pass.to))
    };
    if !state.passes.iter().any(same) {
        state.passes.push(pass);
    }
}

/// Gaps first: there something is known to be lost. Then what is recent, then what can wait.
fn urgency(reason: &str) -> u8 {
    match reason {
        RECENT => 1,
        BY_HAND => 2,
        BACKFILL => 3,
        NIGHTLY => 4,
        _ => 0,
    }
}

/// Whether a pass waits while many calls are on their way to the table.
pub(crate) fn can_wait(pass: &Pass) -> bool {
    urgency(&pass.reason) > 1
}

#[cfg(test)]
mod tests;
