//! Whatever comes: no panic, an answer from the table, and nothing of it in the log.

use lambda_http::http::{Method, Request as HttpRequest};
use lambda_http::{Body, Request};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::system::{
    CLIENT_SECRET, Log, STATE, System, TENANT, event, lifecycle_event, notification, with,
};

fn request() -> impl Strategy<Value = (String, String, String, Vec<u8>)> {
    let method = "GET|POST|PUT|HEAD|OPTIONS|DELETE|X";
    let path = "/notifications|/lifecycle|/notifications/|/|/[!-~&&[^#?<>\"`{}|\\\\^%]]{0,20}";
    let query = "|validationToken=[!-~&&[^#<>\"`{}|\\\\^]]{0,40}|[a-z=&%+0-9]{0,40}";
    let body = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..400),
        "\\{\"value\":\\[.{0,200}\\]\\}".prop_map(String::into_bytes),
        Just(json!({ "value": [notification("a"), 7] }).to_string().into_bytes()),
    ];
    (method, path, query, body)
}

#[test]
fn whatever_is_asked_the_answer_is_one_of_the_table() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let system = runtime.block_on(System::start());
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&request(), |(method, path, query, body)| {
        let uri = format!("https://calls.contoso.example{path}?{query}");
        let request: Request = HttpRequest::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(uri)
            .body(Body::from(body))
            .map_err(|error| TestCaseError::reject(error.to_string()))?;
        let response = runtime.block_on(system.handle(request));
        let status = response.status().as_u16();
        prop_assert!([200, 202, 400, 404, 405].contains(&status), "{status}");
        if status != 200 {
            let text = String::from_utf8_lossy(response.body());
            prop_assert!(
                [
                    "",
                    "GET is for the validation handshake only",
                    "the body is not a JSON object with a list named value",
                    "the validation token is empty",
                    "the validation token is not UTF-8"
                ]
                .contains(&text.as_ref()),
                "{text}"
            );
        }
        Ok(())
    });
    outcome.unwrap();
    assert!(system.queued_calls().iter().all(|id| id == "a"));
}

#[tokio::test]
async fn no_log_line_repeats_what_came_or_what_is_secret() {
    let (log, _guard) = Log::capture();
    let system = System::start().await;
    let marker = "invented-marker";
    let entries = [
        notification("genuine"),
        lifecycle_event("missed"),
        with(notification("a"), "clientState", format!("{STATE}{marker}")),
        with(notification("a"), "tenantId", marker),
        with(notification("a"), "resource", format!("users/{marker}")),
        with(notification("a"), "displayName", marker),
        json!(marker),
    ];
    system.post_entries(&entries).await;
    system.post(&format!("{marker} is not JSON")).await;
    let query = format!("validationToken={marker}");
    system.handle(event("POST", "/notifications", &query, None)).await;
    system.handle(event("POST", &format!("/{marker}"), "", Some(marker))).await;
    system.sqs.faults().set(|_| aws_stand_ins::Fault::ErrorBefore(403, "AccessDenied"));
    system.post_entries(&entries).await;

    let log = log.text();
    assert!(log.contains("calls.announced") && log.contains("genuine"), "{log}");
    assert!(log.contains("notifications.rejected"), "{log}");
    assert!(log.contains("notifications.not_acknowledged"), "{log}");
    for secret in [marker, STATE, CLIENT_SECRET, TENANT] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    let metrics = serde_json::to_string(&system.metrics.lines()).unwrap();
    assert!(!metrics.contains(marker) && !metrics.contains(STATE), "{metrics}");
}

#[tokio::test]
async fn as_many_entries_as_fit_into_a_body_are_answered_in_time() {
    let system = System::start().await;
    let body = format!(r#"{{"value":[{}{}]}}"#, "{},".repeat(349_000), notification("a"));
    let begun = std::time::Instant::now();
    assert_eq!(system.post(&body).await, 202);
    assert!(begun.elapsed().as_secs() < 3, "{:?}", begun.elapsed());
    assert_eq!(system.queued_calls(), ["a"]);
}

#[tokio::test]
async fn an_entry_without_a_client_state_is_logged_as_such_and_not_as_a_wrong_one() {
    let (log, _guard) = Log::capture();
    let system = System::start().await;
    let mut entry = notification("a");
    entry.as_object_mut().unwrap().remove("clientState");
    system.post_entries(&[entry]).await;
    let log = log.text();
    assert!(
        log.contains("missing_client_state\":1") || log.contains("missing_client_state=1"),
        "{log}"
    );
    assert!(log.contains("without a clientState"), "{log}");
    assert!(!log.contains("forged"), "{log}");
}

#[tokio::test]
async fn a_flood_of_notifications_does_not_flood_the_log() {
    let (log, _guard) = Log::capture();
    let system = System::start().await;
    let calls: Vec<_> = (0..150).map(|number| notification(&format!("call-{number}"))).collect();
    let events = (0..150)
        .map(|number| with(lifecycle_event("missed"), "subscriptionId", format!("id-{number}")));
    let entries: Vec<_> = calls.into_iter().chain(events).collect();
    assert_eq!(system.post_entries(&entries).await, 202);
    assert_eq!(system.queued_calls().len(), 150);
    assert_eq!(system.queued_events().len(), 150);
    let log = log.text();
    assert_eq!(log.matches("calls.announced").count(), 1);
    assert_eq!(log.matches("lifecycle.announced").count(), 1);
    assert_eq!(log.matches("call-").count(), 100, "{log}");
    assert_eq!(log.matches("missed").count(), 100, "{log}");
    assert!(log.contains("calls\":150") && log.contains("events\":150"), "{log}");
}
