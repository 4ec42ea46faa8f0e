//! Which text may be the id of a call.

/// The longest call id that is let in, in characters. Every id seen is a GUID of 36.
pub const MAX_CALL_ID_LENGTH: usize = 128;

/// Whether a text may be the id of a call.
///
/// An id becomes a segment of a URL path and a part of a table key, and it came from outside, so a
/// GUID is not demanded (Graph documents the id as a string) but everything that could mean
/// something else in a path is refused: separators, escapes, the dot segments, and whatever is not
/// printable ASCII.
///
/// ```
/// assert!(call_queue::is_valid_call_id("e523d2ed-2966-4b6b-925b-754a88034cc5"));
/// assert!(!call_queue::is_valid_call_id("../users"));
/// ```
pub fn is_valid_call_id(id: &str) -> bool {
    let printable = id.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let meaningful_in_a_path = |c: char| matches!(c, '/' | '\\' | '?' | '#' | '%');
    !id.is_empty()
        && id.len() <= MAX_CALL_ID_LENGTH
        && printable
        && !id.contains(meaningful_in_a_path)
        && id.trim() == id
        && id != "."
        && id != ".."
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
        assert!(is_valid_call_id(id));
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
        assert!(!is_valid_call_id(id));
    }

    #[test]
    fn the_longest_id_is_let_in_and_a_longer_one_refused() {
        assert!(is_valid_call_id(&"x".repeat(MAX_CALL_ID_LENGTH)));
        assert!(!is_valid_call_id(&"x".repeat(MAX_CALL_ID_LENGTH + 1)));
    }
}
