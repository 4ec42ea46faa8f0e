//! What the function is called for.

use aws_lambda_events::sqs::SqsEvent;
use call_queue::{LifecycleMessage, ParseError};
use serde_json::Value;

use crate::stack::StackRequest;

/// One invocation's event.
#[derive(Debug)]
pub(crate) enum Event {
    /// The schedule: see whether the subscription is right, mend it if not.
    Schedule,
    /// The same by hand; the answer says what was found and done, and never fails.
    Check,
    /// What Graph said about the subscription, in a batch from the lifecycle queue.
    Lifecycle(Vec<BatchMessage>),
    /// The stack is deployed, changed or deleted.
    Stack(StackRequest),
}

/// One message of a lifecycle batch.
#[derive(Debug)]
pub(crate) struct BatchMessage {
    /// How a partial batch response names it.
    pub(crate) message_id: String,
    /// What it says.
    pub(crate) content: Result<LifecycleMessage, ParseError>,
}

/// The event is of no known kind: whoever sent it must send another.
#[derive(Debug, thiserror::Error)]
#[error(
    "the event is not one of those that the renewer knows: the schedule's, a batch of the \
     lifecycle queue, a stack's custom resource request, or {{\"action\": \"check\"}}"
)]
pub struct UnknownEvent;

impl Event {
    /// Tells the kinds of event apart by the keys that only one of them has.
    ///
    /// # Errors
    ///
    /// [`UnknownEvent`] when it is none of them.
    pub(crate) fn parse(event: Value) -> Result<Self, UnknownEvent> {
        let has = |key: &str| event.get(key).is_some();
        if has("RequestType") {
            let request = serde_json::from_value(event).map_err(|_| UnknownEvent)?;
            return Ok(Self::Stack(request));
        }
        if has("Records") {
            let batch: SqsEvent = serde_json::from_value(event).map_err(|_| UnknownEvent)?;
            return Ok(Self::Lifecycle(batch.records.into_iter().map(entry).collect()));
        }
        if let Some(action) = event.get("action") {
            return if action == "check" { Ok(Self::Check) } else { Err(UnknownEvent) };
        }
        // A schedule without an input of its own says `detail-type` among other things.
        let empty = event.as_object().is_some_and(serde_json::Map::is_empty);
        if empty || has("schedule") || has("detail-type") {
            return Ok(Self::Schedule);
        }
        Err(UnknownEvent)
    }
}

fn entry(message: aws_lambda_events::sqs::SqsMessage) -> BatchMessage {
    BatchMessage {
        message_id: message.message_id.unwrap_or_default(),
        content: LifecycleMessage::parse(message.body.as_deref().unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn batch(bodies: &[&str]) -> Value {
        let records: Vec<Value> = bodies
            .iter()
            .enumerate()
            .map(|(n, body)| json!({"messageId": format!("m{n}"), "body": body}))
            .collect();
        json!({"Records": records})
    }

    #[rstest]
    #[case::without_input(json!({}), "Schedule")]
    #[case::with_our_input(json!({"schedule": "hourly"}), "Schedule")]
    #[case::with_the_services_own_input(
        json!({"version": "0", "source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"}),
        "Schedule"
    )]
    #[case::by_hand(json!({"action": "check"}), "Check")]
    #[case::a_batch(batch(&["{}"]), "Lifecycle")]
    #[case::an_empty_batch(batch(&[]), "Lifecycle")]
    #[case::a_stack(
        json!({"RequestType": "Create", "ResponseURL": "https://s3.example/put?sig=x",
            "StackId": "s", "RequestId": "r", "LogicalResourceId": "Subscription",
            "ResourceType": "Custom::Subscription", "ResourceProperties": {"ServiceToken": "t"}}),
        "Stack"
    )]
    fn an_event_is_known_by_its_keys(#[case] event: Value, #[case] kind: &str) {
        let event = format!("{:?}", Event::parse(event).unwrap());
        assert!(event.starts_with(kind), "{event}");
    }

    #[rstest]
    #[case::another_action(json!({"action": "delete"}))]
    #[case::another_object(json!({"hello": 1}))]
    #[case::no_object(json!("check"))]
    #[case::nothing(Value::Null)]
    #[case::a_stack_without_an_address(json!({"RequestType": "Create"}))]
    fn an_event_of_no_known_kind_is_refused(#[case] event: Value) {
        let error = Event::parse(event).unwrap_err();
        assert!(error.to_string().contains(r#"{"action": "check"}"#));
    }

    #[test]
    fn a_batch_keeps_what_cannot_be_read_beside_what_can() {
        let missed = json!({"event": "missed", "received_at": "2026-11-23T12:00:00Z"}).to_string();
        let event = batch(&[&missed, "no json", "{}"]);
        let Ok(Event::Lifecycle(batch)) = Event::parse(event) else { panic!("not a batch") };
        let readable: Vec<bool> = batch.iter().map(|entry| entry.content.is_ok()).collect();
        assert_eq!(readable, [true, false, false]);
        assert_eq!(batch[1].message_id, "m1");
    }
}
