#![doc = include_str!("../README.md")]

mod start;

use std::time::Duration;

use call_records::PersonKey;
use call_table::{CallTable, TableError};
use call_writer::{CallWriter, Forgotten};
use jiff::Timestamp;
use lambda_runtime::Diagnostic;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

/// The environment variables that the function reads.
pub const ENVIRONMENT: &[&str] = &["RETENTION_DAYS", "TABLE_NAME", "TOTALS_RETENTION_DAYS"];

/// The IAM actions that the function's own requests need, on the table; `dynamodb:Query` on its
/// index `by_person`, too.
pub const ACTIONS: &[&str] = call_writer::ACTIONS;

/// What is kept back of an invocation's time for the answer.
const RESERVE: Duration = Duration::from_secs(5);

/// What the function is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    person: String,
}

/// Why nothing was forgotten, or not all. None of these names the person.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Ask in another way.
    #[error(
        "give {{\"person\": \"<kind>:<id>\"}}, such as user:<object id> or phone:<number>, as it stands in the table"
    )]
    Request,
    /// Do what the sentence says, and ask again: what was done stays done.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// What the invoker gets to read: the sentence.
impl From<Error> for Diagnostic {
    fn from(error: Error) -> Self {
        let kind = match &error {
            Error::Request => "Request",
            Error::Table(_) => "Table",
        };
        Self { error_type: kind.to_owned(), error_message: error.to_string() }
    }
}

/// The function and what it works with.
#[derive(Clone, Debug)]
pub struct Forget {
    writer: CallWriter,
}

impl Forget {
    /// A function over a table.
    pub fn new(table: CallTable) -> Self {
        Self { writer: CallWriter::new(table) }
    }

    /// Forgets the person whom the event names, and says what was removed.
    ///
    /// # Errors
    ///
    /// As [`Error`] says.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Forgotten, Error> {
        let request: Request = serde_json::from_value(event).map_err(|_| Error::Request)?;
        let person: PersonKey = request.person.trim().parse().map_err(|_| Error::Request)?;
        let by = deadline.checked_sub(RESERVE).unwrap_or(deadline);
        // Boxed: nested into main's own future, its layout is too deep for the compiler's limit.
        let forgotten = Box::pin(self.writer.forget(&person, now, by)).await?;
        tracing::info!(
            calls = forgotten.calls,
            parts = forgotten.parts,
            pages = forgotten.pages,
            days = forgotten.days,
            complete = forgotten.complete,
            "forgot a person"
        );
        Ok(forgotten)
    }
}
