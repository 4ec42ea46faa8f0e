//! What is in every call must not be an item that every call writes: transactions on one item conflict.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_stand_ins::Fault;
use serde_json::{Value, json};
use teams_calls::system::{Settings, System};

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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recording_bot_in_every_call_makes_no_item_that_every_call_writes() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let written = Arc::new(Mutex::new(BTreeMap::<String, u32>::new()));
    let noted = Arc::clone(&written);
    system.dynamodb().faults().set(move |request| {
        if request.action == "TransactWriteItems" {
            let transaction = request.json();
            for action in transaction["TransactItems"].as_array().into_iter().flatten() {
                let one = action.as_object().and_then(|action| action.values().next());
                let Some(one) = one else { continue };
                let key = if one["Item"].is_object() { &one["Item"] } else { &one["Key"] };
                let key = format!("{} {}", key["pk"]["S"], key["sk"]["S"]);
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
