//! The rule by which `complete_up_to`, the high-water mark, advances.
//!
//! Graph lists calls by when they *began*, and publishes a record within [`PUBLISHED_WITHIN`] after
//! its call *ended*. A pass that was begun at `as_of` has therefore seen every call that ended before
//! `as_of - PUBLISHED_WITHIN`, provided that it goes back by [`MAX_CALL_DURATION`]: a call that ended
//! just after the last mark may have begun that long before. The high-water mark moves to there once
//! the pass is finished; `complete_up_to` is the mark, or the end of the earliest call that is still
//! missing.

pub use call_table::MAX_CALL_DURATION;
use call_table::MissingCall;
use jiff::{SignedDuration, Timestamp};

use crate::{Pass, ReconciliationState};

/// Graph publishes the first version of a record within 150 minutes after its call ended (its
/// subscription page); ten more are for clocks that differ.
pub const PUBLISHED_WITHIN: SignedDuration = SignedDuration::from_mins(160);

/// How long after the end of its call Graph deletes a record.
pub const GRAPH_KEEPS: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How old the mark's pass may become before the next that advances it. Such a pass goes back by the
/// longest call, which costs more than listing the last hours.
pub const ADVANCE_EVERY: SignedDuration = SignedDuration::from_mins(90);

/// What to list so that the mark advances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextListing {
    /// Everything that Graph has, because there is no mark yet.
    Full,
    /// The calls that began at this time or later.
    Since(Timestamp),
    /// Nothing yet.
    NotDue,
}

/// When the earliest call may have begun whose record was announced at `at` or later.
pub fn earliest_start_announced_since(at: Timestamp) -> Timestamp {
    at.checked_sub(PUBLISHED_WITHIN + MAX_CALL_DURATION).unwrap_or(Timestamp::MIN)
}

impl Pass {
    /// Whether it covers everything that Graph had when it began.
    pub fn is_full(&self) -> bool {
        self.from <= self.as_of - GRAPH_KEEPS && self.to >= self.as_of
    }
}

impl ReconciliationState {
    pub fn next_listing(&self, now: Timestamp) -> NextListing {
        match self.listed_up_to {
            None => NextListing::Full,
            Some(mark) if now.duration_since(mark + PUBLISHED_WITHIN) < ADVANCE_EVERY => {
                NextListing::NotDue
            }
            Some(mark) => NextListing::Since(mark - MAX_CALL_DURATION),
        }
    }

    /// Advances the mark by a finished pass.
    ///
    /// Invariant: `listed_up_to` never covers a call that no pass listed: a pass that leaves a gap
    /// behind the mark does not advance it.
    pub fn advance(&mut self, pass: &Pass) {
        let seen = pass.as_of - PUBLISHED_WITHIN;
        if pass.to < seen {
            return;
        }
        match self.listed_up_to {
            Some(mark) if pass.from <= mark - MAX_CALL_DURATION => {
                self.listed_up_to = Some(mark.max(seen));
            }
            // The time between was never listed, and Graph may have deleted its records: the mark
            // covers only what this pass covers.
            _ if pass.is_full() => {
                self.listed_from = Some(pass.from);
                self.listed_up_to = Some(seen);
            }
            _ => {}
        }
    }

    /// Sets `complete_up_to`: the mark, held back by calls that are missing and not lost.
    pub fn hold_back<'a>(&mut self, missing: impl IntoIterator<Item = &'a MissingCall>) {
        let open = missing.into_iter().filter(|call| call.is_missing() && call.lost_at.is_none());
        // A call without times may have ended at any time.
        let end = |call: &MissingCall| call.ended_at.or(call.started_at).unwrap_or(Timestamp::MIN);
        let earliest = open.map(end).min();
        self.complete_up_to =
            self.listed_up_to.map(|mark| earliest.map_or(mark, |end| mark.min(end)));
    }
}
