use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::wire::{Answer, Wire};

const QUEUE: &str = "http://sqs.example/000000000000/calls";

fn entries(count: usize) -> Vec<Entry> {
    (0..count).map(|number| Entry::new(format!("body {number}"))).collect()
}

fn ids(request: &Value) -> Vec<&str> {
    let entries = request["Entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["Id"].as_str().unwrap()).collect()
}

fn bodies(request: &Value) -> Vec<String> {
    let entries = request["Entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["MessageBody"].as_str().unwrap().to_owned()).collect()
}

/// Accepts every entry but those that `failing` says something about.
fn answer(request: &Value, failing: impl Fn(&str) -> Option<(&'static str, bool)>) -> Answer {
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in request["Entries"].as_array().unwrap() {
        let (id, body) = (&entry["Id"], entry["MessageBody"].as_str().unwrap());
        match failing(body) {
            None => successful.push(json!({ "Id": id, "MessageId": "m", "MD5OfMessageBody": "0" })),
            Some((code, sender_fault)) => {
                failed.push(json!({ "Id": id, "Code": code, "SenderFault": sender_fault }));
            }
        }
    }
    Answer::ok(json!({ "Successful": successful, "Failed": failed }))
}

fn accepting() -> Wire {
    Wire::new(|_, request| answer(request, |_| None))
}

async fn send(wire: &Wire, entries: Vec<Entry>, seconds: u64) -> Result<Sent, SendError> {
    let deadline = Instant::now() + Duration::from_secs(seconds);
    send_all(&wire.client(), QUEUE, entries, deadline).await
}

#[rstest]
#[case(0, &[])]
#[case(1, &[1])]
#[case(10, &[10])]
#[case(11, &[10, 1])]
#[case(25, &[10, 10, 5])]
#[tokio::test(start_paused = true)]
async fn messages_travel_in_batches_of_ten(#[case] count: usize, #[case] sizes: &[usize]) {
    let wire = accepting();
    assert_eq!(send(&wire, entries(count), 2).await, Ok(Sent { accepted: count }));
    let requests = wire.requests();
    assert_eq!(requests.iter().map(|request| ids(request).len()).collect::<Vec<_>>(), sizes);
    let mut arrived: Vec<String> = requests.iter().flat_map(bodies).collect();
    arrived.sort();
    let mut sent: Vec<String> = entries(count).into_iter().map(|entry| entry.body).collect();
    sent.sort();
    assert_eq!(arrived, sent);
}

#[test]
fn a_batch_stays_within_the_size_that_sqs_takes() {
    let large = vec![Entry::new("x".repeat(BATCH_BYTES / 3)); 7];
    let sizes: Vec<usize> = batches(large).iter().map(Vec::len).collect();
    assert_eq!(sizes, [3, 3, 1]);
    let too_large_alone = vec![Entry::new("x".repeat(BATCH_BYTES + 1)), Entry::new("x".into())];
    assert_eq!(batches(too_large_alone).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn only_failed_entries_are_retried() {
    let wire = Wire::new(|number, request| {
        answer(request, |body| {
            (number == 0 && body == "body 3").then_some(("InternalError", false))
        })
    });
    assert_eq!(send(&wire, entries(10), 2).await, Ok(Sent { accepted: 10 }));
    let requests = wire.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(bodies(&requests[1]), ["body 3"]);
}

#[tokio::test(start_paused = true)]
async fn an_entry_with_a_sender_fault_is_not_retried() {
    let wire = Wire::new(|_, request| {
        answer(request, |body| (body == "body 3").then_some(("InvalidMessageContents", true)))
    });
    let error = send(&wire, entries(10), 2).await.unwrap_err();
    assert!(matches!(error, SendError::Refused { accepted: 9, left: 1, .. }), "{error:?}");
    assert_eq!(wire.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_fails_until_the_deadline_is_reported_with_what_was_accepted() {
    let wire = Wire::new(|_, request| {
        answer(request, |body| (body == "body 17").then_some(("InternalError", false)))
    });
    let begun = Instant::now();
    let error = send(&wire, entries(25), 2).await.unwrap_err();
    assert!(matches!(error, SendError::TimedOut { accepted: 24, left: 1, .. }), "{error:?}");
    assert!(error.to_string().contains("InternalError"), "{error}");
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_the_answer_does_not_mention_was_not_accepted() {
    let wire = Wire::new(|_, _| Answer::ok(json!({ "Successful": [], "Failed": [] })));
    let error = send(&wire, entries(2), 1).await.unwrap_err();
    assert!(matches!(error, SendError::TimedOut { accepted: 0, left: 2, .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_about_entries_that_were_never_sent_changes_nothing() {
    let wire = Wire::new(|_, _| {
        let id = |id: &str| json!({ "Id": id, "MessageId": "m", "MD5OfMessageBody": "0" });
        Answer::ok(json!({ "Successful": [id("7"), id("x"), id("0"), id("0")], "Failed": [] }))
    });
    // The answer speaks of the first of two entries; the second is sent again, now the first.
    assert_eq!(send(&wire, entries(2), 1).await, Ok(Sent { accepted: 2 }));
    assert_eq!(bodies(&wire.requests()[1]), ["body 1"]);
}

#[rstest]
#[case::throttled(400, "RequestThrottled")]
#[case::failing(500, "InternalFailure")]
#[case::unavailable(503, "ServiceUnavailable")]
#[tokio::test(start_paused = true)]
async fn a_transient_failure_of_a_whole_batch_is_retried(
    #[case] status: u16,
    #[case] code: &'static str,
) {
    let wire = Wire::new(move |number, request| match number {
        0 | 1 => Answer::error(status, code),
        _ => answer(request, |_| None),
    });
    assert_eq!(send(&wire, entries(10), 2).await, Ok(Sent { accepted: 10 }));
    assert_eq!(wire.requests().len(), 3);
}

#[rstest]
#[case::denied("AccessDenied", "sqs:SendMessage")]
#[case::no_queue("QueueDoesNotExist", "the queue's URL")]
#[tokio::test(start_paused = true)]
async fn a_permanent_refusal_fails_at_once_and_names_the_remedy(
    #[case] code: &'static str,
    #[case] remedy: &str,
) {
    let wire = Wire::new(move |_, _| Answer::error(400, code));
    let error = send(&wire, entries(10), 60).await.unwrap_err();
    assert!(matches!(error, SendError::Refused { accepted: 0, left: 10, .. }), "{error:?}");
    assert!(error.to_string().contains(remedy), "{error}");
    assert_eq!(wire.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_second_batch_of_two_failing_does_not_hide_the_first() {
    let wire = Wire::new(|_, request| {
        if bodies(request).contains(&"body 10".to_owned()) {
            Answer::error(500, "InternalFailure")
        } else {
            answer(request, |_| None)
        }
    });
    let error = send(&wire, entries(20), 1).await.unwrap_err();
    assert!(matches!(error, SendError::TimedOut { accepted: 10, left: 10, .. }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_sqs_is_given_up_at_the_deadline() {
    let wire = Wire::new(|_, request| answer(request, |_| None).after(Duration::from_secs(3600)));
    let begun = Instant::now();
    let error = send(&wire, entries(10), 2).await.unwrap_err();
    assert!(matches!(error, SendError::TimedOut { accepted: 0, left: 10, .. }), "{error:?}");
    assert_eq!(begun.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn after_the_deadline_nothing_is_sent() {
    let wire = accepting();
    let error = send_all(&wire.client(), QUEUE, entries(3), Instant::now()).await.unwrap_err();
    assert!(matches!(error, SendError::TimedOut { accepted: 0, left: 3, .. }), "{error:?}");
    assert!(wire.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_thousand_messages_do_not_wait_for_each_other() {
    let wire = accepting();
    let begun = Instant::now();
    assert_eq!(send(&wire, entries(1_000), 2).await, Ok(Sent { accepted: 1_000 }));
    // 100 batches of 10 ms, 16 at once.
    assert!(begun.elapsed() < Duration::from_millis(200), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn failing_sends_back_off() {
    let wire = Wire::new(|_, _| Answer::error(500, "InternalFailure"));
    send(&wire, entries(1), 10).await.unwrap_err();
    let tries = wire.requests().len();
    assert!((8..=25).contains(&tries), "{tries} tries in ten seconds");
}

#[tokio::test(start_paused = true)]
async fn senders_that_failed_together_do_not_come_back_together() {
    let mut waits = Vec::new();
    for _ in 0..30 {
        let wire = Wire::new(|number, request| match number {
            0 => Answer::error(500, "InternalFailure"),
            _ => answer(request, |_| None),
        });
        let begun = Instant::now();
        send(&wire, entries(1), 2).await.unwrap();
        waits.push(begun.elapsed());
    }
    assert!(waits.iter().any(|wait| *wait != waits[0]), "all wait {:?}", waits[0]);
}
