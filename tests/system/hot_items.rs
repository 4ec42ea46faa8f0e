//! What is in every call must not be an item that every call writes: transactions on one item conflict.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_stand_ins::{Fault, RequestInfo};
use serde_json::{Value, json};
use teams_calls::system::{Settings, System};
use tokio::time::Instant;

use crate::invented_organisation::meeting;

const CALLS: u32 = 64;

/// A meeting of three people whom no other has, with a recording bot.
fn recorded(number: u32) -> Value {
    let id = format!("call-{number}");
    let mut call = meeting(&id, 1, number * 3..number * 3 + 3, "2026-11-23T09:00:00Z");
    let mut bot = call["sessions"][0].clone();
    bot["id"] = json!(format!("{id}-bot"));
    bot["caller"]["associatedIdentity"] = json!({
        "id": "bbbbbbbb-0000-4000-8000-000000000001", "displayName": "Compliance recorder",
        "tenantId": fake_graph::TENANT_ID,
    });
    bot["caller"]["userAgent"]["role"] = json!("customBot");
    call["sessions"].as_array_mut().unwrap().push(bot);
    call
}

/// The same without the bot, and with one person whom every call has: a telephone that many share.
fn with_a_shared_telephone(number: u32) -> Value {
    let call =
        meeting(&format!("call-{number}"), 1, number * 3..number * 3 + 3, "2026-11-23T09:00:00Z");
    let first = format!("aaaaaaaa-0000-4000-8000-{:012}", number * 3);
    let shared = "cccccccc-0000-4000-8000-000000000001";
    serde_json::from_str(&call.to_string().replace(&first, shared)).unwrap()
}

/// The keys of the items that a transaction writes.
fn keys(transaction: &RequestInfo) -> Vec<String> {
    let transaction = transaction.json();
    let actions = transaction["TransactItems"].as_array().into_iter().flatten();
    let ones = actions.filter_map(|action| action.as_object()?.values().next());
    ones.map(|one| {
        let key = if one["Item"].is_object() { &one["Item"] } else { &one["Key"] };
        format!("{} {}", key["pk"]["S"], key["sk"]["S"])
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_bot_in_every_call_makes_no_item_that_every_call_writes() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let written = Arc::new(Mutex::new(BTreeMap::<String, u32>::new()));
    let noted = Arc::clone(&written);
    system.dynamodb().faults().set(move |request| {
        if request.action == "TransactWriteItems" {
            for key in keys(request) {
                *noted.lock().unwrap().entry(key).or_default() += 1;
            }
        }
        Fault::None
    });
    for number in 0..CALLS {
        system.graph().publish(&recorded(number)).unwrap();
    }
    system.drained(Duration::from_secs(60)).await.unwrap();
    system.dynamodb().faults().clear();

    let written = written.lock().unwrap();
    assert!(written.len() > 4 * CALLS as usize, "records, participations, days: {}", written.len());
    let (hottest, times) = written.iter().max_by_key(|(_, times)| **times).unwrap();
    assert!(hottest.contains("TOTAL#"), "{hottest} is written by {times} of {CALLS} calls");
    // The organisation's totals are spread over 16 items.
    assert!(*times <= CALLS / 4, "{hottest} is written by {times} of {CALLS} calls");
    assert_eq!(system.metrics().consumer.sum("RetriedStoreUnavailable"), 0.0);
}

/// So long DynamoDB is at work on a transaction; another one on the same item is in conflict meanwhile.
const TRANSACTION: Duration = Duration::from_millis(20);

/// One item is then written by every call, and twenty calls are stored at a time. They wait for each
/// other within their deliveries: none is put back into the queue.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_share_a_person_wait_for_each_other_and_none_is_put_back() {
    let system = System::start(Settings { consumers: 4, ..Settings::quiet() }).await.unwrap();
    let busy_until = Mutex::new(BTreeMap::<String, Instant>::new());
    let conflicts = Arc::new(Mutex::new(0));
    let noted = Arc::clone(&conflicts);
    system.dynamodb().faults().set(move |request| {
        if request.action != "TransactWriteItems" {
            return Fault::None;
        }
        let (keys, now) = (keys(request), Instant::now());
        let mut busy_until = busy_until.lock().unwrap();
        if keys.iter().any(|key| busy_until.get(key).is_some_and(|until| *until > now)) {
            *noted.lock().unwrap() += 1;
            return Fault::TransactionConflict;
        }
        busy_until.extend(keys.into_iter().map(|key| (key, now + TRANSACTION)));
        Fault::None
    });
    for number in 0..CALLS {
        system.graph().publish(&with_a_shared_telephone(number)).unwrap();
    }
    system.drained(Duration::from_secs(60)).await.unwrap();
    system.dynamodb().faults().clear();

    let conflicts = *conflicts.lock().unwrap();
    assert!(conflicts > 0, "there was no conflict");
    println!("{conflicts} conflicts in {CALLS} calls");
    assert!(conflicts <= 8 * CALLS, "{conflicts} conflicts in {CALLS} calls");
    assert_eq!(system.metrics().consumer.sum("Stored"), f64::from(CALLS));
    assert_eq!(system.metrics().consumer.sum("RetriedStoreUnavailable"), 0.0);
}
