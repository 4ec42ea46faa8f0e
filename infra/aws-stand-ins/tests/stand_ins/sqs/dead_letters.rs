use std::time::Duration;

use aws_sdk_sqs::types::{ListMessageMoveTasksResultEntry, MessageSystemAttributeName as System};

use super::{TestQueue, code, system};

/// A queue `work` that gives a message up after two receives, with its dead letters.
async fn queue_with_dead_letters() -> (TestQueue, String) {
    let queue = TestQueue::new(&[]).await;
    let (url, dead) = queue.sqs.create_queue_with_dead_letters("work", 2, &[]).unwrap();
    (TestQueue { url, ..queue }, dead)
}

async fn bury(queue: &TestQueue, body: &str) {
    queue.send(body).await;
    for _ in 0..2 {
        assert_eq!(queue.receive().await.len(), 1);
        queue.pass(30);
    }
    assert!(queue.receive().await.is_empty());
}

#[tokio::test]
async fn a_message_received_too_often_goes_to_the_dead_letters_and_keeps_its_age() {
    let (queue, dead) = queue_with_dead_letters().await;
    let id = queue.send("poison").await;
    for count in ["1", "2"] {
        let received = queue.receive().await.remove(0);
        assert_eq!(system(&received, &System::ApproximateReceiveCount), Some(count));
        assert_eq!(system(&received, &System::DeadLetterQueueSourceArn), None);
        queue.pass(30);
    }
    // It moves when it would be received once more, not before.
    assert_eq!(queue.sqs.counts(&dead).unwrap().total(), 0);
    assert!(queue.receive().await.is_empty());
    assert_eq!(queue.sqs.counts(&queue.url).unwrap().total(), 0);

    let buried = queue.receive_from(&dead).await.remove(0);
    assert_eq!(buried.message_id(), Some(id.as_str()));
    assert_eq!(system(&buried, &System::SentTimestamp), Some("1772438400000"));
    let source = system(&buried, &System::DeadLetterQueueSourceArn);
    assert_eq!(source, Some(queue.sqs.queue_arn("work").as_str()));
}

#[tokio::test]
async fn a_poisoned_message_does_not_keep_others_from_an_answer() {
    let (queue, dead) = queue_with_dead_letters().await;
    queue.send("poison").await;
    for _ in 0..2 {
        queue.receive().await;
        queue.pass(30);
    }
    queue.send("good").await;
    let received = queue.receive().await;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].body(), Some("good"));
    assert_eq!(queue.sqs.counts(&dead).unwrap().visible, 1);
}

#[tokio::test]
async fn the_age_of_dead_letters_counts_from_the_first_sending() {
    let (queue, dead) = queue_with_dead_letters().await;
    bury(&queue, "poison").await;
    // 60 s have gone by in the queue; 14 days are the dead letters' own retention.
    queue.pass(14 * 24 * 3600 - 61);
    assert_eq!(queue.sqs.counts(&dead).unwrap().visible, 1);
    queue.pass(1);
    assert_eq!(queue.sqs.counts(&dead).unwrap().total(), 0);
}

#[tokio::test]
async fn dead_letters_name_their_sources() {
    let (queue, dead) = queue_with_dead_letters().await;
    let listed = queue.client.list_dead_letter_source_queues().queue_url(&dead).send().await;
    assert_eq!(listed.unwrap().queue_urls(), [queue.url.as_str()]);
    let listed = queue.client.list_dead_letter_source_queues().queue_url(&queue.url).send().await;
    assert!(listed.unwrap().queue_urls().is_empty());
}

#[tokio::test]
async fn a_redrive_policy_needs_dead_letters_that_exist() {
    let queue = TestQueue::new(&[]).await;
    let policy =
        r#"{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:none","maxReceiveCount":3}"#;
    let refused = queue.sqs.create_queue("other", &[("RedrivePolicy", policy)]).unwrap_err();
    assert!(refused.to_string().contains("Dead letter target does not exist"), "{refused}");
}

