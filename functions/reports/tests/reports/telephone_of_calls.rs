//! The rows of the logs of telephone calls on a call's page.

use pstn_logs::Log;
use serde_json::{Value, json};

use crate::faces::actions;
use crate::world::{ADA, BOB, PHONE, World, pair};

const CALL: &str = "e523d2ed-2966-4b6b-925b-754a88034cc5";
const OTHER: &str = "c0000000-0000-4000-8000-000000000002";
const LISTED: &str = "2026-11-25T03:00:00Z";

fn row(id: &str, start: &str, members: &Value) -> Value {
    let mut row = json!({"id": id, "userId": ADA.id, "userDisplayName": ADA.name, "callType": "ByotIn",
        "callerNumber": PHONE.id, "calleeNumber": "+4940111", "startDateTime": start, "duration": 65,
        "successfulCall": true, "trunkFullyQualifiedDomainName": "sbc.example.org"});
    for (name, value) in members.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

/// A call of a telephone with Ada, and the rows of the log of direct routing of that day and the next.
async fn world(start: &str, rows: &Value) -> World {
    let world = World::empty().await;
    world.deliver(&pair(CALL, start, 65, PHONE, ADA, &Value::Null)).await;
    let days = ["2026-11-18", "2026-11-21"];
    for log in Log::ALL {
        let rows = if log == Log::DirectRouting { rows.clone() } else { json!([]) };
        world.list_log(log, LISTED, days, &rows).await;
    }
    world
}

async fn log_of(world: &World, call: &str) -> Value {
    let answer = world.ask(json!({"report": "call", "call": call})).await;
    assert!(answer.get("error").is_none(), "{answer}");
    answer["data"]["call"]["telephone_log"].clone()
}

fn joined(log: &Value) -> Vec<&str> {
    log["rows"].as_array().unwrap().iter().map(|row| row["joined"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn rows_that_name_the_call_are_matched_and_one_that_fits_it_is_inferred() {
    let rows = json!([
        row(
            "1",
            "2026-11-19T09:30:00Z",
            &json!({"correlationId": CALL.to_uppercase(), "userId": BOB.id,
            "finalSipCode": 487, "callEndSubReason": 540200, "successfulCall": false,
            "finalSipCodePhrase": "Elsewhere: +4930987654"})
        ),
        row("2", "2026-11-19T08:00:59Z", &json!({"correlationId": "a call that is not stored"})),
        row("3", "2026-11-19T08:01:01Z", &json!({})),
        row("4", "2026-11-19T08:00:00Z", &json!({"userId": BOB.id})),
    ]);
    let world = world("2026-11-19T08:00:00Z", &rows).await;
    let log = log_of(&world, CALL).await;
    assert_eq!(joined(&log), ["inferred", "matched"], "{log}");
    assert_eq!((&log["ambiguous"], log.get("note")), (&json!(0), None));
    let matched = &log["rows"][1];
    assert_eq!(
        (&matched["sip_code"], &matched["sip_class"]),
        (&json!("487/540200"), &json!("completed_elsewhere"))
    );
    let page = world.page(json!({"report": "call", "call": CALL})).await;
    for text in
        ["Telephone log", "inferred", "matched", "sbc.example.org", "487/540200", "+4930987•••"]
    {
        assert!(page.contains(text), "{text} is not on {page}");
    }
    assert!(!page.contains("987654"), "{page}");
    assert!(actions(&page).iter().any(|link| link["report"] == "telephone"));
}

#[tokio::test]
async fn a_charge_is_shown_with_its_currency() {
    let world = world("2026-11-19T08:00:00Z", &json!([])).await;
    let paid = row(
        "1",
        "2026-11-19T08:00:10Z",
        &json!({"charge": 0.0135, "connectionCharge": "0.1",
        "currency": "EUR", "usageCountryCode": "DE", "callType": "user_in"}),
    );
    world.list_log(Log::Pstn, LISTED, ["2026-11-19", "2026-11-19"], &json!([paid])).await;
    let log = log_of(&world, CALL).await;
    let charge = json!({"currency": "EUR", "amount": "0.1135", "millionths": 113_500});
    assert_eq!(log["rows"][0]["charge"], charge, "{log}");
    let page = world.page(json!({"report": "call", "call": CALL})).await;
    assert!(page.contains("0.1135 EUR"), "{page}");
}

#[tokio::test]
async fn a_row_that_fits_two_calls_is_shown_on_neither_unless_it_names_one() {
    let rows = json!([
        row("1", "2026-11-19T08:00:50Z", &json!({})),
        row("2", "2026-11-19T08:00:50Z", &json!({"correlationId": OTHER})),
    ]);
    let world = world("2026-11-19T08:00:00Z", &rows).await;
    // The second row names a call that is not stored yet.
    assert_eq!(joined(&log_of(&world, CALL).await), ["inferred", "inferred"]);
    world.deliver(&pair(OTHER, "2026-11-19T08:01:40Z", 65, PHONE, ADA, &Value::Null)).await;
    let log = log_of(&world, CALL).await;
    assert_eq!((joined(&log), &log["ambiguous"]), (vec![], &json!(1)));
    assert!(log["note"].as_str().unwrap().contains("belong to neither"), "{log}");
    let log = log_of(&world, OTHER).await;
    assert_eq!((joined(&log), &log["ambiguous"]), (vec!["matched"], &json!(1)));
}

#[tokio::test]
async fn near_a_midnight_the_next_day_is_read_too_and_elsewhere_not() {
    let after = json!([row("1", "2026-11-20T00:00:20Z", &json!({"correlationId": CALL}))]);
    let near = world("2026-11-19T23:58:00Z", &after).await;
    assert_eq!(joined(&log_of(&near, CALL).await), ["matched"]);
    let requests = async |world: &World| {
        let answer = world.ask(json!({"report": "call", "call": CALL})).await;
        answer["meta"]["requests"].as_u64().unwrap()
    };
    let noon = world("2026-11-19T12:00:00Z", &after).await;
    assert_eq!(joined(&log_of(&noon, CALL).await), Vec::<&str>::new());
    // The head of the day of the call, which has no rows; of the next its rows as well.
    assert_eq!(requests(&noon).await + 2, requests(&near).await);
}

#[tokio::test]
async fn why_there_are_no_rows_is_said() {
    let world = World::empty().await;
    world.deliver(&pair(CALL, "2026-11-19T08:00:00Z", 65, PHONE, ADA, &Value::Null)).await;
    let note = async |world: &World| log_of(world, CALL).await["note"].as_str().unwrap().to_owned();
    assert!(note(&world).await.contains("PstnLogs"));
    let day = ["2026-11-19", "2026-11-19"];
    for log in Log::ALL {
        world.list_log(log, "2026-11-20T10:00:00Z", day, &json!([])).await;
    }
    assert!(note(&world).await.contains("still to come"));
    for log in Log::ALL {
        world.list_log(log, LISTED, day, &json!([])).await;
    }
    assert_eq!(note(&world).await, "The logs have no row of this call.");
    let page = world.page(json!({"report": "call", "call": CALL})).await;
    assert!(page.contains("The logs have no row of this call."), "{page}");
    // A call without a telephone has no such card.
    world.deliver(&pair(OTHER, "2026-11-19T08:00:00Z", 65, ADA, BOB, &Value::Null)).await;
    let page = world.page(json!({"report": "call", "call": OTHER})).await;
    assert!(!page.contains("Telephone log"), "{page}");
}
