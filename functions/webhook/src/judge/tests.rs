use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

use lambda_kit::SecretValue as _;

use super::*;

const STATE: &str = "invented-client-state";
const OLD_STATE: &str = "invented-client-state-before";
const TENANT: &str = "84bd8158-6d4d-4958-8b9f-9d6445542f95";
const CALL: &str = "e523d2ed-2966-4b6b-925b-754a88034cc5";

fn client_states() -> ClientStates {
    ClientStates::parse(&json!({ "client_states": [STATE, OLD_STATE] }).to_string()).unwrap()
}

fn judge(body: &[u8], now: Timestamp) -> Result<Judged, NotABody> {
    let client_states = client_states();
    super::judge(body, Expected { client_states: &client_states, tenant_id: Some(TENANT) }, now)
}

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn notification(call_id: &str) -> Value {
    json!({
        "subscriptionId": "e3898f08-5cd0-4a6a-80fc-6addbfb73b7b",
        "clientState": STATE,
        "changeType": "updated",
        "resource": format!("communications/callRecords/{call_id}"),
        "subscriptionExpirationDateTime": "2026-11-26T00:00:00.000+00:00",
        "resourceData": { "@odata.type": "#microsoft.graph.callrecord", "id": call_id },
        "tenantId": TENANT,
    })
}

fn event(name: &str) -> Value {
    json!({
        "lifecycleEvent": name,
        "subscriptionId": "e3898f08-5cd0-4a6a-80fc-6addbfb73b7b",
        "subscriptionExpirationDateTime": "2026-11-26T00:00:00.0000000+00:00",
        "clientState": STATE,
        "tenantId": TENANT,
    })
}

fn with(mut entry: Value, key: &str, value: Value) -> Value {
    entry[key] = value;
    entry
}

fn judged(entries: &[Value]) -> Judged {
    let body = json!({ "value": entries }).to_string();
    judge(body.as_bytes(), noon()).unwrap()
}

fn call_ids(judged: &Judged) -> Vec<&str> {
    judged.calls.iter().map(|call| call.call_id.as_str()).collect()
}

#[test]
fn a_notification_becomes_a_message_about_its_call() {
    assert_eq!(
        judged(&[notification(CALL)]).calls,
        [CallMessage {
            call_id: CALL.to_owned(),
            reason: Reason::Notification,
            enqueued_at: noon(),
            subscription_id: Some("e3898f08-5cd0-4a6a-80fc-6addbfb73b7b".to_owned()),
            version: None,
        }]
    );
}

#[test]
fn a_lifecycle_event_becomes_a_message_about_its_subscription() {
    assert_eq!(
        judged(&[event("reauthorizationRequired")]).events,
        [LifecycleMessage {
            event: LifecycleEvent::ReauthorizationRequired,
            subscription_id: Some("e3898f08-5cd0-4a6a-80fc-6addbfb73b7b".to_owned()),
            received_at: noon(),
            subscription_expires_at: Some("2026-11-26T00:00:00Z".parse().unwrap()),
        }]
    );
}

#[rstest]
#[case::with_a_leading_slash(json!("/communications/callRecords/e523d2ed-2966-4b6b-925b-754a88034cc5"))]
#[case::in_other_capitals(json!("Communications/CallRecords/e523d2ed-2966-4b6b-925b-754a88034cc5"))]
#[case::as_a_key(json!("communications/callRecords('e523d2ed-2966-4b6b-925b-754a88034cc5')"))]
#[case::the_collection_with_the_id_in_the_data(json!("communications/callRecords"))]
#[case::the_collection_with_a_slash(json!("/communications/callRecords/"))]
fn a_call_record_is_recognised_however_it_is_written(#[case] resource: Value) {
    let entry = with(notification(CALL), "resource", resource);
    assert_eq!(call_ids(&judged(&[entry])), [CALL]);
}

#[rstest]
#[case::absent(Value::Null)]
#[case::a_text_as_seen_in_the_wild(json!("{}"))]
#[case::without_an_id(json!({ "@odata.type": "#Microsoft.Graph.callRecord" }))]
#[case::the_same_in_capitals(json!({ "id": "E523D2ED-2966-4B6B-925B-754A88034CC5" }))]
fn odd_resource_data_does_no_harm(#[case] data: Value) {
    let entry = with(notification(CALL), "resourceData", data);
    assert_eq!(call_ids(&judged(&[entry])), [CALL]);
}