/// Waits until the latest task of the dead letters is no longer running.
async fn ended(queue: &TestQueue, source: &str) -> ListMessageMoveTasksResultEntry {
    let list = || queue.client.list_message_move_tasks().source_arn(source).send();
    for _ in 0..100 {
        let task = list().await.unwrap().results.unwrap().remove(0);
        if task.status() != Some("RUNNING") {
            return task;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the task runs for five seconds already");
}

#[tokio::test]
async fn a_move_task_brings_dead_letters_back_as_new_messages() {
    let (queue, dead) = queue_with_dead_letters().await;
    bury(&queue, "one").await;
    bury(&queue, "two").await;
    let old = queue.sqs.messages(&dead).unwrap();
    assert_eq!(old.len(), 2);
    let source = queue.sqs.queue_arn("work-dead-letters");
    let task = queue.client.start_message_move_task().source_arn(&source).send().await.unwrap();
    assert!(task.task_handle().is_some());

    let task = ended(&queue, &source).await;
    assert_eq!(task.status(), Some("COMPLETED"));
    assert_eq!(task.approximate_number_of_messages_moved(), 2);
    assert_eq!(task.approximate_number_of_messages_to_move(), Some(2));
    assert_eq!(queue.sqs.counts(&dead).unwrap().total(), 0);
    let received = queue.receive().await;
    assert_eq!(received.len(), 2);
    for message in received {
        assert_eq!(system(&message, &System::ApproximateReceiveCount), Some("1"));
        assert_eq!(system(&message, &System::DeadLetterQueueSourceArn), None);
        assert!(old.iter().all(|old| message.message_id() != Some(&old.message_id)));
        assert_ne!(system(&message, &System::SentTimestamp), Some("1772438400000"));
    }
}

#[tokio::test]
async fn a_message_sent_directly_to_a_dlq_needs_a_destination() {
    let (queue, dead) = queue_with_dead_letters().await;
    let dead_lettered = queue.client.send_message().queue_url(&dead).message_body("dead-lettered");
    dead_lettered.send().await.unwrap();
    let source = queue.sqs.queue_arn("work-dead-letters");
    let start = || queue.client.start_message_move_task().source_arn(&source);
    start().send().await.unwrap();
    let task = ended(&queue, &source).await;
    assert_eq!(task.status(), Some("FAILED"));
    assert_eq!(task.failure_reason(), Some("CouldNotDetermineMessageSource"));
    assert_eq!(queue.sqs.counts(&dead).unwrap().visible, 1);

    start().destination_arn(queue.sqs.queue_arn("work")).send().await.unwrap();
    assert_eq!(ended(&queue, &source).await.status(), Some("COMPLETED"));
    assert_eq!(queue.receive().await[0].body(), Some("dead-lettered"));
}

#[tokio::test]
async fn a_move_task_runs_alone_and_can_be_cancelled() {
    let (queue, dead) = queue_with_dead_letters().await;
    for _ in 0..30 {
        queue.client.send_message().queue_url(&dead).message_body("one").send().await.unwrap();
    }
    let source = queue.sqs.queue_arn("work-dead-letters");
    let start = || {
        let start = queue.client.start_message_move_task().source_arn(&source);
        start
            .destination_arn(queue.sqs.queue_arn("work"))
            .max_number_of_messages_per_second(10)
            .send()
    };
    let task = start().await.unwrap();
    let second = start().await.unwrap_err();
    assert_eq!(code(&second), "AWS.SimpleQueueService.UnsupportedOperation");
    let cancel = || {
        let cancel = queue.client.cancel_message_move_task();
        cancel.task_handle(task.task_handle().unwrap()).send()
    };
    cancel().await.unwrap();
    assert_eq!(ended(&queue, &source).await.status(), Some("CANCELLED"));
    assert!(queue.sqs.counts(&dead).unwrap().visible > 0);
    assert_eq!(code(&cancel().await.unwrap_err()), "ResourceNotFoundException");
}

#[tokio::test]
async fn only_dead_letters_are_moved() {
    let (queue, _) = queue_with_dead_letters().await;
    let start = |arn: String| queue.client.start_message_move_task().source_arn(arn).send();
    let work = start(queue.sqs.queue_arn("work")).await.unwrap_err();
    assert_eq!(code(&work), "InvalidParameterValue");
    let none = start(queue.sqs.queue_arn("none")).await.unwrap_err();
    assert_eq!(code(&none), "ResourceNotFoundException");
}
