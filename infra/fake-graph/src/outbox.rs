//! The outbox of notifications, and the rules of their delivery.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

/// How notifications are delivered. The documented values are the defaults.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delivery {
    /// How long an endpoint may take to answer the first attempt: 3 s, in real time.
    pub timeout: Duration,
    /// How long it may take to answer a retry: 10 s, in real time.
    pub retry_timeout: Duration,
    /// How long it may take to answer the handshake: 10 s, in real time.
    pub handshake_timeout: Duration,
    /// The wait before the first retry; it doubles with every further one. Not documented; 5 s.
    pub first_wait: Duration,
    /// The longest wait between retries. Not documented; 10 min.
    pub longest_wait: Duration,
    /// How long a notification is retried: 4 h.
    pub give_up_after: Duration,
    /// Factor on the waits and on the time to give up, so that a test need not sit through them.
    pub time_scale: f64,
    /// The most notifications in one body. No limit is documented.
    pub largest_batch: usize,
    /// How long a notification waits for others to share its body.
    pub gather_for: Duration,
    /// How many bodies are under way at once.
    pub at_once: usize,
    /// Whether an endpoint that answers slowly too often has its notifications delayed and dropped
    /// as documented. Off by default: a test with ten notifications is no sample.
    pub punishes_slowness: bool,
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(3),
            retry_timeout: Duration::from_secs(10),
            handshake_timeout: Duration::from_secs(10),
            first_wait: Duration::from_secs(5),
            longest_wait: Duration::from_mins(10),
            give_up_after: Duration::from_hours(4),
            time_scale: 1.0,
            largest_batch: 10,
            gather_for: Duration::ZERO,
            at_once: 32,
            punishes_slowness: false,
        }
    }
}

impl Delivery {
    /// The wait before retry number `retry`, counted from 1.
    pub(crate) fn wait(&self, retry: u32) -> Duration {
        let doubled = self.first_wait.saturating_mul(2_u32.saturating_pow(retry.saturating_sub(1)));
        doubled.min(self.longest_wait).mul_f64(self.time_scale)
    }
}

/// Notifications for one endpoint that travel in one body.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    pub(crate) url: String,
    pub(crate) notifications: Vec<Value>,
    pub(crate) attempts: u32,
    pub(crate) first_sent_at: Option<Timestamp>,
}

impl Parcel {
    pub(crate) fn new(url: String, notification: Value) -> Self {
        Self { url, notifications: vec![notification], attempts: 0, first_sent_at: None }
    }
}

/// What is to be delivered, by the time that it is due.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: BTreeMap<(Timestamp, u64), Parcel>,
    pub(crate) in_flight: usize,
    numbered: u64,
}

impl Outbox {
    pub(crate) fn put(&mut self, due: Timestamp, parcel: Parcel) {
        self.numbered += 1;
        self.waiting.insert((due, self.numbered), parcel);
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len() + self.in_flight
    }

    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.waiting.keys().next().map(|(due, _)| *due)
    }

    /// The next parcel that is due, together with others of the same endpoint up to the batch size.
    /// A retry travels as it was.
    pub(crate) fn take(&mut self, now: Timestamp, rules: &Delivery) -> Option<Parcel> {
        if self.in_flight >= rules.at_once.max(1) {
            return None;
        }
        let first = *self.waiting.keys().next().filter(|(due, _)| *due <= now)?;
        let mut parcel = self.waiting.remove(&first)?;
        if parcel.attempts == 0 {
            let room = rules.largest_batch.max(1) - 1;
            let companions: Vec<_> = self
                .waiting
                .range(..=(now, u64::MAX))
                .filter(|(_, other)| other.attempts == 0 && other.url == parcel.url)
                .map(|(key, _)| *key)
                .take(room)
                .collect();
            for key in companions {
                parcel.notifications.extend(self.waiting.remove(&key)?.notifications);
            }
        }
        self.in_flight += 1;
        Some(parcel)
    }
}
