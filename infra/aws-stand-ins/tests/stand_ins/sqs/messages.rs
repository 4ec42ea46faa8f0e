use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::MessageAttributeValue;
use rstest::rstest;

use super::{TestQueue, code};

fn text(kind: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(kind).string_value(value).build().unwrap()
}

#[tokio::test]
async fn a_message_comes_out_as_it_went_in_with_its_digests() {
    let queue = TestQueue::new(&[]).await;
    let blob = MessageAttributeValue::builder().data_type("Binary").binary_value(Blob::new([1, 2]));
    let sent = queue
        .client
        .send_message()
        .queue_url(&queue.url)
        .message_body("hello")
        .message_attributes("reason", text("String", "undecodable"))
        .message_attributes("tries", text("Number", "3"))
        .message_attributes("bytes", blob.build().unwrap())
        .send()
        .await
        .unwrap();
    // The digests were made by another implementation (hashlib), after the developer guide's recipe.
    assert_eq!(sent.md5_of_message_body(), Some("5d41402abc4b2a76b9719d911017c592"));
    assert_eq!(sent.md5_of_message_attributes(), Some("caa37cb9f621394641dc59032b7d1daa"));

    let received = queue.receive().await.remove(0);
    assert_eq!(received.message_id, sent.message_id);
    assert_eq!(received.body(), Some("hello"));
    assert_eq!(received.md5_of_body(), sent.md5_of_message_body());
    assert_eq!(received.md5_of_message_attributes(), sent.md5_of_message_attributes());
    let attributes = received.message_attributes().unwrap();
    assert_eq!(attributes["reason"], text("String", "undecodable"));
    assert_eq!(attributes["bytes"].binary_value().unwrap().as_ref(), [1, 2]);
}

#[tokio::test]
async fn only_the_attributes_asked_for_come_back() {
    let queue = TestQueue::new(&[]).await;
    let send = queue.client.send_message().queue_url(&queue.url).message_body("hello");
    let send = send.message_attributes("call.id", text("String", "1"));
    let send = send.message_attributes("call.type", text("String", "2"));
    send.message_attributes("reason", text("String", "3")).send().await.unwrap();
    let receive = |names: &'static [&'static str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let receive = queue.client.receive_message().queue_url(&queue.url).visibility_timeout(0);
        receive.set_message_attribute_names(Some(names)).send()
    };
    for (names, expected) in [
        (&["All"] as &[_], vec!["call.id", "call.type", "reason"]),
        (&["reason"], vec!["reason"]),
        (&["call.*"], vec!["call.id", "call.type"]),
        (&[], vec![]),
    ] {
        let received = receive(names).await.unwrap().messages.unwrap().remove(0);
        assert!(received.attributes().is_none());
        assert_eq!(received.md5_of_message_attributes().is_some(), !expected.is_empty());
        let mut shown: Vec<_> = received.message_attributes.iter().flatten().map(|a| a.0).collect();
        shown.sort();
        assert_eq!(shown, expected);
    }
}

#[rstest]
#[case::nothing("", "MissingParameter")]
#[case::a_control_character("a\u{0}b", "InvalidMessageContents")]
#[case::a_noncharacter("\u{ffff}", "InvalidMessageContents")]
#[tokio::test]
async fn a_body_outside_the_rules_is_refused(#[case] body: &str, #[case] expected: &str) {
    let queue = TestQueue::new(&[]).await;
    let refused = queue.client.send_message().queue_url(&queue.url).message_body(body).send().await;
    assert_eq!(code(&refused.unwrap_err()), expected);
    assert_eq!(queue.sqs.counts("calls").unwrap().total(), 0);
}

#[rstest]
#[case("a tab\t, a line\r\n, \u{e000} and 🎧")]
#[case("\u{10ffff}")]
#[tokio::test]
async fn every_character_of_xml_is_taken(#[case] body: &str) {
    let queue = TestQueue::new(&[]).await;
    queue.send(body).await;
    assert_eq!(queue.receive().await[0].body(), Some(body));
}

#[tokio::test]
async fn a_message_may_weigh_a_mebibyte_with_its_attributes() {
    let queue = TestQueue::new(&[]).await;
    let send = |bytes: usize| {
        let body = "x".repeat(bytes);
        let send = queue.client.send_message().queue_url(&queue.url).message_body(body);
        // 1 for the name, 6 for the type, 3 for the value.
        send.message_attributes("n", text("String", "abc")).send()
    };
    send(1024 * 1024 - 10).await.unwrap();
    let refused = send(1024 * 1024 - 9).await.unwrap_err();
    assert_eq!(code(&refused), "InvalidParameterValue");
}

#[rstest]
#[case::an_unknown_type("a", "Text", "x")]
#[case::an_empty_value("a", "String", "")]
#[case::no_number("a", "Number", "three")]
#[case::a_reserved_name("AWS.reason", "String", "x")]
#[case::a_dot_first(".a", "String", "x")]
#[tokio::test]
async fn an_attribute_outside_the_rules_is_refused(
    #[case] name: &str,
    #[case] kind: &str,
    #[case] value: &str,
) {
    let queue = TestQueue::new(&[]).await;
    let send = queue.client.send_message().queue_url(&queue.url).message_body("hello");
    let refused = send.message_attributes(name, text(kind, value)).send().await.unwrap_err();
    assert_eq!(code(&refused), "InvalidParameterValue");
}

#[tokio::test]
async fn a_message_carries_ten_attributes_at_most() {
    let queue = TestQueue::new(&[]).await;
    let send = |count: usize| {
        let send = queue.client.send_message().queue_url(&queue.url).message_body("hello");
        let named =
            |send: aws_sdk_sqs::operation::send_message::builders::SendMessageFluentBuilder, n| {
                send.message_attributes(format!("a{n}"), text("String", "x"))
            };
        (0..count).fold(send, named).send()
    };
    send(10).await.unwrap();
    assert_eq!(code(&send(11).await.unwrap_err()), "InvalidParameterValue");
}

#[tokio::test]
async fn a_delayed_message_is_not_seen_before_its_time() {
    let queue = TestQueue::new(&[("DelaySeconds", "7")]).await;
    queue.send("by the queue's delay").await;
    let own = queue.client.send_message().queue_url(&queue.url).message_body("by its own");
    own.delay_seconds(900).send().await.unwrap();
    assert!(queue.receive().await.is_empty());
    queue.pass(7);
    assert_eq!(queue.receive().await[0].body(), Some("by the queue's delay"));
    queue.pass(893);
    assert!(queue.receive().await.iter().any(|message| message.body() == Some("by its own")));

    let refused = queue.client.send_message().queue_url(&queue.url).message_body("never");
    let refused = refused.delay_seconds(901).send().await.unwrap_err();
    assert_eq!(code(&refused), "InvalidParameterValue");
}

#[tokio::test]
async fn a_message_is_gone_when_its_retention_is_over() {
    let queue = TestQueue::new(&[("MessageRetentionPeriod", "60")]).await;
    queue.send("one").await;
    queue.pass(59);
    assert_eq!(queue.sqs.counts("calls").unwrap().visible, 1);
    queue.pass(1);
    assert!(queue.receive().await.is_empty());
    assert_eq!(queue.sqs.counts("calls").unwrap().total(), 0);
}
