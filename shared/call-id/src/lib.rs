#![doc = include_str!("../README.md")]

/// The longest call id that is let in, in characters. Every id seen is a GUID of 36.
pub const MAX_LENGTH: usize = 128;

/// The id in its one form, or none where the text may not be the id of a call.
///
/// ```
/// let id = "E523D2ED-2966-4B6B-925B-754A88034CC5";
/// assert_eq!(call_id::canonical(id).as_deref(), Some("e523d2ed-2966-4b6b-925b-754a88034cc5"));
/// assert_eq!(call_id::canonical("../users"), None);
/// ```
pub fn canonical(text: &str) -> Option<String> {
    is_valid(text).then(|| guid_in_lower_case(text))
}

/// Whether a text may be the id of a call.
///
/// An id becomes a segment of a URL path and a part of a table key, and it came from outside, so a
/// GUID is not demanded (Graph documents the id as a string) but everything that could mean
/// something else in a path is refused: separators, escapes, the dot segments, and whatever is not
/// printable ASCII.
pub fn is_valid(id: &str) -> bool {
    let printable = id.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let meaningful_in_a_path = |c: char| matches!(c, '/' | '\\' | '?' | '#' | '%');
    !id.is_empty()
        && id.len() <= MAX_LENGTH
        && printable
        && !id.contains(meaningful_in_a_path)
        && id.trim() == id
        && id != "."
        && id != ".."
}

/// A GUID in lower case; another text as it is.
pub fn guid_in_lower_case(text: &str) -> String {
    if is_guid(text) { text.to_ascii_lowercase() } else { text.to_owned() }
}

/// Whether a text is a GUID with hyphens and without braces, in either case.
pub fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_guid("e523d2ed-2966-4b6b-925b-754a88034cc5")]
    #[case::the_placeholder_of_the_documentation("{Call id}")]
    #[case::a_word("call-1")]
    fn an_id_is_let_in(#[case] id: &str) {
        assert!(is_valid(id));
    }

    #[rstest]
    #[case::nothing("")]
    #[case::blank(" ")]
    #[case::a_space_at_the_end("a ")]
    #[case::a_path("a/b")]
    #[case::a_windows_path("a\\b")]
    #[case::a_query("a?b")]
    #[case::a_fragment("a#b")]
    #[case::an_escape("a%2Fb")]
    #[case::this_folder(".")]
    #[case::the_folder_above("..")]
    #[case::a_line_break("a\nb")]
    #[case::a_nul("a\0b")]
    #[case::not_ascii("é")]
    fn an_id_is_refused(#[case] id: &str) {
        assert!(!is_valid(id));
    }

    #[test]
    fn the_longest_id_is_let_in_and_a_longer_one_refused() {
        assert!(is_valid(&"x".repeat(MAX_LENGTH)));
        assert!(!is_valid(&"x".repeat(MAX_LENGTH + 1)));
    }

    #[rstest]
    #[case::a_guid("E523D2ED-2966-4B6B-925B-754A88034CC5", "e523d2ed-2966-4b6b-925b-754a88034cc5")]
    #[case::another_text("Call-1", "Call-1")]
    #[case::nearly_a_guid(
        "E523D2ED-2966-4B6B-925B_754A88034CC5",
        "E523D2ED-2966-4B6B-925B_754A88034CC5"
    )]
    fn a_guid_has_one_form_and_other_ids_stay_as_they_came(#[case] id: &str, #[case] form: &str) {
        assert_eq!(canonical(id).as_deref(), Some(form));
    }
}
