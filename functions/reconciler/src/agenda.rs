//! What is to be listed, and in which order. Pure.

use jiff::{SignedDuration, Timestamp};
use record_store::{
    Found, GRAPH_KEEPS, MAX_CALL_DURATION, PUBLISHED_WITHIN, Pass, ReconciliationRequest,
    ReconciliationState,
};

use crate::Trigger;

/// How far the look at every quarter of an hour goes back: most calls are short.
pub const RECENT_WINDOW: SignedDuration = SignedDuration::from_hours(6);

/// How old the last claim's listing may be before it is time for the next. A claim needs a list that
/// goes back by the longest call, which costs more than a look at the last hours.
pub const CLAIM_EVERY: SignedDuration = SignedDuration::from_mins(90);

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
            .map(|gap| request(&gap.reason, of_calls_announced_since(gap.from), gap.to))
            .collect(),
    }
}

/// When the earliest call began whose record may have been announced at `at` or later.
pub fn of_calls_announced_since(at: Timestamp) -> Timestamp {
    at.checked_sub(PUBLISHED_WITHIN + MAX_CALL_DURATION).unwrap_or(Timestamp::MIN)
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
    let lately = pass(RECENT, now - RECENT_WINDOW, now, now);
    match state.listed_up_to {
        // What began since the first listing did is looked at while that goes on.
        None if state.passes.iter().any(|pass| pass.reason == BACKFILL) => lately,
        None => pass(BACKFILL, now - GRAPH_KEEPS, now, now),
        Some(claimed) if now.duration_since(claimed + PUBLISHED_WITHIN) < CLAIM_EVERY => lately,
        Some(claimed) => pass(RECENT, claimed - MAX_CALL_DURATION, now, now),
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

/// Whether a pass covers all that Graph had when it was begun.
pub fn is_full(pass: &Pass) -> bool {
    pass.from <= pass.as_of - GRAPH_KEEPS && pass.to >= pass.as_of
}

/// Whether a pass waits while many calls are on their way to the table.
pub(crate) fn can_wait(pass: &Pass) -> bool {
    urgency(&pass.reason) > 1
}

#[cfg(test)]
mod tests;
