use rstest::rstest;
use serde_json::json;

use super::*;
use crate::wire::{Answer, Wire};

const QUEUE: &str = "http://sqs.example/000000000000/calls-dead-letters";

fn accepting() -> Wire {
    Wire::new(|_, _| Answer::ok(json!({ "MessageId": "m", "MD5OfMessageBody": "0" })))
}

async fn quarantined_as(wire: &Wire, body: &str, detail: &str) -> Result<(), SendError> {
    let cause = Cause { reason: "undecodable_message", detail };
    dead_letter(&wire.client(), QUEUE, body, cause, "2026-11-23T12:00:00Z".parse().unwrap()).await
}

#[rstest]
#[case::ours(r#"{"call_id":"a"}"#)]
#[case::not_even_json("{\"call_id\": \"\\ud800\",,\n\t}")]
#[case::not_ascii("é☎")]
#[tokio::test(start_paused = true)]
async fn a_body_is_dead_lettered_byte_for_byte_with_its_reason(#[case] body: &str) {
    let wire = accepting();
    quarantined_as(&wire, body, "no call id").await.unwrap();
    let request = &wire.requests()[0];
    assert_eq!(request["QueueUrl"], QUEUE);
    assert_eq!(request["MessageBody"], body);
    let attribute = |name: &str| request["MessageAttributes"][name]["StringValue"].clone();
    assert_eq!(attribute("reason"), "undecodable_message");
    assert_eq!(attribute("detail"), "no call id");
    assert_eq!(attribute("quarantined_at"), "2026-11-23T12:00:00Z");
}

#[rstest]
#[case::nothing("", "-")]
#[case::a_line_break("one\ntwo", "one two")]
#[case::what_xml_forbids("a\u{0}b\u{ffff}c", "a b c")]
#[tokio::test(start_paused = true)]
async fn a_careless_detail_does_not_keep_a_message_from_being_dead_lettered(
    #[case] detail: &str,
    #[case] written: &str,
) {
    let wire = accepting();
    quarantined_as(&wire, "{}", detail).await.unwrap();
    assert_eq!(wire.requests()[0]["MessageAttributes"]["detail"]["StringValue"], written);
}

#[tokio::test(start_paused = true)]
async fn a_long_detail_is_cut() {
    let wire = accepting();
    quarantined_as(&wire, "{}", &"x".repeat(100_000)).await.unwrap();
    let request = &wire.requests()[0];
    let detail = request["MessageAttributes"]["detail"]["StringValue"].as_str().unwrap();
    assert_eq!(detail.len(), MAX_DETAIL_LENGTH);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_could_not_be_dead_lettered_is_an_error() {
    let wire = Wire::new(|_, _| Answer::error(500, "InternalFailure"));
    let error = quarantined_as(&wire, "{}", "no call id").await.unwrap_err();
    assert!(matches!(error, SendError::TimedOut { accepted: 0, left: 1, .. }), "{error:?}");
}
