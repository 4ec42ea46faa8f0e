//! The stack's requests, which are always answered.

use std::time::Duration;

use fake_graph::{Failure, Options, Target};
use http::StatusCode;
use renewer::Error;
use serde_json::{Value, json};
use tokio::time::Instant;
use wiremock::matchers::{method, path};
use wiremock::{Mock, Request, ResponseTemplate};

use crate::world::{STATE, World, in_a_minute};

fn request(world: &World, kind: &str) -> Value {
    request_to(&world.url("stack?X-Amz-Signature=invented"), kind)
}

fn request_to(url: &str, kind: &str) -> Value {
    json!({
        "RequestType": kind,
        "ResponseURL": url,
        "StackId": "arn:aws:cloudformation:us-east-1:000000000000:stack/calls/1",
        "RequestId": "request-1",
        "ResourceType": "Custom::Subscription",
        "LogicalResourceId": "Subscription",
        "ResourceProperties": {"ServiceToken": "arn", "NotificationUrl": "ignored"},
    })
}

/// What the stack was sent.
async fn answers(world: &World) -> Vec<Request> {
    let all = world.web.received_requests().await.unwrap();
    all.into_iter().filter(|it| it.method == "PUT").collect()
}

async fn only_answer(world: &World) -> Value {
    let [only] = <[_; 1]>::try_from(answers(world).await).expect("exactly one");
    only.body_json().unwrap()
}

#[tokio::test]
async fn deploying_makes_the_subscription_and_says_so() {
    let world = World::new().await;
    world.handle(request(&world, "Create")).await.unwrap();
    let made = world.only_subscription();
    let expected = json!({
        "Status": "SUCCESS",
        "Reason": "subscribed",
        "PhysicalResourceId": "callRecords-subscription",
        "StackId": "arn:aws:cloudformation:us-east-1:000000000000:stack/calls/1",
        "RequestId": "request-1",
        "LogicalResourceId": "Subscription",
        "Data": {
            "Status": "subscribed",
            "SubscriptionId": made.id,
            "ExpiresAt": "2026-11-26T10:00:00Z",
        },
    });
    assert_eq!(only_answer(&world).await, expected);
}

#[tokio::test]
async fn the_answer_carries_no_token_and_no_content_type() {
    let world = World::new().await;
    world.handle(request(&world, "Create")).await.unwrap();
    let [answer] = <[_; 1]>::try_from(answers(&world).await).expect("exactly one");
    assert!(!answer.headers.contains_key("authorization"));
    assert!(!answer.headers.contains_key("content-type"), "the signature covers an empty one");
    assert_eq!(answer.url.query(), Some("X-Amz-Signature=invented"));
}

#[tokio::test]
async fn a_deployment_without_consent_succeeds_and_says_what_is_missing() {
    let world = World::with(Options { consented: false, ..Options::default() }).await;
    world.handle(request(&world, "Create")).await.unwrap();
    let answer = only_answer(&world).await;
    assert_eq!(answer["Status"], "SUCCESS");
    let status = answer["Data"]["Status"].as_str().unwrap();
    assert!(status.contains("not subscribed yet") && status.contains("CallRecords.Read.All"));
    world.graph.set_consent(true);
    world.later(60);
    world.handle(json!({"schedule": "hourly"})).await.unwrap();
    world.only_subscription();
}

#[tokio::test]
async fn a_change_of_the_stack_moves_the_subscription_along_under_the_same_physical_id() {
    let world = World::new().await;
    world.handle(request(&world, "Create")).await.unwrap();
    let before = world.only_subscription().id;
    let mut config = world.config();
    config.notification_url = world.url("moved").parse().unwrap();
    let mut update = request(&world, "Update");
    update["PhysicalResourceId"] = json!("callRecords-subscription");
    let moved = world.renewer_with(config, &[STATE]);
    moved.handle(update, world.now(), in_a_minute()).await.unwrap();

    let after = world.only_subscription();
    assert_eq!((after.id, after.notification_url), (before, world.url("moved")));
    for answer in answers(&world).await {
        let answer: Value = answer.body_json().unwrap();
        assert_eq!(answer["PhysicalResourceId"], "callRecords-subscription");
    }
}

#[tokio::test]
async fn deleting_the_stack_deletes_its_subscription_and_no_other() {
    let world = World::new().await;
    world.handle(request(&world, "Create")).await.unwrap();
    let filter = "communications/callRecords?$filter=participants/any(p:p/id eq '1f2e')";
    let others = world.plant(json!({"resource": filter})).await;
    world.handle(request(&world, "Delete")).await.unwrap();

    assert_eq!(world.only_subscription().id, others);
    let last: Value = answers(&world).await.last().unwrap().body_json().unwrap();
    assert_eq!((&last["Status"], &last["Reason"]), (&json!("SUCCESS"), &json!("unsubscribed")));
    let state = world.state().await;
    assert_eq!((state.id, state.expires_at), (None, None));
    assert!(state.checked_at.is_some());
}

