//! Folding: what no operator looks at and no index projects is one compressed attribute of an item,
//! because DynamoDB bills every kilobyte that is begun, names of attributes included.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::item::{self, Item, s};
use crate::keys::{self, PERSON_PREFIX, PK, RECORD, SK};
use crate::{TableError, compression};

/// The attribute with all others that were folded: JSON, compressed.
pub const FOLDED: &str = "folded";

/// The most bytes of JSON in one item. Items have at most 400 KB, and hostile records repeat
/// themselves.
const MAX_UNFOLDED: usize = 16 * 1024 * 1024;

/// An item of a structure's fields, given as JSON: the readable ones are attributes, all others are
/// folded as they are. What is null makes no attribute.
pub fn fold(fields: &Fields<'_>, readable: &[&str]) -> Result<Item, TableError> {
    let mut item = Item::new();
    let mut folded = String::new();
    for (name, json) in fields {
        if json.get() == "null" {
            continue;
        }
        if readable.contains(name) {
            let value: Value = serde_json::from_str(json.get()).map_err(|error| unfit(&error))?;
            let value = serde_dynamo::to_attribute_value(value).map_err(|error| unfit(&error))?;
            item.insert((*name).to_owned(), value);
        } else {
            let before = if folded.is_empty() { "{\"" } else { ",\"" };
            folded.extend([before, name, "\":", json.get()]);
        }
    }
    if !folded.is_empty() {
        folded.push('}');
        let frame = compression::compress_folded(folded.as_bytes())?;
        item.insert(FOLDED.to_owned(), AttributeValue::B(Blob::new(frame)));
    }
    Ok(item)
}

/// The JSON of a structure's fields by their names, which need no escapes.
pub type Fields<'a> = BTreeMap<&'a str, &'a RawValue>;

/// A value as JSON.
pub fn json<T: Serialize>(value: &T) -> Result<Box<RawValue>, TableError> {
    to_raw_value(value).map_err(|error| unfit(&error))
}

/// The fields of a structure.
pub fn fields(structure: &RawValue) -> Result<Fields<'_>, TableError> {
    serde_json::from_str(structure.get()).map_err(|error| unfit(&error))
}

/// An item with all its attributes: those that were folded, and those that its key says. One that an
/// older version wrote has them already.
pub fn unfold(mut item: Item) -> Result<Item, TableError> {
    if let Some(folded) = item.remove(FOLDED) {
        let at = item::place(&item);
        let corrupt = || TableError::Corrupt(format!("`{FOLDED}` of {at} is damaged"));
        let frame = folded.as_b().map_err(|_| corrupt())?;
        let json = compression::decompress(frame.as_ref(), MAX_UNFOLDED).ok_or_else(corrupt)?;
        let Value::Object(folded) = serde_json::from_slice(&json).map_err(|_| corrupt())? else {
            return Err(corrupt());
        };
        for (name, value) in folded {
            let value = serde_dynamo::to_attribute_value(value).map_err(|_| corrupt())?;
            item.entry(name).or_insert(value);
        }
    }
    let of_key = said_by_key(&item);
    for (name, text) in of_key {
        item.entry(name.to_owned()).or_insert_with(|| s(text));
    }
    Ok(item)
}

/// What the key of a call's own item or of a participation says.
fn said_by_key(item: &Item) -> Vec<(&'static str, String)> {
    let Some(id) = item::text(item, PK).and_then(|pk| pk.strip_prefix("CALL#")) else {
        return Vec::new();
    };
    let person = match item::text(item, SK) {
        Some(RECORD) => None,
        Some(sk) if sk.starts_with(PERSON_PREFIX) => sk.strip_prefix(PERSON_PREFIX),
        _ => return Vec::new(),
    };
    let mut said = vec![("call_id", id.to_owned())];
    said.extend(person.map(|person| ("person", person.to_owned())));
    let started_at = item::text(item, "started_at").and_then(|at| at.parse().ok());
    said.extend(started_at.map(|at| ("day", keys::utc_day(at).to_string())));
    said
}

fn unfit(error: &dyn std::error::Error) -> TableError {
    TableError::Corrupt(format!("an item cannot be folded: {error}"))
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;
    use crate::item::n;

    fn part() -> Item {
        let platforms = Item::from([
            ("web".to_owned(), n(7)),
            ("the \"other\"".to_owned(), AttributeValue::Null(true)),
        ]);
        let mut part = item::key("CALL#one", "PERSON#user:ada");
        part.extend([
            ("role".to_owned(), s("caller")),
            ("started_at".to_owned(), s("2026-11-23T23:59:59.5Z")),
            ("talk_seconds".to_owned(), n(1.25)),
            ("whole_seconds".to_owned(), n(7)),
            ("others".to_owned(), n(3)),
            ("dropped".to_owned(), AttributeValue::Bool(false)),
            ("platforms".to_owned(), AttributeValue::M(platforms)),
            ("modalities".to_owned(), AttributeValue::L(vec![s("audio")])),
        ]);
        part
    }

    #[test]
    fn what_was_folded_comes_back_and_the_key_says_the_rest() {
        let structure = serde_json::json!({
            "role": "caller",
            "started_at": "2026-11-23T23:59:59.5Z",
            "talk_seconds": 1.25,
            "whole_seconds": 7.0,
            "others": 3,
            "dropped": false,
            "reason": null,
            "platforms": { "web": 7, "the \"other\"": null },
            "modalities": ["audio"],
        });
        let structure = json(&structure).unwrap();
        let mut folded =
            fold(&fields(&structure).unwrap(), &[PK, SK, "role", "started_at"]).unwrap();
        folded.extend(item::key("CALL#one", "PERSON#user:ada"));
        let mut names: Vec<_> = folded.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, [FOLDED, PK, "role", SK, "started_at"]);
        let mut expected = part();
        expected.extend([
            ("call_id".to_owned(), s("one")),
            ("person".to_owned(), s("user:ada")),
            ("day".to_owned(), s("2026-11-23")),
        ]);
        assert_eq!(unfold(folded).unwrap(), expected);
    }

    #[test]
    fn an_item_of_an_older_version_stays_as_it_is() {
        let mut old = part();
        old.extend([
            ("call_id".to_owned(), s("one")),
            ("person".to_owned(), s("user:ada")),
            ("day".to_owned(), s("2026-11-23")),
        ]);
        assert_eq!(unfold(old.clone()).unwrap(), old);
    }

    #[test]
    fn what_is_damaged_is_said_with_its_key() {
        let mut damaged = part();
        damaged.insert(FOLDED.to_owned(), AttributeValue::B(Blob::new(*b"no frame")));
        let error = unfold(damaged).unwrap_err().to_string();
        assert!(error.contains("CALL#one PERSON#user:ada"), "{error}");
    }
}
