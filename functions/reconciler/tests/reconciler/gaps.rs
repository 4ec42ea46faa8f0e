//! Gaps in the notifications.

use std::time::Duration;

use call_queue::GapMessage;
use call_table::SubscriptionState;
use reconciler::Trigger;
use reconciliation::{DesiredState, SubscriptionLease, Takeover};
use serde_json::json;
use tokio::time::Instant;

use crate::world::*;

/// A meeting of six hours, published 150 minutes after its end, in a gap of an hour.
#[tokio::test]
async fn a_gap_is_covered_at_once_with_the_calls_that_began_long_before_it() {
    let world = World::new().await;
    world.run(Trigger::Due).await;
    world.later(24 * 60);
    let gap_from = world.now() - minutes(60);
    let ended = gap_from - minutes(149);
    world.load("meeting", 1, ended - minutes(360), ended);
    let message =
        GapMessage { from: gap_from, to: world.now(), reason: "subscription_missing".to_owned() };
    let batch = json!({"Records": [
        {"messageId": "gap", "body": message.to_json()},
        {"messageId": "nonsense", "body": "{}"},
    ]});
    let soon = Instant::now() + Duration::from_secs(60);
    let answer = world.reconciler.handle(batch, world.now(), soon).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "nonsense"}]}));
    let missing = world.store.missing_calls().await.unwrap();
    assert_eq!(missing[0].reason, "subscription_missing");
    assert_eq!(world.consume().await, ["meeting"]);
}

#[tokio::test]
async fn a_gap_whose_message_was_lost_is_read_from_the_subscriptions_item_and_covered_once() {
    let world = World::new().await;
    world.run(Trigger::Due).await;
    world.later(24 * 60);
    let state = SubscriptionState {
        last_gap_from: Some(world.now() - minutes(120)),
        last_gap_to: Some(world.now() - minutes(60)),
        last_gap_reason: Some("subscription_expired".to_owned()),
        ..SubscriptionState::default()
    };
    let (desired, takeover) = (DesiredState::Unchanged, Takeover::WhenExpired);
    let lease = SubscriptionLease::take(&world.store, desired, takeover, world.now(), world.now());
    assert!(lease.await.unwrap().unwrap().0.release(&state).await.unwrap());
    let reasons = |run: reconciliation::ReconciliationRun| {
        run.passes.into_iter().map(|pass| pass.reason).collect::<Vec<_>>()
    };
    assert_eq!(reasons(world.run(Trigger::Due).await), ["subscription_expired", "recent"]);
    world.later(15);
    assert_eq!(reasons(world.run(Trigger::Due).await), ["recent"]);
}
