//! `SendMessage` and `SendMessageBatch`.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::batch;
use super::message::{self, Attributes, Content, SIZE_LIMIT, attributes_digest, body_digest};
use super::refusal::Refusal;
use super::{QueueUrl, Shared};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Entry {
    id: Option<String>,
    message_body: Option<String>,
    delay_seconds: Option<i64>,
    message_attributes: Option<Attributes>,
    message_system_attributes: Option<Attributes>,
    message_group_id: Option<String>,
    message_deduplication_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Batch {
    entries: Vec<Entry>,
}

impl Entry {
    fn size(&self) -> usize {
        let none = Attributes::default();
        let attributes = self.message_attributes.as_ref().unwrap_or(&none);
        message::size(self.message_body.as_deref().unwrap_or_default(), attributes)
    }
}

/// `SendMessage`.
pub(super) fn single(shared: &Shared, queue: &QueueUrl, entry: &Entry) -> Result<Value, Refusal> {
    let name = queue.name()?;
    let answer = send(shared, name, entry)?;
    shared.announce();
    Ok(answer)
}

/// `SendMessageBatch`.
pub(super) fn batch(
    shared: &Shared,
    queue: &QueueUrl,
    request: &Batch,
    left_out: &[usize],
) -> Result<Value, Refusal> {
    let name = queue.name()?;
    shared.queues().queue(name, shared.clock.milliseconds())?;
    batch::check("SendMessage", request.entries.iter().map(|entry| &entry.id))?;
    let size: usize = request.entries.iter().map(Entry::size).sum();
    if size > SIZE_LIMIT {
        return Err(Refusal::batch_request_too_long(format!(
            "Batch requests cannot be longer than {SIZE_LIMIT} bytes. You have sent {size} bytes."
        )));
    }
    let send = |entry: &Entry| send(shared, name, entry);
    let answer = batch::serve(&request.entries, |entry| &entry.id, left_out, send);
    shared.announce();
    Ok(answer)
}

fn send(shared: &Shared, name: &str, entry: &Entry) -> Result<Value, Refusal> {
    let now = shared.clock.milliseconds();
    let body = entry.message_body.as_deref().ok_or_else(|| Refusal::missing("MessageBody"))?;
    let attributes = entry.message_attributes.clone().unwrap_or_default();
    let mut queues = shared.queues();
    let limit = queues.queue(name, now)?.settings.maximum_message_size;
    message::check(body, &attributes)?;
    if let Some(delay) = entry.delay_seconds.filter(|delay| !(0..=900).contains(delay)) {
        let reason = "DelaySeconds must be >= 0 and <= 900";
        return Err(Refusal::value(delay, "DelaySeconds", reason));
    }
    if let Some(id) = &entry.message_deduplication_id {
        let reason = "The request include parameter that is not valid for this queue type";
        return Err(Refusal::value(id, "MessageDeduplicationId", reason));
    }
    let content = Content {
        body: body.into(),
        attributes: Arc::new(attributes),
        system_attributes: Arc::new(entry.message_system_attributes.clone().unwrap_or_default()),
        group_id: entry.message_group_id.clone(),
    };
    if content.size() > limit {
        return Err(Refusal::invalid_parameter(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes."
        )));
    }
    let sent = queues.send(name, content, entry.delay_seconds, now)?;
    let mut answer = json!({"MessageId": sent.id, "MD5OfMessageBody": body_digest(body)});
    if let Some(digest) = attributes_digest(&*sent.content.attributes) {
        answer["MD5OfMessageAttributes"] = digest.into();
    }
    if let Some(digest) = attributes_digest(&*sent.content.system_attributes) {
        answer["MD5OfMessageSystemAttributes"] = digest.into();
    }
    Ok(answer)
}
