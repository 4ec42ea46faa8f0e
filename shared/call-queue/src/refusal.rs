//! What SQS's refusals mean for the sender.

use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::BatchResultErrorEntry;

use crate::SendError;

/// Why SQS, or the way to it, did not accept something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Try again: the fault is theirs or the network's.
    Transient(String),
    /// Do not: the request itself, the permission or the queue is at fault.
    Permanent(String),
}

impl Refusal {
    /// A whole call failed.
    pub(crate) fn of_call<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Self {
        match error {
            SdkError::TimeoutError(_) => Self::Transient("SQS did not answer in time".to_owned()),
            SdkError::DispatchFailure(_) => Self::Transient("SQS could not be reached".to_owned()),
            SdkError::ResponseError(_) => {
                Self::Transient("SQS gave an answer that is not its protocol".to_owned())
            }
            SdkError::ServiceError(service) => match service.err().code() {
                Some(code) => Self::of_code(code),
                None => Self::Transient("SQS failed without saying why".to_owned()),
            },
            // Construction failures: no region, no credentials, an impossible URL.
            _ => Self::Permanent(
                "the request could not be made: check the queue's URL and the function's credentials"
                    .to_owned(),
            ),
        }
    }

    /// One entry of a batch failed. `SenderFault` is SQS's own word on whether to try again.
    pub(crate) fn of_entry(entry: &BatchResultErrorEntry) -> Self {
        let text = format!("SQS said {} about an entry", entry.code());
        if entry.sender_fault() { Self::Permanent(text) } else { Self::Transient(text) }
    }

    fn of_code(code: &str) -> Self {
        // The query-compatible error codes carry a prefix; what follows the last dot is the code.
        match code.rsplit(['.', '#']).next().unwrap_or(code) {
            "AccessDenied" | "AccessDeniedException" => Self::Permanent(
                "SQS denied access: allow sqs:SendMessage on the queue (and kms:GenerateDataKey on its key, if it has one) to the function's role"
                    .to_owned(),
            ),
            "NonExistentQueue" | "QueueDoesNotExist" => Self::Permanent(
                "SQS knows no such queue: check the queue's URL in the function's environment"
                    .to_owned(),
            ),
            "InvalidMessageContents" | "BatchRequestTooLong" | "InvalidAttributeValue"
            | "InvalidParameterValue" | "UnsupportedOperation" | "InvalidAddress"
            | "InvalidSecurity" | "SignatureDoesNotMatch" | "InvalidClientTokenId"
            | "UnrecognizedClientException" | "MissingAuthenticationToken" => {
                Self::Permanent(format!("SQS refused the request: {code}"))
            }
            _ => Self::Transient(format!("SQS said {code}")),
        }
    }

    /// The caller's error, when `left` messages remain unaccepted because of this.
    pub(crate) fn into_send_error(self, accepted: usize, left: usize) -> SendError {
        match self {
            Self::Transient(why) => SendError::TimedOut { accepted, left, why },
            Self::Permanent(why) => SendError::Refused { accepted, left, why },
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchError;
    use aws_smithy_runtime_api::client::result::ConnectorError;

    use super::*;

    #[test]
    fn what_was_not_answered_or_did_not_arrive_is_tried_again() {
        type Failed = SdkError<SendMessageBatchError, ()>;
        let unreached = ConnectorError::io("connection reset".into());
        for failed in [Failed::timeout_error("late"), Failed::dispatch_failure(unreached)] {
            assert!(matches!(Refusal::of_call(&failed), Refusal::Transient(_)), "{failed:?}");
        }
    }
}
