//! The messages, written and read.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use words::words;

/// A request to fetch a call: one message on the calls queue.
///
/// A notification carries no version: whichever Graph gives when the call is fetched is the one to
/// store. A comparison with Graph's list knows one, and its message is done only when at least that
/// one is stored: a replica that lags behind is then asked again instead of believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallMessage {
    /// The call record's id in its [one form](call_id::canonical).
    pub call_id: String,
    /// Who asked.
    pub reason: Reason,
    /// When it was asked.
    pub enqueued_at: Timestamp,
    /// The subscription that announced the call, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// The version that Graph is known to have, if it is known. An older one is not enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

words! { open
    /// Why a call is to be fetched.
    pub Reason {
        /// Graph announced it.
        Notification = "notification",
        /// A comparison with Graph's list found it missing or stale.
        Reconciliation = "reconciliation",
        /// An operator requested older calls.
        Backfill = "backfill",
    }
}

/// A time in which notifications may have been lost: one message on the reconciliation queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GapMessage {
    /// The last moment at which everything was known to be right.
    pub from: Timestamp,
    /// The moment since when it is right again.
    pub to: Timestamp,
    /// What happened, in one word.
    pub reason: String,
}

/// What Graph said about a subscription: one message on the lifecycle queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LifecycleMessage {
    /// What happened.
    pub event: LifecycleEvent,
    /// The subscription that it happened to, if the event said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// When the webhook received it.
    pub received_at: Timestamp,
    /// When the subscription expires, if the event said so readably.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_expires_at: Option<Timestamp>,
}

words! { open
    /// The kinds of lifecycle event, as Graph names them. Microsoft announces that there will be more.
    pub LifecycleEvent {
        /// The subscription's access ends soon: renew it.
        ReauthorizationRequired = "reauthorizationRequired",
        /// The subscription is gone: create it again.
        SubscriptionRemoved = "subscriptionRemoved",
        /// Notifications were lost: compare with Graph's list.
        Missed = "missed",
    }
}

/// Why a message cannot be read. It names the key and never quotes the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The body is not a JSON object. A retry cannot help: dead-letter it.
    #[error("the message is not a JSON object")]
    NotAnObject,
    /// A key is missing or unusable. A retry cannot help: dead-letter it.
    #[error("the message's {key} is missing or not {expected}")]
    Key {
        /// The key's name.
        key: &'static str,
        /// What should stand there.
        expected: &'static str,
    },
}

impl CallMessage {
    /// The message's body.
    pub fn to_json(&self) -> String {
        serialize(self)
    }

    /// Reads a message's body. Unknown keys are ignored.
    ///
    /// # Errors
    ///
    /// When the body is not an object, or has no acceptable `call_id`, or no `enqueued_at`.
    pub fn parse(body: &str) -> Result<Self, ParseError> {
        let object = Object::parse(body)?;
        let call_id = object
            .text("call_id")
            .and_then(call_id::canonical)
            .ok_or(ParseError::Key { key: "call_id", expected: "the id of a call" })?;
        Ok(Self {
            call_id,
            reason: Reason::from(object.text("reason").unwrap_or_default()),
            enqueued_at: object.time("enqueued_at")?,
            subscription_id: object.text("subscription_id").map(str::to_owned),
            version: object.0.get("version").and_then(Value::as_i64),
        })
    }
}

impl GapMessage {
    /// The message's body.
    pub fn to_json(&self) -> String {
        serialize(self)
    }

    /// Reads a message's body. Unknown keys are ignored.
    ///
    /// # Errors
    ///
    /// When the body is not an object, or has no `from`, no `to` or no `reason`.
    pub fn parse(body: &str) -> Result<Self, ParseError> {
        let object = Object::parse(body)?;
        let expected = "what happened, in one word";
        Ok(Self {
            from: object.time("from")?,
            to: object.time("to")?,
            reason: object
                .text("reason")
                .ok_or(ParseError::Key { key: "reason", expected })?
                .to_owned(),
        })
    }
}

impl LifecycleMessage {
    /// The message's body.
    pub fn to_json(&self) -> String {
        serialize(self)
    }

    /// Reads a message's body. Unknown keys are ignored.
    ///
    /// # Errors
    ///
    /// When the body is not an object, or has no `event`, or no `received_at`.
    pub fn parse(body: &str) -> Result<Self, ParseError> {
        let object = Object::parse(body)?;
        let event = object
            .text("event")
            .ok_or(ParseError::Key { key: "event", expected: "the name of an event" })?;
        Ok(Self {
            event: LifecycleEvent::from_any_case(event),
            subscription_id: object.text("subscription_id").map(str::to_owned),
            received_at: object.time("received_at")?,
            subscription_expires_at: object.optional_time("subscription_expires_at"),
        })
    }
}

fn serialize(message: &impl Serialize) -> String {
    serde_json::to_string(message).expect("strings and times always serialize")
}

/// A message's object, read key by key: serde's own errors quote the values that they dislike, and a
/// derived struct refuses a repeated key.
struct Object(Map<String, Value>);

impl Object {
    fn parse(body: &str) -> Result<Self, ParseError> {
        serde_json::from_str(body).map(Self).map_err(|_| ParseError::NotAnObject)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    fn optional_time(&self, key: &str) -> Option<Timestamp> {
        self.text(key)?.parse().ok()
    }

    fn time(&self, key: &'static str) -> Result<Timestamp, ParseError> {
        let expected = "a time such as 2026-11-23T12:00:00Z";
        self.optional_time(key).ok_or(ParseError::Key { key, expected })
    }
}

#[cfg(test)]
mod tests;
