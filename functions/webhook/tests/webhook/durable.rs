//! Acknowledged means durable.

use std::time::{Duration, Instant};

use aws_stand_ins::{Fault, RequestInfo};
use rstest::rstest;
use serde_json::Value;

use crate::system::{System, lifecycle_event, notification};

fn notifications(count: usize) -> Vec<Value> {
    (0..count).map(|number| notification(&format!("call-{number:03}"))).collect()
}

/// How Graph treats an endpoint that takes longer is why this bound exists.
async fn answered_in_time(system: &System, entries: &[Value]) -> u16 {
    let begun = Instant::now();
    let status = system.post_entries(entries).await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    status
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_queue() {
    let system = System::start().await;
    assert_eq!(answered_in_time(&system, &notifications(95)).await, 202);
    let queued = system.queued_calls();
    assert_eq!(queued.len(), 95);
    assert_eq!(queued[94], "call-094");
}

#[rstest]
#[case::failing(Fault::ErrorBefore(500, "InternalFailure"))]
#[case::throttling(Fault::ErrorBefore(403, "RequestThrottled"))]
#[case::hanging_up(Fault::DropBefore)]
#[case::silent(Fault::Hang)]
#[case::slow(Fault::DelayAfter(Duration::from_secs(5)))]
#[case::denying(Fault::ErrorBefore(403, "AccessDenied"))]
#[case::without_the_queue(Fault::ErrorBefore(400, "QueueDoesNotExist"))]
#[tokio::test]
async fn while_sqs_accepts_nothing_nothing_is_acknowledged(#[case] fault: Fault) {
    let system = System::start().await;
    system.sqs.faults().set(move |_| fault.clone());
    assert_eq!(answered_in_time(&system, &notifications(3)).await, 503);
    assert_eq!(system.metrics.sum("NotAcknowledged"), 1.0);
    assert_eq!(system.metrics.sum("Enqueued"), 0.0);

    // Graph sends again, and SQS has recovered.
    system.sqs.faults().clear();
    assert_eq!(answered_in_time(&system, &notifications(3)).await, 202);
    let mut queued = system.queued_calls();
    queued.dedup();
    assert_eq!(queued, ["call-000", "call-001", "call-002"]);
}

fn concerns(request: &RequestInfo, call_id: &str) -> Option<usize> {
    let request = request.json();
    let entries = request["Entries"].as_array()?;
    entries.iter().position(|entry| entry["MessageBody"].as_str().unwrap().contains(call_id))
}

#[tokio::test]
async fn one_entry_of_ten_that_keeps_failing_is_not_acknowledged() {
    let system = System::start().await;
    system.sqs.faults().set(|request| {
        concerns(request, "call-007").map_or(Fault::None, |place| Fault::LeaveOut(vec![place]))
    });
    assert_eq!(answered_in_time(&system, &notifications(10)).await, 503);
    assert_eq!(system.queued_calls().len(), 9);
    assert_eq!(system.metrics.sum("Enqueued"), 9.0);
}

#[tokio::test]
async fn one_entry_of_ten_that_fails_once_is_retried_alone() {
    let system = System::start().await;
    system.sqs.faults().set(|request| match request.sequence {
        0 => Fault::LeaveOut(vec![7]),
        _ => Fault::None,
    });
    assert_eq!(answered_in_time(&system, &notifications(10)).await, 202);
    assert_eq!(system.queued_calls().len(), 10, "each once");
    assert_eq!(system.sqs.faults().requests(), 2);
}

#[rstest]
#[case::failing(Fault::ErrorBefore(500, "InternalFailure"))]
#[case::silent(Fault::Hang)]
#[tokio::test]
async fn the_second_batch_of_two_failing_is_not_acknowledged(#[case] fault: Fault) {
    let system = System::start().await;
    system
        .sqs
        .faults()
        .set(move |request| concerns(request, "call-010").map_or(Fault::None, |_| fault.clone()));
    assert_eq!(answered_in_time(&system, &notifications(20)).await, 503);
    assert_eq!(system.metrics.sum("Enqueued"), 10.0);
}

#[tokio::test]
async fn calls_in_their_queue_do_not_make_up_for_an_event_that_is_not() {
    let system = System::start().await;
    let lifecycle_queue = system.lifecycle_queue.clone();
    system.sqs.faults().set(move |request| {
        if request.json()["QueueUrl"] == lifecycle_queue.as_str() {
            Fault::ErrorBefore(500, "InternalFailure")
        } else {
            Fault::None
        }
    });
    let entries = [notification("a"), lifecycle_event("missed")];
    assert_eq!(answered_in_time(&system, &entries).await, 503);
    assert_eq!(system.queued_calls(), ["a"]);
    assert!(system.queued_events().is_empty());
}

#[tokio::test]
async fn an_sqs_that_is_slow_but_in_time_is_waited_for() {
    let system = System::start().await;
    system.sqs.faults().set(|_| Fault::Delay(Duration::from_millis(500)));
    assert_eq!(answered_in_time(&system, &notifications(20)).await, 202);
    assert_eq!(system.queued_calls().len(), 20);
}

#[tokio::test]
async fn a_body_of_which_nothing_is_let_in_does_not_wait_for_sqs() {
    let system = System::start().await;
    system.sqs.faults().set(|_| Fault::Hang);
    assert_eq!(answered_in_time(&system, &[]).await, 202);
    assert_eq!(system.sqs.faults().requests(), 0);
}
