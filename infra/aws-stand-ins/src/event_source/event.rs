//! The event that Lambda makes of messages.

use aws_sdk_sqs::types::Message;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// The event for a batch of received messages of the queue with this ARN.
#[must_use]
pub fn sqs_event(messages: &[Message], arn: &str) -> Value {
    let records: Vec<_> = messages.iter().map(|message| record(message, arn)).collect();
    json!({"Records": records})
}

fn record(message: &Message, arn: &str) -> Value {
    let attributes = message.attributes.iter().flatten();
    let attributes: Map<_, _> =
        attributes.map(|(name, value)| (name.as_str().to_owned(), value.as_str().into())).collect();
    let own = message.message_attributes.iter().flatten();
    let own: Map<_, _> = own
        .map(|(name, value)| {
            let mut shown = json!({
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": value.data_type(),
            });
            if let Some(text) = value.string_value() {
                shown["stringValue"] = text.into();
            }
            if let Some(bytes) = value.binary_value() {
                shown["binaryValue"] = STANDARD.encode(bytes).into();
            }
            (name.clone(), shown)
        })
        .collect();
    let mut record = json!({
        "messageId": message.message_id(),
        "receiptHandle": message.receipt_handle(),
        "body": message.body(),
        "attributes": attributes,
        "messageAttributes": own,
        "md5OfBody": message.md5_of_body(),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        // arn:aws:sqs:<region>:…
        "awsRegion": arn.split(':').nth(3),
    });
    if let Some(digest) = message.md5_of_message_attributes() {
        record["md5OfMessageAttributes"] = digest.into();
    }
    record
}

/// About how many bytes a message takes in an event.
pub(super) fn weight(message: &Message) -> usize {
    let body = message.body().unwrap_or_default();
    // Characters that JSON escapes; the rest of a record is small.
    let escaped = body.bytes().filter(|byte| matches!(byte, b'"' | b'\\' | ..0x20)).count();
    body.len() + escaped + 2048
}
