//! From whatever there is to exactly one right subscription.

use fake_graph::{Options, PageSizes};
use jiff::SignedDuration;
use renewer::ActionTaken;
use renewer::gap::GapReason;
use serde_json::json;

use crate::world::{OLDER_STATE, STATE, World, noon};

#[tokio::test]
async fn the_first_run_makes_the_subscription_and_writes_down_its_state() {
    let world = World::new().await;
    let outcome = world.check().await;

    assert_eq!((outcome.healthy, outcome.error), (true, None));
    assert_eq!(outcome.actions, [ActionTaken::Created]);
    assert_eq!(outcome.gap, None);
    let made = world.only_subscription();
    assert_eq!(made.resource, "communications/callRecords");
    assert_eq!(made.change_type, "updated");
    assert_eq!(made.client_state.as_deref(), Some(STATE));
    assert_eq!(made.notification_url, world.url("notifications"));
    assert_eq!(made.lifecycle_notification_url, Some(world.url("lifecycle")));
    assert_eq!(made.expires_at, noon() + SignedDuration::from_mins(4_200));

    let state = world.state().await;
    assert_eq!(state, outcome.subscription);
    assert_eq!(state.id, Some(made.id));
    assert_eq!(state.expires_at, Some(made.expires_at));
    assert!(state.confirmed_at >= Some(noon()) && state.checked_at >= state.confirmed_at);
    assert_eq!(state.client_state_fingerprint.unwrap().len(), 16);
}

#[tokio::test]
async fn a_healthy_subscription_is_left_alone() {
    let world = World::new().await;
    world.check().await;
    let made = world.only_subscription();
    world.graph.forget_requests();
    world.later(50);
    let outcome = world.check().await;

    assert!(outcome.healthy && outcome.actions.is_empty() && outcome.gap.is_none());
    assert_eq!(world.only_subscription().expires_at, made.expires_at);
    assert_eq!(world.requests("GET"), 1);
    for method in ["POST", "PATCH", "DELETE"] {
        assert_eq!(world.requests(method), 0, "{method}");
    }
    assert!(world.state().await.checked_at >= Some(world.now()));
}

#[tokio::test]
async fn below_half_its_life_it_is_renewed_and_never_reauthorized() {
    let world = World::new().await;
    world.check().await;
    let made = world.only_subscription();
    for _ in 0..80 {
        world.later(60);
        assert!(world.check().await.healthy);
        let left = world.now().duration_until(world.only_subscription().expires_at);
        assert!(left >= SignedDuration::from_mins(2_040), "{left:?}");
    }
    let renewed = world.only_subscription();
    assert_eq!(renewed.id, made.id);
    assert_eq!(world.requests("PATCH"), 2);
    assert_eq!(world.requests("POST"), 1);
    assert_eq!(world.graph.violations(), []);
}

#[tokio::test]
async fn a_subscription_that_vanished_is_recreated_and_the_gap_reported() {
    let world = World::new().await;
    let confirmed_at = world.check().await.subscription.confirmed_at.unwrap();
    let vanished = world.only_subscription().id;
    world.graph.forget_subscription(&vanished);
    world.later(60);
    let outcome = world.check().await;

    assert_eq!(outcome.actions, [ActionTaken::Created]);
    assert_ne!(world.only_subscription().id, vanished);
    let gap = outcome.gap.unwrap();
    assert_eq!(gap.reason, GapReason::SubscriptionMissing);
    assert_eq!(gap.from, confirmed_at);
    assert!(gap.to >= world.now());
    let state = world.state().await;
    assert_eq!((state.last_gap_from, state.last_gap_to), (Some(gap.from), Some(gap.to)));
    assert_eq!(state.last_gap_reason.as_deref(), Some("subscription_missing"));
    assert_eq!(world.check().await.gap, None);
}

#[tokio::test]
async fn a_subscription_that_expired_is_recreated_and_the_gap_reported() {
    let world = World::new().await;
    world.check().await;
    world.later(4_300);
    let outcome = world.check().await;
    assert_eq!(outcome.actions, [ActionTaken::Created]);
    assert_eq!(outcome.gap.unwrap().reason, GapReason::SubscriptionExpired);
    world.only_subscription();
}

#[tokio::test]
async fn a_changed_notification_url_is_patched() {
    let world = World::new().await;
    world.check().await;
    let before = world.only_subscription();
    world.later(30);
    let mut config = world.config();
    config.notification_url = world.url("moved").parse().unwrap();
    let moved = world.renewer_with(config, &[STATE]);
    let outcome = moved.check(world.now(), crate::world::in_a_minute()).await;

    assert_eq!(outcome.actions, [ActionTaken::UrlChanged]);
    assert_eq!(outcome.gap.unwrap().reason, GapReason::NotificationUrlChanged);
    let after = world.only_subscription();
    assert_eq!(after.id, before.id);
    assert_eq!(after.notification_url, world.url("moved"));
    assert_eq!(world.state().await.notification_url, Some(world.url("moved")));
}

#[tokio::test]
async fn a_changed_lifecycle_url_means_a_new_subscription() {
    let world = World::new().await;
    world.check().await;
    let before = world.only_subscription();
    let mut config = world.config();
    config.lifecycle_notification_url = world.url("lifecycle/moved").parse().unwrap();
    let moved = world.renewer_with(config, &[STATE]);
    let outcome = moved.check(world.now(), crate::world::in_a_minute()).await;

    assert_eq!(outcome.actions, [ActionTaken::Deleted, ActionTaken::Created]);
    let after = world.only_subscription();
    assert_ne!(after.id, before.id);
    assert_eq!(after.lifecycle_notification_url, Some(world.url("lifecycle/moved")));
}

