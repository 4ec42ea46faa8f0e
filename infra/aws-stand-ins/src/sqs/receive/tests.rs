use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::*;
use crate::sqs::message::Content;
use crate::sqs::queues::{Disorder, Queues};
use stand_in_kit::Clock;

/// A queue with as many messages in flight as SQS allows, and one more that waits.
fn full() -> Shared {
    let shared = Shared {
        clock: Clock::stopped("2026-03-02T08:00:00Z".parse().unwrap()),
        url: Arc::default(),
        queues: Arc::new(Mutex::new(Queues::new(Disorder::default()))),
        arrivals: watch::Sender::new(()),
    };
    let now = shared.clock.milliseconds();
    let mut queues = shared.queues();
    queues.create("calls", &[].into(), now).unwrap();
    let content = Content {
        body: "x".into(),
        attributes: Arc::default(),
        system_attributes: Arc::default(),
        group_id: None,
    };
    for _ in 0..=IN_FLIGHT_LIMIT {
        queues.send("calls", content.clone(), None, now).unwrap();
    }
    let (received, _) = queues.receive("calls", usize::MAX, None, now).unwrap();
    assert_eq!(received.len(), 120_000);
    drop(queues);
    shared
}

#[tokio::test]
async fn a_short_poll_of_a_full_queue_is_refused_and_a_long_one_comes_back_empty() {
    let shared = full();
    let queue = QueueUrl { queue_url: Some("http://sqs.test/000000000000/calls".to_owned()) };
    let poll = |seconds| Request { wait_time_seconds: Some(seconds), ..Request::default() };
    let refused = receive(&shared, &queue, &poll(0)).await.unwrap_err();
    assert_eq!(refused.code, "OverLimit");
    assert_eq!(receive(&shared, &queue, &poll(1)).await, Ok(json!({})));

    shared.clock.advance(Duration::from_secs(30));
    let received = receive(&shared, &queue, &poll(0)).await.unwrap();
    assert_eq!(received["Messages"].as_array().map(Vec::len), Some(1));
}
