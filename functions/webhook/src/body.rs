//! A body's entries, one after the other.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The longest body that is read, in bytes: API Gateway lets nothing longer through.
pub(crate) const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;

/// The body is not `{"value": […]}`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotABody;

/// Shows every entry of a body's `value` to `each`, as the JSON text that it is.
///
/// The entries are not decoded here, so that an odd one harms only itself, and not gathered, so that
/// a million of them need no more memory than one. Nesting is skipped without recursion, whatever
/// its depth.
///
/// # Errors
///
/// When the body is not JSON, or not an object with a list named `value`. Entries before the fault
/// have been shown by then; whoever judges must not act on them.
pub(crate) fn for_each_entry<'a>(
    body: &'a [u8],
    each: &mut impl FnMut(&'a str),
) -> Result<(), NotABody> {
    let text = std::str::from_utf8(body).map_err(|_| NotABody)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut json = serde_json::Deserializer::from_str(text);
    let found = json.deserialize_map(Top { each }).map_err(|_| NotABody)?;
    json.end().map_err(|_| NotABody)?;
    if found { Ok(()) } else { Err(NotABody) }
}

/// The object at the top: whether a list named `value` was in it.
struct Top<'e, F> {
    each: &'e mut F,
}

impl<'de, F: FnMut(&'de str)> Visitor<'de> for Top<'_, F> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with a list named value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(name) = map.next_key_seed(Name)? {
            match name {
                IsValue(true) => {
                    map.next_value_seed(List { each: &mut *self.each })?;
                    found = true;
                }
                IsValue(false) => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// Whether a key of the object at the top is `value`.
struct IsValue(bool);
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = IsValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<IsValue, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = IsValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<IsValue, E> {
        Ok(IsValue(key == "value"))
    }
}

/// The list.
struct List<'e, F> {
    each: &'e mut F,
}

impl<'de, F: FnMut(&'de str)> DeserializeSeed<'de> for List<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(&'de str)> Visitor<'de> for List<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(entry) = list.next_element::<&'de RawValue>()? {
            (self.each)(entry.get());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn entries(body: &[u8]) -> Result<Vec<&str>, NotABody> {
        let mut entries = Vec::new();
        for_each_entry(body, &mut |entry| entries.push(entry)).map(|()| entries)
    }

    #[rstest]
    #[case::none(r#"{"value":[]}"#, &[])]
    #[case::several(r#"{"value":[{"a":1}, 2 ,"x",null,[{}]]}"#, &[r#"{"a":1}"#, "2", "\"x\"", "null", "[{}]"])]
    #[case::beside_other_keys(r#"{"a":{"value":[7]},"value":[1],"validationTokens":["x"]}"#, &["1"])]
    #[case::two_lists(r#"{"value":[1],"value":[2]}"#, &["1", "2"])]
    #[case::an_escaped_key(r#"{"\u0076alue":[1]}"#, &["1"])]
    #[case::blanks_around(" \r\n{\"value\" : [ 1 ] } \n", &["1"])]
    #[case::a_byte_order_mark("\u{feff}{\"value\":[1]}", &["1"])]
    #[case::a_lone_surrogate_harms_nobody_else(r#"{"value":["\ud800",1]}"#, &[r#""\ud800""#, "1"])]
    #[case::a_number_out_of_range(r#"{"value":[1e999,1]}"#, &["1e999", "1"])]
    fn every_entry_is_shown(#[case] body: &str, #[case] expected: &[&str]) {
        assert_eq!(entries(body.as_bytes()).unwrap(), expected);
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
    #[case::other_capitals(b"{\"Value\":[]}")]
    fn what_is_no_body_is_refused(#[case] body: &[u8]) {
        assert_eq!(entries(body), Err(NotABody));
    }

    #[test]
    fn deep_nesting_needs_no_stack() {
        let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
        let body = format!(r#"{{"other":{deep},"value":[{deep},1]}}"#);
        let entries = entries(body.as_bytes()).unwrap();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[1], "1");
        assert_eq!(self::entries("[".repeat(1_000_000).as_bytes()), Err(NotABody));
    }
}
