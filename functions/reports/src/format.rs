//! Numbers as people read them.

use call_records::Seconds;

use crate::answer::Amount;

/// A number with thin spaces between its thousands.
pub(crate) fn count(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    if number < 0 { format!("−{text}") } else { text }
}

/// A count as a signed number, in which everything of a report is shown.
pub(crate) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A length of time: `12 s`, `3 min 20 s`, `4 h 05 min`, `1 250 h`.
pub(crate) fn duration(seconds: Seconds) -> String {
    let whole = seconds.as_millis() / 1000;
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    match (hours, minutes) {
        (0, 0) if whole == 0 && seconds > Seconds::ZERO => "< 1 s".to_owned(),
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes} min {rest:02} s"),
        (..100, _) => format!("{hours} h {minutes:02} min"),
        _ => format!("{} h", count(hours)),
    }
}

/// A share as a percentage.
pub(crate) fn percent(numerator: i64, denominator: i64) -> String {
    let percent = Amount::quotient(numerator, denominator) * 100.0;
    // No rounding makes something out of nothing, or everything out of nearly everything.
    if numerator > 0 && percent < 0.1 {
        "< 0.1 %".to_owned()
    } else if numerator < denominator && percent > 99.9 {
        "> 99.9 %".to_owned()
    } else {
        format!("{percent:.1} %")
    }
}

/// By how much a number has changed: `+12 %`, `−3 %`, `±0 %`.
pub(crate) fn change(now: i64, before: i64) -> String {
    let percent = (Amount::quotient(now.saturating_sub(before), before) * 100.0).round();
    if percent > 0.0 {
        format!("+{percent:.0} %")
    } else if percent < 0.0 {
        format!("−{:.0} %", percent.abs())
    } else {
        "±0 %".to_owned()
    }
}

/// A measurement with at most two decimals.
pub(crate) fn decimal(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A share from 0 to 1 as a percentage.
pub(crate) fn share_of_time(share: f64) -> String {
    if share > 0.0 && share < 0.001 {
        "< 0.1 %".to_owned()
    } else {
        format!("{:.1} %", share * 100.0)
    }
}

/// So many of a thing.
pub(crate) fn count_of(number: usize, one: &str, many: &str) -> String {
    let noun = if number == 1 { one } else { many };
    format!("{} {noun}", count(i64::try_from(number).unwrap_or(i64::MAX)))
}

/// The number of a figure.
pub(crate) fn amount(amount: Amount) -> String {
    match amount {
        Amount::Count(number) => count(number),
        Amount::Seconds(seconds) => duration(seconds),
        Amount::Share { numerator, denominator } => percent(numerator, denominator),
        Amount::Mean { numerator, denominator } => {
            decimal(Amount::quotient(numerator, denominator))
        }
        Amount::Hour(hour) => format!("{hour:02}–{:02} h", hour + 1),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0, "0 s")]
    #[case(400, "< 1 s")]
    #[case(59_900, "59 s")]
    #[case(200_000, "3 min 20 s")]
    #[case(14_700_000, "4 h 05 min")]
    #[case(4_500_000_000, "1\u{202f}250 h")]
    fn a_length_of_time_is_shown_in_two_units(#[case] milliseconds: i64, #[case] shown: &str) {
        assert_eq!(duration(Seconds::from_millis(milliseconds)), shown);
    }

    #[rstest]
    #[case(0, 10, "0.0 %")]
    #[case(1, 3, "33.3 %")]
    #[case(1, 100_000, "< 0.1 %")]
    #[case(99_999, 100_000, "> 99.9 %")]
    #[case(5, 5, "100.0 %")]
    fn a_share_is_not_rounded_to_none_or_all(
        #[case] of: i64,
        #[case] all: i64,
        #[case] shown: &str,
    ) {
        assert_eq!(percent(of, all), shown);
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(count(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(count(-1_000), "−1\u{202f}000");
        assert_eq!((decimal(30.0), decimal(0.126)), ("30".to_owned(), "0.13".to_owned()));
    }
}
