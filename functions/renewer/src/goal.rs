//! What a run has to reach, and what Graph said that led to it.

use call_queue::{LifecycleEvent, LifecycleMessage};

/// What is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Exactly one healthy subscription, unless the stack was deleted: what the schedule, an event or an
    /// operator asks for.
    #[default]
    Maintain,
    /// Exactly one healthy subscription: the stack is deployed.
    Subscribe,
    /// No subscription of ours, now and later: the stack is being deleted.
    Unsubscribe,
}

/// What a run is begun with.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunInput {
    pub(crate) goal: Goal,
    /// What Graph said.
    pub(crate) messages: Vec<LifecycleMessage>,
}

impl RunInput {
    /// The ids that Graph asks to be reauthorized. In a batch it may ask many times for one.
    pub(crate) fn reauthorize(&self) -> Vec<String> {
        let mut ids: Vec<String> = self
            .messages
            .iter()
            .filter(|message| message.event == LifecycleEvent::ReauthorizationRequired)
            .filter_map(|message| message.subscription_id.clone())
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_of_requests_to_reauthorize_is_one_per_subscription() {
        let message = |event, id: Option<&str>| LifecycleMessage {
            event,
            subscription_id: id.map(str::to_owned),
            received_at: "2026-11-23T12:00:00Z".parse().unwrap(),
            subscription_expires_at: None,
        };
        let ask = |id| message(LifecycleEvent::ReauthorizationRequired, id);
        let messages = vec![
            ask(Some("b")),
            message(LifecycleEvent::Missed, Some("c")),
            ask(Some("a")),
            ask(None),
            ask(Some("b")),
        ];
        assert_eq!(RunInput { messages, ..RunInput::default() }.reauthorize(), ["a", "b"]);
    }
}
