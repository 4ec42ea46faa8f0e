use std::collections::HashSet;
use std::time::{Duration, Instant};

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as System};
use aws_stand_ins::{Clock, Disorder, Sqs, SqsOptions, sqs_client};
use rstest::rstest;

use super::{TestQueue, code, system};

fn handle(message: &Message) -> &str {
    message.receipt_handle().unwrap()
}

#[tokio::test]
async fn a_received_message_is_redelivered_after_its_visibility_timeout() {
    let queue = TestQueue::new(&[("VisibilityTimeout", "30")]).await;
    queue.send("one").await;
    queue.pass(5);
    let first = queue.receive().await.remove(0);
    assert_eq!(system(&first, &System::ApproximateReceiveCount), Some("1"));
    assert_eq!(system(&first, &System::SentTimestamp), Some("1772438400000"));
    assert_eq!(system(&first, &System::ApproximateFirstReceiveTimestamp), Some("1772438405000"));
    queue.pass(29);
    assert!(queue.receive().await.is_empty());
    queue.pass(1);
    let second = queue.receive().await.remove(0);
    assert_eq!(second.message_id, first.message_id);
    assert_ne!(second.receipt_handle, first.receipt_handle);
    assert_eq!(system(&second, &System::ApproximateReceiveCount), Some("2"));
    assert_eq!(system(&second, &System::ApproximateFirstReceiveTimestamp), Some("1772438405000"));
}

#[tokio::test]
async fn a_receive_may_choose_another_visibility_time() {
    let queue = TestQueue::new(&[("VisibilityTimeout", "30")]).await;
    queue.send("one").await;
    let receive = queue.client.receive_message().queue_url(&queue.url).visibility_timeout(2);
    assert_eq!(receive.send().await.unwrap().messages().len(), 1);
    queue.pass(2);
    assert_eq!(queue.receive().await.len(), 1);
}

#[tokio::test]
async fn one_receive_returns_one_message_by_default_and_ten_at_most() {
    let queue = TestQueue::new(&[]).await;
    for _ in 0..12 {
        queue.send("one").await;
    }
    let one = queue.client.receive_message().queue_url(&queue.url).send().await.unwrap();
    assert_eq!(one.messages().len(), 1);
    assert_eq!(queue.receive().await.len(), 10);
    assert_eq!(queue.receive().await.len(), 1);
    assert!(queue.receive().await.is_empty());
}

#[rstest]
#[case(0, 0, 30)]
#[case(11, 0, 30)]
#[case(1, 21, 30)]
#[case(1, -1, 30)]
#[case(1, 0, 43_201)]
#[tokio::test]
async fn a_receive_outside_the_rules_is_refused(
    #[case] most: i32,
    #[case] wait: i32,
    #[case] visibility: i32,
) {
    let queue = TestQueue::new(&[]).await;
    let receive = queue.client.receive_message().queue_url(&queue.url).max_number_of_messages(most);
    let receive = receive.wait_time_seconds(wait).visibility_timeout(visibility);
    assert_eq!(code(&receive.send().await.unwrap_err()), "InvalidParameterValue");
}

#[tokio::test]
async fn only_the_latest_receipt_deletes() {
    let queue = TestQueue::new(&[]).await;
    queue.send("one").await;
    let first = queue.receive().await.remove(0);
    queue.pass(30);
    let second = queue.receive().await.remove(0);
    let delete = |message: &Message| {
        let delete = queue.client.delete_message().queue_url(&queue.url);
        delete.receipt_handle(handle(message)).send()
    };
    delete(&first).await.unwrap();
    assert_eq!(queue.sqs.counts("calls").unwrap().total(), 1);
    // The time-out being over does not make a receipt stale; only another receive does.
    queue.pass(30);
    delete(&second).await.unwrap();
    assert_eq!(queue.sqs.counts("calls").unwrap().total(), 0);
    delete(&second).await.unwrap();
}

#[tokio::test]
async fn a_receipt_of_another_queue_or_of_none_is_refused() {
    let queue = TestQueue::new(&[]).await;
    let other = queue.sqs.create_queue("other", &[]).unwrap();
    queue.send("one").await;
    let received = queue.receive().await.remove(0);
    for (url, handle) in [(&other, handle(&received)), (&queue.url, "nonsense")] {
        let delete = queue.client.delete_message().queue_url(url).receipt_handle(handle);
        assert_eq!(code(&delete.send().await.unwrap_err()), "ReceiptHandleIsInvalid");
    }
}

