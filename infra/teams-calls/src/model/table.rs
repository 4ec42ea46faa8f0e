//! The table as it is, item by item, in the form of the model.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context as _, bail};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use record_store::StoreConfig;
use serde_json::{Map, Number, Value};

use super::holdings::{Entry, Holdings};

/// Partitions that hold no calls and no numbers.
const NOT_OF_CALLS: [&str; 2] = ["SUBSCRIPTION", "RECONCILIATION"];

/// Attributes that say how an item came about, and not what it says.
const BOOKKEEPING: [&str; 4] = ["stored_at", "replaced", "raw", "fingerprint"];

/// The key under which both sides have a session: without the part that tells apart what two
/// writers made of one version.
pub(super) fn session_key(version: i64, position: u32) -> String {
    format!("SESSION#{version}#{position:05}")
}

/// Everything in the table, and what is wrong with it whatever the calls are.
pub(super) async fn holdings(
    client: &Client,
    config: &StoreConfig,
) -> anyhow::Result<(Holdings, Vec<String>)> {
    let mut items = BTreeMap::new();
    let scan = client.scan().table_name(&config.table_name).consistent_read(true);
    let mut scanned = scan.into_paginator().items().send();
    while let Some(item) = scanned.next().await {
        let mut item = object(&item.context("the table cannot be read")?)?;
        let mut key = |name| match item.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => bail!("an item has no {name}"),
        };
        items.insert((key("pk")?, key("sk")?), item);
    }
    items.retain(|(pk, _), _| !NOT_OF_CALLS.contains(&pk.as_str()));
    let mut wrong = unowned_pages(&items);
    let mut holdings = Holdings::default();
    for ((pk, sk), mut item) in items {
        if !item.get("expires_at").is_some_and(Value::is_number) {
            wrong.push(format!("{pk} {sk} lives for ever"));
        }
        if let Some(day) = sk.strip_prefix("DAY#") {
            wrong.extend(add_totals(&mut holdings, &pk, day, item));
        } else if !sk.starts_with("RAW#") {
            item.retain(|name, _| !BOOKKEEPING.contains(&name.as_str()));
            match sk.rsplit_once('#').filter(|_| sk.starts_with("SESSION#")) {
                Some((session, _)) => {
                    // Until the end of a page, nobody knows when the call began.
                    item.remove("expires_at");
                    holdings.put(&pk, session, item);
                }
                None => holdings.put(&pk, &sk, item),
            }
        }
    }
    Ok((holdings.without_empty_totals(), wrong))
}

/// Pages that no record owns, and pages of which parts are missing.
fn unowned_pages(items: &BTreeMap<(String, String), Entry>) -> Vec<String> {
    let mut owned = BTreeMap::<(String, String), u64>::new();
    for ((pk, _), record) in items.iter().filter(|((_, sk), _)| sk == "RECORD") {
        for page in record.get("raw").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| page[name].as_str().unwrap_or_default();
            let number = page["number"].as_u64().unwrap_or_default();
            let (version, kind, digest) = (&record["version"], text("kind"), text("digest"));
            let prefix = format!("RAW#{version}#{kind}-{number:04}#{digest}#");
            owned.insert((pk.clone(), prefix), page["parts"].as_u64().unwrap_or_default());
        }
    }
    let mut wrong = Vec::new();
    for (pk, sk) in items.keys().filter(|(_, sk)| sk.starts_with("RAW#")) {
        let page = sk.rfind('#').map_or("", |end| &sk[..=end]);
        match owned.get_mut(&(pk.clone(), page.to_owned())) {
            Some(parts) => *parts = parts.wrapping_sub(1),
            None => wrong.push(format!("{pk} {sk} is superfluous")),
        }
    }
    let missing = owned.into_iter().filter(|(_, parts)| *parts != 0);
    wrong
        .extend(missing.map(|((pk, page), _)| format!("{pk} {page} lacks parts, or has too many")));
    wrong
}

/// Adds an item of totals to its owner's day: the organisation's shards are one owner, and the
/// further items of a day with many names are one with the first.
fn add_totals(holdings: &mut Holdings, pk: &str, day: &str, item: Entry) -> Option<String> {
    let mut wrong = None;
    let (date, further) = day.split_once('#').map_or((day, false), |(date, _)| (date, true));
    if pk.starts_with("PERSON#") {
        let text = |name: &str| item.get(name).and_then(Value::as_str);
        let is = [text("by_day"), text("by_day_sort"), text("day"), text("person")];
        let in_index = [Some(format!("DAY#{date}")), Some(pk.to_owned())];
        let indexed = if further { [None, None] } else { in_index };
        let [by_day, by_day_sort] = &indexed;
        let person = pk.strip_prefix("PERSON#");
        if is != [by_day.as_deref(), by_day_sort.as_deref(), Some(date), person] {
            wrong = Some(format!("{pk} DAY#{day} is not where the indexes look for it"));
        }
    }
    let owner = if pk.starts_with("TOTAL#") { "TOTAL" } else { pk };
    let sum = holdings.entry(owner, &format!("DAY#{date}"));
    for (name, value) in item {
        if let (Some(value), false) = (value.as_i64(), name == "expires_at") {
            let before = sum.get(&name).and_then(Value::as_i64).unwrap_or_default();
            sum.insert(name, (before + value).into());
        }
    }
    wrong
}

fn object(item: &HashMap<String, AttributeValue>) -> anyhow::Result<Entry> {
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
        AttributeValue::Ss(texts) => Value::from(texts.clone()),
        other => bail!("an attribute of an unknown type: {other:?}"),
    })
}
