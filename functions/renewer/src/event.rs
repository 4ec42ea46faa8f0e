//! What the function is called for.

use call_queue::LifecycleMessage;
use lambda_kit::Batch;
use serde_json::Value;

use crate::stack::StackRequest;

/// One invocation's event.
#[derive(Debug)]
pub(crate) enum Event {
    /// The schedule: check the subscription and repair it.
    Schedule,
    /// The same by hand: the answer has the outcome, and an unhealthy one is no error.
    Check,
    /// Lifecycle events of the subscription, in a batch from their queue.
    Lifecycle(Batch<LifecycleMessage>),
    /// The stack is deployed, changed or deleted.
    Stack(StackRequest),
}

/// The event is of no known kind: its sender has to send another.
#[derive(Debug, thiserror::Error)]
#[error(
    "the event is not one of those that the renewer knows: the schedule's, a batch of the \
     lifecycle queue, a stack's custom resource request, or {{\"action\": \"check\"}}"
)]
pub struct UnknownEvent;

impl Event {
    /// Parses an event by the keys that only one kind has.
    pub(crate) fn parse(event: Value) -> Result<Self, UnknownEvent> {
        match lambda_kit::Event::parse(event) {
            lambda_kit::Event::Batch(batch) => {
                Ok(Self::Lifecycle(Batch::decode(batch, LifecycleMessage::parse)))
            }
            lambda_kit::Event::Action(action) if action == "check" => Ok(Self::Check),
            lambda_kit::Event::Schedule(_) => Ok(Self::Schedule),
            lambda_kit::Event::Other(event) if event.get("RequestType").is_some() => {
                serde_json::from_value(event).map(Self::Stack).map_err(|_| UnknownEvent)
            }
            lambda_kit::Event::Action(_) | lambda_kit::Event::Other(_) => Err(UnknownEvent),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case::without_input(json!({}), "Schedule")]
    #[case::with_our_input(json!({"schedule": "hourly"}), "Schedule")]
    #[case::by_hand(json!({"action": "check"}), "Check")]
    #[case::a_batch(json!({"Records": [{"messageId": "m", "body": "{}"}]}), "Lifecycle")]
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
}