#[rstest]
#[case::no_object(json!(7), Rejection::Malformed)]
#[case::null(Value::Null, Rejection::Malformed)]
#[case::a_list(json!([notification(CALL)]), Rejection::Malformed)]
#[case::an_empty_object(json!({}), Rejection::NoClientState)]
#[case::no_client_state(
    with(notification(CALL), "clientState", Value::Null),
    Rejection::NoClientState
)]
#[case::a_client_state_that_is_no_text(with(notification(CALL), "clientState", json!([STATE])), Rejection::NoClientState)]
#[case::an_empty_client_state(with(notification(CALL), "clientState", json!("")), Rejection::WrongClientState)]
#[case::a_forged_client_state(with(notification(CALL), "clientState", json!("invented-client-stat")), Rejection::WrongClientState)]
#[case::no_tenant(with(notification(CALL), "tenantId", Value::Null), Rejection::Tenant)]
#[case::another_tenant(with(notification(CALL), "tenantId", json!("84bd8158-6d4d-4958-8b9f-9d6445542f96")), Rejection::Tenant)]
#[case::no_resource(with(notification(CALL), "resource", Value::Null), Rejection::Resource)]
#[case::another_resource(with(notification(CALL), "resource", json!("users/e523d2ed-2966-4b6b-925b-754a88034cc5")), Rejection::Resource)]
#[case::a_longer_word(with(notification(CALL), "resource", json!("communications/callRecordsX/e523d2ed")), Rejection::Resource)]
#[case::something_below_a_record(with(notification(CALL), "resource", json!("communications/callRecords/e523d2ed/sessions")), Rejection::Resource)]
#[case::the_folder_above(
    with(notification(".."), "resourceData", Value::Null),
    Rejection::Resource
)]
#[case::a_query(with(notification("a?b"), "resourceData", Value::Null), Rejection::Resource)]
#[case::an_unfinished_key(with(notification(CALL), "resource", json!("communications/callRecords('e523d2ed")), Rejection::Resource)]
#[case::two_different_ids(with(notification(CALL), "resourceData", json!({ "id": "another" })), Rejection::Resource)]
#[case::the_collection_without_any_id(with(with(notification(CALL), "resource", json!("communications/callRecords")), "resourceData", Value::Null), Rejection::Resource)]
#[case::a_split_inside_a_character(with(notification(CALL), "resource", json!("communications/callRecordé/e523d2ed")), Rejection::Resource)]
#[case::an_event_that_is_no_name(event("\n"), Rejection::Malformed)]
#[case::an_event_without_a_name(event(""), Rejection::Malformed)]
#[case::an_event_of_great_length(event(&"x".repeat(129)), Rejection::Malformed)]
#[case::a_forged_event(with(event("missed"), "clientState", json!("x")), Rejection::WrongClientState)]
#[case::an_event_of_another_tenant(with(event("missed"), "tenantId", json!("x")), Rejection::Tenant)]
fn what_is_not_ours_is_rejected_for_its_reason_without_harm_to_others(
    #[case] entry: Value,
    #[case] rejection: Rejection,
) {
    let judged = judged(&[notification("before"), entry, notification("after")]);
    let mut counts = EntryCounts { entries: 3, ..EntryCounts::default() };
    counts.reject(rejection);
    assert_eq!(judged.counts, counts);
    assert_eq!(call_ids(&judged), ["before", "after"]);
    assert!(judged.events.is_empty());
}

#[test]
fn every_client_state_that_is_valid_now_is_let_in() {
    let old = with(notification("old"), "clientState", json!(OLD_STATE));
    assert_eq!(call_ids(&judged(&[notification("new"), old])), ["new", "old"]);
}

#[test]
fn the_tenant_is_ours_in_any_capitals() {
    let entry = with(notification(CALL), "tenantId", json!(TENANT.to_uppercase()));
    assert_eq!(call_ids(&judged(&[entry])), [CALL]);
}

#[test]
fn without_a_tenant_in_the_settings_the_client_state_decides() {
    let other = with(notification(CALL), "tenantId", json!("another"));
    let forged = with(other.clone(), "clientState", json!("invented-guess"));
    let body = json!({ "value": [other, forged] }).to_string();
    let client_states = client_states();
    let expected = Expected { client_states: &client_states, tenant_id: None };
    let judged = super::judge(body.as_bytes(), expected, noon()).unwrap();
    assert_eq!(call_ids(&judged), [CALL]);
    assert_eq!(judged.counts.wrong_client_state, 1);
}

#[test]
fn one_guid_in_two_cases_is_one_message() {
    let capitals = CALL.to_uppercase();
    let judged = judged(&[notification(&capitals), notification(CALL)]);
    assert_eq!(call_ids(&judged), [CALL]);
}

#[test]
fn a_notification_repeated_within_a_body_is_one_message() {
    let judged =
        judged(&[notification("a"), notification("b"), notification("a"), notification("a")]);
    assert_eq!(call_ids(&judged), ["a", "b"]);
    assert_eq!(judged.counts.repeated, 2);
}

#[test]
fn an_event_repeated_within_a_body_is_one_message_and_another_subscriptions_is_another() {
    let other = with(event("missed"), "subscriptionId", json!("another"));
    let judged = judged(&[event("missed"), event("missed"), event("subscriptionRemoved"), other]);
    assert_eq!(judged.events.len(), 3);
    assert_eq!(judged.counts.repeated, 1);
}

