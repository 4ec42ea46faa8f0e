//! What can go wrong.

use call_table::TableError;
use due_days::UnknownEvent;
use lambda_runtime::Diagnostic;
use msgraph::Error as GraphError;
use pstn_logs::Log;

/// Why an invocation failed. What was stored before stays, and the next run takes up the rest.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Send another event.
    #[error(transparent)]
    UnknownEvent(#[from] UnknownEvent),
    /// The secret is blank or cannot be read; the sentence says what to do.
    #[error("{0}")]
    Secret(#[from] lambda_kit::Error),
    /// Graph did not list a log; the sentence says what to correct. It does not keep the other log from
    /// being read.
    #[error("{} cannot be read: {error}", described(*.log))]
    Graph { log: Log, error: GraphError },
    #[error(transparent)]
    Table(#[from] TableError),
}

const fn described(log: Log) -> &'static str {
    match log {
        Log::Pstn => "the log of calling plans, Operator Connect and conferences (getPstnCalls)",
        Log::DirectRouting => "the log of direct routing (getDirectRoutingCalls)",
    }
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let error_type = match &error {
            Error::UnknownEvent(_) => "UnknownEvent",
            Error::Secret(_) => "Secret",
            Error::Graph { .. } => "Graph",
            Error::Table(_) => "Table",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}
