//! One queue: which message is visible, delayed or in flight at a moment.
//!
//! Times are milliseconds of the stand-ins' clock. Nothing happens by itself: [`Queue::settle`]
//! brings the queue to a moment, and every access begins there.

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap, VecDeque};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::message::Content;
use super::refusal::Refusal;
use super::settings::Settings;

/// The longest that a message stays in flight, counted from its receipt.
pub(super) const VISIBILITY_LIMIT: i64 = 12 * 3600;

/// The most messages in flight in a standard queue.
pub(super) const IN_FLIGHT_LIMIT: usize = 120_000;

#[derive(Debug)]
pub(super) struct Queue {
    pub(super) id: Uuid,
    pub(super) settings: Settings,
    pub(super) created: i64,
    pub(super) modified: i64,
    pub(super) purged: Option<i64>,
    messages: HashMap<u64, Message>,
    next: u64,
    /// Visible messages with the turn at which they became so; a stale turn is passed over.
    visible: VecDeque<(u64, u64)>,
    /// Delayed and in flight, by the moment that ends it.
    hidden: BTreeSet<(i64, u64)>,
    by_age: BTreeSet<(i64, u64)>,
    counts: Counts,
}

/// How many messages a queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Can be received now.
    pub visible: usize,
    /// Received and not yet deleted; hidden until their visibility time-out.
    pub in_flight: usize,
    /// Sent with a delay that still runs.
    pub delayed: usize,
}

impl Counts {
    #[must_use]
    pub fn total(self) -> usize {
        self.visible + self.in_flight + self.delayed
    }
}

#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) id: Uuid,
    pub(super) content: Content,
    pub(super) sent: i64,
    pub(super) receives: u32,
    pub(super) first_received: Option<i64>,
    /// The queue from which it came to the dead letters.
    pub(super) source_arn: Option<String>,
    last_received: i64,
    receipt: u64,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Visible { turn: u64 },
    Delayed { until: i64 },
    InFlight { until: i64 },
}

/// A message as one receive shows it.
pub(super) struct Delivery {
    pub(super) message: Message,
    pub(super) receipt_handle: String,
}

/// How a receive chooses; the default is the order of becoming visible, each message once.
pub(super) struct Choice<'a> {
    pub(super) random: &'a mut fastrand::Rng,
    pub(super) shuffle: bool,
    /// The share of deliveries that leave the message visible, as a lost write of SQS's does.
    pub(super) duplicates: f64,
}

impl Message {
    pub(super) fn new(content: Content, sent: i64) -> Self {
        Self {
            id: Uuid::new_v4(),
            content,
            sent,
            receives: 0,
            first_received: None,
            source_arn: None,
            last_received: 0,
            receipt: 0,
            state: State::Visible { turn: 0 },
        }
    }
}

impl Queue {
    pub(super) fn new(settings: Settings, now: i64) -> Self {
        Self {
            id: Uuid::new_v4(),
            settings,
            created: now,
            modified: now,
            purged: None,
            messages: HashMap::new(),
            next: 0,
            visible: VecDeque::new(),
            hidden: BTreeSet::new(),
            by_age: BTreeSet::new(),
            counts: Counts::default(),
        }
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// The next moment at which a message becomes visible.
    pub(super) fn next_visible(&self) -> Option<i64> {
        self.hidden.first().map(|(until, _)| *until)
    }

    pub(super) fn messages(&self) -> impl Iterator<Item = &Message> {
        self.by_age.iter().filter_map(|(_, key)| self.messages.get(key))
    }

    /// Ends delays and visibility time-outs that are over, and drops what is older than retention.
    pub(super) fn settle(&mut self, now: i64) {
        while let Some(&(until, key)) = self.hidden.first() {
            if until > now {
                break;
            }
            self.show(key);
        }
        while let Some(&(sent, key)) = self.by_age.first() {
            if sent + self.settings.retention * 1000 > now {
                break;
            }
            self.remove(key);
        }
    }

    /// Puts a message in, hidden for `delay` seconds.
    pub(super) fn put(&mut self, message: Message, delay: i64, now: i64) {
        let key = self.next;
        self.next += 1;
        self.by_age.insert((message.sent, key));
        let until = now + delay * 1000;
        let state = State::Delayed { until };
        self.hidden.insert((until, key));
        self.counts.delayed += 1;
        self.messages.insert(key, Message { state, receipt: 0, ..message });
        if delay == 0 {
            self.show(key);
        }
    }

    /// Takes up to `most` messages into flight for `visibility` seconds. A message that `limit`
    /// receives did not end is put into `dead` instead.
    pub(super) fn receive(
        &mut self,
        most: usize,
        visibility: i64,
        limit: Option<u32>,
        now: i64,
        choice: &mut Choice<'_>,
        dead: &mut Vec<Message>,
    ) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        let mut twice = Vec::new();
        while deliveries.len() < most && self.counts.in_flight < IN_FLIGHT_LIMIT {
            if choice.shuffle && !self.visible.is_empty() {
                let place = choice.random.usize(..self.visible.len());
                self.visible.swap(0, place);
            }
            let Some((key, turn)) = self.visible.pop_front() else {
                break;
            };
            let Some(message) = self.messages.get_mut(&key) else {
                continue;
            };
            if message.state != (State::Visible { turn }) {
                continue;
            }
            if limit.is_some_and(|limit| message.receives >= limit) {
                dead.extend(self.remove(key));
                continue;
            }
            message.receives += 1;
            message.first_received.get_or_insert(now);
            message.last_received = now;
            self.next += 1;
            message.receipt = self.next;
            let handle = format!("{}/{key}/{}", self.id, message.receipt);
            let receipt_handle = URL_SAFE_NO_PAD.encode(handle);
            deliveries.push(Delivery { message: message.clone(), receipt_handle });
            if choice.duplicates > 0.0 && choice.random.f64() < choice.duplicates {
                twice.push((key, turn));
            } else {
                self.hide(key, now + visibility * 1000);
            }
        }
        // Not within the same answer: one receive never shows a message twice.
        self.visible.extend(twice);
        if visibility == 0 {
            self.settle(now);
        }
        deliveries
    }

