//! What the function is called for.

use aws_lambda_events::sqs::SqsEvent;
use call_queue::{GapMessage, ParseError};
use jiff::Timestamp;
use serde_json::Value;

/// What is to be listed, beside what earlier runs have left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// What is due: the last hours, and now and then all that may have been published since the last
    /// claim; the very first time, all that Graph has.
    Due,
    /// All that Graph has: the last 30 days.
    Everything,
    /// The calls that began in a window, asked for by hand.
    Window {
        /// At this time or later …
        from: Timestamp,
        /// … and before this.
        to: Timestamp,
    },
    /// The calls whose notifications may have been lost.
    Gaps(Vec<GapMessage>),
    /// Nothing more.
    Nothing,
}

/// One invocation's event.
#[derive(Debug)]
pub(crate) enum Event {
    /// One of the two schedules.
    Schedule(Trigger),
    /// By hand: the answer tells what was found, and never fails.
    ByHand(Trigger),
    /// A batch of the reconciliation queue.
    Gaps(Vec<BatchMessage>),
}

/// One message of a batch.
#[derive(Debug)]
pub(crate) struct BatchMessage {
    /// How a partial batch response names it.
    pub(crate) message_id: String,
    /// What it says.
    pub(crate) content: Result<GapMessage, ParseError>,
}

/// The event is of no known kind: whoever sent it must send another.
#[derive(Debug, thiserror::Error)]
#[error(
    "the event is not one of those that the reconciler knows: a schedule's, a batch of the \
     reconciliation queue, {{\"action\": \"check\"}}, or a window such as \
     {{\"from\": \"2026-11-01T00:00:00Z\", \"to\": \"2026-11-23T00:00:00Z\"}}, the end after the \
     beginning"
)]
pub struct UnknownEvent;

impl Event {
    /// Tells the kinds of event apart by the keys that only one of them has.
    pub(crate) fn parse(event: Value) -> Result<Self, UnknownEvent> {
        let has = |key: &str| event.get(key).is_some();
        if has("Records") {
            let batch: SqsEvent = serde_json::from_value(event).map_err(|_| UnknownEvent)?;
            let message = |message: aws_lambda_events::sqs::SqsMessage| BatchMessage {
                message_id: message.message_id.unwrap_or_default(),
                content: GapMessage::parse(message.body.as_deref().unwrap_or_default()),
            };
            return Ok(Self::Gaps(batch.records.into_iter().map(message).collect()));
        }
        if has("from") || has("to") {
            let time = |key: &str| event[key].as_str()?.parse::<Timestamp>().ok();
            return match (time("from"), time("to")) {
                (Some(from), Some(to)) if from < to => {
                    Ok(Self::ByHand(Trigger::Window { from, to }))
                }
                _ => Err(UnknownEvent),
            };
        }
        if has("action") {
            let check = event["action"] == "check";
            return if check { Ok(Self::ByHand(Trigger::Due)) } else { Err(UnknownEvent) };
        }
        if event["schedule"] == "everything" {
            return Ok(Self::Schedule(Trigger::Everything));
        }
        // A schedule without an input of its own says `detail-type` among other things.
        let empty = event.as_object().is_some_and(serde_json::Map::is_empty);
        if empty || has("schedule") || has("detail-type") {
            return Ok(Self::Schedule(Trigger::Due));
        }
        Err(UnknownEvent)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case::no_input(json!({}), "Schedule(Due")]
    #[case::the_quarter_hours(json!({"schedule": "due"}), "Schedule(Due")]
    #[case::the_nights(json!({"schedule": "everything"}), "Schedule(Everything")]
    #[case::the_services_own(json!({"detail-type": "Scheduled Event"}), "Schedule(Due")]
    #[case::by_hand(json!({"action": "check"}), "ByHand(Due")]
    #[case::a_window(
        json!({"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T01:00:00+01:00"}),
        "ByHand(Window"
    )]
    #[case::a_batch(json!({"Records": [{"messageId": "m", "body": "no json"}]}), "Gaps([BatchMessage")]
    fn an_event_is_known_by_its_keys(#[case] event: Value, #[case] kind: &str) {
        let event = format!("{:?}", Event::parse(event).unwrap());
        assert!(event.starts_with(kind), "{event}");
    }

    #[rstest]
    #[case::another_action(json!({"action": "forget"}))]
    #[case::half_a_window(json!({"from": "2026-11-01T00:00:00Z"}))]
    #[case::a_window_backwards(json!({"from": "2026-11-02T00:00:00Z", "to": "2026-11-01T00:00:00Z"}))]
    #[case::a_window_of_days(json!({"from": "2026-11-01", "to": "2026-11-02"}))]
    #[case::another_object(json!({"hello": 1}))]
    #[case::no_object(json!("check"))]
    fn an_event_of_no_known_kind_is_refused_with_an_example(#[case] event: Value) {
        let error = Event::parse(event).unwrap_err();
        assert!(error.to_string().contains(r#"{"from": "2026-11-01T00:00:00Z""#));
    }
}
