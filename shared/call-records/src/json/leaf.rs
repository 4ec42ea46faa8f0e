use std::borrow::Cow;
use std::time::Duration;

use jiff::Timestamp;

use super::Shape;
use crate::{parse_duration, parse_timestamp};

/// A value without structure.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Scalar<'de> {
    Null,
    Flag(bool),
    Integer(i64),
    /// A number that is no `i64`.
    Number(f64),
    Text(Cow<'de, str>),
    /// An object or an array.
    Structure,
}

impl<'de> Shape<'de> for Scalar<'de> {
    type Made = Self;

    fn other() -> Self {
        Self::Structure
    }

    fn null() -> Self {
        Self::Null
    }

    fn flag(flag: bool) -> Self {
        Self::Flag(flag)
    }

    fn integer(integer: i64) -> Self {
        Self::Integer(integer)
    }

    fn number(number: f64) -> Self {
        Self::Number(number)
    }

    fn borrowed_text(text: &'de str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    fn text(text: &str) -> Self {
        Self::Text(Cow::Owned(text.to_owned()))
    }
}

impl<'de> Scalar<'de> {
    /// A text that says something.
    pub(crate) fn text(self) -> Option<Cow<'de, str>> {
        match self {
            Self::Text(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }
}

/// What is read of a scalar; none when it is of another type.
pub(crate) trait Leaf: Sized {
    fn of(scalar: Scalar<'_>) -> Option<Self>;
}

/// A text that says something.
impl Leaf for String {
    fn of(scalar: Scalar<'_>) -> Option<Self> {
        scalar.text().map(Cow::into_owned)
    }
}

impl Leaf for bool {
    fn of(scalar: Scalar<'_>) -> Option<Self> {
        match scalar {
            Scalar::Flag(flag) => Some(flag),
            _ => None,
        }
    }
}

/// A whole number. `2`, `2.0` and `"2"` are the same: some encoders write Int64 as a string.
impl Leaf for i64 {
    fn of(scalar: Scalar<'_>) -> Option<Self> {
        match scalar {
            Scalar::Integer(integer) => Some(integer),
            Scalar::Number(number) => whole(number),
            Scalar::Text(digits) => digits.trim().parse().ok(),
            Scalar::Null | Scalar::Flag(_) | Scalar::Structure => None,
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the value is whole and within 53 bits")]
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

/// A measurement that cannot be negative, such as a ratio, written as a number or as a string: less
/// than nothing is no measurement, and neither is what is not finite.
impl Leaf for f64 {
    #[expect(clippy::cast_precision_loss, reason = "a measurement")]
    fn of(scalar: Scalar<'_>) -> Option<Self> {
        match scalar {
            Scalar::Integer(integer) => Some(integer as f64),
            Scalar::Number(number) => Some(number),
            Scalar::Text(digits) => digits.trim().parse().ok(),
            Scalar::Null | Scalar::Flag(_) | Scalar::Structure => None,
        }
        .filter(|number| number.is_finite() && *number >= 0.0)
    }
}

impl Leaf for Duration {
    fn of(scalar: Scalar<'_>) -> Option<Self> {
        scalar.text().and_then(|text| parse_duration(&text))
    }
}

impl Leaf for Timestamp {
    fn of(scalar: Scalar<'_>) -> Option<Self> {
        scalar.text().and_then(|text| parse_timestamp(&text))
    }
}
