use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::timeout::TimeoutConfig;
use aws_stand_ins::{Fault, Service};
use rstest::rstest;

use super::{TestQueue, code};

/// A client that shows every failure instead of trying again.
fn once(queue: &TestQueue) -> aws_sdk_sqs::Client {
    let config = queue.client.config().to_builder().retry_config(RetryConfig::disabled());
    let timeout = TimeoutConfig::builder().operation_timeout(Duration::from_millis(500)).build();
    aws_sdk_sqs::Client::from_conf(config.timeout_config(timeout).build())
}

#[rstest]
#[case::dropped_before(Fault::DropBefore, 0)]
#[case::dropped_after(Fault::DropAfter, 1)]
#[case::refused_before(Fault::ErrorBefore(500, "InternalError"), 0)]
#[case::refused_after(Fault::ErrorAfter(500, "InternalError"), 1)]
#[case::never_answered(Fault::Hang, 1)]
#[case::too_slow_to_begin(Fault::Delay(Duration::from_secs(30)), 0)]
#[case::too_slow_to_answer(Fault::DelayAfter(Duration::from_secs(30)), 1)]
#[tokio::test]
async fn a_failed_send_took_effect_exactly_as_the_fault_defines(
    #[case] fault: Fault,
    #[case] messages: usize,
) {
    let queue = TestQueue::new(&[]).await;
    queue.sqs.faults().set(move |_| fault.clone());
    let sent = once(&queue).send_message().queue_url(&queue.url).message_body("one").send().await;
    sent.unwrap_err();
    assert_eq!(queue.sqs.counts("calls").unwrap().visible, messages);
}

#[tokio::test]
async fn the_unmodified_client_retries_after_a_throttle() {
    let queue = TestQueue::new(&[]).await;
    queue.sqs.faults().set(|request| match request.sequence {
        0 => Fault::ErrorBefore(400, "RequestThrottled"),
        _ => Fault::None,
    });
    queue.send("one").await;
    assert_eq!(queue.sqs.counts("calls").unwrap().visible, 1);
    assert_eq!(queue.sqs.faults().requests(), 2);
}

#[tokio::test]
async fn a_fault_shows_its_code() {
    let queue = TestQueue::new(&[]).await;
    queue.sqs.faults().set(|_| Fault::ErrorBefore(403, "AccessDenied"));
    let send = once(&queue).send_message().queue_url(&queue.url).message_body("one").send();
    assert_eq!(code(&send.await.unwrap_err()), "AccessDenied");
}

#[tokio::test]
async fn a_delay_only_delays() {
    let queue = TestQueue::new(&[]).await;
    queue.sqs.faults().set(|_| Fault::Delay(Duration::from_millis(200)));
    let began = Instant::now();
    queue.send("one").await;
    assert!(began.elapsed() >= Duration::from_millis(200));
    assert_eq!(queue.sqs.counts("calls").unwrap().visible, 1);
}

#[tokio::test]
async fn the_hook_sees_each_request_in_turn() {
    let queue = TestQueue::new(&[]).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    queue.sqs.faults().set(move |request| {
        assert_eq!(request.service, Service::Sqs);
        let body = request.json()["MessageBody"].as_str().unwrap_or("none").to_owned();
        log.lock().unwrap().push((request.sequence, request.action.clone(), body));
        Fault::None
    });
    queue.send("one").await;
    queue.receive().await;
    queue.sqs.faults().clear();
    queue.send("two").await;
    let expected = [
        (0, "SendMessage".to_owned(), "one".to_owned()),
        (1, "ReceiveMessage".to_owned(), "none".to_owned()),
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
    assert_eq!(queue.sqs.faults().requests(), 3);
}