#[tokio::test]
async fn a_rotated_client_state_means_a_new_subscription_and_a_short_gap() {
    let world = World::new().await;
    let old = world.renewer_with(world.config(), &[OLDER_STATE]);
    assert!(old.check(world.now(), crate::world::in_a_minute()).await.healthy);
    world.later(45);
    let rotated = world.renewer_with(world.config(), &[STATE, OLDER_STATE]);
    let outcome = rotated.check(world.now(), crate::world::in_a_minute()).await;

    assert_eq!(outcome.actions, [ActionTaken::Deleted, ActionTaken::Created]);
    assert_eq!(world.only_subscription().client_state.as_deref(), Some(STATE));
    let gap = outcome.gap.unwrap();
    assert_eq!(gap.reason, GapReason::SubscriptionReplaced);
    assert!(gap.from >= world.now(), "until then the older client state was accepted");
    assert!(world.check().await.actions.is_empty());
}

#[tokio::test]
async fn a_subscription_whose_client_state_was_not_recorded_is_replaced() {
    let world = World::new().await;
    let planted = world.plant(json!({})).await;
    let outcome = world.check().await;
    assert_eq!(outcome.actions, [ActionTaken::Deleted, ActionTaken::Created]);
    let made = world.only_subscription();
    assert_ne!(made.id, planted);
    assert_eq!(made.client_state.as_deref(), Some(STATE));
}

#[tokio::test]
async fn one_with_a_slash_before_its_resource_is_known_as_ours() {
    let world = World::new().await;
    let planted = world.plant(json!({"resource": "/communications/callRecords"})).await;
    assert_eq!(world.check().await.actions, [ActionTaken::Deleted, ActionTaken::Created]);
    assert_ne!(world.only_subscription().id, planted);
}

#[tokio::test]
async fn ours_with_another_change_type_serves_until_the_new_one_is_made() {
    let world = World::new().await;
    world.plant(json!({"changeType": "created,updated"})).await;
    assert_eq!(world.check().await.actions, [ActionTaken::Created, ActionTaken::Deleted]);
    assert_eq!(world.only_subscription().change_type, "updated");
}

#[tokio::test]
async fn what_is_not_ours_is_left_alone_unless_it_takes_our_place() {
    let world = World::new().await;
    let elsewhere = world.url("another/system");
    let in_our_place = world.plant(json!({"notificationUrl": elsewhere})).await;
    let other_kind =
        world.plant(json!({"notificationUrl": elsewhere, "changeType": "created"})).await;
    let filter = "communications/callRecords?$filter=participants/any(p:p/id eq '1f2e')";
    let filtered = world.plant(json!({"resource": filter})).await;

    assert_eq!(world.check().await.actions, [ActionTaken::Deleted, ActionTaken::Created]);
    let left: Vec<String> = world.graph.subscriptions().into_iter().map(|it| it.id).collect();
    assert_eq!(left.len(), 3);
    assert!(left.contains(&other_kind) && left.contains(&filtered));
    assert!(!left.contains(&in_our_place));
    assert!(world.check().await.actions.is_empty());
}

#[tokio::test]
async fn ours_is_found_on_whatever_page_of_the_list() {
    let page_sizes = PageSizes { subscriptions: 1, ..PageSizes::default() };
    let world = World::with(Options { page_sizes, limits: None, ..Options::default() }).await;
    for person in 0..6 {
        let resource =
            format!("communications/callRecords?$filter=participants/any(p:p/id eq '{person}')");
        world.plant(json!({"resource": resource})).await;
    }
    assert_eq!(world.check().await.actions, [ActionTaken::Created]);
    assert_eq!(world.graph.subscriptions().len(), 7);
    assert!(world.check().await.actions.is_empty());
}

#[tokio::test]
async fn what_was_done_is_counted() {
    let world = World::new().await;
    world.handle(json!({})).await.unwrap();
    assert_eq!(world.metric("Created"), 1.0);
    assert_eq!(world.metric("SubscriptionMinutesLeft"), 4_199.0);
    assert_eq!(world.metric("Failed") + world.metric("GapMinutes"), 0.0);
    world.later(2_101);
    world.handle(json!({"schedule": "hourly"})).await.unwrap();
    assert_eq!(world.metric("Renewed"), 1.0);
    world.graph.forget_subscription(&world.only_subscription().id);
    world.later(29);
    world.handle(json!({})).await.unwrap();
    assert_eq!(world.metric("Created"), 2.0);
    // The clock of the run goes on by a few milliseconds.
    assert!((29.0..=30.0).contains(&world.metric("GapMinutes")));
}

#[tokio::test]
async fn a_check_by_hand_answers_with_the_state() {
    let world = World::new().await;
    let answer = world.handle(json!({"action": "check"})).await.unwrap();
    assert_eq!(answer["healthy"], true);
    assert_eq!(answer["actions"], json!(["created"]));
    assert_eq!(answer["subscription"]["subscription_id"], world.only_subscription().id.as_str());
    assert!(!answer.to_string().contains(STATE));
}
