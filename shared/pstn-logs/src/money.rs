//! Amounts of money, exact to the millionth.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An amount in millionths of a unit of some currency.
///
/// ```
/// use pstn_logs::Micros;
/// assert_eq!("0.0135".parse(), Ok(Micros(13_500)));
/// assert_eq!("1.2345675".parse(), Ok(Micros(1_234_568)));
/// assert_eq!(Micros(-13_500).to_string(), "-0.0135");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Micros(pub i64);

/// The text is no amount of money, or one of more than nine trillion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an amount of money")]
pub struct InvalidAmount;

impl std::str::FromStr for Micros {
    type Err = InvalidAmount;

    /// A decimal number, with an exponent or without. What is finer than a millionth is rounded, half of
    /// one away from zero.
    fn from_str(text: &str) -> Result<Self, InvalidAmount> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                (mantissa, exponent.parse::<i32>().map_err(|_| InvalidAmount)?)
            }
            None => (digits, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: String = [whole, fraction].concat();
        if all.is_empty() || all.len() > 30 || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidAmount);
        }
        let number: i128 = all.parse().map_err(|_| InvalidAmount)?;
        let decimals = i32::try_from(fraction.len()).map_err(|_| InvalidAmount)?;
        // Of the whole number, to come to millionths.
        let shift = exponent.checked_sub(decimals).and_then(|it| it.checked_add(6));
        let shift = shift.ok_or(InvalidAmount)?;
        let power = |shift: u32| 10_i128.checked_pow(shift);
        let micros = match u32::try_from(shift) {
            Ok(_) if number == 0 => 0,
            Ok(shift) => {
                power(shift).and_then(|power| number.checked_mul(power)).ok_or(InvalidAmount)?
            }
            Err(_) => power(shift.unsigned_abs()).map_or(0, |power| (number + power / 2) / power),
        };
        i64::try_from(micros * sign).map(Self).map_err(|_| InvalidAmount)
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 1_000_000, self.0.unsigned_abs() % 1_000_000);
        // Money has at least two decimals.
        let rest = format!("{rest:06}");
        let kept = rest.trim_end_matches('0').len().max(2);
        write!(f, "{sign}{whole}.{}", &rest[..kept])
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0", 0, "0.00")]
    #[case("0.00", 0, "0.00")]
    #[case("12.5", 12_500_000, "12.50")]
    #[case("-3.000001", -3_000_001, "-3.000001")]
    #[case("1e-3", 1_000, "0.001")]
    #[case("1.5E2", 150_000_000, "150.00")]
    #[case("0.0000005", 1, "0.000001")]
    #[case("0.0000004", 0, "0.00")]
    #[case("-0.0000005", -1, "-0.000001")]
    #[case("1e-40", 0, "0.00")]
    #[case("0e40", 0, "0.00")]
    #[case("9223372036854.775807", i64::MAX, "9223372036854.775807")]
    fn amounts_are_exact_to_the_millionth(
        #[case] text: &str,
        #[case] micros: i64,
        #[case] shown: &str,
    ) {
        let amount: Micros = text.parse().unwrap();
        assert_eq!((amount, amount.to_string().as_str()), (Micros(micros), shown));
        assert_eq!(shown.parse(), Ok(amount));
    }

    #[rstest]
    #[case("")]
    #[case("-")]
    #[case(".")]
    #[case("1,5")]
    #[case("1e")]
    #[case("+1")]
    #[case("9223372036854.775808")]
    #[case("1e40")]
    #[case("NaN")]
    fn what_is_no_amount_is_refused(#[case] text: &str) {
        assert_eq!(text.parse::<Micros>(), Err(InvalidAmount));
    }
}