#[tokio::test]
async fn visibility_is_changed_only_in_flight_and_within_twelve_hours() {
    let queue = TestQueue::new(&[]).await;
    queue.send("one").await;
    let message = queue.receive().await.remove(0);
    let change = |message: &Message, seconds: i32| {
        let change = queue.client.change_message_visibility().queue_url(&queue.url);
        change.receipt_handle(handle(message)).visibility_timeout(seconds).send()
    };
    change(&message, 600).await.unwrap();
    queue.pass(599);
    assert!(queue.receive().await.is_empty());
    // 599 s of the twelve hours are used.
    assert_eq!(code(&change(&message, 43_200).await.unwrap_err()), "InvalidParameterValue");
    assert_eq!(code(&change(&message, 43_201).await.unwrap_err()), "InvalidParameterValue");
    assert_eq!(code(&change(&message, -1).await.unwrap_err()), "InvalidParameterValue");
    change(&message, 43_200 - 599).await.unwrap();
    change(&message, 0).await.unwrap();
    let gone = change(&message, 10).await.unwrap_err();
    assert_eq!(code(&gone), "AWS.SimpleQueueService.MessageNotInflight");
    assert!(gone.into_service_error().is_message_not_inflight());

    let again = queue.receive().await.remove(0);
    let stale = change(&message, 10).await.unwrap_err();
    assert_eq!(code(&stale), "AWS.SimpleQueueService.MessageNotInflight");
    queue
        .client
        .delete_message()
        .queue_url(&queue.url)
        .receipt_handle(handle(&again))
        .send()
        .await
        .unwrap();
    let deleted = change(&again, 10).await.unwrap_err();
    assert_eq!(code(&deleted), "AWS.SimpleQueueService.MessageNotInflight");
}

#[tokio::test]
async fn a_long_poll_ends_with_the_first_message() {
    let queue = TestQueue::new(&[]).await;
    let poll = queue.client.receive_message().queue_url(&queue.url).wait_time_seconds(20).send();
    let send = async {
        // Long enough for the poll to be waiting; the test holds without it, too.
        tokio::time::sleep(Duration::from_millis(100)).await;
        queue.send("one").await;
    };
    let began = Instant::now();
    let (received, ()) = tokio::join!(poll, send);
    assert_eq!(received.unwrap().messages().len(), 1);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_long_poll_ends_empty_after_its_time() {
    let queue = TestQueue::new(&[("ReceiveMessageWaitTimeSeconds", "1")]).await;
    let began = Instant::now();
    assert!(queue.receive().await.is_empty());
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_long_poll_sees_a_message_whose_time_comes_and_a_clock_that_moves() {
    let queue = TestQueue::new(&[]).await;
    queue.send("one").await;
    queue.receive().await;
    let poll = queue.client.receive_message().queue_url(&queue.url).wait_time_seconds(20).send();
    let pass = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        queue.pass(30);
    };
    let (received, ()) = tokio::join!(poll, pass);
    // The clock moved further than the poll waits, but what became visible on the way is seen.
    assert_eq!(received.unwrap().messages().len(), 1);
}

#[tokio::test]
async fn two_receivers_never_hold_the_same_message() {
    let queue = TestQueue::new(&[]).await;
    for n in 0..100 {
        queue.send(&n.to_string()).await;
    }
    let drain = async || {
        let mut bodies = Vec::new();
        loop {
            let received = queue.receive().await;
            if received.is_empty() {
                return bodies;
            }
            bodies.extend(received.into_iter().map(|message| message.body.unwrap()));
        }
    };
    let (mut one, two) = tokio::join!(drain(), drain());
    one.extend(two);
    assert_eq!(one.len(), 100);
    assert_eq!(one.iter().collect::<HashSet<_>>().len(), 100);
}

#[tokio::test]
async fn disorder_shuffles_and_repeats_but_loses_nothing() {
    let disorder = Disorder { seed: 7, shuffle: true, duplicates: 0.3 };
    let options = SqsOptions { disorder, clock: Clock::real(), ..SqsOptions::default() };
    let sqs = Sqs::start_with(options).await.unwrap();
    let url = sqs.create_queue("calls", &[]).unwrap();
    let client = sqs_client(&sqs.url());
    for n in 0..50 {
        client.send_message().queue_url(&url).message_body(n.to_string()).send().await.unwrap();
    }
    let mut bodies: Vec<i32> = Vec::new();
    loop {
        let receive = client.receive_message().queue_url(&url).max_number_of_messages(10);
        let Some(received) = receive.send().await.unwrap().messages else {
            break;
        };
        let ids: HashSet<_> = received.iter().map(|message| message.message_id()).collect();
        assert_eq!(ids.len(), received.len(), "one answer shows a message once");
        bodies
            .extend(received.iter().map(|message| message.body().unwrap().parse::<i32>().unwrap()));
    }
    assert!(bodies.len() > 50, "some came again");
    assert!(!bodies.is_sorted());
    bodies.sort_unstable();
    bodies.dedup();
    assert_eq!(bodies, (0..50).collect::<Vec<_>>());
}
