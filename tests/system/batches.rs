//! What the consumer does with one batch of messages.

use std::time::Duration;

use call_queue::{CallMessage, Reason};
use serde_json::{Value, json};
use teams_calls::system::{Settings, System};
use tokio::time::Instant;

use crate::invented_organisation::bare_call;

async fn system() -> System {
    let mut system = System::start(Settings::quiet()).await.unwrap();
    system.stop_consuming();
    system.graph().forget_requests();
    system
}

/// A batch of messages about these calls, as Lambda hands it over.
fn batch(system: &System, calls: &[&str]) -> Value {
    let messages = calls.iter().enumerate().map(|(number, call_id)| {
        let body = CallMessage {
            call_id: (*call_id).to_owned(),
            reason: Reason::Notification,
            enqueued_at: system.now(),
            subscription_id: None,
            version: None,
        };
        json!({
            "messageId": format!("message-{number}"),
            "receiptHandle": format!("receipt-{number}"),
            "body": body.to_json(),
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": system.now().as_millisecond().to_string(),
            },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": system.sqs().queue_arn("calls"),
            "awsRegion": aws_stand_ins::REGION,
        })
    });
    json!({ "Records": messages.collect::<Vec<_>>() })
}

/// The messages that the queue must keep.
async fn kept(system: &System, calls: &[&str], time: Duration) -> Vec<String> {
    let event = serde_json::from_value(batch(system, calls)).unwrap();
    let deadline = Instant::now() + time;
    let response = system.consumer().handle(event, system.now(), deadline).await;
    let failures = response.batch_item_failures.into_iter();
    failures.map(|failure| failure.item_identifier).collect()
}

fn reads(system: &System) -> usize {
    let requests = system.graph().requests();
    requests.iter().filter(|request| request.path.contains("callRecords")).count()
}

#[tokio::test]
async fn messages_about_one_call_are_one_fetch() {
    let system = system().await;
    system.graph().load(&bare_call("call-1")).unwrap();
    let kept = kept(&system, &["call-1", "call-1", "call-1"], Duration::from_secs(60)).await;
    assert_eq!(kept, Vec::<String>::new());
    assert_eq!(reads(&system), 2, "the participants and the sessions, once each");
}

#[tokio::test]
async fn a_failure_is_one_messages_own() {
    let system = system().await;
    system.graph().load(&bare_call("call-1")).unwrap();
    system.graph().load(&bare_call("call-3")).unwrap();
    let calls = ["call-1", "absent", "call-3"];
    assert_eq!(kept(&system, &calls, Duration::from_secs(60)).await, ["message-1"]);
    assert_eq!(system.store().version("call-1").await.unwrap(), Some(1));
    assert_eq!(system.store().version("call-3").await.unwrap(), Some(1));
}

#[tokio::test]
async fn nothing_is_begun_that_cannot_end_in_the_time_left() {
    let system = system().await;
    system.graph().load(&bare_call("call-1")).unwrap();
    let kept = kept(&system, &["call-1"], Duration::from_secs(4)).await;
    assert_eq!(kept, ["message-0"]);
    assert_eq!(reads(&system), 0);
}

#[tokio::test]
async fn while_graph_asks_for_quiet_the_rest_of_the_batch_is_not_fetched() {
    let system = system().await;
    let calls: Vec<String> = (0..10).map(|number| format!("call-{number}")).collect();
    for call_id in &calls {
        system.graph().load(&bare_call(call_id)).unwrap();
    }
    let wait = Some(Duration::from_secs(30));
    system.graph().fail(fake_graph::Target::Records, fake_graph::Failure::Throttled(wait), 0);
    let calls: Vec<&str> = calls.iter().map(String::as_str).collect();
    let kept = kept(&system, &calls, Duration::from_secs(60)).await;
    assert_eq!(kept.len(), 10);
    // Five calls are read at once; what was under way when the first 429 came may meet its own.
    assert!(reads(&system) <= 5, "{} requests", reads(&system));
}

/// The SDK's own time-outs may be longer than what is left of the invocation.
#[tokio::test]
async fn a_request_that_hangs_is_cancelled_early_enough_to_settle_its_message() {
    let system = system().await;
    system.graph().load(&bare_call("call-1")).unwrap();
    system.dynamodb().faults().set(|_| aws_stand_ins::Fault::Hang);
    let (begun, time) = (Instant::now(), Duration::from_secs(6));
    let kept = tokio::time::timeout(time, kept(&system, &["call-1"], time)).await;
    assert_eq!(kept.expect("the invocation ends before it is killed"), ["message-0"]);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!(system.metrics().consumer.sum("RetriedOutOfTime"), 1.0);
}
