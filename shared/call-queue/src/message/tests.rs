use rstest::rstest;

use super::*;

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

#[test]
fn a_call_message_comes_back_as_it_was_written() {
    let message = CallMessage {
        call_id: "e523d2ed-2966-4b6b-925b-754a88034cc5".to_owned(),
        reason: Reason::Notification,
        enqueued_at: noon(),
        subscription_id: Some("invented".to_owned()),
        version: None,
    };
    let json = message.to_json();
    assert_eq!(
        json,
        r#"{"call_id":"e523d2ed-2966-4b6b-925b-754a88034cc5","reason":"notification","enqueued_at":"2026-11-23T12:00:00Z","subscription_id":"invented"}"#
    );
    assert_eq!(CallMessage::parse(&json), Ok(message));
}

#[test]
fn a_wanted_version_comes_back_as_it_was_written() {
    let message = CallMessage {
        call_id: "call-1".to_owned(),
        reason: Reason::Reconciliation,
        enqueued_at: noon(),
        subscription_id: None,
        version: Some(3),
    };
    assert!(message.to_json().ends_with(r#","version":3}"#));
    assert_eq!(CallMessage::parse(&message.to_json()), Ok(message));
}

#[test]
fn a_gap_comes_back_as_it_was_written() {
    let gap = GapMessage { from: noon(), to: noon(), reason: "subscription_missing".to_owned() };
    assert_eq!(GapMessage::parse(&gap.to_json()), Ok(gap));
    let error = GapMessage::parse(r#"{"from":"2026-11-23T12:00:00Z","reason":"x"}"#).unwrap_err();
    assert!(error.to_string().contains("to is missing"), "{error}");
}

#[rstest]
#[case::reauthorization("reauthorizationRequired", LifecycleEvent::ReauthorizationRequired)]
#[case::removed("subscriptionRemoved", LifecycleEvent::SubscriptionRemoved)]
#[case::missed("missed", LifecycleEvent::Missed)]
#[case::unknown("invented", LifecycleEvent::Other("invented".to_owned()))]
fn a_lifecycle_message_comes_back_as_it_was_written(
    #[case] name: &str,
    #[case] event: LifecycleEvent,
) {
    let message = LifecycleMessage {
        event,
        subscription_id: Some("invented".to_owned()),
        received_at: noon(),
        subscription_expires_at: Some(noon()),
    };
    let json = message.to_json();
    assert!(json.contains(name), "{json}");
    assert_eq!(LifecycleMessage::parse(&json), Ok(message));
}

#[test]
fn an_event_is_known_in_any_capitals() {
    assert_eq!(LifecycleEvent::from_any_case("Missed"), LifecycleEvent::Missed);
}

#[rstest]
#[case::an_unknown_key(
    r#"{"call_id":"a","reason":"backfill","enqueued_at":"2026-11-23T12:00:00Z","x":[1]}"#
)]
#[case::a_repeated_key(
    r#"{"call_id":"b","call_id":"a","reason":"backfill","enqueued_at":"2026-11-23T12:00:00Z"}"#
)]
#[case::another_offset(
    r#"{"call_id":"a","reason":"backfill","enqueued_at":"2026-11-23T14:00:00+02:00"}"#
)]
#[case::a_null(r#"{"call_id":"a","reason":"backfill","enqueued_at":"2026-11-23T12:00:00Z","subscription_id":null}"#)]
fn a_message_is_read_tolerantly(#[case] body: &str) {
    let message = CallMessage::parse(body).unwrap();
    assert_eq!(message.call_id, "a");
    assert_eq!(message.reason, Reason::Backfill);
    assert_eq!(message.enqueued_at, noon());
    assert_eq!(message.subscription_id, None);
}

#[test]
fn an_unknown_reason_is_kept_as_it_came() {
    let body = r#"{"call_id":"a","reason":"curiosity","enqueued_at":"2026-11-23T12:00:00Z"}"#;
    let message = CallMessage::parse(body).unwrap();
    assert_eq!(message.reason, Reason::Other("curiosity".to_owned()));
    assert_eq!(CallMessage::parse(&message.to_json()), Ok(message));
}

#[rstest]
#[case::nothing("", ParseError::NotAnObject)]
#[case::no_json("call-1", ParseError::NotAnObject)]
#[case::a_list("[]", ParseError::NotAnObject)]
#[case::a_lone_surrogate(r#"{"call_id":"\ud800"}"#, ParseError::NotAnObject)]
#[case::no_id(r#"{"enqueued_at":"2026-11-23T12:00:00Z"}"#, ParseError::Key { key: "call_id", expected: "the id of a call" })]
#[case::a_path_for_an_id(r#"{"call_id":"../users","enqueued_at":"2026-11-23T12:00:00Z"}"#, ParseError::Key { key: "call_id", expected: "the id of a call" })]
#[case::a_number_for_an_id(r#"{"call_id":7}"#, ParseError::Key { key: "call_id", expected: "the id of a call" })]
#[case::no_time(r#"{"call_id":"a"}"#, ParseError::Key { key: "enqueued_at", expected: "a time such as 2026-11-23T12:00:00Z" })]
fn an_unreadable_message_names_what_is_wrong(#[case] body: &str, #[case] error: ParseError) {
    assert_eq!(CallMessage::parse(body), Err(error));
}

#[test]
fn deep_nesting_is_refused_and_not_followed() {
    let body = "[".repeat(100_000);
    assert_eq!(CallMessage::parse(&body), Err(ParseError::NotAnObject));
}

#[rstest]
#[case::no_event(r#"{"received_at":"2026-11-23T12:00:00Z"}"#, "event")]
#[case::no_time(r#"{"event":"missed"}"#, "received_at")]
fn an_unreadable_lifecycle_message_names_the_key(#[case] body: &str, #[case] key: &str) {
    assert!(LifecycleMessage::parse(body).unwrap_err().to_string().contains(key));
}
