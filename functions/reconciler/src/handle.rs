//! From an event to a run, and from its account to an answer.

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::event::{Event, Letter};
use crate::{Error, Reconciler, Wish};

pub(crate) async fn handle(
    reconciler: &Reconciler,
    event: Value,
    now: Timestamp,
    deadline: Instant,
) -> Result<Value, Error> {
    match Event::parse(event)? {
        Event::Schedule(wish) => match reconciler.run(wish, now, deadline).await? {
            // An error makes Lambda try again twice, within minutes instead of a quarter of an hour.
            Some(run) => match run.error {
                Some(sentence) => Err(Error::NotThrough(sentence)),
                None => Ok(json!(run)),
            },
            None => Ok(busy()),
        },
        Event::ByHand(wish) => Ok(match reconciler.run(wish, now, deadline).await? {
            Some(run) => json!(run),
            None => busy(),
        }),
        Event::Gaps(letters) => Ok(gaps(reconciler, letters, now, deadline).await),
    }
}

fn busy() -> Value {
    json!({"busy": "another run is under way; it takes up what was asked for within a minute"})
}

/// A message has done its work when its window is written down: whatever becomes of this run,
/// another one goes on. Those that cannot be read stay until the queue moves them aside.
async fn gaps(
    reconciler: &Reconciler,
    letters: Vec<Letter>,
    now: Timestamp,
    deadline: Instant,
) -> Value {
    let (mut gaps, mut read, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for letter in letters {
        match letter.content {
            Ok(gap) => {
                gaps.push(gap);
                read.push(letter.message_id);
            }
            Err(error) => {
                tracing::error!(message_id = letter.message_id, "gap.unreadable: {error}");
                failed.push(letter.message_id);
            }
        }
    }
    if !gaps.is_empty()
        && let Err(error) = reconciler.run(Wish::Gaps(gaps), now, deadline).await
    {
        tracing::error!(%error, "gap.not_written_down");
        failed.append(&mut read);
    }
    let failures: Vec<Value> = failed.iter().map(|id| json!({ "itemIdentifier": id })).collect();
    json!({ "batchItemFailures": failures })
}
