//! Limits for text that comes from outside and ends up in an item of the table, which holds at
//! most 400 KB, or in the name of an attribute.

use std::borrow::Cow;

use crate::compact::{CompactMap, CompactSet};

/// Entries of one set or map in a part. Real people have a handful of devices.
const MAX_ENTRIES: usize = 64;
/// Bytes of one text in a part.
const MAX_TEXT_LENGTH: usize = 256;
/// Characters of a wire string in an attribute name.
const MAX_NAME_LENGTH: usize = 64;
/// Names of one kind that one part may bring into the totals.
const MAX_NAMES: usize = 32;

/// The text, cut to a length that many fit into an item.
pub(crate) fn short(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT_LENGTH)]
}

/// Inserts into a set that keeps its smallest entries: which these are does not depend on the
/// order in which they come.
pub(crate) fn insert(set: &mut CompactSet<String>, text: &str) {
    let text = short(text);
    if !set.contains(text) {
        set.insert(text.to_owned());
        if set.len() > MAX_ENTRIES {
            set.pop_last();
        }
    }
}

/// The value of a key in a map that keeps its smallest keys; `None` when the key is not kept.
///
/// A key that is kept at the end was never removed before, so its value is complete.
pub(crate) fn entry<'a, V: Default>(
    map: &'a mut CompactMap<String, V>,
    key: &str,
) -> Option<&'a mut V> {
    let key = short(key);
    if !map.contains_key(key) {
        map.insert(key.to_owned(), V::default());
        if map.len() > MAX_ENTRIES {
            map.pop_last();
        }
    }
    map.get_mut(key)
}

/// A wire string as the end of an attribute name.
pub(crate) fn name(text: &str) -> Cow<'_, str> {
    let allowed = |c: char| c.is_ascii_alphanumeric();
    if text.len() <= MAX_NAME_LENGTH && text.chars().all(allowed) {
        return Cow::Borrowed(text);
    }
    text.chars().take(MAX_NAME_LENGTH).map(|c| if allowed(c) { c } else { '_' }).collect()
}

/// The names for the totals of one kind in one part: beyond a number that no real part has, the
/// rest is counted together as `other`.
pub(crate) fn names<'a, V>(
    entries: impl IntoIterator<Item = (&'a str, V)>,
) -> impl Iterator<Item = (Cow<'a, str>, V)> {
    entries.into_iter().enumerate().map(|(index, (text, value))| {
        (if index < MAX_NAMES { name(text) } else { Cow::Borrowed("other") }, value)
    })
}
