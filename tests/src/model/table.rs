//! The items of the table, in the form of the model.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, bail};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use call_table::fold::unfold;
use call_table::{TableConfig, total_names};
use serde_json::{Map, Number, Value};

use super::items::{Attributes, Items};

/// Partitions without calls and totals.
const OTHER_PARTITIONS: [&str; 2] = ["SUBSCRIPTION", "RECONCILIATION"];

/// Attributes that depend on how an item was written, and not on the call.
const WRITE_ATTRIBUTES: [&str; 4] = ["stored_at", "replaced", "raw", "fingerprint"];

/// The key of a session in the comparison: without the suffix that separates concurrent writers of one
/// version.
pub(super) fn session_key(version: i64, position: u32) -> String {
    format!("SESSION#{version}#{position:05}")
}

/// All items of the table, and what violates the table's invariants.
pub(super) async fn read_items(
    client: &Client,
    config: &TableConfig,
) -> anyhow::Result<(Items, Vec<String>)> {
    let mut scanned = BTreeMap::new();
    let scan = client.scan().table_name(&config.table_name).consistent_read(true);
    let mut pages = scan.into_paginator().items().send();
    while let Some(item) = pages.next().await {
        let mut item = object(&unfold(item.context("the table cannot be read")?)?)?;
        let mut key = |name| match item.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => bail!("an item has no {name}"),
        };
        scanned.insert((key("pk")?, key("sk")?), item);
    }
    scanned.retain(|(pk, _), _| !OTHER_PARTITIONS.contains(&pk.as_str()));
    let mut violations = page_violations(&scanned);
    let mut items = Items::default();
    for ((pk, sk), mut item) in scanned {
        if !item.get("expires_at").is_some_and(Value::is_number) {
            violations.push(format!("{pk} {sk} has no expires_at"));
        }
        // What a message waited for on its way is no part of the call.
        if sk.starts_with("WAIT#") {
            continue;
        }
        if let Some(day) = sk.strip_prefix("DAY#") {
            violations.extend(add_totals(&mut items, &pk, day, item));
        } else if !sk.starts_with("RAW#") {
            item.retain(|name, _| !WRITE_ATTRIBUTES.contains(&name.as_str()));
            match sk.rsplit_once('#').filter(|_| sk.starts_with("SESSION#")) {
                Some((session, _)) => {
                    // The writer of a session page may not know yet when the call began.
                    item.remove("expires_at");
                    items.put(&pk, session, item);
                }
                None => items.put(&pk, &sk, item),
            }
        }
    }
    Ok((items.without_empty_totals(), violations))
}

/// Pages that no record names, and pages with missing parts.
fn page_violations(items: &BTreeMap<(String, String), Attributes>) -> Vec<String> {
    let mut owned = BTreeMap::<(String, String), u64>::new();
    for ((pk, _), record) in items.iter().filter(|((_, sk), _)| sk == "RECORD") {
        for page in record.get("raw").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| page[name].as_str().unwrap_or_default();
            let number = page["number"].as_u64().unwrap_or_default();
            let (version, kind, digest) = (&record["version"], text("kind"), text("digest"));
            let prefix = match page["bundle"]["digest"].as_str() {
                Some(bundle) => format!("RAW#{version}#bundle#{bundle}#"),
                None => format!("RAW#{version}#{kind}-{number:04}#{digest}#"),
            };
            owned.insert((pk.clone(), prefix), page["parts"].as_u64().unwrap_or_default());
        }
    }
    let mut violations = Vec::new();
    for (pk, sk) in items.keys().filter(|(_, sk)| sk.starts_with("RAW#")) {
        let page = sk.rfind('#').map_or("", |end| &sk[..=end]);
        match owned.get_mut(&(pk.clone(), page.to_owned())) {
            Some(parts) => *parts = parts.wrapping_sub(1),
            None => violations.push(format!("{pk} {sk} is superfluous")),
        }
    }
    let missing = owned.into_iter().filter(|(_, parts)| *parts != 0);
    violations.extend(
        missing.map(|((pk, page), _)| format!("{pk} {page} has missing or superfluous parts")),
    );
    violations
}

/// Adds an item of totals to its owner's day: the organisation's shards are one owner, and the items of
/// one day are merged. Returns a violation if its index keys are wrong.
fn add_totals(items: &mut Items, pk: &str, day: &str, item: Attributes) -> Option<String> {
    let mut violation = None;
    let (date, further) = day.split_once('#').map_or((day, false), |(date, _)| (date, true));
    if pk.starts_with("PERSON#") {
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        let is = [text("by_day"), text("by_day_sort")];
        let in_index = [Some(format!("DAY#{date}")), Some(pk.to_owned())];
        let indexed = if further { [None, None] } else { in_index };
        if is != indexed.each_ref().map(Option::as_deref) {
            violation = Some(format!("{pk} DAY#{day} has wrong index keys"));
        }
    }
    let owner = if pk.starts_with("TOTAL#") { "TOTAL" } else { pk };
    let sum = items.get_or_insert(owner, &format!("DAY#{date}"));
    for (name, value) in item {
        if let (Some(value), false) = (value.as_i64(), name == "expires_at") {
            let name = total_names::total(&name);
            let before = sum.get(name.as_ref()).and_then(Value::as_i64).unwrap_or_default();
            sum.insert(name.into_owned(), (before + value).into());
        }
    }
    violation
}

fn object(item: &HashMap<String, AttributeValue>) -> anyhow::Result<Attributes> {
    item.iter().map(|(name, value)| Ok((name.clone(), json(value)?))).collect()
}

fn json(value: &AttributeValue) -> anyhow::Result<Value> {
    Ok(match value {
        AttributeValue::S(text) => Value::String(text.clone()),
        AttributeValue::N(digits) => Value::Number(digits.parse::<Number>()?),
        AttributeValue::Bool(value) => Value::Bool(*value),
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::B(bytes) => Value::from(bytes.as_ref().len()),
        AttributeValue::L(list) => Value::Array(list.iter().map(json).collect::<Result<_, _>>()?),
        AttributeValue::M(map) => Value::Object(
            map.iter()
                .map(|(name, value)| Ok((name.clone(), json(value)?)))
                .collect::<anyhow::Result<Map<_, _>>>()?,
        ),
        AttributeValue::Ss(texts) | AttributeValue::Ns(texts) => Value::from(texts.clone()),
        other => bail!("an attribute of an unknown type: {other:?}"),
    })
}
