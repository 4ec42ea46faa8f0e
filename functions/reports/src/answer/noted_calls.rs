//! The calls behind the numbers of quality.

use call_quality::{CallKind, Dimension};
use call_records::Seconds;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::List;
use crate::people::{Person, ShownValue};
use crate::request::{Issue, Scope};

/// Legs that were poor, dropped, failed or were missed, the newest call first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NotedCalls {
    pub(crate) filter: ShownFilter,
    /// Legs of these days that are counted and in no list, whatever the filter.
    pub(crate) left_out: u64,
    /// Days without a roll-up: no call is known to have begun on them, or their turn has not come.
    pub(crate) days_missing: Vec<Date>,
    /// What of this has to be known to read the list, in sentences.
    pub(crate) notes: Vec<String>,
    #[serde(flatten)]
    pub(crate) list: List<NotedRow>,
}

/// Which legs are in the list.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct ShownFilter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issue: Option<Issue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<Person>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub(crate) at: Option<ValueOf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<Scope>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<CallKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) minutes: Option<u64>,
}

/// A value and its dimension.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct ValueOf {
    pub(crate) dimension: Dimension,
    #[serde(flatten)]
    pub(crate) value: ShownValue,
}

/// A leg of a person. One whose network, devices or client changed has a row for each of those on which
/// something was bad.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NotedRow {
    pub(crate) call: String,
    pub(crate) call_type: String,
    pub(crate) started_at: Timestamp,
    /// The length of the call; absent where the record has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seconds: Option<Seconds>,
    pub(crate) person: Person,
    pub(crate) poor_received: u32,
    pub(crate) poor_sent: u32,
    /// Audio streams that could be judged.
    pub(crate) judged: u32,
    pub(crate) dropped: bool,
    pub(crate) failed: bool,
    pub(crate) missed: bool,
    /// Where and on what it was, and why it dropped or failed.
    pub(crate) values: Vec<ValueOf>,
}

impl NotedRow {
    /// The texts of a dimension; two of a device where what was sent and what was received used
    /// different ones.
    pub(crate) fn texts(&self, dimension: Dimension) -> impl Iterator<Item = &str> {
        let values = self.values.iter().filter(move |value| value.dimension == dimension);
        values.map(|value| value.value.text.as_str())
    }
}
