//! What can go wrong, by what the caller should do about it.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// Why the table could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Other writers change the same items, or a newer version is being written: retry later.
    #[error("others are writing the same items of the table")]
    Contended,
    /// DynamoDB limits the rate: retry later.
    #[error("DynamoDB throttles the requests")]
    Throttled,
    /// DynamoDB could not be reached, did not answer in time or failed: retry later. The request may
    /// have taken effect; every request is idempotent.
    #[error("DynamoDB is unavailable: {0}")]
    Unavailable(String),
    /// A retry does not help until an administrator does what the sentence says.
    #[error("{0}")]
    Misconfigured(String),
    /// What is stored is not what was written: the sentence names the item.
    #[error("{0}")]
    Corrupt(String),
    /// Not enough time was left to begin the next request: retry with more time. What was done so far
    /// is kept and not repeated.
    #[error("there was no time left for the next request")]
    OutOfTime,
}

impl TableError {
    /// Whether an immediate retry may succeed.
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Contended | Self::Throttled | Self::Unavailable(_))
    }
}

/// What an error of the SDK means. DynamoDB's messages are left out, because they may repeat what was
/// sent.
pub fn from_sdk<E, R>(action: &str, table: &str, error: &SdkError<E, R>) -> TableError
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::ServiceError(service) => {
            from_code(action, table, service.err().code().unwrap_or("an error without a code"))
        }
        SdkError::TimeoutError(_) => {
            TableError::Unavailable(format!("{action} was not answered in time"))
        }
        SdkError::DispatchFailure(failure) if failure.is_user() => {
            TableError::Misconfigured(format!(
                "{action} could not be sent: check the region, the credentials and the endpoint"
            ))
        }
        SdkError::DispatchFailure(_) => {
            TableError::Unavailable(format!("the connection failed during {action}"))
        }
        SdkError::ConstructionFailure(_) => TableError::Misconfigured(format!(
            "{action} could not be made: check the region and the credentials"
        )),
        _ => TableError::Unavailable(format!("the answer to {action} could not be read")),
    }
}

/// What an error code of DynamoDB means.
pub fn from_code(action: &str, table: &str, code: &str) -> TableError {
    match code {
        "ProvisionedThroughputExceededException"
        | "ProvisionedThroughputExceeded"
        | "ThrottlingException"
        | "ThrottlingError"
        | "RequestLimitExceeded"
        | "LimitExceededException" => TableError::Throttled,
        "TransactionConflictException"
        | "TransactionConflict"
        | "TransactionInProgressException"
        | "ReplicatedWriteConflictException" => TableError::Contended,
        "ResourceNotFoundException" => TableError::Misconfigured(format!(
            "the table {table} or one of its indexes does not exist: check TABLE_NAME and the region"
        )),
        "AccessDeniedException" => TableError::Misconfigured(format!(
            "the role may not do dynamodb:{action} on the table {table}: grant it in its policy"
        )),
        "ExpiredTokenException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "MissingAuthenticationTokenException"
        | "MissingAuthenticationToken" => TableError::Misconfigured(format!(
            "AWS refused the credentials ({code}): check the role and the clock"
        )),
        "ValidationException" | "ValidationError" | "ItemCollectionSizeLimitExceeded" => {
            TableError::Misconfigured(format!(
                "DynamoDB holds {action} for invalid ({code}): the keys and indexes of the table \
                 {table} must be those of the template"
            ))
        }
        // Only a table in a file has a disk (infra/aws-stand-ins).
        "DiskFull" => TableError::Misconfigured(
            "the disk with the table's file is full: free some space, then repeat".to_owned(),
        ),
        other => TableError::Unavailable(format!("{action} was answered with {other}")),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ThrottlingException", TableError::Throttled)]
    #[case("ProvisionedThroughputExceededException", TableError::Throttled)]
    #[case("TransactionConflictException", TableError::Contended)]
    #[case("TransactionInProgressException", TableError::Contended)]
    fn throttling_and_conflicts_are_retried(#[case] code: &str, #[case] expected: TableError) {
        let error = from_code("UpdateItem", "calls", code);
        assert_eq!(error, expected);
        assert!(error.is_transient());
    }

    #[rstest]
    #[case("AccessDeniedException", "dynamodb:UpdateItem")]
    #[case("ResourceNotFoundException", "TABLE_NAME")]
    #[case("ExpiredTokenException", "credentials")]
    #[case("ValidationException", "template")]
    #[case("DiskFull", "the disk with the table's file is full")]
    fn what_an_administrator_has_to_correct_is_named(#[case] code: &str, #[case] named: &str) {
        let error = from_code("UpdateItem", "calls", code);
        assert!(!error.is_transient());
        assert!(error.to_string().contains(named), "{error}");
    }

    #[test]
    fn an_unknown_error_is_retried() {
        assert!(from_code("Query", "calls", "InternalServerError").is_transient());
    }
}
