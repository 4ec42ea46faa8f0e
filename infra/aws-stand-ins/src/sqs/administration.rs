//! Creating, finding, describing and deleting queues.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::names::{arn_of, name_in_url};
use super::refusal::Refusal;
use super::settings::{REPORTED, Settings, is_known, unknown};
use super::{QueueUrl, Shared};

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Request {
    queue_name: Option<String>,
    attributes: Option<BTreeMap<String, String>>,
    attribute_names: Vec<String>,
    queue_name_prefix: Option<String>,
    max_results: Option<i64>,
    next_token: Option<String>,
}

/// `CreateQueue`.
pub(super) fn create(shared: &Shared, request: &Request) -> Result<Value, Refusal> {
    let name = request.queue_name.as_deref().ok_or_else(|| Refusal::missing("QueueName"))?;
    let attributes = request.attributes.clone().unwrap_or_default();
    shared.queues().create(name, &attributes, shared.clock.milliseconds())?;
    Ok(json!({"QueueUrl": shared.url_of(name)}))
}

/// `GetQueueUrl`.
pub(super) fn url(shared: &Shared, request: &Request) -> Result<Value, Refusal> {
    let name = request.queue_name.as_deref().ok_or_else(|| Refusal::missing("QueueName"))?;
    shared.queues().queue(name, shared.clock.milliseconds())?;
    Ok(json!({"QueueUrl": shared.url_of(name)}))
}

/// `ListQueues`.
pub(super) fn list(shared: &Shared, request: &Request) -> Result<Value, Refusal> {
    let prefix = request.queue_name_prefix.as_deref().unwrap_or_default();
    let queues = shared.queues();
    let urls = queues.names().filter(|name| name.starts_with(prefix));
    page(urls.map(|name| shared.url_of(name)), request, "QueueUrls")
}

/// `ListDeadLetterSourceQueues`.
pub(super) fn list_sources(
    shared: &Shared,
    queue: &QueueUrl,
    request: &Request,
) -> Result<Value, Refusal> {
    let name = queue.name()?;
    let mut queues = shared.queues();
    queues.queue(name, shared.clock.milliseconds())?;
    let urls = queues.sources_of(name).into_iter().map(|name| shared.url_of(name));
    // The one list whose name begins with a small letter.
    page(urls, request, "queueUrls")
}

/// A page of a list. The token is the last name of the page before.
fn page(
    urls: impl Iterator<Item = String>,
    request: &Request,
    list: &str,
) -> Result<Value, Refusal> {
    let most = request.max_results.unwrap_or(1000);
    let most =
        usize::try_from(most).ok().filter(|most| (1..=1000).contains(most)).ok_or_else(|| {
            Refusal::value(most, "MaxResults", "Must be between 1 and 1000, if provided.")
        })?;
    let after =
        |url: &String| request.next_token.as_deref().is_none_or(|token| name_in_url(url) > token);
    let mut urls = urls.filter(after);
    let shown: Vec<_> = urls.by_ref().take(most).collect();
    let mut answer = json!({});
    // Without MaxResults AWS cuts the list off at 1,000 and gives no token.
    if request.max_results.is_some() && urls.next().is_some() {
        answer["NextToken"] = shown.last().map_or("", |url| name_in_url(url)).into();
    }
    answer[list] = shown.into();
    Ok(answer)
}

/// `DeleteQueue`.
pub(super) fn delete(shared: &Shared, queue: &QueueUrl) -> Result<Value, Refusal> {
    shared.queues().delete(queue.name()?, shared.clock.milliseconds())?;
    shared.announce();
    Ok(json!({}))
}

/// `PurgeQueue`.
pub(super) fn purge(shared: &Shared, queue: &QueueUrl) -> Result<Value, Refusal> {
    shared.queues().purge(queue.name()?, shared.clock.milliseconds())?;
    Ok(json!({}))
}

/// `SetQueueAttributes`: all of them, or none where one is refused.
pub(super) fn set_attributes(
    shared: &Shared,
    queue: &QueueUrl,
    request: &Request,
) -> Result<Value, Refusal> {
    let name = queue.name()?;
    let now = shared.clock.milliseconds();
    let attributes = request.attributes.as_ref().ok_or_else(|| Refusal::missing("Attributes"))?;
    let mut queues = shared.queues();
    let settings = queues.queue(name, now)?.settings.clone();
    let settings = queues.settings(settings, attributes)?;
    let queue = queues.queue(name, now)?;
    queue.settings = settings;
    queue.modified = now;
    Ok(json!({}))
}

/// `GetQueueAttributes`.
pub(super) fn attributes(
    shared: &Shared,
    queue: &QueueUrl,
    request: &Request,
) -> Result<Value, Refusal> {
    let name = queue.name()?;
    let wanted = &request.attribute_names;
    let mut queues = shared.queues();
    let queue = queues.queue(name, shared.clock.milliseconds())?;
    if let Some(name) = wanted.iter().find(|name| *name != "All" && !is_known(name)) {
        return Err(unknown(name));
    }
    let counts = queue.counts();
    let report = |attribute: &str| {
        Some(match attribute {
            "ApproximateNumberOfMessages" => counts.visible.to_string(),
            "ApproximateNumberOfMessagesNotVisible" => counts.in_flight.to_string(),
            "ApproximateNumberOfMessagesDelayed" => counts.delayed.to_string(),
            "CreatedTimestamp" => (queue.created / 1000).to_string(),
            "LastModifiedTimestamp" => (queue.modified / 1000).to_string(),
            "QueueArn" => arn_of(name),
            other => queue.settings.get(other)?,
        })
    };
    let all = wanted.iter().any(|name| name == "All");
    let shown: Map<String, Value> = Settings::names()
        .chain(REPORTED)
        .filter(|name| all || wanted.iter().any(|trigger| trigger == name))
        .filter_map(|name| Some((name.to_owned(), report(name)?.into())))
        .collect();
    Ok(if shown.is_empty() { json!({}) } else { json!({"Attributes": shown}) })
}
