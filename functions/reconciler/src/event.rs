//! What the function is called for.

use call_queue::GapMessage;
use jiff::Timestamp;
use lambda_kit::Batch;
use serde_json::Value;

/// What is to be listed, beside what earlier runs have left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// What is due: the last hours, and now and then all that may have been published since the last
    /// claim; the very first time, all that Graph has.
    Due,
    /// All that Graph has: the last 30 days.
    Everything,
    /// The calls that began in a window, requested by an operator.
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
    /// By hand: the answer has the summary, and an incomplete run is no error.
    ByHand(Trigger),
    /// A batch of the reconciliation queue.
    Gaps(Batch<GapMessage>),
}

/// The event is of no known kind: its sender has to send another.
#[derive(Debug, thiserror::Error)]
#[error(
    "the event is not one of those that the reconciler knows: a schedule's, a batch of the \
     reconciliation queue, {{\"action\": \"check\"}}, or a window such as \
     {{\"from\": \"2026-11-01T00:00:00Z\", \"to\": \"2026-11-23T00:00:00Z\"}}, the end after the \
     beginning"
)]
pub struct UnknownEvent;

impl Event {
    /// Parses an event by the keys that only one kind has.
    pub(crate) fn parse(event: Value) -> Result<Self, UnknownEvent> {
        if event.get("from").is_some() || event.get("to").is_some() {
            let time = |key: &str| event[key].as_str()?.parse::<Timestamp>().ok();
            return match (time("from"), time("to")) {
                (Some(from), Some(to)) if from < to => {
                    Ok(Self::ByHand(Trigger::Window { from, to }))
                }
                _ => Err(UnknownEvent),
            };
        }
        match lambda_kit::Event::parse(event) {
            lambda_kit::Event::Batch(batch) => {
                Ok(Self::Gaps(Batch::decode(batch, GapMessage::parse)))
            }
            lambda_kit::Event::Action(action) if action == "check" => {
                Ok(Self::ByHand(Trigger::Due))
            }
            lambda_kit::Event::Schedule(name) => {
                let everything = name.is_some_and(|name| name == "everything");
                Ok(Self::Schedule(if everything { Trigger::Everything } else { Trigger::Due }))
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
    #[case::no_input(json!({}), "Schedule(Due")]
    #[case::the_quarter_hours(json!({"schedule": "due"}), "Schedule(Due")]
    #[case::the_nights(json!({"schedule": "everything"}), "Schedule(Everything")]
    #[case::by_hand(json!({"action": "check"}), "ByHand(Due")]
    #[case::a_window(
        json!({"from": "2026-11-01T00:00:00Z", "to": "2026-11-02T01:00:00+01:00"}),
        "ByHand(Window"
    )]
    #[case::a_batch(json!({"Records": [{"messageId": "m", "body": "no json"}]}), "Gaps(Batch")]
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
