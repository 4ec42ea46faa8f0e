use aws_sdk_sqs::types::QueueAttributeName;
use rstest::rstest;

use super::{TestQueue, code};

#[tokio::test]
async fn a_queue_is_found_by_its_name_and_gone_when_deleted() {
    let queue = TestQueue::new(&[]).await;
    let found = queue.client.get_queue_url().queue_name("calls").send().await.unwrap();
    assert_eq!(found.queue_url(), Some(queue.url.as_str()));
    queue.client.delete_queue().queue_url(&queue.url).send().await.unwrap();

    let lost = queue.client.get_queue_url().queue_name("calls").send().await.unwrap_err();
    assert_eq!(code(&lost), "AWS.SimpleQueueService.NonExistentQueue");
    assert!(lost.into_service_error().is_queue_does_not_exist());
}

#[tokio::test]
async fn the_same_queue_may_be_created_twice_but_not_with_other_attributes() {
    let queue = TestQueue::new(&[("VisibilityTimeout", "60")]).await;
    let create = |value: &str| {
        queue
            .client
            .create_queue()
            .queue_name("calls")
            .attributes(QueueAttributeName::VisibilityTimeout, value)
            .send()
    };
    assert_eq!(create("60").await.unwrap().queue_url(), Some(queue.url.as_str()));
    let refused = create("61").await.unwrap_err();
    assert_eq!(code(&refused), "QueueAlreadyExists");
}

#[tokio::test]
async fn the_name_of_a_deleted_queue_is_taken_for_a_minute() {
    let queue = TestQueue::new(&[]).await;
    queue.client.delete_queue().queue_url(&queue.url).send().await.unwrap();
    let refused = queue.client.create_queue().queue_name("calls").send().await.unwrap_err();
    assert_eq!(code(&refused), "AWS.SimpleQueueService.QueueDeletedRecently");
    queue.pass(60);
    queue.client.create_queue().queue_name("calls").send().await.unwrap();
}

#[rstest]
#[case::empty("")]
#[case::blank("two words")]
#[case::long(&"q".repeat(81))]
#[tokio::test]
async fn a_name_outside_the_rules_is_refused(#[case] name: &str) {
    let queue = TestQueue::new(&[]).await;
    let refused = queue.client.create_queue().queue_name(name).send().await.unwrap_err();
    assert_eq!(code(&refused), "InvalidParameterValue");
}

#[rstest]
#[case(QueueAttributeName::VisibilityTimeout, "43201", "InvalidAttributeValue")]
#[case(QueueAttributeName::VisibilityTimeout, "-1", "InvalidAttributeValue")]
#[case(QueueAttributeName::DelaySeconds, "901", "InvalidAttributeValue")]
#[case(QueueAttributeName::MessageRetentionPeriod, "59", "InvalidAttributeValue")]
#[case(QueueAttributeName::MessageRetentionPeriod, "1209601", "InvalidAttributeValue")]
#[case(QueueAttributeName::ReceiveMessageWaitTimeSeconds, "21", "InvalidAttributeValue")]
#[case(QueueAttributeName::MaximumMessageSize, "1048577", "InvalidAttributeValue")]
#[case(QueueAttributeName::QueueArn, "arn", "InvalidAttributeName")]
#[case(QueueAttributeName::from("Colour"), "red", "InvalidAttributeName")]
#[case(QueueAttributeName::FifoQueue, "true", "AWS.SimpleQueueService.UnsupportedOperation")]
#[case(QueueAttributeName::RedrivePolicy, "none", "InvalidParameterValue")]
#[tokio::test]
async fn an_attribute_outside_the_rules_is_refused_and_changes_nothing(
    #[case] name: QueueAttributeName,
    #[case] value: &str,
    #[case] expected: &str,
) {
    let queue = TestQueue::new(&[]).await;
    let set = queue.client.set_queue_attributes().queue_url(&queue.url);
    let set = set.attributes(QueueAttributeName::DelaySeconds, "5").attributes(name, value);
    assert_eq!(code(&set.send().await.unwrap_err()), expected);
    let all = attributes(&queue, QueueAttributeName::All).await;
    assert_eq!(all[&QueueAttributeName::DelaySeconds], "0");
}

