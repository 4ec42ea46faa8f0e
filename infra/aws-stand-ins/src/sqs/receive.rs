//! `ReceiveMessage`, with long polling.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::message::{attributes_digest, body_digest};
use super::queue::{Delivery, IN_FLIGHT_LIMIT};
use super::refusal::Refusal;
use super::{QueueUrl, Shared};
use crate::client_config::ACCOUNT;

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Request {
    max_number_of_messages: Option<i64>,
    visibility_timeout: Option<i64>,
    wait_time_seconds: Option<i64>,
    /// The older name of the next.
    attribute_names: Vec<String>,
    message_system_attribute_names: Vec<String>,
    message_attribute_names: Vec<String>,
}

/// `ReceiveMessage`: answers as soon as there is a message, or empty when the wait is over.
pub(super) async fn receive(
    shared: &Shared,
    queue: &QueueUrl,
    request: &Request,
) -> Result<Value, Refusal> {
    let name = queue.name()?;
    let most = in_range("MaxNumberOfMessages", request.max_number_of_messages, 1, 10)?.unwrap_or(1);
    let visibility = in_range("VisibilityTimeout", request.visibility_timeout, 0, 43_200)?;
    let wait = in_range("WaitTimeSeconds", request.wait_time_seconds, 0, 20)?;
    let began = shared.clock.milliseconds();
    let wait = match wait {
        Some(wait) => wait,
        None => shared.queues().queue(name, began)?.settings.wait,
    };
    // The clock may stand or jump: the wait ends by it or by real time, whichever is first.
    let ends = began + wait * 1000;
    let ends_in_truth = Instant::now() + Duration::from_secs(wait.unsigned_abs());
    loop {
        // Subscribed before looking, so that nothing that happens in between is missed.
        let mut arrivals = shared.arrivals();
        let mut moves = shared.clock.moves();
        let now = shared.clock.milliseconds();
        let next = {
            let mut queues = shared.queues();
            let full = queues.queue(name, now)?.counts().in_flight >= IN_FLIGHT_LIMIT;
            if full && wait == 0 {
                return Err(Refusal::over_limit(format!(
                    "Too many messages in flight: the limit is {IN_FLIGHT_LIMIT}."
                )));
            }
            let most = usize::try_from(most).unwrap_or(1);
            let (deliveries, moved) = queues.receive(name, most, visibility, now)?;
            if moved > 0 {
                shared.announce();
                arrivals.mark_unchanged();
            }
            if !deliveries.is_empty() {
                let show = |delivery| show(delivery, request);
                let messages: Vec<_> = deliveries.iter().map(show).collect();
                return Ok(json!({"Messages": messages}));
            }
            queues.queue(name, now)?.next_visible()
        };
        let left = ends_in_truth.saturating_duration_since(Instant::now());
        if now >= ends || left.is_zero() {
            return Ok(json!({}));
        }
        let until_next = next.map_or(i64::MAX, |next| next - now).min(ends - now).max(1);
        let pause = left.min(Duration::from_millis(until_next.unsigned_abs()));
        tokio::select! {
            _ = arrivals.changed() => {}
            _ = moves.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

fn in_range(name: &str, value: Option<i64>, least: i64, most: i64) -> Result<Option<i64>, Refusal> {
    if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
        let reason = format!("Must be between {least} and {most}, if provided.");
        return Err(Refusal::value(value, name, &reason));
    }
    Ok(value)
}

/// A message as the request asked to see it.
fn show(delivery: &Delivery, request: &Request) -> Value {
    let message = &delivery.message;
    let content = &message.content;
    let mut shown = json!({
        "MessageId": message.id,
        "ReceiptHandle": delivery.receipt_handle,
        "MD5OfBody": body_digest(&content.body),
        "Body": &*content.body,
    });
    let system = system_attributes(delivery, request);
    if !system.is_empty() {
        shown["Attributes"] = Value::Object(system);
    }
    let wanted = &request.message_attribute_names;
    let attributes = content.attributes.iter().filter(|(name, _)| is_wanted(wanted, name));
    if let Some(digest) = attributes_digest(attributes.clone()) {
        let attributes = attributes.map(|(name, attribute)| (name.clone(), json!(attribute)));
        shown["MessageAttributes"] = Value::Object(attributes.collect());
        shown["MD5OfMessageAttributes"] = digest.into();
    }
    shown
}

fn is_wanted(wanted: &[String], name: &str) -> bool {
    wanted.iter().any(|pattern| {
        let prefix = pattern.strip_suffix(".*");
        pattern == "All" || pattern == name || prefix.is_some_and(|prefix| name.starts_with(prefix))
    })
}

fn system_attributes(delivery: &Delivery, request: &Request) -> Map<String, Value> {
    let message = &delivery.message;
    let sender = format!("AROATEST:{ACCOUNT}");
    let trace = message.content.system_attributes.get("AWSTraceHeader");
    let all = [
        ("SenderId", Some(sender)),
        ("SentTimestamp", Some(message.sent.to_string())),
        ("ApproximateReceiveCount", Some(message.receives.to_string())),
        ("ApproximateFirstReceiveTimestamp", message.first_received.map(|at| at.to_string())),
        ("DeadLetterQueueSourceArn", message.source_arn.clone()),
        ("MessageGroupId", message.content.group_id.clone()),
        ("AWSTraceHeader", trace.and_then(|trace| trace.string_value.clone())),
    ];
    let wanted = |name: &str| {
        let mut names =
            request.attribute_names.iter().chain(&request.message_system_attribute_names);
        names.any(|trigger| trigger == "All" || trigger == name)
    };
    let wanted = all.into_iter().filter(|(name, _)| wanted(name));
    wanted.filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect()
}
