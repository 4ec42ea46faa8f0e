//! The event source, held to what the Lambda guide says of SQS.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lambda_events::event::sqs::SqsEvent;
use aws_sdk_sqs::types::MessageAttributeValue;
use aws_stand_ins::{EventSource, EventSourceOptions, Fault, Tally, wait_until_drained};
use rstest::rstest;
use serde_json::{Value, json};

use crate::sqs::TestQueue;

const TIMEOUT: Duration = Duration::from_secs(20);

type Log = Arc<Mutex<Vec<Vec<String>>>>;

fn bodies(event: &Value) -> Vec<String> {
    let records = event["Records"].as_array().unwrap();
    records.iter().map(|record| record["body"].as_str().unwrap().to_owned()).collect()
}

fn id_of(event: &Value, body: &str) -> Value {
    let records = event["Records"].as_array().unwrap();
    records.iter().find(|record| record["body"] == body).unwrap()["messageId"].clone()
}

/// The default, but without a long poll that stopping would wait for.
fn quick(url: &str) -> EventSourceOptions {
    EventSourceOptions { poll: Duration::ZERO, ..EventSourceOptions::new(url) }
}

/// A source whose function writes down the bodies of each event and answers as `answer` says.
async fn source(
    queue: &TestQueue,
    options: EventSourceOptions,
    answer: impl Fn(&Value) -> Result<Value, String> + Send + Sync + 'static,
) -> (EventSource, Log) {
    let log = Log::default();
    let seen = Arc::clone(&log);
    let answer = Arc::new(answer);
    let source = EventSource::start(queue.client.clone(), options, move |event| {
        let result = answer(&event);
        seen.lock().unwrap().push(bodies(&event));
        std::future::ready(result)
    });
    (source.await.unwrap(), log)
}

async fn until(condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(TIMEOUT, waiting).await.unwrap();
}

#[tokio::test]
async fn an_event_has_the_shape_that_functions_decode() {
    let queue = TestQueue::new(&[]).await;
    let attribute = MessageAttributeValue::builder().data_type("String").string_value("late");
    queue
        .client
        .send_message()
        .queue_url(&queue.url)
        .message_body("hello")
        .message_attributes("reason", attribute.build().unwrap())
        .send()
        .await
        .unwrap();
    let seen = Arc::new(Mutex::new(None));
    let shown = Arc::clone(&seen);
    let options = quick(&queue.url);
    let handler = move |event| {
        *shown.lock().unwrap() = Some(event);
        std::future::ready(Ok::<_, String>(json!({"batchItemFailures": []})))
    };
    let source = EventSource::start(queue.client.clone(), options, handler).await.unwrap();
    wait_until_drained(&queue.client, &[&queue.url], TIMEOUT).await.unwrap();
    source.stop().await;

    let event = seen.lock().unwrap().take().unwrap();
    let record = &event["Records"][0];
    assert_eq!(record["body"], "hello");
    assert_eq!(record["md5OfBody"], "5d41402abc4b2a76b9719d911017c592");
    assert_eq!(record["eventSource"], "aws:sqs");
    assert_eq!(record["eventSourceARN"], queue.sqs.queue_arn("calls"));
    assert_eq!(record["awsRegion"], "us-east-1");
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(record["attributes"]["SentTimestamp"], "1772438400000");
    assert_eq!(record["messageAttributes"]["reason"]["stringValue"], "late");
    assert_eq!(record["messageAttributes"]["reason"]["dataType"], "String");
    let decoded: SqsEvent = serde_json::from_value(event).unwrap();
    assert_eq!(decoded.records[0].body.as_deref(), Some("hello"));
    assert!(decoded.records[0].message_id.is_some());
    assert!(decoded.records[0].receipt_handle.is_some());
}

