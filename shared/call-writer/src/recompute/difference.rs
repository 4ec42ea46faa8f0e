//! Differences, as sentences without names of people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use call_records::Totals;
use call_table::item::{self, Item};
use call_table::keys::{BY_DAY, BY_DAY_SORT, BY_PERSON_SORT, EXPIRES_AT, PK, SK};

#[cfg(test)]
mod tests;

/// A difference between what is stored and what the pages give. As a sentence it holds no name, no
/// phone number and no text that could be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The item's partition key and sort key, with a masked phone number.
    pub key: String,
    pub finding: Finding,
}

/// What is different about an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The pages give it, but it is not stored.
    Missing,
    /// It is stored, but the pages do not give it.
    Superfluous,
    /// The call is stored under an id that no message leads to any more: versions before ids had one
    /// form stored what they were sent.
    IdForm,
    /// The pages cannot be read, so the call cannot be compared.
    Unreadable(String),
    /// An attribute has another value.
    Attribute {
        /// A dot leads into a map.
        name: String,
        stored: Option<String>,
        recomputed: Option<String>,
    },
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = &self.key;
        match &self.finding {
            Finding::Missing => write!(f, "{key} is missing"),
            Finding::Superfluous => write!(f, "{key} is stored, but the pages do not give it"),
            Finding::IdForm => write!(
                f,
                "{key}: the id is a GUID in capitals, so the call may be stored and counted a second time \
                 under its lower-case form"
            ),
            Finding::Unreadable(why) => write!(f, "{key} cannot be compared: {why}"),
            Finding::Attribute { name, stored, recomputed } => {
                let stored = stored.as_deref().unwrap_or("absent");
                let recomputed = recomputed.as_deref().unwrap_or("nothing");
                write!(f, "{key}: {name} is {stored}, but the pages give {recomputed}")
            }
        }
    }
}

/// Attributes whose text is never a name: it is shown.
const SHOWN: &[&str] = &[
    "call_type",
    "day",
    "ended_at",
    "first_joined_at",
    "last_left_at",
    "last_modified_at",
    "outcome",
    "relation",
    "role",
    "taken_by",
    "started_at",
    "fingerprint",
    BY_DAY,
    BY_DAY_SORT,
    BY_PERSON_SORT,
];

/// Depends on the retention that was configured when the item was written.
const NOT_COMPARED: &[&str] = &[EXPIRES_AT];

/// Compares two items of the same key.
pub(crate) fn items(stored: &Item, recomputed: &Item, differences: &mut Vec<Difference>) {
    let key = item::place(recomputed);
    let names: BTreeSet<_> = stored.keys().chain(recomputed.keys()).collect();
    for name in names.into_iter().filter(|name| !NOT_COMPARED.contains(&name.as_str())) {
        values(&key, name, stored.get(name), recomputed.get(name), differences);
    }
}

/// Compares two sets of items by their keys.
pub(super) fn sets(stored: Vec<Item>, recomputed: Vec<Item>, differences: &mut Vec<Difference>) {
    let key = |item: &Item| (text(item, PK), text(item, SK));
    let mut stored: BTreeMap<_, _> = stored.into_iter().map(|item| (key(&item), item)).collect();
    for expected in recomputed {
        match stored.remove(&key(&expected)) {
            Some(stored) => items(&stored, &expected, differences),
            None => {
                let key = item::place(&expected);
                differences.push(Difference { key, finding: Finding::Missing });
            }
        }
    }
    differences.extend(stored.values().map(|item| {
        let key = item::place(item);
        Difference { key, finding: Finding::Superfluous }
    }));
}

/// Compares totals.
pub(super) fn totals(
    key: &str,
    stored: &Totals,
    recomputed: &Totals,
    differences: &mut Vec<Difference>,
) {
    let names: BTreeSet<_> = stored.iter().chain(recomputed.iter()).map(|(name, _)| name).collect();
    for name in names {
        let (one, other) = (stored.get(name), recomputed.get(name));
        if one != other {
            differences.push(Difference {
                key: key.to_owned(),
                finding: Finding::Attribute {
                    name: name.to_owned(),
                    stored: Some(one.to_string()),
                    recomputed: Some(other.to_string()),
                },
            });
        }
    }
}

fn values(
    key: &str,
    name: &str,
    stored: Option<&AttributeValue>,
    recomputed: Option<&AttributeValue>,
    differences: &mut Vec<Difference>,
) {
    if same(stored, recomputed) {
        return;
    }
    if let (Some(AttributeValue::M(stored)), Some(AttributeValue::M(recomputed))) =
        (stored, recomputed)
    {
        let names: BTreeSet<_> = stored.keys().chain(recomputed.keys()).collect();
        for inner in names {
            let path = format!("{name}.{inner}");
            values(key, &path, stored.get(inner), recomputed.get(inner), differences);
        }
        return;
    }
    differences.push(Difference {
        key: key.to_owned(),
        finding: Finding::Attribute {
            name: name.to_owned(),
            stored: stored.map(|value| shown(name, value)),
            recomputed: recomputed.map(|value| shown(name, value)),
        },
    });
}

/// Whether two values are equal; numbers may be written in several ways.
fn same(one: Option<&AttributeValue>, other: Option<&AttributeValue>) -> bool {
    match (one, other) {
        (Some(AttributeValue::N(one)), Some(AttributeValue::N(other))) => {
            one == other
                || one.parse::<f64>().is_ok_and(|one| other.parse::<f64>() == Ok(one))
                    && one.contains(['.', 'e', 'E']) | other.contains(['.', 'e', 'E'])
        }
        (Some(AttributeValue::M(one)), Some(AttributeValue::M(other))) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| same(Some(value), other.get(name)))
        }
        (Some(AttributeValue::L(one)), Some(AttributeValue::L(other))) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| same(Some(one), Some(other)))
        }
        (one, other) => one == other,
    }
}

fn shown(name: &str, value: &AttributeValue) -> String {
    match value {
        AttributeValue::N(digits) => digits.clone(),
        AttributeValue::Bool(value) => value.to_string(),
        AttributeValue::S(text) if SHOWN.contains(&name) => text.clone(),
        AttributeValue::S(_) => "some text".to_owned(),
        AttributeValue::L(list) => format!("a list of {}", list.len()),
        AttributeValue::M(map) => format!("a map of {}", map.len()),
        _ => "something".to_owned(),
    }
}

fn text(item: &Item, name: &str) -> String {
    item::text(item, name).unwrap_or_default().to_owned()
}
