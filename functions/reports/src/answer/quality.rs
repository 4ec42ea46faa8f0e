//! Where and on what calls were bad.

use call_quality::{CallKind, Counts, Dimension, Link};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{Amount, List};
use crate::people::ShownValue;
use crate::request::Scope;

/// The quality of some UTC days.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct QualityReport {
    /// Which days are in it, and by which building file.
    pub(crate) roll_up: RollUp,
    /// The calls, test calls left out.
    pub(crate) calls: u64,
    /// The share of poor streams, each beside that of as many days before.
    pub(crate) shares: Vec<PoorShare>,
    /// The days before, with which the shares are compared.
    pub(crate) before: DaysBefore,
    pub(crate) targets: Vec<TargetRow>,
    /// What stands out, the most poor streams beyond expectation first.
    pub(crate) findings: Vec<FindingRow>,
    /// The days that are rolled up.
    pub(crate) days: Vec<DayOfQuality>,
    pub(crate) dimensions: Vec<DimensionTable>,
    /// Bad legs of these days that are counted and in no list.
    pub(crate) noted_legs_left_out: u64,
}

/// Which days are rolled up.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RollUp {
    pub(crate) days: usize,
    pub(crate) days_rolled_up: usize,
    /// Days without a roll-up: no call is known to have begun on them, or their turn has not come.
    pub(crate) days_missing: Vec<Date>,
    /// Days whose sums are not those of the people's totals yet.
    pub(crate) days_not_adding_up: Vec<Date>,
    /// Days that were counted by older definitions.
    pub(crate) days_of_older_definitions: Vec<Date>,
    /// The building files by which the days were rolled up.
    pub(crate) building_files: Vec<BuildingFileOfDays>,
    /// The building file in force; null without one.
    pub(crate) building_file: Option<BuildingFile>,
    /// The file that was refused last, if none was taken since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refused_building_file: Option<RefusedFile>,
    /// What of this has to be known to read the numbers, in sentences.
    pub(crate) notes: Vec<String>,
}

/// How many days a building file was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct BuildingFileOfDays {
    /// Null: without a building file.
    pub(crate) digest: Option<String>,
    pub(crate) days: usize,
}

/// A building file.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct BuildingFile {
    pub(crate) digest: String,
    pub(crate) loaded_at: Timestamp,
    pub(crate) source: String,
    pub(crate) networks: u64,
    /// Networks that lie within others.
    pub(crate) overlaps: u64,
}

/// A building file that was refused.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct RefusedFile {
    pub(crate) refused_at: Timestamp,
    pub(crate) source: String,
    /// The first errors, a sentence each.
    pub(crate) errors: Vec<String>,
    pub(crate) errors_in_all: u64,
}

/// The days before a range.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DaysBefore {
    pub(crate) from: Date,
    pub(crate) to: Date,
    pub(crate) days_rolled_up: usize,
}

/// A share of poor streams, now and before.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct PoorShare {
    pub(crate) scope: Scope,
    pub(crate) title: &'static str,
    pub(crate) poor_streams: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) null_reason: Option<&'static str>,
    pub(crate) before: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) before_null_reason: Option<&'static str>,
}

/// One of Microsoft's suggested targets.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TargetRow {
    /// In words.
    pub(crate) title: String,
    /// The kind of call; null is any.
    pub(crate) kind: Option<CallKind>,
    pub(crate) inside: bool,
    /// The connections; none is any.
    pub(crate) links: &'static [Link],
    /// What the list of bad calls has for it.
    pub(crate) scope: Option<Scope>,
    /// Of the judged streams.
    pub(crate) poor_streams: Measured,
    /// Of the legs that were attempted.
    pub(crate) failed_legs: Measured,
    /// Of the legs that were established.
    pub(crate) dropped_legs: Measured,
}

/// A share beside its target.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Measured {
    pub(crate) value: Option<Amount>,
    pub(crate) target_permille: u64,
    /// Whether the share is not above the target, compared as whole numbers.
    pub(crate) is_met: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) null_reason: Option<&'static str>,
}

