//! What can go wrong.

use call_table::TableError;
use due_days::UnknownEvent;
use lambda_runtime::Diagnostic;

/// Why an invocation failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Send another event.
    #[error(transparent)]
    UnknownEvent(#[from] UnknownEvent),
    /// The table could not be read or written: what was not rolled up stays due.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let error_type = match &error {
            Error::UnknownEvent(_) => "UnknownEvent",
            Error::Table(_) => "Table",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}