    /// Takes a visible message out for good, for a move to another queue.
    pub(super) fn take(&mut self) -> Option<Message> {
        while let Some((key, turn)) = self.visible.pop_front() {
            if self.messages.get(&key).is_some_and(|m| m.state == (State::Visible { turn })) {
                return self.remove(key);
            }
        }
        None
    }

    /// Deletes by receipt handle. A handle that is not the last one given for its message, and one
    /// whose message is gone, succeed without effect, as documented for standard queues.
    pub(super) fn delete(&mut self, handle: &str) -> Result<(), Refusal> {
        let (key, receipt) = self.receipt(handle)?;
        if self.messages.get(&key).is_some_and(|message| message.receipt == receipt) {
            self.remove(key);
        }
        Ok(())
    }

    /// Ends the flight of a message `seconds` from now.
    pub(super) fn change_visibility(
        &mut self,
        handle: &str,
        seconds: i64,
        now: i64,
    ) -> Result<(), Refusal> {
        let (key, receipt) = self.receipt(handle)?;
        let message = self.messages.get(&key).filter(|message| {
            message.receipt == receipt && matches!(message.state, State::InFlight { .. })
        });
        let Some(message) = message else {
            return Err(Refusal::message_not_in_flight(
                "The specified message isn't in flight: it is deleted, visible again, or was received anew.",
            ));
        };
        let until = now + seconds * 1000;
        if until > message.last_received + VISIBILITY_LIMIT * 1000 {
            return Err(Refusal::value(
                seconds,
                "VisibilityTimeout",
                "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]",
            ));
        }
        self.hide(key, until);
        self.settle(now);
        Ok(())
    }

    pub(super) fn purge(&mut self) {
        self.messages.clear();
        self.visible.clear();
        self.hidden.clear();
        self.by_age.clear();
        self.counts = Counts::default();
    }

    fn receipt(&self, handle: &str) -> Result<(u64, u64), Refusal> {
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(handle).ok()?).ok()?;
            let (queue, rest) = text.split_once('/')?;
            let (key, receipt) = rest.split_once('/')?;
            let own = queue == self.id.to_string();
            own.then_some((key.parse().ok()?, receipt.parse().ok()?))
        };
        read().ok_or_else(|| {
            Refusal::receipt_handle_invalid(format!(
                "The input receipt handle \"{handle}\" is not a valid receipt handle."
            ))
        })
    }

    fn leave_state(&mut self, key: u64, state: State) {
        match state {
            State::Visible { .. } => self.counts.visible -= 1,
            State::Delayed { until } => {
                self.counts.delayed -= 1;
                self.hidden.remove(&(until, key));
            }
            State::InFlight { until } => {
                self.counts.in_flight -= 1;
                self.hidden.remove(&(until, key));
            }
        }
    }

    fn show(&mut self, key: u64) {
        self.next += 1;
        let turn = self.next;
        let Some(message) = self.messages.get_mut(&key) else {
            return;
        };
        let left = std::mem::replace(&mut message.state, State::Visible { turn });
        self.leave_state(key, left);
        self.visible.push_back((key, turn));
        self.counts.visible += 1;
    }

    fn hide(&mut self, key: u64, until: i64) {
        let Some(message) = self.messages.get_mut(&key) else {
            return;
        };
        let left = std::mem::replace(&mut message.state, State::InFlight { until });
        self.leave_state(key, left);
        self.hidden.insert((until, key));
        self.counts.in_flight += 1;
    }

    fn remove(&mut self, key: u64) -> Option<Message> {
        let message = self.messages.remove(&key)?;
        self.leave_state(key, message.state);
        self.by_age.remove(&(message.sent, key));
        Some(message)
    }
}
