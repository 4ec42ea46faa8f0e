//! Items: maps of attributes, and reading single attributes of them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::TableError;
use crate::fold::unfold;
use crate::keys::{PERSON_PREFIX, PK, SK};

pub type Item = HashMap<String, AttributeValue>;

pub fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub fn n<N: std::fmt::Display + Copy>(number: N) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub fn key(pk: &str, sk: &str) -> Item {
    Item::from([(PK.to_owned(), s(pk)), (SK.to_owned(), s(sk))])
}

/// The key of an item that an index gave.
pub fn key_of(item: &Item) -> Item {
    key(text(item, PK).unwrap_or_default(), text(item, SK).unwrap_or_default())
}

/// The string at `name`.
pub fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

/// The whole number at `name`.
pub fn number<T: std::str::FromStr>(item: &Item, name: &str) -> Option<T> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

/// An item of a value's fields. Absent values make no attribute, so that an operator who reads the
/// console sees only what is known.
pub fn of<T: Serialize>(value: &T) -> Result<Item, TableError> {
    let mut item: Item = serde_dynamo::to_item(value)
        .map_err(|error| TableError::Corrupt(format!("a value cannot be an item: {error}")))?;
    item.retain(|_, value| !value.is_null());
    Ok(item)
}

/// The value whose fields an item holds, folded ones included.
pub fn read<T: DeserializeOwned>(item: Item) -> Result<T, TableError> {
    let at = place(&item);
    serde_dynamo::from_item(unfold(item)?)
        .map_err(|error| TableError::Corrupt(format!("the item {at} cannot be read: {error}")))
}

/// An item's key as it may be logged.
pub fn place(item: &Item) -> String {
    let part = |name| text(item, name).map_or_else(|| "?".to_owned(), shown);
    format!("{} {}", part(PK), part(SK))
}

/// A partition or sort key as it may be logged: of a phone number only the last two digits, and no
/// display name of a person without an id.
pub fn shown(key: &str) -> String {
    let person = key.strip_prefix(PERSON_PREFIX).and_then(|person| person.split_once(':'));
    match person {
        Some((kind @ "phone", id)) => {
            let last = id.char_indices().rev().nth(1).map_or("", |(at, _)| &id[at..]);
            format!("{PERSON_PREFIX}{kind}:…{last}")
        }
        Some((kind @ "unknown", _)) => format!("{PERSON_PREFIX}{kind}:…"),
        _ => key.to_owned(),
    }
}

/// About how many bytes DynamoDB counts for an item: names and values.
pub fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &AttributeValue) -> usize {
    match value {
        AttributeValue::S(text) => text.len(),
        AttributeValue::N(digits) => digits.len().div_ceil(2) + 1,
        AttributeValue::B(bytes) => bytes.as_ref().len(),
        AttributeValue::L(list) => {
            3 + list.iter().map(|value| 1 + value_size(value)).sum::<usize>()
        }
        AttributeValue::M(map) => {
            3 + map.iter().map(|(name, value)| 1 + name.len() + value_size(value)).sum::<usize>()
        }
        AttributeValue::Ss(texts) => texts.iter().map(String::len).sum(),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("PERSON#phone:+15550100", "PERSON#phone:…00")]
    #[case("PERSON#phone:7", "PERSON#phone:…")]
    #[case("PERSON#unknown:Robin Sample", "PERSON#unknown:…")]
    #[case("PERSON#user:a", "PERSON#user:a")]
    #[case("CALL#phone:1", "CALL#phone:1")]
    fn a_logged_key_shows_no_phone_number_and_no_name(#[case] key: &str, #[case] expected: &str) {
        assert_eq!(shown(key), expected);
    }

    #[test]
    fn an_absent_value_makes_no_attribute() {
        #[derive(Serialize)]
        struct Value {
            here: u8,
            absent: Option<u8>,
        }
        let item = of(&Value { here: 1, absent: None }).unwrap();
        assert_eq!(item, Item::from([("here".to_owned(), n(1))]));
    }
}
