//! A body's entries.

use serde::Deserialize;
use serde_json::value::RawValue;

/// The longest body that is read, in bytes. Graph's notifications have less than a kilobyte each and
/// come by the dozen; API Gateway would let 10 MB through.
pub(crate) const MAX_BODY_BYTES: usize = 1024 * 1024;

/// The body is not `{"value": […]}`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotABody;

/// A list named `value`, once: of two lists, the one that is not read would be lost.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    value: Vec<&'a RawValue>,
}

/// The entries of a body's `value`, each as the JSON text that it is, so that an odd one harms only
/// itself. Nesting is skipped without recursion, whatever its depth.
pub(crate) fn entries(body: &[u8]) -> Result<impl Iterator<Item = &str>, NotABody> {
    let text = std::str::from_utf8(body).map_err(|_| NotABody)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let body: Body<'_> = serde_json::from_str(text).map_err(|_| NotABody)?;
    Ok(body.value.into_iter().map(RawValue::get))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn listed(body: &[u8]) -> Result<Vec<&str>, NotABody> {
        entries(body).map(Iterator::collect)
    }

    #[rstest]
    #[case::none(r#"{"value":[]}"#, &[])]
    #[case::several(r#"{"value":[{"a":1}, 2 ,"x",null,[{}]]}"#, &[r#"{"a":1}"#, "2", "\"x\"", "null", "[{}]"])]
    #[case::beside_other_keys(r#"{"a":{"value":[7]},"value":[1],"validationTokens":["x"]}"#, &["1"])]
    #[case::an_escaped_key(r#"{"\u0076alue":[1]}"#, &["1"])]
    #[case::blanks_around(" \r\n{\"value\" : [ 1 ] } \n", &["1"])]
    #[case::a_byte_order_mark("\u{feff}{\"value\":[1]}", &["1"])]
    #[case::a_lone_surrogate_harms_no_other_entry(r#"{"value":["\ud800",1]}"#, &[r#""\ud800""#, "1"])]
    #[case::a_number_out_of_range(r#"{"value":[1e999,1]}"#, &["1e999", "1"])]
    fn every_entry_is_listed(#[case] body: &str, #[case] expected: &[&str]) {
        assert_eq!(listed(body.as_bytes()).unwrap(), expected);
    }

    #[rstest]
    #[case::nothing(b"")]
    #[case::a_word(b"hello")]
    #[case::a_form(b"value=1")]
    #[case::a_list(b"[]")]
    #[case::a_text(b"\"value\"")]
    #[case::no_value(b"{}")]
    #[case::value_is_null(b"{\"value\":null}")]
    #[case::value_is_an_object(b"{\"value\":{}}")]
    #[case::cut_short(b"{\"value\":[{\"a\":1}")]
    #[case::more_behind(b"{\"value\":[]}{")]
    #[case::a_comma_too_many(b"{\"value\":[1,]}")]
    #[case::not_utf_8(b"{\"value\":[\"\xff\"]}")]
    #[case::two_lists(b"{\"value\":[1],\"value\":[2]}")]
    #[case::other_capitals(b"{\"Value\":[]}")]
    fn what_is_no_body_is_refused(#[case] body: &[u8]) {
        assert_eq!(listed(body), Err(NotABody));
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        let body = format!(r#"{{"other":{deep},"value":[{deep},1]}}"#);
        let entries = listed(body.as_bytes()).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1], "1");
        assert_eq!(listed("[".repeat(1_000_000).as_bytes()), Err(NotABody));
    }
}
