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
        would_remove: WouldRemove,
        /// What to do for it.
        next: &'static str,
    },
    /// The person was forgotten.
    Forgotten {
        #[serde(flatten)]
        forgotten: Forgotten,
        /// Rows of the logs of telephone calls from which a forgotten person was removed.
        telephone_rows: u64,
    },
}

/// What forgetting a person would remove. It does not name the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WouldRemove {
    /// In the calls.
    #[serde(flatten)]
    pub calls: WouldForget,
    /// Rows of the logs of telephone calls that name the person.
    pub telephone_rows: u64,
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
            let calls = Box::pin(self.writer.would_forget(&person, by)).await?;
            let telephone_rows = Box::pin(self.pstn.rows_of(&person, now, by)).await?;
            let would_remove = WouldRemove { calls, telephone_rows };
            tracing::info!(
                calls = would_remove.calls.calls,
                participations = would_remove.calls.participations,
                days = would_remove.calls.days,
                telephone_rows,
                "person.forget_previewed"
            );
            return Ok(Answer::Preview { would_remove, next: NEXT });
        }
        // First the calls: that sets the mark by which the rows are found.
        let mut forgotten = Box::pin(self.writer.forget(&person, now, by)).await?;
        let (telephone_rows, all_days) = Box::pin(self.pstn.forget_marked(now, by)).await?;
        forgotten.complete &= all_days;
        tracing::info!(
            calls = forgotten.calls,
            participations = forgotten.participations,
            pages = forgotten.pages,
            days = forgotten.days,
            telephone_rows,
            complete = forgotten.complete,
            "person.forgotten"
        );
        Ok(Answer::Forgotten { forgotten, telephone_rows })
    }
}
