//! What is done with a receipt handle: deleting, and changing the visibility time-out.

use serde::Deserialize;
use serde_json::{Value, json};

use super::batch;
use super::queue::VISIBILITY_LIMIT;
use super::refusal::Refusal;
use super::{QueueUrl, Shared};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Entry {
    id: Option<String>,
    receipt_handle: Option<String>,
    visibility_timeout: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Batch {
    entries: Vec<Entry>,
}

type Act = fn(&Shared, &str, &Entry) -> Result<Value, Refusal>;

/// `DeleteMessage`.
pub(super) fn delete(shared: &Shared, queue: &QueueUrl, entry: &Entry) -> Result<Value, Refusal> {
    delete_one(shared, queue.name()?, entry)
}

/// `DeleteMessageBatch`.
pub(super) fn delete_batch(
    shared: &Shared,
    queue: &QueueUrl,
    request: &Batch,
    left_out: &[usize],
) -> Result<Value, Refusal> {
    each(shared, queue, request, left_out, "DeleteMessage", delete_one)
}

/// `ChangeMessageVisibility`.
pub(super) fn change(shared: &Shared, queue: &QueueUrl, entry: &Entry) -> Result<Value, Refusal> {
    change_one(shared, queue.name()?, entry)
}

/// `ChangeMessageVisibilityBatch`.
pub(super) fn change_batch(
    shared: &Shared,
    queue: &QueueUrl,
    request: &Batch,
    left_out: &[usize],
) -> Result<Value, Refusal> {
    each(shared, queue, request, left_out, "ChangeMessageVisibility", change_one)
}

fn each(
    shared: &Shared,
    queue: &QueueUrl,
    request: &Batch,
    left_out: &[usize],
    kind: &str,
    act: Act,
) -> Result<Value, Refusal> {
    let name = queue.name()?;
    shared.queues().queue(name, shared.clock.milliseconds())?;
    batch::check(kind, request.entries.iter().map(|entry| &entry.id))?;
    let act = |entry: &Entry| act(shared, name, entry);
    Ok(batch::serve(&request.entries, |entry| &entry.id, left_out, act))
}

fn delete_one(shared: &Shared, name: &str, entry: &Entry) -> Result<Value, Refusal> {
    let handle = entry.handle()?;
    shared.queues().queue(name, shared.clock.milliseconds())?.delete(handle)?;
    Ok(json!({}))
}

fn change_one(shared: &Shared, name: &str, entry: &Entry) -> Result<Value, Refusal> {
    let handle = entry.handle()?;
    let seconds = entry.visibility_timeout.ok_or_else(|| Refusal::missing("VisibilityTimeout"))?;
    if !(0..=VISIBILITY_LIMIT).contains(&seconds) {
        let reason = "Must be between 0 and 43200.";
        return Err(Refusal::value(seconds, "VisibilityTimeout", reason));
    }
    let now = shared.clock.milliseconds();
    shared.queues().queue(name, now)?.change_visibility(handle, seconds, now)?;
    // A receiver may be waiting for just this message.
    shared.announce();
    Ok(json!({}))
}

impl Entry {
    fn handle(&self) -> Result<&str, Refusal> {
        self.receipt_handle.as_deref().ok_or_else(|| Refusal::missing("ReceiptHandle"))
    }
}
