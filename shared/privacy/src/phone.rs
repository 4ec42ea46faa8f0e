//! Phone numbers in texts, of which the last digits are hidden.
//!
//! A text may hold a number anywhere: a display name is what a switchboard or a person typed. Hiding one
//! digit too many is better than showing one.

use std::ops::Range;

/// What stands for a hidden digit.
const HIDDEN: char = '•';

/// Fewer digits within other words are a room or a year.
const MIN_DIGITS: usize = 7;

/// So many digits without a break are a subscriber's number, whatever stands around them.
const MIN_DIGITS_IN_A_ROW: usize = 5;

/// A text that is nothing but a number has at least so many, such as 112.
const MIN_DIGITS_ALONE: usize = 3;

/// What stands between the digits of one number, beside white space.
const SEPARATORS: &str = "()-./*\u{2010}\u{2011}\u{2012}\u{2013}\u{2212}";

/// Whether a text is a phone number, as people and Graph write them, possibly with a prefix.
pub fn is_number(text: &str) -> bool {
    let text = text.trim();
    let number = text.strip_prefix("tel:").or_else(|| text.strip_prefix("4:")).unwrap_or(text);
    let digits = number.chars().filter(|c| c.is_numeric()).count();
    let allowed = |c: char| c.is_numeric() || c == '+' || is_separator(c);
    (MIN_DIGITS_ALONE..=20).contains(&digits) && number.chars().all(allowed)
}

/// The text, in which every number is without its last `hidden` digits.
///
/// A number is what [`is_number`], a run of at least seven digits with separators between them, or five
/// digits in a row. GUIDs are none.
pub(crate) fn masked(text: &str, hidden: usize) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut hide = vec![false; characters.len()];
    let numbers = runs(&characters, |c| c.is_numeric() || is_separator(c))
        .filter(|run| digits(&characters, run) >= MIN_DIGITS || is_number(text));
    let rows = runs(&characters, char::is_numeric)
        .filter(|run| digits(&characters, run) >= MIN_DIGITS_IN_A_ROW);
    let guids = guids(&characters);
    for run in numbers.chain(rows) {
        let last = run.rev().filter(|at| characters[*at].is_numeric()).take(hidden);
        for at in last.filter(|at| !guids.iter().any(|guid| guid.contains(at))) {
            hide[at] = true;
        }
    }
    characters.iter().zip(hide).map(|(c, hide)| if hide { HIDDEN } else { *c }).collect()
}

/// The text of a telephone's name: also a short number in it is one.
pub(crate) fn masked_name_of_a_telephone(text: &str, hidden: usize) -> String {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    if digits >= MIN_DIGITS { masked(text, hidden) } else { last_digits_masked(text, hidden) }
}

fn last_digits_masked(text: &str, hidden: usize) -> String {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    let mut shown = digits.saturating_sub(hidden);
    let mask = |c: char| {
        if !c.is_numeric() {
            return c;
        }
        let is_shown = shown > 0;
        shown = shown.saturating_sub(1);
        if is_shown { c } else { HIDDEN }
    };
    text.chars().map(mask).collect()
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || SEPARATORS.contains(c)
}

/// The longest runs of characters of a kind, each from its first to its last character.
fn runs(characters: &[char], kind: fn(char) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let begin = at + characters[at..].iter().position(|c| kind(*c))?;
        let length = characters[begin..].iter().take_while(|c| kind(**c)).count();
        at = begin + length;
        Some(begin..at)
    })
}

fn digits(characters: &[char], run: &Range<usize>) -> usize {
    characters[run.clone()].iter().filter(|c| c.is_numeric()).count()
}

fn guids(characters: &[char]) -> Vec<Range<usize>> {
    let is_part = |c: char| c.is_ascii_hexdigit() || c == '-';
    runs(characters, is_part)
        .filter(|run| call_id::is_guid(&characters[run.clone()].iter().collect::<String>()))
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::alone("+49 30 123456", 3, "+49 30 123•••")]
    #[case::none_hidden("+15550100", 0, "+15550100")]
    #[case::short("112", 3, "•••")]
    #[case::shorter_than_what_is_hidden("112", 9, "•••")]
    #[case::separators("(030) 12-34", 2, "(030) 12-••")]
    #[case::before_a_room("+49 30 9876543 Room 12", 3, "+49 30 9876••• Room 12")]
    #[case::after_a_name("Front desk 030/9876543", 3, "Front desk 030/9876•••")]
    #[case::within_a_name("Ada (+49 30 9876543), Berlin", 3, "Ada (+49 30 9876•••), Berlin")]
    #[case::several("030 9876543, 030 1234567", 3, "030 9876•••, 030 1234•••")]
    #[case::one_after_the_other("0309876543 0301234567", 3, "0309876••• 0301234•••")]
    #[case::with_an_extension("030 9876543 112", 3, "030 9876••• •••")]
    #[case::letters_at_it("x9876543y", 3, "x9876•••y")]
    #[case::in_pairs("98 76 54 32", 3, "98 76 5• ••")]
    #[case::five_digits("Line 98765", 3, "Line 98•••")]
    #[case::other_digits("٠٣٠٩٨٧٦٥٤٣", 3, "٠٣٠٩٨٧٦•••")]
    #[case::narrow_spaces("+49\u{202f}30\u{202f}9876543", 3, "+49\u{202f}30\u{202f}9876•••")]
    #[case::dashes("030\u{2013}98\u{2011}76543", 3, "030\u{2013}98\u{2011}76•••")]
    #[case::a_room("Room 4711", 3, "Room 4711")]
    #[case::a_device("USB 2.0 camera (04f2)", 3, "USB 2.0 camera (04f2)")]
    #[case::a_guid(
        "Room 0f3a6c1e-0000-4000-8000-000000000001",
        3,
        "Room 0f3a6c1e-0000-4000-8000-000000000001"
    )]
    fn the_last_digits_of_every_number_are_hidden(
        #[case] text: &str,
        #[case] hidden: usize,
        #[case] shown: &str,
    ) {
        assert_eq!(masked(text, hidden), shown);
    }

    #[rstest]
    #[case("Reception 112", "Reception •••")]
    #[case("+49 30 9876543 Room 12", "+49 30 9876••• Room 12")]
    #[case("Reception", "Reception")]
    fn a_telephones_name_shows_no_short_number_either(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(masked_name_of_a_telephone(text, 3), shown);
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
