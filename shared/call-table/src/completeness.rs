//! Reading how complete the table is: the reconciliation's high-water mark, and what it says about a
//! day. The rule by which the mark advances is in the crate `reconciliation`.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::keys::{MISSING_PREFIX, RECONCILIATION, RECONCILIATION_STATE};
use crate::{CallTable, TableError, item};

/// Teams ends a meeting after 30 hours. Graph lists calls by their start and the high-water mark is
/// about their end, so every listing has to go back that far.
pub const MAX_CALL_DURATION: SignedDuration = SignedDuration::from_hours(30);

/// What is known about the completeness of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Completeness {
    /// Nothing is known about calls that began before this; about no call when absent.
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
    /// They are, of whatever length.
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
    /// # use call_table::{Completeness, DayCompleteness};
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

/// A call that is not stored as Graph lists it, from when that was found until it is repaired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingCall {
    pub call_id: String,
    /// The version that Graph lists.
    pub version: i64,
    /// The older version that is stored; none when the call is not stored at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored_version: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    pub found_at: Timestamp,
    /// The reason of the pass that found it.
    pub reason: String,
    /// When it was last put into the calls queue.
    pub enqueued_at: Timestamp,
    pub enqueued: u32,
    /// When Graph's 30 days ended before it was stored: it is no longer available.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_at: Option<Timestamp>,
}

impl MissingCall {
    /// Whether no version of it is stored.
    pub fn is_missing(&self) -> bool {
        self.stored_version.is_none()
    }
}

/// What a reader needs of the reconciliation's state.
#[derive(Default, Deserialize)]
struct HighWaterMark {
    #[serde(default)]
    listed_from: Option<Timestamp>,
    #[serde(default)]
    listed_up_to: Option<Timestamp>,
    #[serde(default)]
    complete_up_to: Option<Timestamp>,
}

impl CallTable {
    pub async fn completeness(&self) -> Result<Completeness, TableError> {
        // In this order: a call that is stored between the two reads then shows as missing, and not
        // the mark as covering a call that is missing.
        let state = self.value::<HighWaterMark>(RECONCILIATION, RECONCILIATION_STATE).await?;
        let state = state.unwrap_or_default();
        Ok(Completeness {
            complete_from: state.listed_from,
            complete_up_to: state.complete_up_to,
            listed_up_to: state.listed_up_to,
            missing: self.missing_calls().await?,
        })
    }

    /// Every call that is known to be missing, stale or lost.
    pub async fn missing_calls(&self) -> Result<Vec<MissingCall>, TableError> {
        let missing = self.query(RECONCILIATION).beginning_with(MISSING_PREFIX).all().await?;
        missing.into_iter().map(item::read).collect()
    }
}
