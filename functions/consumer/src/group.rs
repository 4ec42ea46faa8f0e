//! The messages of one batch, grouped by call: one fetch serves all messages of a call.

use std::time::Duration;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use call_queue::{CallMessage, ParseError, Reason};
use jiff::Timestamp;

use crate::disposition::Delivery;

/// The messages of one batch for the same call.
pub(crate) struct CallGroup {
    pub(crate) call_id: String,
    pub(crate) messages: Vec<CallRequest>,
    /// Whether nothing but notifications names the call: no list of Graph did, and no operator.
    pub(crate) only_notified: bool,
}

/// A message, with the version that it requires.
pub(crate) struct CallRequest {
    pub(crate) message: SqsMessage,
    required_version: Option<i64>,
}

impl CallGroup {
    /// SQS's ids of the messages.
    pub(crate) fn message_ids(&self) -> Vec<String> {
        let id = |request: &CallRequest| request.message.message_id.clone().unwrap_or_default();
        self.messages.iter().map(id).collect()
    }

    pub(crate) fn deliveries(&self, now: Timestamp) -> Vec<Delivery> {
        let delivery = |request: &CallRequest| Delivery {
            required_version: request.required_version,
            ..delivery(&request.message, now)
        };
        self.messages.iter().map(delivery).collect()
    }
}

/// Groups the messages by call. Messages that cannot be decoded come back with the reason.
pub(crate) fn group(event: SqsEvent) -> (Vec<CallGroup>, Vec<(SqsMessage, ParseError)>) {
    let mut groups: Vec<CallGroup> = Vec::new();
    let mut undecodable = Vec::new();
    for message in event.records {
        match CallMessage::parse(message.body.as_deref().unwrap_or_default()) {
            Ok(CallMessage { call_id, reason, version: required_version, .. }) => {
                let notified = reason == Reason::Notification;
                let request = CallRequest { message, required_version };
                match groups.iter_mut().find(|group| group.call_id == call_id) {
                    Some(group) => {
                        group.messages.push(request);
                        group.only_notified &= notified;
                    }
                    None => groups.push(CallGroup {
                        call_id,
                        messages: vec![request],
                        only_notified: notified,
                    }),
                }
            }
            Err(error) => undecodable.push((message, error)),
        }
    }
    (groups, undecodable)
}

/// What SQS says about a message. A missing attribute counts as a first delivery of a new message:
/// the error is then to retry too often, and not to dead-letter too early.
pub(crate) fn delivery(message: &SqsMessage, now: Timestamp) -> Delivery {
    let attribute = |name: &str| message.attributes.get(name)?.parse::<i64>().ok();
    let sent_ms = attribute("SentTimestamp").unwrap_or_else(|| now.as_millisecond());
    let receive_count = attribute("ApproximateReceiveCount").unwrap_or(1);
    Delivery {
        receive_count: u32::try_from(receive_count).unwrap_or(u32::MAX),
        age: Duration::from_millis(
            u64::try_from(now.as_millisecond().saturating_sub(sent_ms)).unwrap_or(0),
        ),
        required_version: None,
    }
}
