//! From a request to a person who is forgotten.

use std::time::Duration;

use call_records::PersonKey;
use call_writer::Forgotten;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::{Error, Forget};

/// What is kept back of an invocation's time for the answer.
const RESERVE: Duration = Duration::from_secs(5);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    person: String,
}

impl Forget {
    /// Forgets the person whom the event names, and says what was removed.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] for another event; else what the table answered. Invoking again continues.
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
            participations = forgotten.participations,
            pages = forgotten.pages,
            days = forgotten.days,
            complete = forgotten.complete,
            "person.forgotten"
        );
        Ok(forgotten)
    }
}
