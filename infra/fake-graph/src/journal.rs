//! What the service has seen and done, for assertions.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use jiff::Timestamp;

#[derive(Clone, Debug)]
pub struct Request {
    /// When it came, by the service's clock.
    pub at: Timestamp,
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query, without the question mark.
    pub query: String,
    /// Whether it carried a bearer token that the service issued.
    pub had_token: bool,
    /// Which one, counted from 1 in the order of issue: it tells clients apart that log in by
    /// themselves.
    pub token: Option<u64>,
    /// When the answer was ready, by the service's clock.
    pub answered_at: Timestamp,
    /// The wait that the answer asked for, when it was in seconds.
    pub retry_after: Option<Duration>,
    /// The status of the answer; 0 when the connection was reset instead.
    pub status: u16,
}

/// A use of the service that works but is documented as forbidden.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// One subscription was renewed and reauthorized within ten minutes.
    RenewedAndReauthorized { subscription_id: String },
}

/// Counts since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Requests of every kind, those of the control paths excepted.
    pub requests: u64,
    /// Answers by status; 0 are resets.
    pub answers: BTreeMap<u16, u64>,
    pub tokens: u64,
    /// The most requests under `/v1.0` that were open at once.
    pub most_at_once: usize,
    /// Handshakes asked of notification endpoints.
    pub handshakes: u64,
    /// Notifications that were due: one per subscription and change, random faults not applied.
    pub notifications: u64,
    /// Notifications that a fault dropped before sending.
    pub dropped: u64,
    /// Notifications that a fault sent once more.
    pub duplicated: u64,
    /// Notifications that a fault held back.
    pub held_back: u64,
    /// Lifecycle notifications that were due.
    pub lifecycle_notifications: u64,
    /// Bodies sent, every attempt counted.
    pub deliveries: u64,
    /// Bodies answered 2xx.
    pub delivered: u64,
    /// Attempts that were refused, failed or timed out.
    pub refused: u64,
    /// Answers that took longer than [`Delivery::timeout`](crate::Delivery::timeout), 3 s.
    pub slow: u64,
    /// Answers that took longer than [`Delivery::retry_timeout`](crate::Delivery::retry_timeout), 10 s.
    pub very_slow: u64,
    /// Bodies that were given up after four hours of retries.
    pub given_up: u64,
    /// Notifications lost because the endpoint was too slow too often.
    pub lost_to_slowness: u64,
}

impl Counters {
    /// Answers with 429.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.answers.get(&429).copied().unwrap_or_default()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    pub(crate) requests: Vec<Request>,
    pub(crate) violations: Vec<Violation>,
    pub(crate) counters: Counters,
    open: usize,
}

impl Journal {
    pub(crate) fn open(&mut self) {
        self.open += 1;
        self.counters.most_at_once = self.counters.most_at_once.max(self.open);
    }

    pub(crate) fn close(&mut self) {
        self.open = self.open.saturating_sub(1);
    }

    pub(crate) fn record(&mut self, request: Request) {
        self.counters.requests += 1;
        *self.counters.answers.entry(request.status).or_default() += 1;
        self.requests.push(request);
    }
}
