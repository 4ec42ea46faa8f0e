//! What can go wrong.

use call_table::TableError;
use lambda_kit::Error as KitError;
use lambda_runtime::Diagnostic;
use msgraph::Error as GraphError;

use crate::event::UnknownEvent;
use crate::stack::AnswerError;

/// Why an invocation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Send another event.
    #[error(transparent)]
    UnknownEvent(#[from] UnknownEvent),
    /// The sentence says what to fix; the next run retries.
    #[error("the subscription is unhealthy: {0}")]
    Unhealthy(String),
    /// A stack waits for an answer that could not be delivered: try again at once.
    #[error(transparent)]
    Unanswered(#[from] AnswerError),
}

/// Why a run did not come to its end. Each text says what to fix.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error("{0}")]
    Graph(#[from] GraphError),
    #[error("{0}")]
    Secret(#[from] KitError),
    #[error("{0}")]
    Store(#[from] TableError),
    /// Nothing is wrong; the other run does the work.
    #[error("another run was at work on the subscription all the time")]
    Busy,
    #[error("another run has taken over, because the lease of this one expired")]
    TakenOver,
    #[error(
        "too little time is left to replace the subscription: give the function a time-out of at \
         least a minute"
    )]
    OutOfTime,
    #[error(
        "the subscription changes as fast as it is repaired: check whether something else uses the \
         same Entra application, for example another stack, and give each its own"
    )]
    NotConverging,
}

impl RunError {
    /// Whether another secret, if there is one by now, may help.
    pub(crate) fn may_be_stale_secret(&self) -> bool {
        match self {
            Self::Graph(GraphError::Login { .. } | GraphError::Unauthorized { .. }) => true,
            Self::Graph(_) | Self::Secret(_) | Self::Store(_) => false,
            Self::Busy | Self::TakenOver | Self::OutOfTime | Self::NotConverging => false,
        }
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let error_type = match &error {
            Error::UnknownEvent(_) => "UnknownEvent",
            Error::Unhealthy(_) => "NotRight",
            Error::Unanswered(_) => "Unanswered",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}
