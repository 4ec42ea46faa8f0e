//! The messages, written and read.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::is_acceptable_call_id;

/// "Look at this call again": one message on the calls queue.
///
/// A notification carries no version: whichever Graph gives when the call is fetched is the one to
/// store. A comparison with Graph's list knows one, and its message is done only when at least that
/// one is stored: a replica that lags behind is then asked again instead of believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallMessage {
    /// The call record's id, acceptable by [`is_acceptable_call_id`].
    pub call_id: String,
    /// Who asked.
    pub reason: Reason,
    /// When it was asked. How long a record is waited for goes by the queue's own time of sending.
    pub enqueued_at: Timestamp,
    /// The subscription that announced the call, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// The version that Graph is known to have, if it is known. An older one is not enough.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// Why a call is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// Graph announced it.
    Notification,
    /// A comparison with Graph's list found it missing or stale.
    Reconciliation,
    /// Someone asked for older calls by hand.
    Backfill,
    /// A reason that this version does not know, as it came.
    Other(String),
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

/// The kinds of lifecycle event. Microsoft announces that there will be more, so it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LifecycleEvent {
    /// The subscription's access ends soon: renew it.
    ReauthorizationRequired,
    /// The subscription is gone: create it again.
    SubscriptionRemoved,
    /// Notifications were lost: compare with Graph's list.
    Missed,
    /// An event that this version does not know, as it came.
    Other(String),
}

/// Why a message cannot be read. It names the key and never quotes the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The body is not a JSON object. Trying again cannot help: set it aside.
    #[error("the message is not a JSON object")]
    NotAnObject,
    /// A key is missing or unusable. Trying again cannot help: set it aside.
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
            .filter(|id| is_acceptable_call_id(id))
            .ok_or(ParseError::Key { key: "call_id", expected: "the id of a call" })?;
        Ok(Self {
            call_id: call_id.to_owned(),
            reason: object.text("reason").map_or(Reason::Other(String::new()), Reason::from_wire),
            enqueued_at: object.time("enqueued_at").ok_or(ParseError::Key {
                key: "enqueued_at",
                expected: "a time such as 2026-11-23T12:00:00Z",
            })?,
            subscription_id: object.text("subscription_id").map(str::to_owned),
            version: object.integer("version"),
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
        let time = |key: &'static str| {
            let expected = "a time such as 2026-11-23T12:00:00Z";
            object.time(key).ok_or(ParseError::Key { key, expected })
        };
        let reason = object.text("reason").filter(|reason| !reason.is_empty());
        let expected = "what happened, in one word";
        Ok(Self {
            from: time("from")?,
            to: time("to")?,
            reason: reason.ok_or(ParseError::Key { key: "reason", expected })?.to_owned(),
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
            .filter(|event| !event.is_empty())
            .ok_or(ParseError::Key { key: "event", expected: "the name of an event" })?;
        Ok(Self {
            event: LifecycleEvent::from_wire(event),
            subscription_id: object.text("subscription_id").map(str::to_owned),
            received_at: object.time("received_at").ok_or(ParseError::Key {
                key: "received_at",
                expected: "a time such as 2026-11-23T12:00:00Z",
            })?,
            subscription_expires_at: object.time("subscription_expires_at"),
        })
    }
}

impl Reason {
    /// The reason as it stands in a message.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Notification => "notification",
            Self::Reconciliation => "reconciliation",
            Self::Backfill => "backfill",
            Self::Other(other) => other,
        }
    }

    fn from_wire(text: &str) -> Self {
        match text {
            "notification" => Self::Notification,
            "reconciliation" => Self::Reconciliation,
            "backfill" => Self::Backfill,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl LifecycleEvent {
    /// The event as Graph names it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::ReauthorizationRequired => "reauthorizationRequired",
            Self::SubscriptionRemoved => "subscriptionRemoved",
            Self::Missed => "missed",
            Self::Other(other) => other,
        }
    }

    /// The event that Graph names so. Capitals do not matter: Graph's own spelling varies elsewhere.
    pub fn from_wire(text: &str) -> Self {
        [Self::ReauthorizationRequired, Self::SubscriptionRemoved, Self::Missed]
            .into_iter()
            .find(|event| event.as_str().eq_ignore_ascii_case(text))
            .unwrap_or_else(|| Self::Other(text.to_owned()))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for LifecycleEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for LifecycleEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

fn serialize(message: &impl Serialize) -> String {
    serde_json::to_string(message).expect("strings and times always serialize")
}

/// A JSON object read key by key: serde's own messages quote the values that they dislike, and a
/// derived struct refuses a repeated key.
struct Object(serde_json::Map<String, Value>);

impl Object {
    fn parse(body: &str) -> Result<Self, ParseError> {
        match serde_json::from_str(body) {
            Ok(Value::Object(object)) => Ok(Self(object)),
            _ => Err(ParseError::NotAnObject),
        }
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.as_str()
    }

    fn integer(&self, key: &str) -> Option<i64> {
        self.0.get(key)?.as_i64()
    }

    fn time(&self, key: &str) -> Option<Timestamp> {
        self.text(key)?.parse().ok()
    }
}

#[cfg(test)]
mod tests;
