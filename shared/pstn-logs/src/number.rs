//! Telephone numbers as the logs show them.

use serde::{Deserialize, Serialize};

/// A telephone number as it came. In some countries its last three or four digits are masked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Number(String);

impl Number {
    /// The number in a text; none in a text without a digit.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        text.bytes().any(|byte| byte.is_ascii_digit()).then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether digits are hidden: two callers may look the same then.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        self.0.contains('*')
    }

    /// The country code of an international number: `49` of `+4930…`. By the structure of ITU-T E.164:
    /// 1 and 7 are codes, 44 other codes have two digits, all others three.
    #[must_use]
    pub fn country_code(&self) -> Option<&str> {
        const OF_TWO_DIGITS: &str = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 \
                                     55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";
        let digits = self.0.strip_prefix('+')?;
        let known = digits.bytes().take_while(u8::is_ascii_digit).count();
        let length = match digits.get(..2) {
            _ if digits.starts_with(['1', '7']) => 1,
            Some(two) if OF_TWO_DIGITS.split(' ').any(|code| code == two) => 2,
            _ => 3,
        };
        (!digits.starts_with('0') && known >= length).then(|| &digits[..length])
    }

    /// The number with all digits hidden but those of its country code; none when it has none.
    #[must_use]
    pub fn without_subscriber(&self) -> Option<Self> {
        Some(Self(format!("+{}***", self.country_code()?)))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("+12345678***", Some("1"), true)]
    #[case("+4930987654", Some("49"), false)]
    #[case("+35312345", Some("353"), false)]
    #[case("+77012345", Some("7"), false)]
    #[case("+0123456789", None, false)]
    #[case("030987654", None, false)]
    #[case("+3**", None, true)]
    fn the_country_code_is_that_of_an_international_number(
        #[case] text: &str,
        #[case] code: Option<&str>,
        #[case] is_masked: bool,
    ) {
        let number = Number::of(text).unwrap();
        assert_eq!((number.country_code(), number.is_masked()), (code, is_masked));
    }

    #[rstest]
    #[case("")]
    #[case("anonymous")]
    #[case("***")]
    fn what_has_no_digit_is_no_number(#[case] text: &str) {
        assert_eq!(Number::of(text), None);
    }
}
