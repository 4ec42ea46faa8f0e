//! Legs that were poor, dropped, failed or missed: the calls behind the numbers.

use std::cmp::Reverse;

use call_records::{CallType, PersonKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Dimension, Value};

/// How many legs of a day are kept. Beyond, the mildest are counted only.
pub const MAX_NOTED_LEGS: usize = 20_000;

/// A leg of a person that was poor, dropped, failed to be set up, or was missed, with where and on what
/// it was: what leads from a number to the calls behind it.
///
/// A leg whose network, devices or client changed has one for each of those on which something was bad.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotedLeg {
    /// The call.
    #[serde(rename = "c")]
    pub call_id: String,
    /// Its type.
    #[serde(rename = "t")]
    pub call_type: CallType,
    /// When the call began.
    #[serde(rename = "s")]
    pub started_at: Timestamp,
    /// How long the call was, in milliseconds; absent where the record has no end.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub call_ms: Option<u64>,
    /// Whose leg.
    #[serde(rename = "p")]
    pub person: PersonKey,
    /// Their name in this call.
    #[serde(rename = "n", default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Poor audio streams that the person received here.
    #[serde(rename = "pr", default, skip_serializing_if = "is_zero")]
    pub poor_received: u32,
    /// Poor audio streams that the person sent here.
    #[serde(rename = "ps", default, skip_serializing_if = "is_zero")]
    pub poor_sent: u32,
    /// Audio streams that could be judged here.
    #[serde(rename = "j", default, skip_serializing_if = "is_zero")]
    pub judged: u32,
    /// Whether the leg dropped.
    #[serde(rename = "d", default, skip_serializing_if = "std::ops::Not::not")]
    pub dropped: bool,
    /// Whether the leg failed to be set up.
    #[serde(rename = "f", default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// Whether the person missed the call.
    #[serde(rename = "m", default, skip_serializing_if = "std::ops::Not::not")]
    pub missed: bool,
    /// The values, without those that do not apply. Two of
    /// [`Dimension::Device`] where what was sent and what was received used different ones.
    #[serde(rename = "v", default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(Dimension, Value)>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl NotedLeg {
    /// Whether the leg has a value.
    #[must_use]
    pub fn is_at(&self, dimension: Dimension, value: &Value) -> bool {
        self.values.iter().any(|(known, at)| *known == dimension && at == value)
    }

    /// Poor audio streams, sent and received.
    #[must_use]
    pub const fn poor(&self) -> u32 {
        self.poor_received.saturating_add(self.poor_sent)
    }

    /// What is kept first when there are too many: what went wrong before what was only missed, more
    /// poor streams before fewer.
    pub(crate) fn severity(&self) -> impl Ord + use<'_> {
        let ended_badly = u32::from(self.dropped || self.failed);
        let weight = self.poor().saturating_add(ended_badly);
        (Reverse(weight), self.started_at, self.call_id.as_str(), &self.person, self.poor_sent)
    }
}
