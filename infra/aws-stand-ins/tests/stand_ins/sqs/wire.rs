//! What the SDK hides: bodies and headers as they are sent.

use super::TestQueue;
use crate::http::{authorization, exchange};

async fn post(
    queue: &TestQueue,
    target: &str,
    body: &str,
) -> (u16, Option<String>, serde_json::Value) {
    let request = ::http::Request::post(queue.sqs.url())
        .header("x-amz-target", target)
        .header("authorization", authorization(aws_stand_ins::access_key_id()))
        .header("content-type", "application/x-amz-json-1.0")
        .body(body.to_owned())
        .unwrap();
    let answer = exchange(request).await.unwrap();
    assert!(answer.headers().contains_key("x-amzn-requestid"));
    assert_eq!(answer.headers()["content-type"], "application/x-amz-json-1.0");
    let query = answer.headers().get("x-amzn-query-error");
    let query = query.map(|value| value.to_str().unwrap().to_owned());
    (answer.status().as_u16(), query, serde_json::from_slice(answer.body()).unwrap())
}

#[tokio::test]
async fn an_error_has_its_type_in_the_body_and_its_older_code_in_a_header() {
    let queue = TestQueue::new(&[]).await;
    let body = r#"{"QueueUrl":"http://sqs.test/000000000000/none","MessageBody":"x"}"#;
    let (status, query, body) = post(&queue, "AmazonSQS.SendMessage", body).await;
    assert_eq!(status, 400);
    assert_eq!(query.as_deref(), Some("AWS.SimpleQueueService.NonExistentQueue;Sender"));
    assert_eq!(body["__type"], "com.amazonaws.sqs#QueueDoesNotExist");
    assert_eq!(body["message"], "The specified queue does not exist.");
}

#[tokio::test]
async fn a_body_that_is_not_json_and_a_lone_surrogate_are_refused() {
    let queue = TestQueue::new(&[]).await;
    let surrogate = format!(r#"{{"QueueUrl":"{}","MessageBody":"\ud83c"}}"#, queue.url);
    for body in ["nonsense", &surrogate] {
        let (status, query, _) = post(&queue, "AmazonSQS.SendMessage", body).await;
        assert_eq!((status, query.as_deref()), (400, Some("SerializationException;Sender")));
    }
}

#[tokio::test]
async fn a_missing_parameter_and_an_unknown_action_are_refused() {
    let queue = TestQueue::new(&[]).await;
    let (_, query, body) = post(&queue, "AmazonSQS.ReceiveMessage", "{}").await;
    assert_eq!(query.as_deref(), Some("MissingParameter;Sender"));
    assert_eq!(body["message"], "The request must contain the parameter QueueUrl.");
    let (_, query, _) = post(&queue, "AmazonSQS.Dance", "{}").await;
    assert_eq!(query.as_deref(), Some("InvalidAction;Sender"));
}

#[tokio::test]
async fn an_empty_answer_has_no_list() {
    let queue = TestQueue::new(&[]).await;
    let body = format!(r#"{{"QueueUrl":"{}"}}"#, queue.url);
    let (_, _, answer) = post(&queue, "AmazonSQS.ReceiveMessage", &body).await;
    assert_eq!(answer, serde_json::json!({}));
}
