//! Handing many messages to a queue, and knowing which were accepted.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use backoff::Backoff;
use futures::StreamExt;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::refusal::Refusal;

/// SQS takes at most this many entries in one batch.
const BATCH_ENTRIES: usize = 10;
/// The most bytes of bodies in one batch. SQS takes 1 MiB since 2025; the older limit is kept, so
/// that a stand-in or a region that still has it accepts our batches. Ours never come near either.
const BATCH_BYTES: usize = 256 * 1024;
/// Batches under way at once. SQS answers in about 10 ms, so this is some 1,500 batches a second;
/// more would only open more connections.
const BATCHES_AT_ONCE: usize = 16;
/// The delays before entries that failed are sent once more.
const BACKOFF: Backoff = Backoff::new(Duration::from_millis(25), Duration::from_secs(1));

/// One message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    body: String,
}

impl Entry {
    /// A message with this body.
    pub fn new(body: String) -> Self {
        Self { body }
    }

    /// The message's body.
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl From<String> for Entry {
    fn from(body: String) -> Self {
        Self::new(body)
    }
}

/// Every message was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// How many.
    pub accepted: usize,
}

/// Some messages were not accepted. Those that were are in the queue, and sending everything again
/// is right: repetition harms nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Time ran out while SQS was failing, throttling or silent: retry later.
    #[error("{left} messages were not accepted in time ({accepted} were): {why}")]
    TimedOut {
        /// Messages that are in the queue.
        accepted: usize,
        /// Messages that are not, as far as is known.
        left: usize,
        /// The last thing that SQS said.
        why: String,
    },
    /// SQS says that the fault is on this side: a retry helps only after an operator fixed it.
    #[error("{left} messages were refused ({accepted} were accepted): {why}")]
    Refused {
        /// Messages that are in the queue.
        accepted: usize,
        /// Messages that are not, as far as is known.
        left: usize,
        /// What to fix.
        why: String,
    },
}

impl SendError {
    /// Messages that SQS did accept before the failure.
    pub fn accepted(&self) -> usize {
        match self {
            Self::TimedOut { accepted, .. } | Self::Refused { accepted, .. } => *accepted,
        }
    }
}

/// Sends every entry, in batches, several batches at once. Entries that SQS did not accept for a
/// passing reason are sent again until `deadline`; entries that it calls the sender's fault are not.
///
/// # Errors
///
/// [`SendError`] unless SQS confirmed every single entry before `deadline`. An entry whose
/// confirmation did not arrive counts as not accepted, although it may be in the queue.
pub async fn send_all(
    client: &Client,
    queue_url: &str,
    entries: Vec<Entry>,
    deadline: Instant,
) -> Result<Sent, SendError> {
    let total = entries.len();
    let outcomes: Vec<Outcome> = futures::stream::iter(batches(entries))
        .map(|batch| send_batch(client, queue_url, batch, deadline))
        .buffer_unordered(BATCHES_AT_ONCE)
        .collect()
        .await;
    let accepted = outcomes.iter().map(|outcome| outcome.accepted).sum();
    // A permanent refusal needs an operator, so it wins over a transient one.
    let worst = outcomes
        .into_iter()
        .filter_map(|outcome| outcome.refusal)
        .reduce(|worst, next| if matches!(worst, Refusal::Permanent(_)) { worst } else { next });
    match worst {
        None => Ok(Sent { accepted }),
        Some(refusal) => Err(refusal.into_send_error(accepted, total - accepted)),
    }
}

/// Cuts the entries into batches that SQS takes.
fn batches(entries: Vec<Entry>) -> Vec<Vec<Entry>> {
    let mut batches: Vec<Vec<Entry>> = Vec::with_capacity(entries.len().div_ceil(BATCH_ENTRIES));
    let mut bytes = 0;
    for entry in entries {
        let size = entry.body.len();
        match batches.last_mut() {
            Some(batch) if batch.len() < BATCH_ENTRIES && bytes + size <= BATCH_BYTES => {
                bytes += size;
                batch.push(entry);
            }
            _ => {
                bytes = size;
                batches.push(vec![entry]);
            }
        }
    }
    batches
}

/// What became of one batch.
struct Outcome {
    accepted: usize,
    /// Why the others were not accepted; absent when all were.
    refusal: Option<Refusal>,
}

/// Sends one batch until every entry is accepted or refused for good, or time is over.
async fn send_batch(
    client: &Client,
    queue_url: &str,
    mut unsent: Vec<Entry>,
    deadline: Instant,
) -> Outcome {
    let mut accepted = 0;
    let mut permanent = None;
    let mut retries = 0;
    let mut transient = None;
    while !unsent.is_empty() {
        if Instant::now() >= deadline {
            let none = || Refusal::Transient("there was no time left to send".to_owned());
            return Outcome { accepted, refusal: permanent.or(transient).or_else(|| Some(none())) };
        }
        match timeout_at(deadline, send_once(client, queue_url, &unsent)).await {
            // The last attempt is cut off by the deadline: what SQS answered before says more.
            Err(_) => {
                let late = || Refusal::Transient("SQS did not answer in time".to_owned());
                transient.get_or_insert_with(late);
            }
            Ok(Err(Refusal::Permanent(why))) => {
                return Outcome { accepted, refusal: Some(Refusal::Permanent(why)) };
            }
            Ok(Err(refusal)) => transient = Some(refusal),
            Ok(Ok(results)) => {
                let mut failed = Vec::new();
                for (entry, result) in unsent.into_iter().zip(results) {
                    match result {
                        EntryResult::Accepted => accepted += 1,
                        EntryResult::Failed(refusal @ Refusal::Permanent(_)) => {
                            permanent = Some(refusal);
                        }
                        EntryResult::Failed(refusal) => {
                            transient = Some(refusal);
                            failed.push(entry);
                        }
                    }
                }
                unsent = failed;
                if unsent.is_empty() {
                    break;
                }
            }
        }
        sleep_until(deadline.min(Instant::now() + BACKOFF.jittered(retries))).await;
        retries += 1;
    }
    Outcome { accepted, refusal: permanent }
}

/// SQS's word on one entry.
enum EntryResult {
    Accepted,
    Failed(Refusal),
}

/// Sends the entries once; one verdict for each, in order.
async fn send_once(
    client: &Client,
    queue_url: &str,
    entries: &[Entry],
) -> Result<Vec<EntryResult>, Refusal> {
    let requests = entries.iter().enumerate().map(|(position, entry)| {
        SendMessageBatchRequestEntry::builder()
            .id(position.to_string())
            .message_body(&entry.body)
            .build()
            .expect("id and body are set")
    });
    let answer = client
        .send_message_batch()
        .queue_url(queue_url)
        .set_entries(Some(requests.collect()))
        .send()
        .await
        .map_err(|error| Refusal::of_call(&error))?;
    // Accepted is only what SQS names as successful. An entry that the answer does not mention at
    // all is a failure like any other.
    let mut results: Vec<EntryResult> = entries
        .iter()
        .map(|_| EntryResult::Failed(Refusal::Transient("SQS did not mention an entry".to_owned())))
        .collect();
    let mut note = |id: &str, result: EntryResult| {
        if let Some(slot) = id.parse().ok().and_then(|position: usize| results.get_mut(position)) {
            *slot = result;
        }
    };
    for success in answer.successful() {
        note(success.id(), EntryResult::Accepted);
    }
    for failure in answer.failed() {
        note(failure.id(), EntryResult::Failed(Refusal::of_entry(failure)));
    }
    Ok(results)
}

#[cfg(test)]
mod tests;
