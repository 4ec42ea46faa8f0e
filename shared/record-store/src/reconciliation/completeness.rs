//! What may be claimed, and what it means for a day.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{MissingCall, Pass, ReconciliationState};
use crate::{RecordStore, StoreError};

/// Graph publishes the first version of a record within 150 minutes after its call ended (its
/// subscription page); ten more are for clocks that differ.
pub const PUBLISHED_WITHIN: SignedDuration = SignedDuration::from_mins(160);

/// No call is taken to be longer: Teams ends a meeting after 30 hours. A list is by the start of the
/// calls and the claim is by their end, so every listing has to look back that far.
pub const MAX_CALL_DURATION: SignedDuration = SignedDuration::from_hours(30);

/// What is known about what is stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Completeness {
    /// Nothing is claimed of calls that began before this; nothing at all when absent.
    pub complete_from: Option<Timestamp>,
    /// Every call that began since `complete_from` and ended before this is stored.
    pub complete_up_to: Option<Timestamp>,
    /// Every such call that ended before this was listed: it is stored or among `missing`.
    pub listed_up_to: Option<Timestamp>,
    /// Calls that Graph lists, or listed, and that are not stored at that version.
    pub missing: Vec<MissingCall>,
}

/// Whether the calls that began on a day are all stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DayCompleteness {
    /// They are, whatever their length.
    Complete,
    /// So many of them are not.
    Missing(usize),
    /// Those that ended before this are; longer ones may still be to come.
    UpTo(Timestamp),
    /// Nothing is known: the day was not listed, or not yet.
    Unknown,
}

impl Completeness {
    /// Whether the calls that began on a day (UTC) are all stored.
    ///
    /// ```
    /// # use record_store::{Completeness, DayCompleteness};
    /// let known = Completeness {
    ///     complete_from: Some("2026-11-01T00:00:00Z".parse()?),
    ///     listed_up_to: Some("2026-11-23T12:00:00Z".parse()?),
    ///     ..Completeness::default()
    /// };
    /// assert_eq!(known.of_day("2026-11-21".parse()?), DayCompleteness::Complete);
    /// // A meeting that began late on the 22nd may go on until the 24th.
    /// let up_to = DayCompleteness::UpTo("2026-11-23T12:00:00Z".parse()?);
    /// assert_eq!(known.of_day("2026-11-22".parse()?), up_to);
    /// assert_eq!(known.of_day("2026-10-31".parse()?), DayCompleteness::Unknown);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    pub fn of_day(&self, day: Date) -> DayCompleteness {
        let midnight = |day: Date| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0));
        let (Ok(begins), Ok(ends)) = (midnight(day), day.tomorrow().and_then(midnight)) else {
            return DayCompleteness::Unknown;
        };
        self.of_calls_begun_in(begins, ends)
    }

    /// Whether the calls that began at `begins` or later and before `ends` are all stored: a day in
    /// another time zone, a week, a month.
    pub fn of_calls_begun_in(&self, begins: Timestamp, ends: Timestamp) -> DayCompleteness {
        let (Some(from), Some(listed)) = (self.complete_from, self.listed_up_to) else {
            return DayCompleteness::Unknown;
        };
        if from > begins || listed <= begins {
            return DayCompleteness::Unknown;
        }
        let began_in = |call: &&MissingCall| {
            call.is_missing() && call.started_at.is_none_or(|at| begins <= at && at < ends)
        };
        match self.missing.iter().filter(began_in).count() {
            0 if listed.duration_since(ends) >= MAX_CALL_DURATION => DayCompleteness::Complete,
            0 => DayCompleteness::UpTo(listed),
            missing => DayCompleteness::Missing(missing),
        }
    }
}

impl ReconciliationState {
    /// Takes a finished pass into the claim, as far as it goes on from what was claimed before.
    pub fn claim(&mut self, pass: &Pass, full: bool) {
        let seen = pass.as_of - PUBLISHED_WITHIN;
        if pass.to < seen {
            return;
        }
        match self.listed_up_to {
            Some(before) if pass.from <= before - MAX_CALL_DURATION => {
                self.listed_up_to = Some(before.max(seen));
            }
            // What lies between was never listed, and Graph may have forgotten it.
            _ if full => {
                self.listed_from = Some(pass.from);
                self.listed_up_to = Some(seen);
            }
            _ => {}
        }
    }

    /// Works out what is complete while `missing` are missing.
    pub fn conclude<'a>(&mut self, missing: impl IntoIterator<Item = &'a MissingCall>) {
        let open = missing.into_iter().filter(|call| call.is_missing() && call.lost_at.is_none());
        let held_back = open.map(MissingCall::holds_back_at).min();
        self.complete_up_to =
            self.listed_up_to.map(|listed| held_back.map_or(listed, |at| listed.min(at)));
    }
}

impl RecordStore {
    /// What is known about what is stored.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn completeness(&self) -> Result<Completeness, StoreError> {
        // In this order: what was repaired in between is then missing at worst.
        let state = self.reconciliation_state().await?.unwrap_or_default();
        Ok(Completeness {
            complete_from: state.listed_from,
            complete_up_to: state.complete_up_to,
            listed_up_to: state.listed_up_to,
            missing: self.missing_calls().await?,
        })
    }
}
