//! Several runs at once, and runs after the stack was deleted.

use std::time::Duration;

use fake_graph::Failure;
use renewer::ActionTaken;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};
use wiremock::matchers::path;
use wiremock::{Mock, Request, ResponseTemplate};

use crate::world::{STATE, World, in_a_minute};

fn stack(world: &World, kind: &str) -> Value {
    json!({
        "RequestType": kind,
        "ResponseURL": world.url("stack"),
        "StackId": "s",
        "RequestId": "r",
        "LogicalResourceId": "Subscription",
    })
}

/// Graph takes so long for a subscription that is created.
fn creating_takes(world: &World, time: Duration) {
    world.graph.watch(move |arrival| {
        let creates = arrival.method == "POST" && arrival.path == "/v1.0/subscriptions";
        creates.then_some(Failure::Slow(time))
    });
}

/// The schedule, a lifecycle event and an operator may come in the same second.
#[tokio::test]
async fn of_runs_at_once_one_subscribes_and_the_others_find_it_healthy() {
    let world = World::new().await;
    creating_takes(&world, Duration::from_millis(300));
    let others: Vec<_> = (0..3).map(|_| world.renewer_with(world.config(), &[STATE])).collect();
    let now = world.now();
    let (first, second, third, fourth) = tokio::join!(
        world.check(),
        others[0].check(now, in_a_minute()),
        others[1].check(now, in_a_minute()),
        others[2].check(now, in_a_minute()),
    );
    for outcome in [first, second, third, fourth] {
        assert!(outcome.healthy, "{:?}", outcome.error);
    }
    assert_eq!((world.requests("POST"), world.requests("DELETE")), (1, 0));
    assert_eq!(Some(world.only_subscription().id), world.state().await.id);
    assert_eq!(world.state().await.lease_owner, None);
}

#[tokio::test]
async fn a_run_that_finds_another_at_work_until_its_time_is_over_says_so_and_does_nothing() {
    let world = World::new().await;
    creating_takes(&world, Duration::from_secs(2));
    let other = world.renewer_with(world.config(), &[STATE]);
    let (first, second) = tokio::join!(world.check(), async {
        sleep(Duration::from_millis(500)).await;
        other.check(world.now(), Instant::now() + Duration::from_secs(10)).await
    });
    assert!(first.healthy);
    assert!(second.error.unwrap().contains("another run was at work"));
    assert_eq!(world.requests("POST"), 1);
}

/// Lambda kills a run that takes too long; its lease is what is left of it.
#[tokio::test]
async fn the_lease_of_a_run_that_died_is_taken_over_when_it_has_expired() {
    let world = World::new().await;
    creating_takes(&world, Duration::from_mins(5));
    let died = tokio::time::timeout(Duration::from_secs(1), world.check()).await;
    assert!(died.is_err());
    assert!(world.state().await.lease_owner.is_some());
    world.graph.unwatch();
    world.later(2);
    assert!(world.check().await.healthy);
    world.only_subscription();
}

/// What a stack that is being deleted may still be asked: its schedule, events and commands go last.
#[tokio::test]
async fn after_the_stack_was_deleted_nothing_subscribes_again() {
    let world = World::new().await;
    world.handle(stack(&world, "Create")).await.unwrap();
    world.later(60);
    world.handle(stack(&world, "Delete")).await.unwrap();
    let deleted_at = world.state().await.unsubscribed_at.expect("it is noted");
    world.graph.forget_requests();
    let removed = json!({"event": "subscriptionRemoved", "received_at": world.now()});
    let batch = json!({"Records": [{"messageId": "m", "body": removed.to_string()}]});
    for event in [json!({}), json!({"schedule": "hourly"}), json!({"action": "check"}), batch] {
        world.later(5);
        let answer = world.handle(event.clone()).await.unwrap();
        assert_ne!(answer["healthy"], false, "{event}: {answer}");
        assert_eq!(world.graph.requests().len(), 0, "{event}");
    }
    assert_eq!(world.graph.subscriptions().len(), 0);
    assert_eq!(world.state().await.unsubscribed_at, Some(deleted_at));
}

#[tokio::test]
async fn a_stack_that_was_deleted_while_graph_was_down_does_not_renew_what_is_left() {
    let world = World::new().await;
    world.handle(stack(&world, "Create")).await.unwrap();
    world.graph.watch(|_| Some(Failure::Status(http::StatusCode::SERVICE_UNAVAILABLE)));
    world.handle(stack(&world, "Delete")).await.unwrap();
    world.graph.unwatch();
    world.later(40 * 60);
    world.handle(json!({"schedule": "hourly"})).await.unwrap();
    assert_eq!(world.requests("PATCH"), 0);
}

/// The table outlives its stack, and another stack may be made with it.
#[tokio::test]
async fn a_stack_on_the_table_of_a_deleted_one_subscribes_and_goes_on_doing_so() {
    let world = World::new().await;
    for kind in ["Create", "Delete", "Create"] {
        world.handle(stack(&world, kind)).await.unwrap();
    }
    assert_eq!(world.state().await.unsubscribed_at, None);
    let first = world.only_subscription().id;
    assert!(world.graph.forget_subscription(&first));
    world.later(60);
    world.handle(json!({"schedule": "hourly"})).await.unwrap();
    assert_ne!(world.only_subscription().id, first);
}

#[tokio::test]
async fn deleting_the_stack_waits_for_a_run_that_is_at_work() {
    let world = World::new().await;
    creating_takes(&world, Duration::from_secs(2));
    let deleting = world.renewer_with(world.config(), &[STATE]);
    let (run, deleted) = tokio::join!(world.check(), async {
        sleep(Duration::from_millis(500)).await;
        deleting.handle(stack(&world, "Delete"), world.now(), in_a_minute()).await
    });
    assert!(run.healthy, "{:?}", run.error);
    deleted.unwrap();
    assert_eq!(world.graph.subscriptions().len(), 0);
    assert!(world.state().await.unsubscribed_at.is_some());
}

/// A run that hangs must not keep a stack from being deleted, nor subscribe behind its back.
#[tokio::test]
async fn a_run_that_was_overtaken_by_the_stacks_deletion_removes_what_it_created() {
    let world = World::new().await;
    // Graph makes the subscription when the webhook has answered, which is after the deletion.
    let slow = Mock::given(path("/slow")).respond_with(|request: &Request| {
        let token = request.url.query_pairs().find(|(name, _)| name == "validationToken");
        let token = token.map_or_else(String::new, |(_, token)| token.into_owned());
        ResponseTemplate::new(200).set_body_string(token).set_delay(Duration::from_secs(3))
    });
    slow.with_priority(1).mount(&world.web).await;
    let mut config = world.config();
    config.notification_url = world.url("slow").parse().unwrap();
    let running = world.renewer_with(config.clone(), &[STATE]);
    let deleting = world.renewer_with(config, &[STATE]);
    let soon = Instant::now() + Duration::from_secs(20);
    let (run, deleted) = tokio::join!(running.check(world.now(), in_a_minute()), async {
        sleep(Duration::from_millis(500)).await;
        let answer = deleting.handle(stack(&world, "Delete"), world.now(), soon).await;
        assert_eq!(world.requests("DELETE"), 0, "there was nothing to delete yet");
        answer
    });
    deleted.unwrap();
    assert_eq!(run.actions, [ActionTaken::Created, ActionTaken::Deleted]);
    assert!(run.error.unwrap().contains("another run has taken over"));
    assert_eq!(world.graph.subscriptions().len(), 0);
    let state = world.state().await;
    assert!(state.unsubscribed_at.is_some() && state.id.is_none(), "{state:?}");
}
