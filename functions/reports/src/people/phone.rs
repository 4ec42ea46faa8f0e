//! Phone numbers, of which the last digits are hidden.

/// What stands for a hidden digit.
const HIDDEN: char = '•';

/// Whether a text is a phone number, as people and Graph write them, possibly with a prefix.
pub(super) fn is_number(text: &str) -> bool {
    let text = text.trim();
    let number = text.strip_prefix("tel:").or_else(|| text.strip_prefix("4:")).unwrap_or(text);
    let digits = number.chars().filter(char::is_ascii_digit).count();
    let allowed = |c: char| c.is_ascii_digit() || "+ ()-./*\u{a0}".contains(c);
    (3..=20).contains(&digits) && number.chars().all(allowed)
}

/// The text without its last `hidden` digits.
pub(super) fn masked(text: &str, hidden: usize) -> String {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let mut shown = digits.saturating_sub(hidden);
    text.chars()
        .map(|c| {
            if !c.is_ascii_digit() {
                return c;
            }
            match shown.checked_sub(1) {
                Some(left) => {
                    shown = left;
                    c
                }
                None => HIDDEN,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("+49 30 123456", 3, "+49 30 123•••")]
    #[case("+15550100", 0, "+15550100")]
    #[case("112", 3, "•••")]
    #[case("112", 9, "•••")]
    #[case("(030) 12-34", 2, "(030) 12-••")]
    fn the_last_digits_are_hidden(#[case] text: &str, #[case] hidden: usize, #[case] shown: &str) {
        assert_eq!(masked(text, hidden), shown);
    }

    #[rstest]
    #[case("+49 30 123456", true)]
    #[case("tel:+15550100", true)]
    #[case("4:+15550100", true)]
    #[case("Room 4711", false)]
    #[case("0f3a6c1e-0000-4000-8000-000000000001", false)]
    #[case("42", false)]
    fn a_number_is_recognised_by_its_form(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(is_number(text), expected);
    }
}
