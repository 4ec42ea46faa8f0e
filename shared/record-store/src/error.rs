//! What can go wrong, by what the caller should do about it.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};

/// Why the table could not be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Others write the same items, or a newer version is half-way in: try again later.
    #[error("others are writing the same items of the table")]
    Contended,
    /// DynamoDB limits the rate: try again later, and slower.
    #[error("DynamoDB throttles the requests")]
    Throttled,
    /// DynamoDB could not be reached, did not answer in time or failed: try again later. What was
    /// asked may have taken effect; repeating does no harm.
    #[error("DynamoDB is unavailable: {0}")]
    Unavailable(String),
    /// Trying again does not help until an administrator does what the sentence says.
    #[error("{0}")]
    Misconfigured(String),
    /// What is stored is not what was written: the sentence names the item.
    #[error("{0}")]
    Corrupt(String),
    /// Not enough time was left to begin the next request: try again with more time. What was done
    /// so far is kept and not done again.
    #[error("there was no time left for the next request")]
    OutOfTime,
}

impl StoreError {
    /// Whether the same request may succeed in a moment.
    pub(crate) fn passes(&self) -> bool {
        matches!(self, Self::Contended | Self::Throttled | Self::Unavailable(_))
    }
}

/// Reads an error of the SDK. Messages of DynamoDB are left out: they may repeat what was sent.
pub(crate) fn from_sdk<E, R>(action: &str, table: &str, error: &SdkError<E, R>) -> StoreError
where
    E: ProvideErrorMetadata,
{
    match error {
        SdkError::ServiceError(service) => {
            from_code(action, table, service.err().code().unwrap_or("an error without a code"))
        }
        SdkError::TimeoutError(_) => {
            StoreError::Unavailable(format!("{action} was not answered in time"))
        }
        SdkError::DispatchFailure(failure) if failure.is_user() => {
            StoreError::Misconfigured(format!(
                "{action} could not be sent: check the region, the credentials and the endpoint"
            ))
        }
        SdkError::DispatchFailure(_) => {
            StoreError::Unavailable(format!("the connection failed during {action}"))
        }
        SdkError::ConstructionFailure(_) => StoreError::Misconfigured(format!(
            "{action} could not be made: check the region and the credentials"
        )),
        _ => StoreError::Unavailable(format!("the answer to {action} could not be read")),
    }
}

/// Reads the code of an error.
fn from_code(action: &str, table: &str, code: &str) -> StoreError {
    match code {
        "ProvisionedThroughputExceededException"
        | "ProvisionedThroughputExceeded"
        | "ThrottlingException"
        | "ThrottlingError"
        | "RequestLimitExceeded"
        | "LimitExceededException" => StoreError::Throttled,
        "TransactionConflictException"
        | "TransactionConflict"
        | "TransactionInProgressException"
        | "ReplicatedWriteConflictException" => StoreError::Contended,
        "ResourceNotFoundException" => StoreError::Misconfigured(format!(
            "the table {table} or one of its indexes does not exist: check TABLE_NAME and the region"
        )),
        "AccessDeniedException" => StoreError::Misconfigured(format!(
            "the role may not do dynamodb:{action} on the table {table}: grant it in its policy"
        )),
        "ExpiredTokenException"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "IncompleteSignatureException"
        | "MissingAuthenticationTokenException"
        | "MissingAuthenticationToken" => StoreError::Misconfigured(format!(
            "AWS refused the credentials ({code}): check the role and the clock"
        )),
        "ValidationException" | "ValidationError" | "ItemCollectionSizeLimitExceeded" => {
            StoreError::Misconfigured(format!(
                "DynamoDB holds {action} for invalid ({code}): the keys and indexes of the table \
                 {table} must be those of the template"
            ))
        }
        other => StoreError::Unavailable(format!("{action} was answered with {other}")),
    }
}

/// Reads one of the reasons for which a transaction was cancelled.
pub(crate) fn from_reason(table: &str, code: &str) -> StoreError {
    from_code("TransactWriteItems", table, code)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ThrottlingException", StoreError::Throttled)]
    #[case("ProvisionedThroughputExceededException", StoreError::Throttled)]
    #[case("TransactionConflictException", StoreError::Contended)]
    #[case("TransactionInProgressException", StoreError::Contended)]
    fn what_passes_by_itself_is_tried_again(#[case] code: &str, #[case] expected: StoreError) {
        let error = from_code("UpdateItem", "calls", code);
        assert_eq!(error, expected);
        assert!(error.passes());
    }

    #[rstest]
    #[case("AccessDeniedException", "dynamodb:UpdateItem")]
    #[case("ResourceNotFoundException", "TABLE_NAME")]
    #[case("ExpiredTokenException", "credentials")]
    #[case("ValidationException", "template")]
    fn what_an_administrator_must_mend_is_named(#[case] code: &str, #[case] named: &str) {
        let error = from_code("UpdateItem", "calls", code);
        assert!(!error.passes());
        assert!(error.to_string().contains(named), "{error}");
    }

    #[test]
    fn an_error_that_is_not_known_may_pass() {
        assert!(from_code("Query", "calls", "InternalServerError").passes());
    }
}