#[tokio::test]
async fn deleting_twice_is_deleting_once() {
    let world = World::new().await;
    world.handle(request(&world, "Create")).await.unwrap();
    for _ in 0..2 {
        world.handle(request(&world, "Delete")).await.unwrap();
        let last: Value = answers(&world).await.last().unwrap().body_json().unwrap();
        assert_eq!(last["Reason"], "unsubscribed");
    }
    assert_eq!(world.graph.subscriptions().len(), 0);
}

#[tokio::test]
async fn a_stack_is_deleted_though_graph_is_down() {
    let world = World::new().await;
    world.handle(request(&world, "Create")).await.unwrap();
    world.graph.fail(Target::Graph, Failure::Status(StatusCode::SERVICE_UNAVAILABLE), 0);
    world.handle(request(&world, "Delete")).await.unwrap();
    let last: Value = answers(&world).await.last().unwrap().body_json().unwrap();
    assert_eq!(last["Status"], "SUCCESS");
    let reason = last["Reason"].as_str().unwrap();
    assert!(reason.contains("expires at 2026-11-26T10:00:00Z"), "{reason}");
}

#[tokio::test]
async fn a_stack_is_deleted_though_its_table_is_gone() {
    let world = World::new().await;
    world.handle(request(&world, "Create")).await.unwrap();
    let gone = |_: &aws_stand_ins::RequestInfo| {
        aws_stand_ins::Fault::ErrorBefore(400, "ResourceNotFoundException")
    };
    world.table.faults().set(gone);
    world.handle(request(&world, "Delete")).await.unwrap();
    assert_eq!(world.graph.subscriptions().len(), 0);
    let last: Value = answers(&world).await.last().unwrap().body_json().unwrap();
    assert_eq!(last["Reason"], "unsubscribed");
}

#[tokio::test]
async fn a_request_of_an_unknown_kind_is_answered_as_failed() {
    let world = World::new().await;
    world.handle(request(&world, "Import")).await.unwrap();
    assert_eq!(only_answer(&world).await["Status"], "FAILED");
    assert_eq!(world.graph.requests().len(), 0);
}

#[tokio::test]
async fn an_answer_that_does_not_arrive_is_retried() {
    let world = World::new().await;
    let busy = Mock::given(method("PUT")).and(path("/busy"));
    let busy = busy.respond_with(ResponseTemplate::new(503)).up_to_n_times(2).with_priority(1);
    busy.mount(&world.web).await;
    let then = Mock::given(method("PUT")).and(path("/busy"));
    then.respond_with(ResponseTemplate::new(200)).mount(&world.web).await;
    world.handle(request_to(&world.url("busy"), "Create")).await.unwrap();
    assert_eq!(answers(&world).await.len(), 3);
}

#[tokio::test]
async fn an_answer_that_is_refused_fails_the_invocation_and_shows_no_address() {
    let world = World::new().await;
    let refused = Mock::given(path("/expired")).respond_with(ResponseTemplate::new(403));
    refused.with_priority(1).mount(&world.web).await;
    let url = world.url("expired?X-Amz-Signature=invented");
    let error = world.handle(request_to(&url, "Create")).await.unwrap_err();
    assert!(matches!(error, Error::Unanswered(_)));
    assert!(!format!("{error} {error:?}").contains("Signature"), "{error:?}");
}

#[tokio::test]
async fn a_stack_is_answered_in_time_though_graph_hangs() {
    let world = World::new().await;
    world.graph.fail(Target::Graph, Failure::Slow(Duration::from_mins(5)), 0);
    let deadline = Instant::now() + Duration::from_secs(15);
    world.renewer.handle(request(&world, "Create"), world.now(), deadline).await.unwrap();
    assert!(Instant::now() < deadline);
    let answer = only_answer(&world).await;
    assert_eq!(answer["Status"], "SUCCESS");
    let status = answer["Data"]["Status"].as_str().unwrap();
    assert!(status.starts_with("not subscribed yet"), "{status}");
}

/// Also in a request to delete: an invented one must not take the subscription away.
#[tokio::test]
async fn a_request_that_names_another_host_does_nothing_and_is_sent_nowhere() {
    let world = World::new().await;
    assert!(world.check().await.healthy);
    for kind in ["Create", "Delete"] {
        let error = world.handle(request_to("https://contoso.example/x", kind)).await.unwrap_err();
        assert!(error.to_string().contains("no address of CloudFormation"), "{error}");
    }
    world.only_subscription();
    assert!(answers(&world).await.is_empty());
}
