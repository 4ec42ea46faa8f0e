//! Batches of SQS messages and the partial batch response.

use std::fmt::Display;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};

/// A batch whose messages were decoded one by one, so that an unreadable one fails alone: it stays in
/// the queue until the redrive policy dead-letters it.
#[derive(Debug)]
pub struct Batch<T> {
    messages: Vec<BatchMessage<T>>,
    unreadable: Vec<String>,
}

/// One message of a batch.
#[derive(Debug)]
pub struct BatchMessage<T> {
    /// How a partial batch response names it.
    pub message_id: String,
    /// Its decoded body.
    pub content: T,
}

impl<T> Batch<T> {
    /// Decodes every message's body with `parse`, and logs those that are unreadable.
    pub fn decode<E: Display>(event: SqsEvent, parse: impl Fn(&str) -> Result<T, E>) -> Self {
        let mut batch = Self { messages: Vec::new(), unreadable: Vec::new() };
        for message in event.records {
            let message_id = message.message_id.unwrap_or_default();
            match parse(message.body.as_deref().unwrap_or_default()) {
                Ok(content) => batch.messages.push(BatchMessage { message_id, content }),
                Err(error) => {
                    tracing::error!(message_id, %error, "message.unreadable");
                    batch.unreadable.push(message_id);
                }
            }
        }
        batch
    }

    /// The readable messages' contents, with the response for when they are processed and the one for
    /// when they are not, which keeps them in the queue.
    pub fn split(self) -> (Vec<T>, SqsBatchResponse, SqsBatchResponse) {
        let processed = partial_batch_response(self.unreadable.iter().cloned());
        let (ids, contents): (Vec<String>, Vec<T>) =
            self.messages.into_iter().map(|message| (message.message_id, message.content)).unzip();
        let failed = partial_batch_response(self.unreadable.into_iter().chain(ids));
        (contents, processed, failed)
    }
}

/// The response that keeps these messages in their queue; all others of the batch are deleted.
pub fn partial_batch_response(kept: impl IntoIterator<Item = String>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = kept
        .into_iter()
        .map(|message_id| {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message_id;
            failure
        })
        .collect();
    response
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unreadable_message_fails_alone() {
        let records = ["1", "no number", "3"].iter().enumerate();
        let records: Vec<_> =
            records.map(|(n, body)| json!({"messageId": format!("m{n}"), "body": body})).collect();
        let event = serde_json::from_value(json!({"Records": records})).unwrap();
        let (contents, processed, failed) = Batch::decode(event, str::parse::<u32>).split();
        assert_eq!(contents, [1, 3]);
        let ids = |response: SqsBatchResponse| -> Vec<String> {
            response.batch_item_failures.into_iter().map(|it| it.item_identifier).collect()
        };
        assert_eq!(ids(processed), ["m1"]);
        assert_eq!(ids(failed), ["m1", "m0", "m2"]);
    }
}
