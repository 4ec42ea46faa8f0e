//! What Graph says about the subscription, in batches from the queue.

use fake_graph::{Failure, Target};
use http::StatusCode;
use serde_json::{Value, json};

use crate::world::World;

fn batch(bodies: &[Value]) -> Value {
    let records: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(n, body)| {
            let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
            json!({"messageId": format!("m{n}"), "body": body, "eventSource": "aws:sqs"})
        })
        .collect();
    json!({"Records": records})
}

fn event(world: &World, event: &str) -> Value {
    let id = world.graph.subscriptions().first().map(|it| it.id.clone());
    json!({"event": event, "subscription_id": id, "received_at": world.now()})
}

fn none_failed() -> Value {
    json!({"batchItemFailures": []})
}

#[tokio::test]
async fn a_burst_of_requests_to_reauthorize_is_one_renewal() {
    let world = World::new().await;
    world.check().await;
    world.later(120);
    let burst = batch(&vec![event(&world, "reauthorizationRequired"); 10]);
    for (minutes, renewals) in [(0, 1), (3, 1), (3, 1), (5, 2), (9, 2)] {
        world.later(minutes);
        assert_eq!(world.handle(burst.clone()).await.unwrap(), none_failed());
        assert_eq!(world.requests("PATCH"), renewals, "after {minutes} more minutes");
    }
    assert_eq!(world.requests("POST"), 1);
    assert_eq!(world.graph.violations(), []);
    assert_eq!(world.metric("GapMinutes"), 0.0);
}

#[tokio::test]
async fn a_request_to_reauthorize_another_subscription_renews_nothing() {
    let world = World::new().await;
    world.check().await;
    world.later(120);
    let other = json!({"event": "reauthorizationRequired", "subscription_id": "another",
        "received_at": world.now()});
    assert_eq!(world.handle(batch(&[other])).await.unwrap(), none_failed());
    assert_eq!(world.requests("PATCH"), 0);
}

#[tokio::test]
async fn a_removed_subscription_is_recreated_at_once_and_the_gap_reported() {
    let world = World::new().await;
    world.check().await;
    world.later(20);
    let removed = event(&world, "subscriptionRemoved");
    world.graph.forget_subscription(&world.only_subscription().id);
    assert_eq!(world.handle(batch(&[removed])).await.unwrap(), none_failed());
    world.only_subscription();
    assert!((20.0..=21.0).contains(&world.metric("GapMinutes")));
    let state = world.state().await;
    assert_eq!(state.last_gap_reason.as_deref(), Some("subscription_missing"));
}

#[rstest::rstest]
#[case::missed("missed", "notifications_missed")]
#[case::of_a_later_version_of_graph("somethingNew", "unknown_lifecycle_event")]
#[tokio::test]
async fn what_graph_lost_is_a_gap_though_the_subscription_is_healthy(
    #[case] name: &str,
    #[case] reason: &str,
) {
    let world = World::new().await;
    world.check().await;
    world.later(300);
    let answer = world.handle(batch(&[event(&world, name)])).await.unwrap();
    assert_eq!(answer, none_failed());
    assert_eq!(world.requests("POST") + world.requests("PATCH"), 1);
    let state = world.state().await;
    assert_eq!(state.last_gap_reason.as_deref(), Some(reason));
    let from = state.last_gap_from.unwrap();
    assert!(from.duration_until(world.now()).as_hours() >= 4);
}

#[tokio::test]
async fn a_message_that_cannot_be_read_stays_in_the_queue_alone() {
    let world = World::new().await;
    let bodies = [json!("no json"), event(&world, "reauthorizationRequired"), json!({})];
    let answer = world.handle(batch(&bodies)).await.unwrap();
    let failed = json!([{"itemIdentifier": "m0"}, {"itemIdentifier": "m2"}]);
    assert_eq!(answer["batchItemFailures"], failed);
    world.only_subscription();
}

#[tokio::test]
async fn what_could_not_be_done_stays_in_the_queue() {
    let world = World::new().await;
    world.check().await;
    let bodies = [event(&world, "missed"), event(&world, "reauthorizationRequired")];
    world.later(60);
    world.graph.fail(Target::Graph, Failure::Status(StatusCode::BAD_GATEWAY), 0);
    let answer = world.handle(batch(&bodies)).await.unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 2);
    assert_eq!(world.metric("GapMinutes"), 0.0, "a gap is reported when it is over");
    world.graph.cancel_failures();
    assert_eq!(world.handle(batch(&bodies)).await.unwrap(), none_failed());
    assert!(world.metric("GapMinutes") > 240.0);
}

#[tokio::test]
async fn an_empty_batch_sends_no_request() {
    let world = World::new().await;
    assert_eq!(world.handle(batch(&[])).await.unwrap(), none_failed());
    assert_eq!(world.graph.requests().len(), 0);
}
