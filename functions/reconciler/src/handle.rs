//! From an event to a run, and from its account to an answer.

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::event::{BatchMessage, Event};
use crate::{Error, Reconciler, Trigger};

pub(crate) async fn handle(
    reconciler: &Reconciler,
    event: Value,
    now: Timestamp,
    deadline: Instant,
) -> Result<Value, Error> {
    match Event::parse(event)? {
        Event::Schedule(trigger) => match reconciler.run(trigger, now, deadline).await? {
            // An error makes Lambda try again twice, within minutes instead of a quarter of an hour.
            Some(run) => match run.error {
                Some(sentence) => Err(Error::Incomplete(sentence)),
                None => Ok(json!(run)),
            },
            None => Ok(busy()),
        },
        Event::ByHand(trigger) => Ok(match reconciler.run(trigger, now, deadline).await? {
            Some(run) => json!(run),
            None => busy(),
        }),
        Event::Gaps(messages) => Ok(gaps(reconciler, messages, now, deadline).await),
    }
}

fn busy() -> Value {
    json!({"busy": "another run is under way; it takes up what was asked for within a minute"})
}

/// A message has done its work when its window is written down: whatever becomes of this run,
/// another one goes on. Those that cannot be read stay until the queue moves them aside.
async fn gaps(
    reconciler: &Reconciler,
    messages: Vec<BatchMessage>,
    now: Timestamp,
    deadline: Instant,
) -> Value {
    let (mut gaps, mut read, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for message in messages {
        match message.content {
            Ok(gap) => {
                gaps.push(gap);
                read.push(message.message_id);
            }
            Err(error) => {
                tracing::error!(message_id = message.message_id, "gap.unreadable: {error}");
                failed.push(message.message_id);
            }
        }
    }
    if !gaps.is_empty()
        && let Err(error) = reconciler.run(Trigger::Gaps(gaps), now, deadline).await
    {
        tracing::error!(%error, "gap.not_written_down");
        failed.append(&mut read);
    }
    let failures: Vec<Value> = failed.iter().map(|id| json!({ "itemIdentifier": id })).collect();
    json!({ "batchItemFailures": failures })
}
