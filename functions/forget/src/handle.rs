//! From a request to a person who is forgotten.

use std::time::Duration;

use call_records::PersonKey;
use call_writer::{Forgotten, WouldForget};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::Instant;

use crate::{Error, Forget};

/// What is kept back of an invocation's time for the answer.
const RESERVE: Duration = Duration::from_secs(5);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    person: String,
    /// Without it, nothing is written.
    #[serde(default)]
    confirm: bool,
}

/// What was done, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// Nothing was done, because the request does not confirm it.
    Preview {
        /// What the same request would remove.
        would_remove: WouldForget,
        /// What to do for it.
        next: &'static str,
    },
    /// The person was forgotten.
    Forgotten(Forgotten),
}

const NEXT: &str = "nothing was removed: send the same with \"confirm\": true to forget the person";

impl Forget {
    /// Says what forgetting the person whom the event names would remove. With `"confirm": true` it forgets
    /// the person, and says what was removed.
    ///
    /// # Errors
    ///
    /// [`Error::Request`] for another event; else what the table answered. Invoking again continues.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Answer, Error> {
        let request: Request = serde_json::from_value(event).map_err(|_| Error::Request)?;
        let person: PersonKey = request.person.trim().parse().map_err(|_| Error::Request)?;
        let by = deadline.checked_sub(RESERVE).unwrap_or(deadline);
        // Boxed, both: nested into main's own future, their layout is too deep for the compiler's limit.
        if !request.confirm {
            let would_remove = Box::pin(self.writer.would_forget(&person, by)).await?;
            tracing::info!(
                calls = would_remove.calls,
                participations = would_remove.participations,
                days = would_remove.days,
                "person.forget_previewed"
            );
            return Ok(Answer::Preview { would_remove, next: NEXT });
        }
        let forgotten = Box::pin(self.writer.forget(&person, now, by)).await?;
        tracing::info!(
            calls = forgotten.calls,
            participations = forgotten.participations,
            pages = forgotten.pages,
            days = forgotten.days,
            complete = forgotten.complete,
            "person.forgotten"
        );
        Ok(Answer::Forgotten(forgotten))
    }
}