#[tokio::test]
async fn only_the_failed_message_is_redelivered() {
    let queue = TestQueue::new(&[]).await;
    for body in ["a", "b", "c"] {
        queue.send(body).await;
    }
    let options = EventSourceOptions { concurrency: 1, ..quick(&queue.url) };
    let tries = AtomicUsize::new(0);
    let (source, log) = source(&queue, options, move |event| {
        let failed = match tries.fetch_add(1, Ordering::SeqCst) {
            0 => vec![json!({"itemIdentifier": id_of(event, "b")})],
            _ => vec![],
        };
        Ok(json!({"batchItemFailures": failed}))
    })
    .await;
    until(|| queue.sqs.counts("calls").unwrap().total() == 1).await;
    assert_eq!(log.lock().unwrap().len(), 1);
    queue.pass(30);
    wait_until_drained(&queue.client, &[&queue.url], TIMEOUT).await.unwrap();
    let tally = source.stop().await;
    assert_eq!(*log.lock().unwrap(), [vec!["a", "b", "c"], vec!["b"]]);
    let expected =
        Tally { invocations: 2, messages: 4, deleted: 3, left: 1, failed_invocations: 0 };
    assert_eq!(tally, expected);
}

#[rstest]
#[case::an_error(Err("broken".to_owned()))]
#[case::an_unknown_id(Ok(json!({"batchItemFailures": [{"itemIdentifier": "unknown"}]})))]
#[case::an_empty_id(Ok(json!({"batchItemFailures": [{"itemIdentifier": ""}]})))]
#[case::no_id(Ok(json!({"batchItemFailures": [{"itemIdentifier": null}]})))]
#[case::a_bad_key(Ok(json!({"batchItemFailures": [{"itemId": "a"}]})))]
#[case::no_list(Ok(json!({"batchItemFailures": "all"})))]
#[case::text(Ok(json!("fine")))]
#[tokio::test]
async fn a_failed_or_invalid_answer_redelivers_the_whole_batch(
    #[case] answer: Result<Value, String>,
) {
    let queue = TestQueue::new(&[]).await;
    queue.send("a").await;
    queue.send("b").await;
    let options = EventSourceOptions { concurrency: 1, ..quick(&queue.url) };
    let (source, log) = source(&queue, options, move |_| answer.clone()).await;
    until(|| source.tally().failed_invocations == 1).await;
    assert_eq!(queue.sqs.counts("calls").unwrap().in_flight, 2);
    queue.pass(30);
    until(|| source.tally().failed_invocations == 2).await;
    source.stop().await;
    assert_eq!(*log.lock().unwrap(), [vec!["a", "b"], vec!["a", "b"]]);
}

#[rstest]
#[case::nothing(json!(null))]
#[case::an_empty_object(json!({}))]
#[case::a_null_list(json!({"batchItemFailures": null}))]
#[case::an_empty_list(json!({"batchItemFailures": []}))]
#[tokio::test]
async fn an_answer_without_failures_means_done(#[case] answer: Value) {
    let queue = TestQueue::new(&[]).await;
    queue.send("a").await;
    let options = quick(&queue.url);
    let (source, _) = source(&queue, options, move |_| Ok(answer.clone())).await;
    wait_until_drained(&queue.client, &[&queue.url], TIMEOUT).await.unwrap();
    assert_eq!(source.stop().await.deleted, 1);
}

#[tokio::test]
async fn without_partial_answers_any_answer_means_done() {
    let queue = TestQueue::new(&[]).await;
    queue.send("a").await;
    let options = quick(&queue.url);
    let options = EventSourceOptions { report_batch_item_failures: false, ..options };
    let (source, _) = source(&queue, options, |event| {
        Ok(json!({"batchItemFailures": [{"itemIdentifier": id_of(event, "a")}]}))
    })
    .await;
    wait_until_drained(&queue.client, &[&queue.url], TIMEOUT).await.unwrap();
    source.stop().await;
}

#[tokio::test]
async fn a_panic_is_a_failed_batch_and_the_source_continues() {
    let queue = TestQueue::new(&[]).await;
    queue.send("a").await;
    let options = quick(&queue.url);
    let tries = AtomicUsize::new(0);
    let (source, _) = source(&queue, options, move |_| {
        assert!(tries.fetch_add(1, Ordering::SeqCst) > 0, "the first time goes wrong");
        Ok(json!(null))
    })
    .await;
    until(|| source.tally().failed_invocations == 1).await;
    queue.pass(30);
    wait_until_drained(&queue.client, &[&queue.url], TIMEOUT).await.unwrap();
    source.stop().await;
}

