use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry,
    SendMessageBatchRequestEntry,
};
use aws_stand_ins::Fault;
use rstest::rstest;

use super::{TestQueue, code};

fn entry(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
}

fn entries(count: usize) -> Vec<SendMessageBatchRequestEntry> {
    (0..count).map(|n| entry(&n.to_string(), &format!("body {n}"))).collect()
}

#[rstest]
#[case::none(vec![], "AWS.SimpleQueueService.EmptyBatchRequest")]
#[case::eleven(entries(11), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")]
#[case::the_same_id_twice(
    vec![entry("a", "one"), entry("a", "two")],
    "AWS.SimpleQueueService.BatchEntryIdsNotDistinct"
)]
#[case::a_space_in_an_id(vec![entry("a b", "x")], "AWS.SimpleQueueService.InvalidBatchEntryId")]
#[case::a_long_id(vec![entry(&"a".repeat(81), "x")], "AWS.SimpleQueueService.InvalidBatchEntryId")]
#[case::over_a_mebibyte(
    vec![entry("a", &"x".repeat(524_288)), entry("b", &"x".repeat(524_289))],
    "AWS.SimpleQueueService.BatchRequestTooLong"
)]
#[tokio::test]
async fn a_batch_outside_the_rules_is_refused_as_a_whole(
    #[case] entries: Vec<SendMessageBatchRequestEntry>,
    #[case] expected: &str,
) {
    let queue = TestQueue::new(&[]).await;
    let batch = queue.client.send_message_batch().queue_url(&queue.url);
    let refused = batch.set_entries(Some(entries)).send().await.unwrap_err();
    assert_eq!(code(&refused), expected);
    assert_eq!(queue.sqs.counts("calls").unwrap().total(), 0);
}

#[tokio::test]
async fn ten_entries_of_together_a_mebibyte_are_taken() {
    let queue = TestQueue::new(&[]).await;
    let mut ten = entries(9);
    let used: usize = ten.iter().map(|entry| entry.message_body().len()).sum();
    ten.push(entry("last", &"x".repeat(1024 * 1024 - used)));
    let batch = queue.client.send_message_batch().queue_url(&queue.url).set_entries(Some(ten));
    let sent = batch.send().await.unwrap();
    assert_eq!(sent.successful().len(), 10);
    assert!(sent.failed().is_empty());
    assert_eq!(queue.sqs.counts("calls").unwrap().visible, 10);
}

#[tokio::test]
async fn a_bad_entry_fails_alone() {
    let queue = TestQueue::new(&[("MaximumMessageSize", "1024")]).await;
    let batch = queue.client.send_message_batch().queue_url(&queue.url);
    let batch = batch.entries(entry("good", "hello"));
    let batch = batch.entries(entry("bad", "a\u{1}b")).entries(entry("big", &"x".repeat(1025)));
    let sent = batch.send().await.unwrap();
    assert_eq!(sent.successful().len(), 1);
    assert_eq!(sent.successful()[0].id(), "good");
    assert_eq!(sent.successful()[0].md5_of_message_body(), "5d41402abc4b2a76b9719d911017c592");
    let failed: Vec<_> =
        sent.failed().iter().map(|f| (f.id(), f.code(), f.sender_fault())).collect();
    let expected =
        [("bad", "InvalidMessageContents", true), ("big", "InvalidParameterValue", true)];
    assert_eq!(failed, expected);
    assert_eq!(queue.sqs.counts("calls").unwrap().visible, 1);
}

#[tokio::test]
async fn entries_that_a_fault_leaves_out_fail_by_no_fault_of_the_sender() {
    let queue = TestQueue::new(&[]).await;
    queue.sqs.faults().set(|_| Fault::LeaveOut(vec![1]));
    let batch = queue.client.send_message_batch().queue_url(&queue.url);
    let sent = batch.set_entries(Some(entries(3))).send().await.unwrap();
    assert_eq!(sent.successful().len(), 2);
    let failed = &sent.failed()[0];
    assert_eq!((failed.id(), failed.code(), failed.sender_fault()), ("1", "InternalError", false));
    assert_eq!(queue.sqs.counts("calls").unwrap().visible, 2);
}

#[tokio::test]
async fn a_batch_of_deletions_reports_each_entry() {
    let queue = TestQueue::new(&[]).await;
    queue.send("one").await;
    let received = queue.receive().await.remove(0);
    let delete = |id: &str, handle: &str| {
        DeleteMessageBatchRequestEntry::builder().id(id).receipt_handle(handle).build().unwrap()
    };
    let handle = received.receipt_handle().unwrap();
    let batch = queue.client.delete_message_batch().queue_url(&queue.url);
    let batch = batch.entries(delete("a", handle)).entries(delete("b", "nonsense"));
    let done = batch.send().await.unwrap();
    assert_eq!(done.successful().len(), 1);
    assert_eq!(done.successful()[0].id(), "a");
    assert_eq!(done.failed()[0].code(), "ReceiptHandleIsInvalid");
    assert_eq!(queue.sqs.counts("calls").unwrap().total(), 0);
}

#[tokio::test]
async fn a_batch_of_visibility_changes_reports_each_entry() {
    let queue = TestQueue::new(&[]).await;
    queue.send("one").await;
    queue.send("two").await;
    let received = queue.receive().await;
    let change = |id: &str, place: usize, seconds| {
        ChangeMessageVisibilityBatchRequestEntry::builder()
            .id(id)
            .receipt_handle(received[place].receipt_handle().unwrap())
            .visibility_timeout(seconds)
            .build()
            .unwrap()
    };
    let batch = queue.client.change_message_visibility_batch().queue_url(&queue.url);
    let batch = batch.entries(change("a", 0, 0)).entries(change("b", 1, 43_201));
    let done = batch.send().await.unwrap();
    assert_eq!(done.successful()[0].id(), "a");
    let failed = &done.failed()[0];
    assert_eq!((failed.id(), failed.code()), ("b", "InvalidParameterValue"));
    let counts = queue.sqs.counts("calls").unwrap();
    assert_eq!((counts.visible, counts.in_flight), (1, 1));
}