/// A value that stands out.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FindingRow {
    pub(crate) dimension: Dimension,
    pub(crate) sentence: String,
    #[serde(flatten)]
    pub(crate) row: ValueRow,
}

/// A day that is rolled up.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DayOfQuality {
    pub(crate) date: Date,
    pub(crate) rolled_up_at: Timestamp,
    pub(crate) adds_up: bool,
    /// The digest of the building file; null without one.
    pub(crate) building_file: Option<String>,
    pub(crate) calls: u64,
    #[serde(flatten)]
    pub(crate) counted: Counted,
}

/// The values of a dimension.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DimensionTable {
    pub(crate) dimension: Dimension,
    pub(crate) title: &'static str,
    /// Whether the record says any value at all.
    #[serde(skip)]
    pub(crate) is_told_apart: bool,
    /// The most poor streams beyond expectation first, those with too few streams behind all others;
    /// of reasons, the most drops and failures first.
    #[serde(flatten)]
    pub(crate) list: List<ValueRow>,
    /// Values that were not kept of a day, together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) others: Option<OthersRow>,
}

/// What was counted of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ValueRow {
    #[serde(flatten)]
    pub(crate) value: ShownValue,
    /// Whether there are too few judged streams for a verdict.
    pub(crate) few: bool,
    pub(crate) stands_out: bool,
    /// How many of the poor streams there would not be if the value had the share of the rest, in
    /// thousandths of a stream; null where no stream could be judged.
    pub(crate) poor_beyond_expectation_thousandths: Option<i64>,
    #[serde(flatten)]
    pub(crate) counted: Counted,
}

/// What the values that were not kept add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct OthersRow {
    /// How many values, added up over the days.
    pub(crate) values: u64,
    #[serde(flatten)]
    pub(crate) counted: Counted,
}

/// Streams and legs in plain words. What nothing is known of is null, and never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Counted {
    pub(crate) received_judged: u64,
    pub(crate) received_poor: Option<u64>,
    pub(crate) received_unclassified: u64,
    pub(crate) sent_judged: u64,
    pub(crate) sent_poor: Option<u64>,
    pub(crate) sent_unclassified: u64,
    pub(crate) legs_judged: u64,
    pub(crate) legs_poor: Option<u64>,
    pub(crate) legs_unclassified: u64,
    pub(crate) legs_established: u64,
    pub(crate) legs_dropped: Option<u64>,
    pub(crate) legs_attempted: u64,
    pub(crate) legs_failed: Option<u64>,
}

impl From<&Counts> for Counted {
    fn from(counts: &Counts) -> Self {
        // Of reasons only drops and failures are counted.
        let known = |part: u64, whole: u64| (part > 0 || whole > 0).then_some(part);
        let received_judged = counts.received_poor.saturating_add(counts.received_good);
        let sent_judged = counts.sent_poor.saturating_add(counts.sent_good);
        let legs_judged = counts.legs_poor.saturating_add(counts.legs_good);
        Self {
            received_judged,
            received_poor: known(counts.received_poor, received_judged),
            received_unclassified: counts.received_unclassified,
            sent_judged,
            sent_poor: known(counts.sent_poor, sent_judged),
            sent_unclassified: counts.sent_unclassified,
            legs_judged,
            legs_poor: known(counts.legs_poor, legs_judged),
            legs_unclassified: counts.legs_unclassified,
            legs_established: counts.established,
            legs_dropped: known(counts.dropped, counts.established),
            legs_attempted: counts.attempted(),
            legs_failed: known(counts.failed, counts.attempted()),
        }
    }
}

impl Counted {
    /// Poor streams, sent and received.
    pub(crate) fn poor(&self) -> u64 {
        self.received_poor.unwrap_or_default().saturating_add(self.sent_poor.unwrap_or_default())
    }

    /// Streams that could be judged, sent and received.
    pub(crate) const fn judged(&self) -> u64 {
        self.received_judged.saturating_add(self.sent_judged)
    }
}
