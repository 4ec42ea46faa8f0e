//! Errors by who can fix them.

use call_records::Overflow;
use call_table::TableError;
use privacy::{KeyError, Unresolved};

/// Why a report could not be made. The text is a sentence for the person who sees it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The request cannot be answered as it is: change it.
    #[error("{0}")]
    Request(String),
    /// There is no such call or person in the table, or no longer.
    #[error("{0}")]
    NotFound(String),
    /// DynamoDB or Secrets Manager is busy or out of reach: try again.
    #[error("{0} Try again in a moment.")]
    Unavailable(String),
    /// An operator has to fix the deployment.
    #[error("{0}")]
    Misconfigured(String),
}

impl Error {
    /// The word for it in an answer.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::NotFound(_) => "not_found",
            Self::Unavailable(_) => "unavailable",
            Self::Misconfigured(_) => "misconfigured",
        }
    }
}

impl From<TableError> for Error {
    fn from(error: TableError) -> Self {
        let sentence = |text: &str| format!("The table could not be read: {text}.");
        match error {
            TableError::Contended
            | TableError::Throttled
            | TableError::Unavailable(_)
            | TableError::OutOfTime => Self::Unavailable(sentence(&error.to_string())),
            TableError::Misconfigured(_) => Self::Misconfigured(sentence(&error.to_string())),
            TableError::Corrupt(_) => Self::Misconfigured(format!(
                "{} Run the recomputation, which names every item that is not what it should be.",
                sentence(&error.to_string())
            )),
        }
    }
}

impl From<Overflow> for Error {
    fn from(overflow: Overflow) -> Self {
        Self::Misconfigured(format!("{overflow}."))
    }
}

impl From<lambda_kit::Error> for Error {
    fn from(error: lambda_kit::Error) -> Self {
        match error {
            lambda_kit::Error::Unavailable(text) => Self::Unavailable(format!("{text}.")),
            other => Self::Misconfigured(format!("{other}.")),
        }
    }
}

impl From<KeyError> for Error {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Misconfigured(text) => Self::Misconfigured(text),
            KeyError::Unavailable(text) => Self::Unavailable(text),
        }
    }
}

impl From<Unresolved> for Error {
    fn from(unresolved: Unresolved) -> Self {
        Self::Request(unresolved.to_string())
    }
}