#[test]
fn an_event_that_is_not_known_yet_is_passed_on_as_it_came() {
    let judged = judged(&[event("somethingNew")]);
    assert_eq!(judged.events[0].event, LifecycleEvent::Other("somethingNew".to_owned()));
}

#[rstest]
#[case::of_great_length(json!("s".repeat(129)))]
#[case::with_a_line_break(json!("a\nb"))]
#[case::no_text(json!(7))]
fn a_subscription_id_that_is_no_name_is_left_out(#[case] id: Value) {
    let judged = judged(&[with(notification(CALL), "subscriptionId", id)]);
    assert_eq!(judged.calls[0].subscription_id, None);
}

#[test]
fn a_million_entries_in_a_body_need_no_more_memory_than_what_is_let_in() {
    let mut body = String::from("{\"value\":[");
    for _ in 0..1_000_000 {
        body.push_str("{},");
    }
    body.push_str(&notification(CALL).to_string());
    body.push_str("]}");
    let judged = judge(body.as_bytes(), noon()).unwrap();
    assert_eq!(judged.counts.entries, 1_000_001);
    assert_eq!(judged.counts.no_client_state, 1_000_000);
    assert_eq!(call_ids(&judged), [CALL]);
    assert!(judged.calls.capacity() < 10);
}

#[test]
fn as_many_genuine_repetitions_as_fit_into_a_body_are_one_message() {
    let entry = json!({
        "clientState": STATE, "tenantId": TENANT, "resource": "communications/callRecords/a",
    })
    .to_string();
    let times = crate::body::MAX_BODY_BYTES / (entry.len() + 1);
    let body = format!("{{\"value\":[{}{entry}]}}", format!("{entry},").repeat(times - 1));
    let judged = judge(body.as_bytes(), noon()).unwrap();
    assert_eq!(judged.counts.repeated, times - 1);
    assert_eq!(call_ids(&judged), ["a"]);
}

/// JSON that resembles an entry: the right keys with right, wrong and absurd values.
fn arbitrary_entry() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        Just(json!(STATE)),
        Just(json!(TENANT)),
        Just(json!("communications/callRecords/a")),
        ".{0,20}".prop_map(|id| json!(format!("communications/callRecords/{id}"))),
        Just(json!("missed")),
    ];
    let value = scalar.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("id|clientState|.*", inner, 0..6).prop_map(Value::from_iter),
        ]
    });
    let key = "clientState|tenantId|subscriptionId|resource|resourceData|lifecycleEvent|.*";
    prop::collection::hash_map(key, value, 0..9).prop_map(Value::from_iter)
}

proptest! {
    #[test]
    fn whatever_the_bytes_nothing_panics_and_nothing_enters(
        body in prop::collection::vec(any::<u8>(), 0..2_000)
    ) {
        if let Ok(judged) = judge(&body, noon()) {
            prop_assert!(judged.calls.is_empty() && judged.events.is_empty());
        }
    }

    #[test]
    fn whatever_the_entries_only_those_with_state_and_tenant_enter(
        entries in prop::collection::vec(arbitrary_entry(), 0..8)
    ) {
        let ours = |entry: &&Value| {
            entry["clientState"] == STATE && entry["tenantId"] == TENANT
        };
        let judged = judged(&entries);
        let entered = judged.calls.len() + judged.events.len() + judged.counts.repeated;
        prop_assert!(entered <= entries.iter().filter(ours).count());
        prop_assert_eq!(judged.counts.entries, entries.len());
        for call in &judged.calls {
            prop_assert!(call_id::canonical(&call.call_id).as_ref() == Some(&call.call_id));
            prop_assert_eq!(&CallMessage::parse(&call.to_json()).unwrap(), call);
        }
        for event in &judged.events {
            prop_assert_eq!(&LifecycleMessage::parse(&event.to_json()).unwrap(), event);
        }
    }

    #[test]
    fn a_genuine_notification_enters_whatever_stands_around_it(
        entries in prop::collection::vec(arbitrary_entry(), 0..6), place in 0_usize..6
    ) {
        let mut entries = entries;
        entries.insert(place.min(entries.len()), notification(CALL));
        let judged = judged(&entries);
        prop_assert!(call_ids(&judged).contains(&CALL));
    }

    #[test]
    fn a_body_damaged_anywhere_never_panics(at in 0_usize..2_000, byte in any::<u8>()) {
        let mut body = json!({ "value": [notification(CALL), event("missed")] }).to_string().into_bytes();
        let at = at % body.len();
        body[at] = byte;
        let _ = judge(&body, noon());
        body.truncate(at);
        prop_assert!(judge(&body, noon()).is_err());
    }
}