#[tokio::test]
async fn a_poisoned_message_ends_in_the_dead_letters_and_good_ones_come_once() {
    let queue = TestQueue::new(&[]).await;
    let (url, dead) = queue.sqs.create_queue_with_dead_letters("work", 3, &[]).unwrap();
    let queue = TestQueue { url: url.clone(), ..queue };
    for body in ["good", "poison", "fine"] {
        queue.send(body).await;
    }
    let options = EventSourceOptions { concurrency: 1, ..quick(&url) };
    let (source, log) = source(&queue, options, |event| {
        let poison = bodies(event).contains(&"poison".to_owned());
        let failed = poison.then(|| json!({"itemIdentifier": id_of(event, "poison")}));
        Ok(json!({"batchItemFailures": failed.into_iter().collect::<Vec<_>>()}))
    })
    .await;
    for count in 1..=3 {
        until(|| source.tally().left == count).await;
        queue.pass(30);
    }
    wait_until_drained(&queue.client, &[&url], TIMEOUT).await.unwrap();
    source.stop().await;
    let seen: Vec<_> = log.lock().unwrap().iter().flatten().cloned().collect();
    assert_eq!(seen.iter().filter(|body| *body == "poison").count(), 3);
    assert_eq!(seen.len(), 5);
    let buried = queue.sqs.messages(&dead).unwrap();
    assert_eq!(buried.len(), 1);
    assert_eq!(buried[0].body, "poison");
}

#[tokio::test]
async fn no_more_invocations_run_at_once_than_allowed() {
    let queue = TestQueue::new(&[]).await;
    for n in 0..40 {
        queue.send(&n.to_string()).await;
    }
    let running = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let (counted, highest) = (Arc::clone(&running), Arc::clone(&most));
    let options = quick(&queue.url);
    let options = EventSourceOptions { batch_size: 4, concurrency: 3, ..options };
    let handler = move |_| {
        let (counted, highest) = (Arc::clone(&counted), Arc::clone(&highest));
        async move {
            highest.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(50)).await;
            counted.fetch_sub(1, Ordering::SeqCst);
            Ok::<_, String>(Value::Null)
        }
    };
    let source = EventSource::start(queue.client.clone(), options, handler).await.unwrap();
    wait_until_drained(&queue.client, &[&queue.url], TIMEOUT).await.unwrap();
    assert_eq!(source.stop().await.invocations, 10);
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_window_gathers_more_than_one_receive_brings() {
    let queue = TestQueue::new(&[]).await;
    for n in 0..25 {
        queue.send(&n.to_string()).await;
    }
    let options = quick(&queue.url);
    let window = Duration::from_secs(1);
    let options = EventSourceOptions { batch_size: 25, window, ..options };
    let (source, log) = source(&queue, options, |_| Ok(Value::Null)).await;
    wait_until_drained(&queue.client, &[&queue.url], TIMEOUT).await.unwrap();
    source.stop().await;
    assert_eq!(log.lock().unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [25]);
}

#[tokio::test]
async fn a_batch_that_is_too_long_for_one_event_becomes_several() {
    let queue = TestQueue::new(&[]).await;
    for n in 0..8 {
        queue.send(&format!("{n}{}", "x".repeat(1_000_000))).await;
    }
    let options = quick(&queue.url);
    let (source, log) = source(&queue, options, |_| Ok(Value::Null)).await;
    wait_until_drained(&queue.client, &[&queue.url], TIMEOUT).await.unwrap();
    source.stop().await;
    let mut sizes: Vec<_> = log.lock().unwrap().iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [2, 6]);
}

