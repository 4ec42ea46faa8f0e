use aws_stand_ins::{Fault, SecretsManager};
use lambda_http::http::header;
use rstest::rstest;

use crate::rotation::secrets_at;
use crate::system::{System, event};

#[rstest]
#[case::change_notifications("POST", "/notifications", None)]
#[case::lifecycle("POST", "/lifecycle", None)]
#[case::with_get("GET", "/notifications", None)]
#[case::lifecycle_with_get("GET", "/lifecycle", None)]
#[case::with_a_body_of_notifications("POST", "/notifications", Some(r#"{"value":[]}"#))]
#[case::with_any_body("POST", "/lifecycle", Some("\u{0}junk"))]
#[case::behind_a_base_path("POST", "/teams/notifications", None)]
#[case::with_a_slash_at_the_end("POST", "/notifications/", None)]
#[tokio::test]
async fn the_handshake_is_answered_at_any_time(
    #[case] method: &str,
    #[case] path: &str,
    #[case] body: Option<&str>,
) {
    let system = System::start().await;
    let query = "validationToken=Validation%3a+a%2Bb+100%25+%3Cb%3E";
    let response = system.handle(event(method, path, query, body)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(&response.body()[..], b"Validation: a+b 100% <b>");
    let headers = response.headers();
    assert_eq!(headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
}

#[rstest]
#[case::empty("validationToken=")]
#[case::not_utf_8("validationToken=%C3")]
#[tokio::test]
async fn a_token_that_cannot_be_sent_back_is_answered_400(#[case] query: &str) {
    let system = System::start().await;
    let response = system.handle(event("POST", "/notifications", query, None)).await;
    assert_eq!(response.status(), 400);
}

#[tokio::test]
async fn a_token_over_4_kb_is_answered_400_and_not_repeated() {
    let system = System::start().await;
    let query = format!("validationToken={}", "x".repeat(4 * 1024 + 1));
    let response = system.handle(event("POST", "/notifications", &query, None)).await;
    assert_eq!(response.status(), 400);
    assert!(!String::from_utf8_lossy(response.body()).contains("xxx"));
}

#[tokio::test]
async fn the_handshake_needs_neither_the_secret_nor_the_queues() {
    let manager = SecretsManager::start().await.unwrap();
    manager.faults().set(|_| Fault::Hang);
    let system = System::with(secrets_at(&manager.url())).await;
    system.sqs.faults().set(|_| Fault::Hang);
    let response = system.handle(event("POST", "/notifications", "validationToken=t", None)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(manager.faults().requests() + system.sqs.faults().requests(), 0);
}
