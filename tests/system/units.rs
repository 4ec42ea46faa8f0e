//! What a call costs at DynamoDB: the units and requests by which the bill grows.

use std::sync::{Arc, Mutex};

use aws_stand_ins::Fault;
use fake_graph::organisation::{Organisation, Plan};
use jiff::tz::TimeZone;
use serde_json::json;
use teams_calls::system::{Settings, System};

use crate::waiting::TIMEOUT;

/// A call's people, and what storing its first version consumed.
struct Stored {
    is_peer_to_peer: bool,
    people: u32,
    sessions: u32,
    write_units: f64,
    requests: Vec<String>,
    bytes: i64,
}

/// Stores the calls of a day one after the other, each at its newest version as if it were the first.
async fn stored_one_by_one() -> Vec<Stored> {
    let system = System::start(Settings { metered: true, graph_limits: None, ..Settings::quiet() });
    let system = system.await.unwrap();
    let day = TimeZone::UTC.to_datetime(system.now()).date().yesterday().unwrap();
    let organisation = Organisation::invent(&Plan {
        people: 40,
        calls: 210,
        seed: 3,
        day,
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    });
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    system.dynamodb().faults().set(move |request| {
        seen.lock().unwrap().push(request.action.clone());
        Fault::None
    });
    let mut stored = Vec::new();
    for call in organisation.calls {
        let mut version = call.versions.last().unwrap().clone();
        version["version"] = json!(1);
        let id = version["id"].as_str().unwrap().to_owned();
        let (before, bytes) = (system.dynamodb().consumption(), bytes_of(&system).await);
        requests.lock().unwrap().clear();
        system.graph().publish(&version).unwrap();
        system.drained(TIMEOUT).await.unwrap();
        let (after, requests) = (system.dynamodb().consumption(), requests.lock().unwrap().clone());
        let Some(record) = system.store().record(&id).await.unwrap() else { continue };
        stored.push(Stored {
            is_peer_to_peer: record.call_type.as_str() == "peerToPeer",
            people: record.people,
            sessions: record.sessions,
            write_units: after.write_units - before.write_units,
            requests,
            bytes: bytes_of(&system).await - bytes,
        });
    }
    stored
}

/// The bytes of the items of calls, with the 100 that DynamoDB charges for each.
async fn bytes_of(system: &System) -> i64 {
    let described = system.dynamodb_client().describe_table().table_name("call-records");
    let table = described.send().await.unwrap().table.unwrap();
    let indexes = table.global_secondary_indexes.unwrap_or_default();
    let of_indexes = indexes.into_iter().map(|index| {
        index.index_size_bytes.unwrap_or_default() + 100 * index.item_count.unwrap_or_default()
    });
    table.table_size_bytes.unwrap_or_default()
        + 100 * table.item_count.unwrap_or_default()
        + of_indexes.sum::<i64>()
}

fn median<T: Copy + PartialOrd>(mut values: Vec<T>) -> T {
    assert!(values.len() >= 5, "only {} calls of the kind", values.len());
    values.sort_by(|one, other| one.partial_cmp(other).unwrap());
    values[values.len() / 2]
}

#[tokio::test]
async fn a_small_call_costs_few_units_and_requests_and_little_space() {
    let calls = stored_one_by_one().await;
    // The first calls of the day make the items of its totals.
    let calls = &calls[20..];
    let of_two = || calls.iter().filter(|call| call.is_peer_to_peer && call.people == 2);
    let of_five = || {
        calls.iter().filter(|call| {
            !call.is_peer_to_peer && (4..=5).contains(&call.people) && call.sessions <= 5
        })
    };
    let units = median(of_two().map(|call| call.write_units).collect());
    assert!(units <= 18.0, "a call of two takes {units} write units");
    let bytes = median(of_two().map(|call| call.bytes).collect());
    assert!(bytes <= 6_000, "a call of two takes {bytes} bytes");
    let units = median(of_five().map(|call| call.write_units).collect());
    assert!(units <= 38.0, "a call of five takes {units} write units");
    let bytes = median(of_five().map(|call| call.bytes).collect());
    assert!(bytes <= 15_000, "a call of five takes {bytes} bytes");
    for call in of_two().chain(of_five()) {
        let Stored { people, sessions, requests, .. } = call;
        let small = requests.len() <= 3;
        assert!(small, "{people} people on {sessions} sessions take {requests:?}");
    }
}