#[tokio::test]
async fn a_long_poll_brings_what_comes_meanwhile() {
    let queue = TestQueue::new(&[]).await;
    let options = EventSourceOptions::new(&queue.url);
    let (source, log) = source(&queue, options, |_| Ok(Value::Null)).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    queue.send("a").await;
    until(|| source.tally().deleted == 1).await;
    source.stop().await;
    assert_eq!(log.lock().unwrap().concat(), ["a"]);
}

#[tokio::test]
async fn stopping_waits_for_what_is_under_way() {
    let queue = TestQueue::new(&[]).await;
    queue.send("a").await;
    let begun = Arc::new(AtomicUsize::new(0));
    let began = Arc::clone(&begun);
    let handler = move |_| {
        began.fetch_add(1, Ordering::SeqCst);
        async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            Ok::<_, String>(Value::Null)
        }
    };
    let options = quick(&queue.url);
    let source = EventSource::start(queue.client.clone(), options, handler).await.unwrap();
    until(|| begun.load(Ordering::SeqCst) == 1).await;
    assert_eq!(source.stop().await.deleted, 1);
    assert_eq!(queue.sqs.counts("calls").unwrap().total(), 0);
}

#[tokio::test]
async fn dropping_the_source_cuts_off_what_is_under_way() {
    let queue = TestQueue::new(&[]).await;
    queue.send("a").await;
    let alive = Arc::new(());
    let held = Arc::clone(&alive);
    let begun = Arc::new(AtomicUsize::new(0));
    let began = Arc::clone(&begun);
    let handler = move |_| {
        let held = Arc::clone(&held);
        began.fetch_add(1, Ordering::SeqCst);
        async move {
            std::future::pending::<()>().await;
            drop(held);
            Ok::<_, String>(Value::Null)
        }
    };
    let options = quick(&queue.url);
    let source = EventSource::start(queue.client.clone(), options, handler).await.unwrap();
    until(|| begun.load(Ordering::SeqCst) == 1).await;
    drop(source);
    until(|| Arc::strong_count(&alive) == 1).await;
    assert_eq!(queue.sqs.counts("calls").unwrap().in_flight, 1);
}

#[tokio::test]
async fn a_failed_delete_is_retried() {
    let queue = TestQueue::new(&[]).await;
    queue.send("a").await;
    queue.send("b").await;
    let failures = AtomicUsize::new(0);
    queue.sqs.faults().set(move |request| match request.action.as_str() {
        "DeleteMessageBatch" if failures.fetch_add(1, Ordering::SeqCst) == 0 => {
            Fault::LeaveOut(vec![1])
        }
        _ => Fault::None,
    });
    let options = quick(&queue.url);
    let (source, log) = source(&queue, options, |_| Ok(Value::Null)).await;
    wait_until_drained(&queue.client, &[&queue.url], TIMEOUT).await.unwrap();
    assert_eq!(source.stop().await.deleted, 2);
    assert_eq!(log.lock().unwrap().iter().flatten().count(), 2);
}

#[tokio::test]
async fn a_source_that_lambda_would_refuse_does_not_start() {
    let queue = TestQueue::new(&[]).await;
    let good = quick(&queue.url);
    let long = Duration::from_secs(301);
    for bad in [
        EventSourceOptions { batch_size: 11, ..good.clone() },
        EventSourceOptions { batch_size: 0, ..good.clone() },
        EventSourceOptions { batch_size: 10_001, window: Duration::from_secs(1), ..good.clone() },
        EventSourceOptions { window: long, ..good.clone() },
        EventSourceOptions { queue_url: queue.sqs.queue_url("none"), ..good.clone() },
    ] {
        let handler = |_| std::future::ready(Ok::<_, String>(Value::Null));
        EventSource::start(queue.client.clone(), bad, handler).await.unwrap_err();
    }
}

#[tokio::test]
async fn waiting_for_an_empty_queue_has_an_end() {
    let queue = TestQueue::new(&[]).await;
    queue.send("a").await;
    let undrained =
        wait_until_drained(&queue.client, &[&queue.url], Duration::ZERO).await.unwrap_err();
    assert_eq!(undrained.left[0].0, queue.url);
    assert_eq!(undrained.left[0].1.visible, 1);
}
