//! What goes wrong, what is said about it, and that it ends well.

use std::time::Duration;

use aws_stand_ins::Fault;
use fake_graph::{Failure, Options, Target};
use http::StatusCode;
use renewer::{ActionTaken, Error};
use serde_json::json;
use tokio::time::Instant;

use crate::world::{OLDER_STATE, STATE, World, in_a_minute};

#[tokio::test]
async fn without_consent_it_says_what_to_grant_and_subscribes_once_that_is_done() {
    let world = World::with(Options { consented: false, ..Options::default() }).await;
    let error = world.handle(json!({})).await.unwrap_err();
    let Error::Unhealthy(sentence) = error else { panic!("{error}") };
    assert!(sentence.contains("CallRecords.Read.All"), "{sentence}");
    let state = world.state().await;
    assert_eq!(state.last_error, Some(sentence));
    assert!(state.last_error_at >= Some(world.now()));
    assert_eq!(world.metric("Failed"), 1.0);
    assert_eq!(world.metric("SubscriptionMinutesLeft"), 0.0);

    world.graph.set_consent(true);
    world.later(60);
    let outcome = world.check().await;
    assert_eq!(outcome.actions, [ActionTaken::Created]);
    assert_eq!(outcome.gap, None, "there was none before, so nothing was interrupted");
    assert_eq!(world.state().await.last_error, None);
}

#[tokio::test]
async fn a_full_quota_is_named() {
    let world = World::with(Options { limits: None, ..Options::default() }).await;
    let mut planted = Vec::new();
    for person in 0..100 {
        let resource =
            format!("communications/callRecords?$filter=participants/any(p:p/id eq '{person}')");
        planted.push(world.plant(json!({"resource": resource})).await);
    }
    let outcome = world.check().await;
    let sentence = outcome.error.unwrap();
    assert!(sentence.contains("quota of subscriptions"), "{sentence}");
    world.graph.forget_subscription(&planted[0]);
    assert_eq!(world.check().await.actions, [ActionTaken::Created]);
}

#[tokio::test]
async fn a_webhook_that_does_not_answer_the_handshake_is_named() {
    let world = World::new().await;
    let mut config = world.config();
    config.notification_url = world.url("broken").parse().unwrap();
    let outcome = world.renewer_with(config, &[STATE]).check(world.now(), in_a_minute()).await;
    let sentence = outcome.error.unwrap();
    assert!(sentence.contains("NOTIFICATION_URL"), "{sentence}");
    assert_eq!(world.graph.subscriptions().len(), 0);
}

#[tokio::test]
async fn while_graph_is_down_nothing_is_forgotten() {
    let world = World::new().await;
    let before = world.check().await.subscription;
    world.graph.fail(Target::Graph, Failure::Status(StatusCode::SERVICE_UNAVAILABLE), 0);
    world.later(60);
    let outcome = world.check().await;
    assert!(!outcome.healthy);
    let state = world.state().await;
    assert_eq!((state.id, state.confirmed_at), (before.id, before.confirmed_at));
    assert!(state.last_error.is_some());
    world.graph.cancel_failures();
    world.later(60);
    let outcome = world.check().await;
    assert!(outcome.healthy && outcome.actions.is_empty() && outcome.gap.is_none());
}

#[tokio::test]
async fn a_gap_begins_where_the_first_failing_run_saw_it_begin() {
    let world = World::new().await;
    let confirmed_at = world.check().await.subscription.confirmed_at.unwrap();
    world.later(60);
    world.graph.forget_subscription(&world.only_subscription().id);
    let mut broken = world.config();
    broken.notification_url = world.url("broken").parse().unwrap();
    for _ in 0..3 {
        let renewer = world.renewer_with(broken.clone(), &[STATE]);
        assert!(!renewer.check(world.now(), in_a_minute()).await.healthy);
        world.later(60);
    }
    let gap = world.check().await.gap.unwrap();
    assert_eq!(gap.from, confirmed_at);
    assert!((240..=241).contains(&gap.minutes()));
}

#[tokio::test]
async fn with_too_little_time_left_a_working_subscription_is_not_deleted() {
    let world = World::new().await;
    let old = world.renewer_with(world.config(), &[OLDER_STATE]);
    old.check(world.now(), in_a_minute()).await;
    let before = world.only_subscription().id;
    let soon = Instant::now() + Duration::from_secs(10);
    let outcome = world.renewer.check(world.now(), soon).await;
    assert!(outcome.error.unwrap().contains("time-out"));
    assert_eq!(world.only_subscription().id, before);
}

#[tokio::test]
async fn while_the_table_is_down_graph_is_not_asked() {
    let world = World::new().await;
    world.check().await;
    world.graph.forget_requests();
    world.table.faults().set(|_| Fault::ErrorBefore(400, "AccessDeniedException"));
    let error = world.handle(json!({})).await.unwrap_err();
    assert!(matches!(error, Error::Unhealthy(_)), "{error}");
    assert_eq!(world.graph.requests().len(), 0);
    world.table.faults().clear();
    assert!(world.check().await.actions.is_empty());
}

#[tokio::test]
async fn one_that_could_not_be_written_down_is_replaced_by_the_next_run() {
    let world = World::new().await;
    let puts = |request: &aws_stand_ins::RequestInfo| match request.action.as_str() {
        "PutItem" => Fault::ErrorBefore(400, "AccessDeniedException"),
        _ => Fault::None,
    };
    world.table.faults().set(puts);
    let outcome = world.check().await;
    assert_eq!((outcome.healthy, outcome.actions), (false, vec![ActionTaken::Created]));
    let first = world.only_subscription().id;
    world.table.faults().clear();
    // Nor could the lease be given back.
    world.later(2);
    assert_eq!(world.check().await.actions, [ActionTaken::Deleted, ActionTaken::Created]);
    assert_ne!(world.only_subscription().id, first);
    assert!(world.check().await.actions.is_empty());
}

#[tokio::test]
async fn an_unknown_event_is_answered_with_the_known_ones() {
    let world = World::new().await;
    let error = world.handle(json!({"action": "delete everything"})).await.unwrap_err();
    assert!(matches!(error, Error::UnknownEvent(_)));
    assert_eq!(world.graph.requests().len(), 0);
}
