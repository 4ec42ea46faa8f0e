//! Items in the form in which the model and the table are compared.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use serde_json::{Map, Number, Value};

/// One item's attributes without its key.
pub(super) type Attributes = Map<String, Value>;

/// Items by their keys, normalised: null, empty lists and empty maps are left out, and equal numbers have
/// one form.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Items(BTreeMap<(String, String), Attributes>);

impl Items {
    /// Adds an item. A second item with the same key is kept under another key, as a difference.
    pub(super) fn put(&mut self, pk: &str, sk: &str, item: Attributes) {
        let item = match normalised(Value::Object(item)) {
            Value::Object(item) => item,
            _ => Attributes::new(),
        };
        match self.0.entry((pk.to_owned(), sk.to_owned())) {
            Entry::Vacant(entry) => drop(entry.insert(item)),
            Entry::Occupied(_) => self.put(pk, &format!("{sk} (duplicate)"), item),
        }
    }

    /// The item of this key, which is created if absent.
    pub(super) fn get_or_insert(&mut self, pk: &str, sk: &str) -> &mut Attributes {
        self.0.entry((pk.to_owned(), sk.to_owned())).or_default()
    }

    /// Removes totals that are 0, and days without any: calls were moved to another day.
    pub(super) fn without_empty_totals(mut self) -> Self {
        self.0.retain(|(_, sk), item| {
            if sk.starts_with("DAY#") {
                item.retain(|_, value| value.as_i64() != Some(0));
            }
            !item.is_empty()
        });
        self
    }

    /// A sentence for each item or attribute that is missing, superfluous or different in `found`.
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

fn normalised(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| (name, normalised(value)))
                .filter(|(_, value)| !is_absent(value))
                .collect(),
        ),
        Value::Array(elements) => Value::Array(elements.into_iter().map(normalised).collect()),
        Value::Number(number) => Value::Number(normalised_number(number)),
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
fn normalised_number(number: Number) -> Number {
    let text = number.to_string();
    let whole = text.strip_suffix(".0").and_then(|whole| whole.parse::<i64>().ok());
    whole.map_or(number, Number::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn items(entries: &[(&str, Value)]) -> Items {
        let mut items = Items::default();
        for (sk, item) in entries {
            items.put("CALL#a", sk, item.as_object().cloned().unwrap_or_default());
        }
        items
    }

    #[test]
    fn equal_values_in_different_forms_are_equal() {
        let one = items(&[("RECORD", json!({"n": 60, "list": [], "none": null, "m": {"x": 1.5}}))]);
        let other = items(&[("RECORD", json!({"n": 60.0, "m": {"x": 1.5, "y": null}}))]);
        assert_eq!(one.differences(&other), Vec::<String>::new());
    }

    #[test]
    fn missing_superfluous_and_changed_attributes_are_differences() {
        let expected = items(&[("A", json!({"n": 1, "gone": true})), ("B", json!({"n": 1}))]);
        let found = items(&[
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
                "CALL#a C (duplicate) is superfluous",
            ]
        );
    }
}
