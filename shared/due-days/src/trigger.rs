//! What the function is called for.

use jiff::civil::Date;
use serde_json::Value;

/// Which days are to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Those that are due.
    Due,
    /// Those that are due, and all of these that have calls, whatever is known of them.
    Days {
        /// From this UTC day …
        from: Date,
        /// … to this, both included.
        to: Date,
    },
}

/// The event is of no known kind: its sender has to send another.
#[derive(Debug, thiserror::Error)]
#[error(
    "the event is not one of those that the function knows: a schedule's, {{\"action\": \"check\"}}, or \
     days such as {{\"from\": \"2026-11-01\", \"to\": \"2026-11-23\"}}, the last not before the first"
)]
pub struct UnknownEvent;

impl Trigger {
    /// Parses an event by the keys that only one kind has.
    ///
    /// # Errors
    ///
    /// [`UnknownEvent`] for an event of no known kind.
    pub fn parse(event: Value) -> Result<Self, UnknownEvent> {
        if event.get("from").is_some() || event.get("to").is_some() {
            let day = |key: &str| event[key].as_str()?.parse::<Date>().ok();
            return match (day("from"), day("to")) {
                (Some(from), Some(to)) if from <= to => Ok(Self::Days { from, to }),
                _ => Err(UnknownEvent),
            };
        }
        match lambda_kit::Event::parse(event) {
            lambda_kit::Event::Action(action) if action == "check" => Ok(Self::Due),
            lambda_kit::Event::Schedule(_) => Ok(Self::Due),
            lambda_kit::Event::Action(_)
            | lambda_kit::Event::Batch(_)
            | lambda_kit::Event::Other(_) => Err(UnknownEvent),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case::a_schedule(json!({"schedule": "due"}), Trigger::Due)]
    #[case::by_hand(json!({"action": "check"}), Trigger::Due)]
    #[case::days(
        json!({"from": "2026-11-01", "to": "2026-11-02"}),
        Trigger::Days { from: date(2026, 11, 1), to: date(2026, 11, 2) }
    )]
    fn an_event_says_which_days(#[case] event: Value, #[case] trigger: Trigger) {
        assert_eq!(Trigger::parse(event).unwrap(), trigger);
    }

    #[rstest]
    #[case(json!({"from": "2026-11-02", "to": "2026-11-01"}))]
    #[case(json!({"from": "2026-11-02"}))]
    #[case(json!({"action": "other"}))]
    #[case(json!("check"))]
    fn another_event_is_refused(#[case] event: Value) {
        assert!(Trigger::parse(event).is_err());
    }
}
