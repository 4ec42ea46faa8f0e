//! Items as both sides of a comparison have them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;

use serde_json::{Map, Number, Value};

/// One item's attributes without its key.
pub type Entry = Map<String, Value>;

/// Items by their keys. Values that say nothing (null, empty lists and maps) are left out, and equal
/// numbers have one form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Holdings(BTreeMap<(String, String), Entry>);

impl Holdings {
    /// Puts an item. One that is there already stays, and the second one stands beside it under a
    /// key that no item has.
    pub fn put(&mut self, pk: &str, sk: &str, item: Entry) {
        let item = match plain(Value::Object(item)) {
            Value::Object(item) => item,
            _ => Entry::new(),
        };
        match self.0.entry((pk.to_owned(), sk.to_owned())) {
            Place::Vacant(place) => drop(place.insert(item)),
            Place::Occupied(_) => self.put(pk, &format!("{sk} (once more)"), item),
        }
    }

    /// The item of this key, empty where there is none yet.
    pub(super) fn entry(&mut self, pk: &str, sk: &str) -> &mut Entry {
        self.0.entry((pk.to_owned(), sk.to_owned())).or_default()
    }

    /// Without totals that are 0, and days of which none is left: a call moved away from them.
    pub(super) fn without_empty_totals(mut self) -> Self {
        self.0.retain(|(_, sk), item| {
            if sk.starts_with("DAY#") {
                item.retain(|_, value| value.as_i64() != Some(0));
            }
            !item.is_empty()
        });
        self
    }

    /// What `found` lacks, has in excess, or has otherwise.
    pub(super) fn differences(&self, found: &Self) -> Vec<String> {
        let mut differences = Vec::new();
        for ((pk, sk), expected) in &self.0 {
            let Some(found) = found.0.get(&(pk.clone(), sk.clone())) else {
                differences.push(format!("{pk} {sk} is missing"));
                continue;
            };
            let names = expected.keys().chain(found.keys().filter(|n| !expected.contains_key(*n)));
            for name in names {
                let (expected, found) = (shown(expected.get(name)), shown(found.get(name)));
                if expected != found {
                    differences
                        .push(format!("{pk} {sk}: {name} is {found} and must be {expected}"));
                }
            }
        }
        let superfluous = found.0.keys().filter(|key| !self.0.contains_key(*key));
        differences.extend(superfluous.map(|(pk, sk)| format!("{pk} {sk} is superfluous")));
        differences
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "absent".to_owned(), Value::to_string)
}

/// A value without what says nothing, its numbers in one form.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| (name, plain(value)))
                .filter(|(_, value)| !is_absent(value))
                .collect(),
        ),
        Value::Array(elements) => Value::Array(elements.into_iter().map(plain).collect()),
        Value::Number(number) => Value::Number(plain_number(number)),
        other => other,
    }
}

fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// `60.0` is `60`.
fn plain_number(number: Number) -> Number {
    let text = number.to_string();
    let whole = text.strip_suffix(".0").and_then(|whole| whole.parse::<i64>().ok());
    whole.map_or(number, Number::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holdings(items: &[(&str, Value)]) -> Holdings {
        let mut holdings = Holdings::default();
        for (sk, item) in items {
            holdings.put("CALL#a", sk, item.as_object().cloned().unwrap_or_default());
        }
        holdings
    }

    #[test]
    fn what_says_the_same_is_equal() {
        let one =
            holdings(&[("RECORD", json!({"n": 60, "list": [], "none": null, "m": {"x": 1.5}}))]);
        let other = holdings(&[("RECORD", json!({"n": 60.0, "m": {"x": 1.5, "y": null}}))]);
        assert_eq!(one.differences(&other), Vec::<String>::new());
    }

    #[test]
    fn what_is_missing_superfluous_or_changed_is_said() {
        let expected = holdings(&[("A", json!({"n": 1, "gone": true})), ("B", json!({"n": 1}))]);
        let found = holdings(&[
            ("A", json!({"n": 2, "more": "x"})),
            ("C", json!({"n": 1})),
            ("C", json!({"n": 1})),
        ]);
        assert_eq!(
            expected.differences(&found),
            [
                "CALL#a A: gone is absent and must be true",
                "CALL#a A: n is 2 and must be 1",
                "CALL#a A: more is \"x\" and must be absent",
                "CALL#a B is missing",
                "CALL#a C is superfluous",
                "CALL#a C (once more) is superfluous",
            ]
        );
    }
}
