//! One number with what it means.

use call_records::Seconds;
use call_records::definitions::{Definition, derived};
use serde::Serialize;

use crate::period::Zone;

/// A number of a report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Figure {
    /// The id of its definition.
    pub(crate) id: &'static str,
    /// The version of its definition.
    pub(crate) version: u32,
    pub(crate) title: &'static str,
    /// The number; absent where it is not known.
    pub(crate) value: Option<Amount>,
    /// Why it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) null_reason: Option<&'static str>,
    /// The zone of an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) zone: Option<String>,
    #[serde(skip)]
    pub(crate) definition: &'static Definition,
}

/// A number and its unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Amount {
    /// So many.
    Count(i64),
    /// So long.
    Seconds(Seconds),
    /// So many of so many.
    Share { numerator: i64, denominator: i64 },
    /// So many for each of so many.
    Mean { numerator: i64, denominator: i64 },
    /// The hour of the day, 0 to 23.
    Hour(i64),
}

impl Amount {
    /// Whether anything is counted.
    pub(crate) fn is_some(self) -> bool {
        match self {
            Self::Count(count) => count > 0,
            Self::Seconds(seconds) => seconds > Seconds::ZERO,
            Self::Share { numerator, .. } | Self::Mean { numerator, .. } => numerator > 0,
            Self::Hour(_) => true,
        }
    }

    /// The quotient, for shares and means.
    #[expect(clippy::cast_precision_loss, reason = "a quotient that is shown with few digits")]
    pub(crate) fn quotient(numerator: i64, denominator: i64) -> f64 {
        numerator as f64 / denominator as f64
    }
}

impl Figure {
    pub(crate) fn of(definition: &'static Definition, value: Option<Amount>) -> Self {
        Self {
            id: definition.id,
            version: definition.version,
            title: definition.title,
            null_reason: value.is_none().then_some(definition.blank),
            value,
            zone: None,
            definition,
        }
    }

    /// With the one reason that holds, of those of the definition.
    pub(crate) fn because(self, reason: &'static str) -> Self {
        Self { null_reason: self.value.is_none().then_some(reason), ..self }
    }

    /// The hour of a day in which most calls began.
    pub(crate) fn hour(hour: Option<i64>, zone: &Zone) -> Self {
        let figure = Self::of(&derived::BUSY_HOUR, hour.map(Amount::Hour));
        Self { zone: Some(zone.to_string()), ..figure }
    }

    /// So many.
    pub(crate) fn count(definition: &'static Definition, count: i64) -> Self {
        Self::of(definition, Some(Amount::Count(count)))
    }

    /// A sum of milliseconds; none when nothing of it is known.
    pub(crate) fn time(definition: &'static Definition, milliseconds: Option<i64>) -> Self {
        let value = milliseconds.map(Seconds::from_millis).map(Amount::Seconds);
        Self::of(definition, value)
    }

    /// A share; none of nothing.
    pub(crate) fn share(definition: &'static Definition, numerator: i64, denominator: i64) -> Self {
        let known = denominator > 0;
        Self::of(definition, known.then_some(Amount::Share { numerator, denominator }))
    }

    /// A mean; none of nothing.
    pub(crate) fn mean(definition: &'static Definition, numerator: i64, denominator: i64) -> Self {
        let known = denominator > 0;
        Self::of(definition, known.then_some(Amount::Mean { numerator, denominator }))
    }
}