async fn attributes(
    queue: &TestQueue,
    name: QueueAttributeName,
) -> std::collections::HashMap<QueueAttributeName, String> {
    let get = queue.client.get_queue_attributes().queue_url(&queue.url).attribute_names(name);
    get.send().await.unwrap().attributes.unwrap_or_default()
}

#[tokio::test]
async fn the_attributes_count_visible_delayed_and_flying_messages() {
    let queue = TestQueue::new(&[("VisibilityTimeout", "45")]).await;
    queue.send("one").await;
    queue.send("two").await;
    let late = queue.client.send_message().queue_url(&queue.url).message_body("three");
    late.delay_seconds(10).send().await.unwrap();
    let one = queue.client.receive_message().queue_url(&queue.url).send().await.unwrap();
    assert_eq!(one.messages().len(), 1);

    let all = attributes(&queue, QueueAttributeName::All).await;
    for (name, value) in [
        (QueueAttributeName::ApproximateNumberOfMessages, "1"),
        (QueueAttributeName::ApproximateNumberOfMessagesNotVisible, "1"),
        (QueueAttributeName::ApproximateNumberOfMessagesDelayed, "1"),
        (QueueAttributeName::VisibilityTimeout, "45"),
        (QueueAttributeName::DelaySeconds, "0"),
        (QueueAttributeName::MaximumMessageSize, "1048576"),
        (QueueAttributeName::MessageRetentionPeriod, "345600"),
        (QueueAttributeName::ReceiveMessageWaitTimeSeconds, "0"),
        (QueueAttributeName::SqsManagedSseEnabled, "true"),
        (QueueAttributeName::CreatedTimestamp, "1772438400"),
        (QueueAttributeName::QueueArn, "arn:aws:sqs:us-east-1:000000000000:calls"),
    ] {
        assert_eq!(all[&name], value, "{name:?}");
    }
    assert!(!all.contains_key(&QueueAttributeName::RedrivePolicy));

    let one = attributes(&queue, QueueAttributeName::QueueArn).await;
    assert_eq!(one.len(), 1);
    let odd = queue.client.get_queue_attributes().queue_url(&queue.url);
    let odd = odd.attribute_names(QueueAttributeName::from("Colour")).send().await.unwrap_err();
    assert_eq!(code(&odd), "InvalidAttributeName");
}

#[tokio::test]
async fn queues_are_listed_by_prefix_and_in_pages() {
    let queue = TestQueue::new(&[]).await;
    for name in ["calls-2", "calls-3", "lifecycle"] {
        queue.sqs.create_queue(name, &[]).unwrap();
    }
    let list = || queue.client.list_queues().queue_name_prefix("calls").max_results(2);
    let first = list().send().await.unwrap();
    assert_eq!(first.queue_urls().len(), 2);
    let second = list().set_next_token(first.next_token).send().await.unwrap();
    assert_eq!(second.queue_urls(), [queue.sqs.queue_url("calls-3")]);
    assert_eq!(second.next_token, None);
}

#[tokio::test]
async fn a_purge_empties_the_queue_once_a_minute() {
    let queue = TestQueue::new(&[]).await;
    queue.send("one").await;
    let purge = || queue.client.purge_queue().queue_url(&queue.url).send();
    purge().await.unwrap();
    assert_eq!(queue.sqs.counts("calls").unwrap().total(), 0);
    let refused = purge().await.unwrap_err();
    assert_eq!(code(&refused), "AWS.SimpleQueueService.PurgeQueueInProgress");
    queue.pass(60);
    purge().await.unwrap();
}
