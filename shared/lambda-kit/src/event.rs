//! What an invocation's event is, for functions that are invoked by more than one source.

use aws_lambda_events::sqs::SqsEvent;
use serde_json::Value;

/// An event by its source.
#[derive(Debug)]
pub enum Event {
    /// A batch of messages from a queue.
    Batch(SqsEvent),
    /// A schedule: `{"schedule": name}`, `{}`, or EventBridge Scheduler's own event, which has no
    /// name.
    Schedule(Option<String>),
    /// `{"action": name}`, by hand.
    Action(String),
    /// None of these, as it came.
    Other(Value),
}

impl Event {
    /// Parses an event by the keys that only one source has.
    pub fn parse(event: Value) -> Self {
        let text = |key: &str| event.get(key).and_then(Value::as_str).map(str::to_owned);
        if event.get("Records").is_some() {
            return serde_json::from_value(event.clone()).map_or(Self::Other(event), Self::Batch);
        }
        if let Some(action) = text("action") {
            return Self::Action(action);
        }
        let empty = event.as_object().is_some_and(serde_json::Map::is_empty);
        // A schedule without an input of its own has `detail-type` among other keys.
        if empty || event.get("schedule").is_some() || event.get("detail-type").is_some() {
            return Self::Schedule(text("schedule"));
        }
        Self::Other(event)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case::no_input(json!({}), "Schedule(None)")]
    #[case::an_input_of_ours(json!({"schedule": "hourly"}), "Schedule(Some(\"hourly\"))")]
    #[case::the_services_own_input(
        json!({"version": "0", "source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"}),
        "Schedule(None)"
    )]
    #[case::by_hand(json!({"action": "check"}), "Action(\"check\")")]
    #[case::a_batch(json!({"Records": [{"messageId": "m", "body": "no json"}]}), "Batch(")]
    #[case::an_empty_batch(json!({"Records": []}), "Batch(")]
    #[case::an_unreadable_batch(json!({"Records": 1}), "Other(")]
    #[case::another_object(json!({"hello": 1}), "Other(")]
    #[case::no_object(json!("check"), "Other(")]
    #[case::nothing(Value::Null, "Other(")]
    fn an_event_is_known_by_its_keys(#[case] event: Value, #[case] kind: &str) {
        let event = format!("{:?}", Event::parse(event));
        assert!(event.starts_with(kind), "{event}");
    }
}
