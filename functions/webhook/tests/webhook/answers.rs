use lambda_http::http::header;
use rstest::rstest;
use serde_json::json;

use crate::system::{System, event, event_with, lifecycle_event, notification, with};

#[tokio::test]
async fn in_a_mixed_body_each_entry_is_judged_by_itself() {
    let system = System::start().await;
    let entries = [
        notification("a"),
        with(notification("forged"), "clientState", "invented-client-statf"),
        with(notification("foreign"), "tenantId", "00000000-0000-0000-0000-000000000000"),
        with(notification("x"), "resource", "users/x"),
        json!("no object"),
        lifecycle_event("missed"),
        notification("b"),
        notification("a"),
    ];
    assert_eq!(system.post_entries(&entries).await, 202);
    assert_eq!(system.queued_calls(), ["a", "b"]);
    assert_eq!(system.queued_events().len(), 1);
    for (name, value) in
        [("Enqueued", 2.0), ("OtherRequests", 1.0), ("Repeated", 1.0), ("Rejected", 4.0)]
    {
        assert_eq!(system.metrics.of(name), [value], "{name}");
    }
    assert_eq!(system.metrics.lines().len(), 1, "one line per invocation");
}

#[tokio::test]
async fn a_rejected_body_is_answered_like_an_accepted_one() {
    let system = System::start().await;
    let genuine = json!({ "value": [notification("a")] }).to_string();
    let forged = json!({ "value": [with(notification("a"), "clientState", "x")] }).to_string();
    let mut answers = Vec::new();
    for body in [genuine, forged] {
        let response = system.handle(event("POST", "/notifications", "", Some(&body))).await;
        answers.push((response.status(), response.headers().clone(), response.body().to_vec()));
    }
    assert_eq!(answers[0].0, 202);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(system.queued_calls(), ["a"]);
}

#[tokio::test]
async fn a_base64_body_is_read() {
    let system = System::start().await;
    // {"value":[]}
    let more = json!({ "body": "eyJ2YWx1ZSI6W119", "isBase64Encoded": true });
    let response = system.handle(event_with("POST", "/notifications", "", &more)).await;
    assert_eq!(response.status(), 202);
}

#[tokio::test]
async fn parameters_of_our_own_in_the_url_do_no_harm() {
    let system = System::start().await;
    let body = json!({ "value": [notification("a")] }).to_string();
    let response = system.handle(event("POST", "/notifications", "a=1&b=2", Some(&body))).await;
    assert_eq!(response.status(), 202);
    assert_eq!(system.queued_calls(), ["a"]);
}

#[rstest]
#[case::get_without_a_token("GET", "/notifications", None, 400)]
#[case::head("HEAD", "/notifications", None, 405)]
#[case::options("OPTIONS", "/notifications", None, 405)]
#[case::put("PUT", "/lifecycle", Some(r#"{"value":[]}"#), 405)]
#[case::delete("DELETE", "/lifecycle", None, 405)]
#[case::another_path("POST", "/", Some(r#"{"value":[]}"#), 404)]
#[case::something_below("POST", "/notifications/x", Some(r#"{"value":[]}"#), 404)]
#[case::a_longer_word("GET", "/mynotifications", None, 404)]
#[case::no_entries("POST", "/notifications", Some(r#"{"value":[]}"#), 202)]
#[case::no_body("POST", "/notifications", None, 400)]
#[case::junk("POST", "/notifications", Some("<html>"), 400)]
#[case::json_of_another_shape("POST", "/lifecycle", Some(r#"{"values":[]}"#), 400)]
#[case::a_list("POST", "/notifications", Some("[]"), 400)]
#[case::cut_short("POST", "/notifications", Some(r#"{"value":[{}"#), 400)]
#[tokio::test]
async fn every_request_has_its_answer(
    #[case] method: &str,
    #[case] path: &str,
    #[case] body: Option<&str>,
    #[case] status: u16,
) {
    let system = System::start().await;
    let response = system.handle(event(method, path, "", body)).await;
    assert_eq!(response.status(), status);
    let allow = response.headers().get(header::ALLOW).map(|allow| allow.to_str().unwrap());
    assert_eq!(allow, (status == 405).then_some("GET, POST"));
    assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(system.queued_calls().is_empty());
}

#[tokio::test]
async fn a_body_over_1_mb_is_answered_413_and_nothing_of_it_enters() {
    let system = System::start().await;
    let padding = " ".repeat(1024 * 1024);
    let body = format!(r#"{{"value":[{}]{padding}}}"#, notification("a"));
    assert_eq!(system.post(&body).await, 413);
    assert!(system.queued_calls().is_empty());
}
