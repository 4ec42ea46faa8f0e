//! What can go wrong.

use call_queue::SendError;
use call_table::TableError;
use lambda_runtime::Diagnostic;
use msgraph::Error as GraphError;

use crate::event::UnknownEvent;

/// Why an invocation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Send another event.
    #[error(transparent)]
    UnknownEvent(#[from] UnknownEvent),
    /// The run ended early. The sentence says what mends it; the next run goes on where this one
    /// stopped.
    #[error("the comparison with Graph's list is not through: {0}")]
    Incomplete(String),
    /// The table could not be read or written: nothing was begun.
    #[error("{0}")]
    Store(#[from] TableError),
}

/// Why a run did not come to its end. Each text says what mends it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error("{0}")]
    Graph(#[from] GraphError),
    #[error("{0}")]
    Store(#[from] TableError),
    #[error("the calls queue: {0}")]
    Queue(#[from] SendError),
    /// Nothing is wrong; the next run goes on.
    #[error("the time was over")]
    OutOfTime,
    /// Nothing is wrong; the other one goes on.
    #[error("another run has taken over, because this one was silent for too long")]
    TakenOver,
}

impl RunError {
    /// What a person should hear of; none when nothing is wrong.
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
