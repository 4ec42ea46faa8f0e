//! The outbox of notifications and their delivery with retries.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::clock::later;
use crate::handshake;
use crate::health::Pace;
use crate::service::Service;

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
            handshake_timeout: handshake::TIMEOUT,
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
    fn wait(&self, retry: u32) -> Duration {
        let doubled = self.first_wait.saturating_mul(2_u32.saturating_pow(retry.saturating_sub(1)));
        doubled.min(self.longest_wait).mul_f64(self.time_scale)
    }
}

/// Notifications for one endpoint that travel in one body.
#[derive(Clone, Debug)]
pub(crate) struct Parcel {
    url: String,
    notifications: Vec<Value>,
    attempts: u32,
    first_sent_at: Option<Timestamp>,
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
    under_way: usize,
    numbered: u64,
}

impl Outbox {
    pub(crate) fn put(&mut self, due: Timestamp, parcel: Parcel) {
        self.numbered += 1;
        self.waiting.insert((due, self.numbered), parcel);
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting.len() + self.under_way
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.waiting.keys().next().map(|(due, _)| *due)
    }

    /// The next parcel that is due, together with others of the same endpoint up to the batch size.
    /// A retry travels as it was.
    fn take(&mut self, now: Timestamp, rules: &Delivery) -> Option<Parcel> {
        if self.under_way >= rules.at_once.max(1) {
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
        self.under_way += 1;
        Some(parcel)
    }
}

impl Service {
    /// Delivers for as long as the service runs.
    pub(crate) async fn deliver(self: Arc<Self>) {
        loop {
            let filled = self.outbox_filled.notified();
            let now = self.now();
            self.keep_agenda(now);
            loop {
                let parcel = self.lock().outbox.take(now, &self.delivery);
                let Some(parcel) = parcel else { break };
                tokio::spawn(Arc::clone(&self).attempt(parcel));
            }
            let next = {
                let state = self.lock();
                // With every slot taken, the next parcel waits for an attempt to end.
                let is_full = state.outbox.under_way >= self.delivery.at_once.max(1);
                let due = state.outbox.next_due().filter(|_| !is_full);
                due.into_iter().chain(state.agenda.next_due()).min()
            };
            tokio::select! {
                () = filled => {}
                () = self.clock.wait_until(next.unwrap_or(Timestamp::MAX)), if next.is_some() => {}
            }
        }
    }

    async fn attempt(self: Arc<Self>, mut parcel: Parcel) {
        let is_retry = parcel.attempts > 0;
        let timeout = if is_retry { self.delivery.retry_timeout } else { self.delivery.timeout };
        let body = json!({ "value": parcel.notifications });
        let started = Instant::now();
        let sent = self.http.post(&parcel.url).timeout(timeout).json(&body).send().await;
        let took = started.elapsed();
        let delivered = sent.is_ok_and(|answer| answer.status().is_success());
        let now = self.now();
        parcel.attempts += 1;
        let first_sent_at = *parcel.first_sent_at.get_or_insert(now);
        {
            let mut state = self.lock();
            let state = &mut *state;
            state.outbox.under_way -= 1;
            let counters = &mut state.journal.counters;
            counters.deliveries += 1;
            let pace = match took {
                _ if took >= self.delivery.retry_timeout => Pace::VerySlow,
                _ if took >= self.delivery.timeout => Pace::Slow,
                _ => Pace::Good,
            };
            counters.slow += u64::from(pace >= Pace::Slow);
            counters.very_slow += u64::from(pace == Pace::VerySlow);
            state.health.record(&parcel.url, pace, now);
            if delivered {
                counters.delivered += 1;
            } else {
                counters.refused += 1;
                let again = later(now, self.delivery.wait(parcel.attempts));
                let patience = self.delivery.give_up_after.mul_f64(self.delivery.time_scale);
                if again > later(first_sent_at, patience) {
                    counters.given_up += 1;
                } else {
                    state.outbox.put(again, parcel);
                }
            }
        }
        self.outbox_filled.notify_one();
        self.outbox_moved.notify_waiters();
    }

    /// Waits until nothing is left to deliver; `false` when the bound passes first.
    pub(crate) async fn is_quiet_within(&self, bound: Duration) -> bool {
        let quiet = async {
            loop {
                let moved = self.outbox_moved.notified();
                if self.lock().outbox.len() == 0 {
                    return;
                }
                moved.await;
            }
        };
        tokio::time::timeout(bound, quiet).await.is_ok()
    }
}
