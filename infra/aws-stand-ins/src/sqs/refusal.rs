//! Errors as SQS words them: a type in the body, and the older query protocol's code in a header,
//! which is the code that SDKs show.

use http::{HeaderValue, StatusCode};
use serde_json::json;

use stand_in_kit::{Answer, text};

/// A request, or an entry of a batch, that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(super) struct Refusal {
    /// The code of the query protocol, such as `AWS.SimpleQueueService.NonExistentQueue`.
    pub(super) code: &'static str,
    /// The type of the JSON protocol, with its namespace.
    kind: &'static str,
    /// What is wrong, in AWS's words where they are known.
    pub(super) message: String,
}

macro_rules! refusals {
    ($($name:ident = $code:literal, $kind:literal;)*) => {
        impl Refusal {
            $(pub(super) fn $name(message: impl Into<String>) -> Self {
                Self { code: $code, kind: $kind, message: message.into() }
            })*
        }
    };
}

refusals! {
    batch_entry_ids_not_distinct = "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "com.amazonaws.sqs#BatchEntryIdsNotDistinct";
    batch_request_too_long = "AWS.SimpleQueueService.BatchRequestTooLong", "com.amazonaws.sqs#BatchRequestTooLong";
    empty_batch_request = "AWS.SimpleQueueService.EmptyBatchRequest", "com.amazonaws.sqs#EmptyBatchRequest";
    invalid_attribute_name = "InvalidAttributeName", "com.amazonaws.sqs#InvalidAttributeName";
    invalid_attribute_value = "InvalidAttributeValue", "com.amazonaws.sqs#InvalidAttributeValue";
    invalid_batch_entry_id = "AWS.SimpleQueueService.InvalidBatchEntryId", "com.amazonaws.sqs#InvalidBatchEntryId";
    invalid_message_contents = "InvalidMessageContents", "com.amazonaws.sqs#InvalidMessageContents";
    invalid_parameter = "InvalidParameterValue", "com.amazon.coral.service#InvalidParameterValueException";
    message_not_in_flight = "AWS.SimpleQueueService.MessageNotInflight", "com.amazonaws.sqs#MessageNotInflight";
    missing_parameter_named = "MissingParameter", "com.amazon.coral.service#MissingRequiredParameterException";
    over_limit = "OverLimit", "com.amazonaws.sqs#OverLimit";
    purge_in_progress = "AWS.SimpleQueueService.PurgeQueueInProgress", "com.amazonaws.sqs#PurgeQueueInProgress";
    queue_deleted_recently = "AWS.SimpleQueueService.QueueDeletedRecently", "com.amazonaws.sqs#QueueDeletedRecently";
    queue_exists = "QueueAlreadyExists", "com.amazonaws.sqs#QueueNameExists";
    receipt_handle_invalid = "ReceiptHandleIsInvalid", "com.amazonaws.sqs#ReceiptHandleIsInvalid";
    resource_not_found = "ResourceNotFoundException", "com.amazonaws.sqs#ResourceNotFoundException";
    serialization = "SerializationException", "com.amazon.coral.service#SerializationException";
    too_many_entries = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest", "com.amazonaws.sqs#TooManyEntriesInBatchRequest";
    unknown_operation = "InvalidAction", "com.amazon.coral.service#UnknownOperationException";
    unsupported_operation = "AWS.SimpleQueueService.UnsupportedOperation", "com.amazonaws.sqs#UnsupportedOperation";
}

impl Refusal {
    pub(super) fn no_such_queue() -> Self {
        Self {
            code: "AWS.SimpleQueueService.NonExistentQueue",
            kind: "com.amazonaws.sqs#QueueDoesNotExist",
            message: "The specified queue does not exist.".to_owned(),
        }
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Self::missing_parameter_named(format!(
            "The request must contain the parameter {parameter}."
        ))
    }

    /// A parameter with a value that is not allowed.
    pub(super) fn value(value: impl std::fmt::Display, parameter: &str, reason: &str) -> Self {
        Self::invalid_parameter(format!(
            "Value {value} for parameter {parameter} is invalid. Reason: {reason}"
        ))
    }

    /// The refusal of a whole request; every one of these is the sender's fault.
    pub(super) fn answer(&self) -> Answer {
        let body = json!({"__type": self.kind, "message": self.message});
        let mut answer = text(StatusCode::BAD_REQUEST, body.to_string());
        if let Ok(value) = HeaderValue::from_str(&format!("{};Sender", self.code)) {
            answer.headers_mut().insert("x-amzn-query-error", value);
        }
        answer
    }
}
