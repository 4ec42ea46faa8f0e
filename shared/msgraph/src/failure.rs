//! Why an attempt brought no answer.

use std::error::Error as _;

/// Why a try brought no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The deadline was too near to begin, or came before the answer.
    OutOfTime,
    /// The try had its full time.
    Timeout,
    /// No connection, or it broke.
    Lost(String),
    /// The answer is larger than the limit.
    TooLarge { limit: usize },
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        // The innermost cause says what happened ("connection reset by peer", "invalid peer
        // certificate"); the layers above it only add the address.
        let error = error.without_url();
        let mut cause = error.source();
        let mut why = error.to_string();
        while let Some(inner) = cause {
            why = inner.to_string();
            cause = inner.source();
        }
        Self::Lost(why)
    }
}
