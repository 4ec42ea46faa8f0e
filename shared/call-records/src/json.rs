//! The shapes in which Graph sends a value, and what is made of the unexpected ones.
//!
//! Everything is read from [`Value`]: it keeps the last of duplicate keys, which occur, and does
//! not care for keys that it was not asked for. Two kinds of things are read. *Structure* (objects
//! and arrays) must have its type, because a record whose sessions are a string is not understood
//! at all. *Leaves* that do not have the expected type are unknown, because one odd measurement
//! must not cost the record. Empty strings mean no value everywhere.

use serde_json::{Map, Value};

use crate::DecodeError;
use crate::bounds::short;

pub(crate) type Object = Map<String, Value>;

/// The most values in one document. A page of 60 sessions has some 30,000, in 1 MB; a value of two
/// bytes takes a hundred once it is read, and the memory of a function is bounded.
pub(crate) const MAX_VALUES: usize = 1_000_000;

/// The most elements of one array. Pages hold 60 sessions or 130 participants.
pub(crate) const MAX_ELEMENTS: usize = 100_000;

/// Parses bytes; a UTF-8 byte order mark is skipped.
pub(crate) fn parse(json: &[u8]) -> Result<Value, DecodeError> {
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    // Each value but the first comes behind one of these; those inside of texts are too few to matter.
    let values = json.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
    if values > MAX_VALUES {
        return Err(DecodeError::TooManyValues { most: MAX_VALUES });
    }
    serde_json::from_slice(json)
        .map_err(|e| DecodeError::NotJson { line: e.line(), column: e.column() })
}

/// The value as an object.
pub(crate) fn object(value: &Value) -> Result<&Object, DecodeError> {
    value.as_object().ok_or_else(|| DecodeError::wrong_type("an object"))
}

/// A member that is an object; absent and null are the same.
pub(crate) fn member<'a>(object: &'a Object, key: &str) -> Result<Option<&'a Object>, DecodeError> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(member)) => Ok(Some(member)),
        Some(_) => Err(DecodeError::wrong_type("an object").within(key)),
    }
}

/// Decodes a member that is an object, when there is one.
pub(crate) fn decode_member<T>(
    object: &Object,
    key: &str,
    decode: impl FnOnce(&Object) -> Result<T, DecodeError>,
) -> Result<Option<T>, DecodeError> {
    member(object, key)?.map(decode).transpose().map_err(|e| e.within(key))
}

/// Decodes the objects of a member that is an array; absent and null are no elements, and an
/// element that is null is none.
pub(crate) fn decode_array<T>(
    object: &Object,
    key: &str,
    mut decode: impl FnMut(&Object) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let Some(value) = object.get(key).filter(|value| !value.is_null()) else {
        return Ok(Vec::new());
    };
    let decode = |element: &Value| match element {
        Value::Null => Ok(None),
        element => self::object(element).and_then(&mut decode).map(Some),
    };
    let elements = decode_elements(value, decode).map_err(|e| e.within(key))?;
    Ok(elements.into_iter().flatten().collect())
}

/// Decodes the elements of an array.
pub(crate) fn decode_elements<T>(
    value: &Value,
    mut decode: impl FnMut(&Value) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    let elements = value.as_array().ok_or_else(|| DecodeError::wrong_type("an array"))?;
    if elements.len() > MAX_ELEMENTS {
        return Err(DecodeError::TooManyValues { most: MAX_ELEMENTS });
    }
    elements
        .iter()
        .enumerate()
        .map(|(index, element)| decode(element).map_err(|e| e.within_element(index)))
        .collect()
}

/// A string leaf that says something.
pub(crate) fn text<'a>(object: &'a Object, key: &str) -> Option<&'a str> {
    object.get(key)?.as_str().filter(|text| !text.trim().is_empty())
}

/// [`text`], owned.
pub(crate) fn string(object: &Object, key: &str) -> Option<String> {
    text(object, key).map(str::to_owned)
}

/// A member of an enumeration. None is long, and what comes from here becomes keys and names.
pub(crate) fn word<'a, T: From<&'a str>>(object: &'a Object, key: &str) -> Option<T> {
    text(object, key).map(|word| T::from(short(word)))
}

/// The [`word`]s of a list; everything else in it is skipped.
pub(crate) fn words<'a, T: From<&'a str>>(
    object: &'a Object,
    key: &str,
) -> impl Iterator<Item = T> {
    let elements = object.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    elements
        .iter()
        .filter_map(Value::as_str)
        .filter(|word| !word.trim().is_empty())
        .map(|word| T::from(short(word)))
}

/// A true or false leaf.
pub(crate) fn flag(object: &Object, key: &str) -> Option<bool> {
    object.get(key)?.as_bool()
}

/// A whole number. `2`, `2.0` and `"2"` are the same: some encoders write Int64 as a string.
pub(crate) fn integer(object: &Object, key: &str) -> Option<i64> {
    match object.get(key)? {
        Value::Number(number) => number.as_i64().or_else(|| whole(number.as_f64()?)),
        Value::String(digits) => digits.trim().parse().ok(),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the value is whole and within 53 bits")]
fn whole(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}

/// A finite number, whole or not, written as a number or as a string.
pub(crate) fn number(object: &Object, key: &str) -> Option<f64> {
    match object.get(key)? {
        Value::Number(number) => number.as_f64(),
        Value::String(digits) => digits.trim().parse().ok(),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

/// A measurement that cannot be negative, such as a ratio: less than nothing is no measurement.
pub(crate) fn measure(object: &Object, key: &str) -> Option<f64> {
    number(object, key).filter(|number| *number >= 0.0)
}
