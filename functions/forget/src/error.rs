//! What can go wrong.

use call_table::TableError;
use lambda_runtime::Diagnostic;

/// Why a person is not forgotten, or not in every call. No text names the person.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Send another request.
    #[error(
        "give {{\"person\": \"<kind>:<id>\"}}, such as user:<object id> or phone:<number>, as it stands in the table, and \"confirm\": true to forget the person"
    )]
    Request,
    /// Do what the sentence says, and invoke again: what was done stays done.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let error_type = match &error {
            Error::Request => "Request",
            Error::Table(_) => "Table",
        };
        Self { error_type: error_type.to_owned(), error_message: error.to_string() }
    }
}
