//! What an import leaves: calls that still wait, and those that the consumer gave up.

use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::Importer;
use crate::import::FailedCall;

/// For calls in progress when the import is interrupted.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(10);

/// For asking once more for those of them that still wait.
const PROBE_TIMEOUT: Duration = Duration::from_secs(60);

/// So many calls that are not stored are named at the end.
const MAX_FAILED: usize = 20;

/// What is not stored when an import ends.
#[derive(Debug, Default)]
pub(in crate::import) struct Left {
    /// The ids of calls that are still to be fetched.
    pub(in crate::import) waiting: Vec<String>,
    pub(in crate::import) dead_letters: Vec<DeadLetter>,
}

/// A call that the consumer gave up.
#[derive(Debug)]
pub(in crate::import) struct DeadLetter {
    call_id: String,
    pub(in crate::import) reason: String,
    detail: String,
}

/// The id of the call of a message; blank where it is none.
fn call_id(body: &str) -> String {
    let message: Value = serde_json::from_str(body).unwrap_or_default();
    message["call_id"].as_str().unwrap_or_default().to_owned()
}

impl Importer {
    /// Lets the calls in progress finish.
    pub(in crate::import) async fn close(&mut self) -> anyhow::Result<Left> {
        // What does not finish is treated like a crash: the next import fetches it.
        if let Some(event_source) = self.event_source.take() {
            let _ = timeout(DRAIN_TIMEOUT, event_source.stop()).await;
        }
        self.progress.update_consumer(&self.consumed);
        let waiting = self.sqs.messages(&self.calls)?.iter().map(|it| call_id(&it.body)).collect();
        let dead_letters = self.sqs.messages(&self.dead_letters)?.into_iter().map(|message| {
            let attribute = |name: &str| message.attributes.get(name).cloned().unwrap_or_default();
            DeadLetter {
                call_id: call_id(&message.body),
                reason: attribute("reason"),
                detail: attribute("detail"),
            }
        });
        Ok(Left { waiting, dead_letters: dead_letters.collect() })
    }

    /// Why calls are not stored: of a dead-lettered one what the consumer said, of one that still waits what Graph
    /// answers now.
    pub(in crate::import) async fn failed(
        &self,
        waiting: &[String],
        dead_letters: &[DeadLetter],
    ) -> anyhow::Result<Vec<FailedCall>> {
        let dead = dead_letters.iter().map(|letter| {
            let DeadLetter { call_id, reason, detail } = letter;
            let reason =
                if detail.is_empty() { reason.clone() } else { format!("{reason}: {detail}") };
            FailedCall { call_id: call_id.clone(), reason }
        });
        let mut failed: Vec<_> = dead.take(MAX_FAILED).collect();
        let graph = self.access.graph().await?;
        let deadline = Instant::now() + PROBE_TIMEOUT;
        for id in waiting.iter().take(MAX_FAILED - failed.len()) {
            let reason = match graph.call_record(id, deadline).await {
                Ok(_) => "Graph gave it now, but not before: run the same command again".to_owned(),
                Err(error) => error.to_string(),
            };
            failed.push(FailedCall { call_id: id.clone(), reason });
        }
        Ok(failed)
    }

    /// The number of listed calls whose ids are no segment of a path: they are never fetched.
    pub(in crate::import) async fn count_not_requestable(&self) -> anyhow::Result<usize> {
        let missing = self.store.missing_calls().await?;
        Ok(missing.iter().filter(|call| !call_id::is_valid(&call.call_id)).count())
    }
}
