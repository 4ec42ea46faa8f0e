//! The organisation, its days and its people.

use call_records::definitions::Definition;
use call_records::{PersonKey, Seconds};
use call_table::DayCompleteness;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{CallRow, Figure, List, TargetRow};
use crate::people::Person;
use crate::request::{Relations, Sort};

/// Totals of the organisation.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Organisation {
    pub(crate) completeness: Completeness,
    pub(crate) figures: Vec<Figure>,
    /// Of the overview: the same figures of the same weekdays before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<FiguresBefore>,
    /// Of the overview: Microsoft's targets, of the days that are rolled up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) targets: Option<TargetsOfDays>,
    /// Every day of the period, those without calls too.
    pub(crate) days: Vec<Day>,
    pub(crate) mix: Mix,
    /// People with the most of something, where the period is short enough to read everybody's days.
    pub(crate) rankings: Vec<Ranking>,
    /// Why there are no rankings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rankings_null_reason: Option<String>,
}

/// The figures of the days with which a period is compared.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct FiguresBefore {
    pub(crate) from: Date,
    pub(crate) to: Date,
    pub(crate) figures: Vec<Figure>,
}

/// Microsoft's targets for some days.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct TargetsOfDays {
    pub(crate) days_rolled_up: usize,
    pub(crate) rows: Vec<TargetRow>,
}

/// What is known about what is stored, from the reconciliation with Graph's own list.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Completeness {
    /// Nothing is claimed of calls that began before this.
    pub(crate) complete_from: Option<Timestamp>,
    /// Every call that began since then and ended before this is stored.
    pub(crate) complete_up_to: Option<Timestamp>,
    /// Calls that Graph lists and that are not stored at that version.
    pub(crate) missing: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) null_reason: Option<&'static str>,
}

/// One day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Day {
    pub(crate) date: Date,
    /// Whether all calls that began on this day are stored; only of the organisation's days.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) completeness: Option<DayCompleteness>,
    pub(crate) calls: i64,
    pub(crate) calls_peer_to_peer: i64,
    pub(crate) calls_group: i64,
    pub(crate) calls_other: i64,
    pub(crate) answered: i64,
    /// Of the organisation: calls that voicemail took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) voicemail: Option<i64>,
    /// Missed calls of people, always incoming.
    pub(crate) missed: i64,
    /// Those of them that voicemail took.
    pub(crate) missed_voicemail: i64,
    /// Those of them that another person took.
    pub(crate) missed_taken: i64,
    /// Of the organisation: calls that no person took; of a person: those that they placed.
    pub(crate) unanswered: i64,
    pub(crate) failed: i64,
    pub(crate) failed_joins: i64,
    pub(crate) dropped: i64,
    pub(crate) legs_established: i64,
    /// Absent when no leg was established.
    pub(crate) legs_dropped: Option<i64>,
    pub(crate) legs: i64,
    /// Absent when no leg could be judged.
    pub(crate) legs_poor: Option<i64>,
    pub(crate) audio_streams_good: i64,
    pub(crate) audio_streams_poor: i64,
    pub(crate) audio_streams_unclassified: i64,
    pub(crate) judged_calls: i64,
    /// Absent when no call could be judged.
    pub(crate) poor_calls: Option<i64>,
    /// Absent when it is not known for any of the calls.
    pub(crate) talk_seconds: Option<Seconds>,
    pub(crate) feedback_objects: i64,
    pub(crate) feedback_rated: i64,
}

/// What calls were made of.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Mix {
    /// Calls by the hour of their start.
    pub(crate) hours: Vec<i64>,
    /// The zone of the hours.
    pub(crate) zone_of_hours: String,
    pub(crate) platforms: Vec<Entry>,
    pub(crate) connections: Vec<Entry>,
    pub(crate) modalities: Vec<Entry>,
    pub(crate) relations: Vec<Entry>,
    /// Services by their kind; none in a person's mix.
    pub(crate) services: Vec<Entry>,
    pub(crate) ratings: Vec<Entry>,
    pub(crate) tokens: Vec<Entry>,
    /// Judged calls by the classifier that judged them.
    pub(crate) classifiers: Vec<Entry>,
    /// Audio streams: good, poor, unclassified.
    pub(crate) audio_streams: Vec<Entry>,
}

/// One of a family of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seconds: Option<Seconds>,
}

/// People, those with the most first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Ranking {
    pub(crate) sort: Sort,
    pub(crate) relation: Relations,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    /// People who had a part in a call of these days and whom the filter leaves out; everybody else
    /// is in the list, zeros included.
    pub(crate) left_out: usize,
    #[serde(flatten)]
    pub(crate) list: List<RankedPerson>,
}

/// A person in a ranking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct RankedPerson {
    #[serde(flatten)]
    pub(crate) person: Person,
    /// `internal`, what the kind of identity says, or `other` for a user of another or an unknown
    /// organisation.
    pub(crate) relation: &'static str,
    /// Only in a CSV, and not where people are pseudonyms: it is read of the days' lists of names.
    #[serde(skip)]
    pub(crate) sign_in_name: Option<String>,
    #[serde(skip)]
    pub(crate) key: PersonKey,
    pub(crate) calls: i64,
    pub(crate) calls_peer_to_peer: i64,
    pub(crate) answered: i64,
    /// Missed calls, always incoming.
    pub(crate) missed: i64,
    pub(crate) dropped: i64,
    /// Absent when it is not known for any of the calls.
    pub(crate) talk_seconds: Option<Seconds>,
    pub(crate) judged_received: i64,
    /// Poor audio streams received; absent when none could be judged.
    pub(crate) poor_received: Option<i64>,
    pub(crate) judged_sent: i64,
    /// Poor audio streams sent; absent when none could be judged.
    pub(crate) poor_sent: Option<i64>,
}

/// The calls of a period.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Calls {
    #[serde(flatten)]
    pub(crate) list: List<CallRow>,
}

/// What each number means.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Definitions {
    pub(crate) definitions: Vec<DefinitionRow>,
}

/// One definition.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct DefinitionRow {
    pub(crate) id: &'static str,
    pub(crate) version: u32,
    pub(crate) scope: String,
    pub(crate) unit: String,
    pub(crate) title: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) blank: &'static str,
}

impl From<&'static Definition> for DefinitionRow {
    fn from(definition: &'static Definition) -> Self {
        Self {
            id: definition.id,
            version: definition.version,
            scope: definition.scope.to_string(),
            unit: definition.unit.to_string(),
            title: definition.title,
            meaning: definition.meaning(),
            blank: definition.blank,
        }
    }
}
