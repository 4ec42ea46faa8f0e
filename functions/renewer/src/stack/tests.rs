use rstest::rstest;
use serde_json::{Value, json};

use super::*;

#[rstest]
#[case("https://bucket.s3.us-east-1.amazonaws.com/x?X-Amz-Signature=y", true)]
#[case("http://127.0.0.1:8080/x", true)]
#[case("http://[::1]:8080/x", true)]
#[case("http://localhost:8080/x", true)]
#[case("http://bucket.s3.us-east-1.amazonaws.com/x", false)]
#[case("http://127.0.0.1.contoso.example/x", false)]
#[case("ftp://127.0.0.1/x", false)]
#[case("file:///x", false)]
#[case("no address", false)]
fn an_answer_goes_to_https_only_or_to_this_machine(#[case] url: &str, #[case] acceptable: bool) {
    assert_eq!(parse_response_url(url).is_some(), acceptable);
}

fn request(kind: &str) -> StackRequest {
    let request = json!({
        "RequestType": kind,
        "ResponseURL": "https://s3.contoso.example/x?X-Amz-Signature=invented",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Subscription",
        "ResourceType": "Custom::Subscription",
        "OldResourceProperties": {"anything": "else"},
    });
    serde_json::from_value(request).unwrap()
}

#[rstest]
#[case("Create", Some(Goal::Subscribe))]
#[case("Update", Some(Goal::Subscribe))]
#[case("Delete", Some(Goal::Unsubscribe))]
#[case("Import", None)]
fn a_request_is_for_a_subscription_or_for_none(#[case] kind: &str, #[case] goal: Option<Goal>) {
    assert_eq!(request(kind).goal(), goal);
}

#[test]
fn the_address_is_not_shown() {
    assert!(!format!("{:?}", request("Create")).contains("invented"));
}

#[test]
fn a_long_sentence_is_cut_so_that_the_answer_stays_small() {
    let result = shortened(&StackResult::status_only("ü".repeat(5_000)));
    assert_eq!(result.status.chars().count(), MAX_REASON_LENGTH);
    let answer = Answer {
        status: "SUCCESS",
        reason: &result.status,
        physical_resource_id: PHYSICAL_ID,
        stack_id: &"s".repeat(200),
        request_id: &"r".repeat(40),
        logical_resource_id: "Subscription",
        data: &result,
    };
    let body: Value = serde_json::to_value(&answer).unwrap();
    assert!(body.to_string().len() < 4_096);
}
