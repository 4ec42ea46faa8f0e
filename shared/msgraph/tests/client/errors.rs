//! Every documented or captured error, and what it becomes.

use msgraph::{Error, Graph};
use rstest::rstest;
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::stand_in::*;
use crate::subscriptions::new_subscription;

/// What creating a subscription ends in when Graph answers this.
async fn refusal(status: u16, body: &str) -> (Error, usize) {
    let stand_in = StandIn::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(status).set_body_string(body))
        .mount(&stand_in.graph_host)
        .await;
    let error = stand_in.graph.create_subscription(&new_subscription(), soon()).await.unwrap_err();
    (error, stand_in.asked().await.len())
}

#[tokio::test]
async fn a_subscription_that_exists_is_named() {
    let body = payload("error-409-subscription-exists-capture");
    let (error, tries) = refusal(409, &body).await;
    let Error::AlreadyExists { id } = error else { panic!("{error:?}") };
    assert_eq!(id.as_deref(), Some("c0bba80e-57a3-43a7-bac2-e6f525a76e7c"));
    assert_eq!(tries, 1);
}

#[tokio::test]
async fn a_subscription_that_exists_without_a_name_is_known_to_exist() {
    let body = r#"{"error": {"code": "ObjectIdentifierInUse", "message": "It exists."}}"#;
    let (error, _) = refusal(409, body).await;
    assert!(matches!(error, Error::AlreadyExists { id: None }), "{error:?}");
}

#[tokio::test]
async fn another_conflict_is_rejected() {
    let (error, _) = refusal(409, r#"{"error": {"code": "Conflict"}}"#).await;
    assert!(
        matches!(error, Error::Rejected { ref reference, .. } if reference.status == 409),
        "{error:?}"
    );
}

#[tokio::test]
async fn too_many_subscriptions_are_not_a_missing_consent() {
    let body = payload("error-403-subscription-limit-capture");
    let (error, tries) = refusal(403, &body).await;
    assert!(matches!(error, Error::QuotaExceeded { .. }), "{error:?}");
    assert!(error.to_string().contains("delete unused ones"), "{error}");
    assert!(!error.to_string().contains("CallRecords.Read.All"), "{error}");
    assert_eq!(tries, 1);
}

#[tokio::test]
async fn a_missing_consent_names_the_permission() {
    let body = r#"{"error": {"code": "ExtensionError",
        "message": "Operation: Create; Exception: [Status Code: Forbidden; Reason: Forbidden]"}}"#;
    let (error, tries) = refusal(403, body).await;
    assert!(matches!(error, Error::Unauthorized { status: 403, .. }), "{error:?}");
    assert!(error.to_string().contains("CallRecords.Read.All"), "{error}");
    assert_eq!(tries, 2);
}

#[rstest]
#[case::as_captured(&payload("error-400-validation-failed-capture"))]
#[case::the_older_code(
    r#"{"error": {"code": "InvalidRequest", "message": "Subscription validation request failed."}}"#)]
#[tokio::test]
async fn a_webhook_that_did_not_answer_is_named(#[case] body: &str) {
    let (error, tries) = refusal(400, body).await;
    assert!(matches!(error, Error::HandshakeFailed { .. }), "{error:?}");
    assert!(error.to_string().contains("NOTIFICATION_URL"), "{error}");
    assert_eq!(tries, 1);
}

#[tokio::test]
async fn an_expiry_too_far_away_is_rejected_with_advice() {
    let body = payload("error-400-expiration-too-far");
    let (error, _) = refusal(400, &body).await;
    let Error::Rejected { advice, reference } = error else { panic!("{error:?}") };
    assert_eq!((reference.status, reference.code.as_str()), (400, "ExtensionError"));
    assert!(advice.contains("set the clock"), "{advice}");
}

#[tokio::test]
async fn an_error_without_words_is_still_an_error() {
    let (error, _) = refusal(418, "").await;
    assert!(error.to_string().ends_with("(418)"), "{error}");
}

#[tokio::test]
async fn nothing_of_an_error_body_without_end_is_repeated() {
    let body = format!(r#"{{"error": {{"message": "{}"}}}}"#, "x".repeat(200_000));
    let (error, _) = refusal(400, &body).await;
    assert!(matches!(error, Error::Rejected { .. }), "{error:?}");
    assert!(!error.to_string().contains("xxx"), "{error}");
}

#[test]
fn the_client_can_be_shared_between_tasks() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    shared::<Graph>();
    fn sent<T: Send + Sync + 'static>() {}
    sent::<Error>();
    sent::<msgraph::CallRecordReader>();
}
