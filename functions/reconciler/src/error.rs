//! What can go wrong.

use call_queue::SendError;
use call_table::TableError;
use lambda_kit::Error as KitError;
use lambda_runtime::Diagnostic;
use msgraph::Error as GraphError;

use crate::event::UnknownEvent;

/// Why an invocation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Send another event.
    #[error(transparent)]
    UnknownEvent(#[from] UnknownEvent),
    /// The run ended early. The sentence says what to fix; the next run continues at the cursor.
    #[error("the comparison with Graph's list is incomplete: {0}")]
    Incomplete(String),
    /// The table could not be read or written: nothing was begun.
    #[error("{0}")]
    Store(#[from] TableError),
}

/// Why a run did not come to its end. Each text says what to fix.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    /// The secret is blank, or cannot be read.
    #[error("{0}")]
    Secret(#[from] KitError),
    #[error("{0}")]
    Graph(#[from] GraphError),
    #[error("{0}")]
    Store(#[from] TableError),
    #[error("the calls queue: {0}")]
    Queue(#[from] SendError),
    /// Nothing is wrong; the next run continues.
    #[error("the time was over")]
    OutOfTime,
    /// Nothing is wrong; the other run continues.
    #[error("another run has taken over, because the lease of this one expired")]
    TakenOver,
}

impl RunError {
    /// What an operator has to know; none when nothing is wrong.
    pub(crate) fn sentence(&self) -> Option<String> {
        match self {
            Self::OutOfTime
            | Self::Graph(GraphError::OutOfTime)
            | Self::Store(TableError::OutOfTime) => None,
            error => Some(error.to_string()),
        }
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let error_type = match &error {
            Error::UnknownEvent(_) => "UnknownEvent",
            Error::Incomplete(_) => "Incomplete",
            Error::Store(_) => "Store",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}
