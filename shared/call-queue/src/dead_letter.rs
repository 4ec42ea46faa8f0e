//! Dead-lettering a message with its reason.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::MessageAttributeValue;
use jiff::Timestamp;

use crate::SendError;
use crate::refusal::Refusal;

/// The most characters of a detail that are kept. Attributes count towards a message's size, and a
/// message that is dead-lettered was itself accepted once: this keeps the sum below the limit.
const MAX_DETAIL_LENGTH: usize = 512;

/// Why a message is dead-lettered.
#[derive(Debug, Clone, Copy)]
pub struct Cause<'a> {
    /// A short fixed word, to count and filter by: `undecodable_record`.
    pub reason: &'a str,
    /// A sentence for the operator. No body, no secret, no name.
    pub detail: &'a str,
}

/// Puts a message into the dead letters: the body byte for byte as it was received, and beside it
/// the message attributes `reason`, `detail` and `quarantined_at`.
///
/// The caller then deletes the original. If it cannot, the message is dead-lettered again later, which
/// harms nothing.
///
/// # Errors
///
/// When the queue did not accept it. The original must then stay in its queue.
pub async fn dead_letter(
    client: &Client,
    dead_letter_queue_url: &str,
    original_body: &str,
    cause: Cause<'_>,
    now: Timestamp,
) -> Result<(), SendError> {
    let outcome = client
        .send_message()
        .queue_url(dead_letter_queue_url)
        .message_body(original_body)
        .message_attributes("reason", text_attribute(cause.reason))
        .message_attributes("detail", text_attribute(cause.detail))
        .message_attributes("quarantined_at", text_attribute(&now.to_string()))
        .send()
        .await;
    match outcome {
        Ok(_) => Ok(()),
        Err(error) => Err(Refusal::of_call(&error).into_send_error(0, 1)),
    }
}

/// A String attribute. SQS refuses an empty value and characters outside XML's, so that a careless
/// detail would keep the message from being dead-lettered.
fn text_attribute(text: &str) -> MessageAttributeValue {
    let clean: String = text
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') { ' ' } else { c })
        .take(MAX_DETAIL_LENGTH)
        .collect();
    let value = if clean.trim().is_empty() { "-".to_owned() } else { clean };
    MessageAttributeValue::builder()
        .data_type("String")
        .string_value(value)
        .build()
        .expect("the data type is set")
}

#[cfg(test)]
mod tests;
