//! Telling the reconciler of a gap.

use aws_stand_ins::{Clock, Sqs, sqs_client};
use call_queue::GapMessage;

use crate::world::*;

#[tokio::test]
async fn a_gap_is_sent_once_to_the_queue_of_gaps() {
    let world = World::new().await;
    world.check().await;
    let sqs = Sqs::start(Clock::real()).await.unwrap();
    let queue = sqs.create_queue("gaps", &[]).unwrap();
    let renewer = world.renewer_with(world.config(), &[STATE]);
    let renewer = renewer.with_gaps_queue(sqs_client(&sqs.url()), queue.clone());
    assert!(world.graph.forget_subscription(&world.only_subscription().id));
    world.later(60);
    let gap = renewer.check(world.now(), in_a_minute()).await.gap.unwrap();
    renewer.check(world.now(), in_a_minute()).await;
    let messages = sqs.messages(&queue).unwrap();
    assert_eq!(messages.len(), 1);
    let message = GapMessage::parse(&messages[0].body).unwrap();
    assert_eq!((message.from, message.to), (gap.from, gap.to));
    assert_eq!(message.reason, "subscription_missing");
}

/// The item keeps the gap, and the reconciler reads it there.
#[tokio::test]
async fn a_gap_that_cannot_be_sent_is_stored_all_the_same() {
    let world = World::new().await;
    world.check().await;
    let sqs = Sqs::start(Clock::real()).await.unwrap();
    let renewer = world.renewer_with(world.config(), &[STATE]);
    let renewer = renewer.with_gaps_queue(sqs_client(&sqs.url()), sqs.queue_url("not there"));
    assert!(world.graph.forget_subscription(&world.only_subscription().id));
    world.later(60);
    let outcome = renewer.check(world.now(), in_a_minute()).await;
    assert!(outcome.healthy);
    assert_eq!(world.state().await.last_gap_to, outcome.gap.map(|gap| gap.to));
}
