//! How long a message waits for its record: from when it first met what it waits for, whatever it
//! waited for before.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_stand_ins::{Fault, RequestInfo};
use call_queue::{CallMessage, Reason};
use fake_graph::{Failure, Target};
use jiff::Timestamp;
use rstest::rstest;
use teams_calls::system::{Settings, System};

use crate::invented_organisation::{bare_call, meeting};

pub(crate) const TIMEOUT: Duration = Duration::from_secs(120);

const THREE_HOURS: Duration = Duration::from_hours(3);

/// Puts a message into the queue that names version 2, as the reconciler does.
async fn request(system: &System, call_id: &str) {
    let message = CallMessage {
        call_id: call_id.to_owned(),
        reason: Reason::Reconciliation,
        enqueued_at: system.now(),
        subscription_id: None,
        version: Some(2),
    };
    let client = aws_stand_ins::sqs_client(&system.sqs().url());
    let send = client.send_message().queue_url(&system.queues().calls);
    send.message_body(message.to_json()).send().await.unwrap();
}

/// So many hours pass, ten minutes at a time, and nothing is dead-lettered.
async fn pass(system: &System, hours: u64) {
    let until = system.now() + Duration::from_hours(hours);
    while system.now() < until {
        system.clock().advance(Duration::from_mins(10));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(system.dead_lettered().unwrap(), []);
}

/// A message about this call has met nothing but 503 for four hours, and meets it still. With a
/// Retry-After, for without one each receive takes some real seconds.
async fn outage(call_id: &str) -> System {
    let system = System::start(Settings::quiet()).await.unwrap();
    system.graph().fail(Target::Records, Failure::UnavailableFor(Duration::ZERO), 0);
    request(&system, call_id).await;
    pass(&system, 4).await;
    assert!(system.metrics().consumer.sum("RetriedThrottled") > 3.0);
    system
}

fn load_both_versions(system: &System, call_id: &str) {
    let mut record = bare_call(call_id);
    for version in [1, 2] {
        record["version"] = version.into();
        system.graph().load(&record).unwrap();
    }
}

#[rstest]
#[case::not_found("RetriedNotFound", |system: &System| {
    load_both_versions(system, "call-1");
    system.graph().not_found_at_first("call-1", 1);
})]
#[case::changed("RetriedChanged", |system: &System| {
    let of_two_pages = |version| meeting("call-1", version, 0..70, "2026-11-02T09:00:00Z");
    system.graph().load(&of_two_pages(1)).unwrap();
    system.graph().change_while_paging(1, &of_two_pages(2)).unwrap();
})]
#[case::older_version("RetriedOlderVersion", |system: &System| {
    load_both_versions(system, "call-1");
    system.graph().serve_stale("call-1", 2);
})]
#[tokio::test]
async fn what_a_message_meets_for_the_first_time_after_hours_of_outage_does_not_dead_letter_it(
    #[case] metric: &str,
    #[case] meets_once: fn(&System),
) {
    let system = outage("call-1").await;
    meets_once(&system);
    system.graph().cancel_failures();
    system.drained(TIMEOUT).await.unwrap();
    assert_eq!(system.metrics().consumer.sum(metric), 1.0);
    assert_eq!(system.dead_lettered().unwrap(), []);
    assert_eq!(system.store().version("call-1").await.unwrap(), Some(2));
    // What it waited for lies beside the call, and no reader minds.
    assert_eq!(system.recompute().await.unwrap().sentences(), Vec::<String>::new());
    assert_eq!(system.store().call("call-1").await.unwrap().unwrap().record.version, 2);
}

#[tokio::test]
async fn a_dead_letter_says_how_often_and_since_when_its_record_was_missing() {
    let system = outage("absent").await;
    let began = system.now();
    system.graph().cancel_failures();
    system.drained(TIMEOUT).await.unwrap();
    let dead_lettered = system.dead_lettered().unwrap().remove(0);
    assert_eq!(dead_lettered.reason, "not_found");
    let detail = dead_lettered.detail;
    let times = system.metrics().consumer.sum("RetriedNotFound") + 1.0;
    assert!(detail.contains(&format!(": {times} times")), "{detail}");
    let first = detail.split_once("first at ").unwrap().1.split_once(',').unwrap().0;
    let first: Timestamp = first.parse().unwrap();
    assert!(first >= began - Duration::from_secs(1), "{first} is before {began}");
    assert!(system.now().duration_since(first).unsigned_abs() >= THREE_HOURS);
}

#[tokio::test]
async fn a_redrive_waits_for_three_hours_anew() {
    let system = System::start(Settings::quiet()).await.unwrap();
    request(&system, "absent").await;
    system.drained(TIMEOUT).await.unwrap();
    let redriven_at = system.now();
    let client = aws_stand_ins::sqs_client(&system.sqs().url());
    let redrive = client.start_message_move_task();
    let redrive = redrive.source_arn(system.sqs().queue_arn("calls-dead-letters"));
    redrive.destination_arn(system.sqs().queue_arn("calls")).send().await.unwrap();
    // It moves them after it was answered.
    while !system.dead_lettered().unwrap().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    system.drained(TIMEOUT).await.unwrap();
    assert_eq!(system.dead_lettered().unwrap()[0].reason, "not_found");
    assert!(system.now().duration_since(redriven_at).unsigned_abs() >= THREE_HOURS);
}

fn is_of_waiting(request: &RequestInfo) -> bool {
    request.action == "UpdateItem" && request.json().to_string().contains("WAIT#")
}

#[tokio::test]
async fn a_message_whose_first_time_cannot_be_stored_is_retried_and_not_dead_lettered() {
    let system = System::start(Settings::quiet()).await.unwrap();
    system.dynamodb().faults().set(|request| {
        let refused = Fault::ErrorBefore(400, "AccessDeniedException");
        if is_of_waiting(request) { refused } else { Fault::None }
    });
    request(&system, "call-1").await;
    pass(&system, 24).await;
    assert!(system.metrics().consumer.sum("RetriedAccessRefused") > 20.0, "it was tried all day");
    load_both_versions(&system, "call-1");
    system.drained(TIMEOUT).await.unwrap();
    assert_eq!(system.store().version("call-1").await.unwrap(), Some(2));
    assert_eq!(system.dead_lettered().unwrap(), []);
}

#[tokio::test]
async fn a_call_that_is_there_costs_no_request_for_waiting() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let waits = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&waits);
    system.dynamodb().faults().set(move |request| {
        seen.fetch_add(usize::from(is_of_waiting(request)), Ordering::SeqCst);
        Fault::None
    });
    load_both_versions(&system, "call-1");
    request(&system, "call-1").await;
    system.drained(TIMEOUT).await.unwrap();
    assert_eq!(waits.load(Ordering::SeqCst), 0);
    request(&system, "absent").await;
    system.drained(TIMEOUT).await.unwrap();
    assert!(waits.load(Ordering::SeqCst) > 5, "the hook sees them");
}
