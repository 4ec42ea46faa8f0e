//! The rows of one day as they are kept: what many listings of Graph's said of them, in whatever order they
//! were taken in.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{DayLogs, Log, LogRow};

/// The rows of a log that Graph listed for a range.
#[derive(Clone, Debug)]
pub struct Listing {
    pub log: Log,
    /// When its first page was requested. Rows have no version: of two listings the one that was requested
    /// later counts.
    pub requested_at: Timestamp,
    pub rows: Vec<LogRow>,
}

/// A row that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRow {
    pub row: LogRow,
    /// When the last listing that had it was requested. None when that is the newest listing of its day,
    /// as of most rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<Timestamp>,
    /// Whether only listings of other days had it. Those of its own day count for more, whenever they were
    /// requested.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_other_days: bool,
}

/// The rows of a day, and the newest listing of it for each log.
///
/// Taking in a listing is commutative, associative and idempotent: a last-writer-wins map by row id whose
/// clock is the time of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayRows {
    listed_at: BTreeMap<Log, Timestamp>,
    rows: BTreeMap<(Log, String), KeptRow>,
}

/// What a listing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    Nothing,
    /// The day was listed later than before, and the rows are the same.
    ListedAt,
    Rows,
}

impl DayRows {
    /// Of what is stored.
    #[must_use]
    pub fn new(listed_at: BTreeMap<Log, Timestamp>, rows: Vec<KeptRow>) -> Self {
        let rows = rows.into_iter().map(|kept| ((kept.row.log, kept.row.id.clone()), kept));
        Self { listed_at, rows: rows.collect() }
    }

    /// When the newest listing of the day was requested, by log.
    #[must_use]
    pub const fn listed_at(&self) -> &BTreeMap<Log, Timestamp> {
        &self.listed_at
    }

    /// The rows by log and id.
    pub fn rows(&self) -> impl Iterator<Item = &KeptRow> {
        self.rows.values()
    }

    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut KeptRow> {
        self.rows.values_mut()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// When a row was listed last; none when it is not kept.
    #[must_use]
    pub fn row_listed_at(&self, log: Log, id: &str) -> Option<Timestamp> {
        let kept = self.rows.get(&(log, id.to_owned()))?;
        kept.listed_at.or_else(|| self.listed_at.get(&log).copied())
    }

    /// Removes a row, which belongs to another day now.
    pub fn remove(&mut self, log: Log, id: &str) -> bool {
        self.rows.remove(&(log, id.to_owned())).is_some()
    }

    /// Whether a row was listed once and is not any more. It is kept, and counts.
    #[must_use]
    pub fn has_vanished(&self, kept: &KeptRow) -> bool {
        let newest = self.listed_at.get(&kept.row.log).copied();
        !kept.by_other_days && kept.listed_at.is_some_and(|at| Some(at) < newest)
    }

    /// How many rows have vanished.
    #[must_use]
    pub fn vanished(&self) -> u64 {
        self.rows().map(|kept| u64::from(self.has_vanished(kept))).sum()
    }

    /// What the rows add up to, those that have vanished among them.
    #[must_use]
    pub fn sums(&self) -> DayLogs {
        let mut sums = DayLogs::default();
        self.rows().for_each(|kept| sums.add(&kept.row));
        sums
    }

    /// Takes in the rows of this day of a listing. `covers_day` says whether the listing's range has the whole
    /// day in it, so that a row which it lacks has vanished.
    pub fn take_in(
        &mut self,
        log: Log,
        requested_at: Timestamp,
        covers_day: bool,
        rows: impl IntoIterator<Item = LogRow>,
    ) -> Change {
        let before = self.listed_at.get(&log).copied();
        let newest = if covers_day { before.max(Some(requested_at)) } else { before };
        let mut listed: BTreeMap<_, _> =
            rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        let mut changed = false;
        let first = (log, String::new());
        let of_log = self.rows.range_mut(first..).take_while(|((of, _), _)| *of == log);
        for ((_, id), kept) in of_log {
            let known = kept.listed_at.or(before);
            let known = (!kept.by_other_days, known);
            let this = (covers_day, Some(requested_at));
            let last = match listed.remove(id) {
                Some(row) if this >= known => {
                    changed |= kept.row != row;
                    kept.row = row;
                    this
                }
                _ => known,
            };
            let listed_at = last.1.filter(|at| Some(*at) != newest);
            changed |= (kept.listed_at, kept.by_other_days) != (listed_at, !last.0);
            (kept.listed_at, kept.by_other_days) = (listed_at, !last.0);
        }
        changed |= !listed.is_empty();
        for (id, row) in listed {
            let listed_at = (Some(requested_at) != newest).then_some(requested_at);
            let kept = KeptRow { row, listed_at, by_other_days: !covers_day };
            self.rows.insert((log, id), kept);
        }
        if let Some(newest) = newest {
            self.listed_at.insert(log, newest);
        }
        match (changed, before == newest) {
            (true, _) => Change::Rows,
            (false, false) => Change::ListedAt,
            (false, true) => Change::Nothing,
        }
    }
}
