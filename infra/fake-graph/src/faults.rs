//! Random faults, and faults that a test orders.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use http::{Method, StatusCode};

/// Random faults. All are off by default; a fraction is between 0 and 1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// Faults of answers to requests.
    pub answers: AnswerFaults,
    /// Faults of the change notifications.
    pub notifications: NotificationFaults,
}

/// Faults of answers to requests under `/v1.0`.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswerFaults {
    /// The fraction of call records that are not found at first.
    pub late_records: f64,
    /// How many reads of such a record find nothing.
    pub late_reads: u32,
    /// The fraction of requests answered 429 although no limit was passed.
    pub throttled: f64,
    /// The Retry-After of such a 429.
    pub throttled_for: Duration,
    /// The fraction of requests answered 500, 502, 503 or 504.
    pub unavailable: f64,
    /// The fraction of requests whose connection is reset instead of an answer.
    pub reset: f64,
    /// The fraction of requests that are answered late.
    pub slow: f64,
    /// How late.
    pub slow_by: Duration,
    /// The probability, at each read of a changed record, that a lagging replica answers: three
    /// reads then show the version before. It happens once per change, and only after the newest
    /// version was read twice (participants, sessions), so that a client that reads for every
    /// notification has had the newest version; one that crashes after reading may not.
    pub stale: f64,
}

impl Default for AnswerFaults {
    fn default() -> Self {
        Self {
            late_records: 0.0,
            late_reads: 1,
            throttled: 0.0,
            throttled_for: Duration::from_millis(500),
            unavailable: 0.0,
            reset: 0.0,
            slow: 0.0,
            slow_by: Duration::from_millis(500),
            stale: 0.0,
        }
    }
}

/// Faults of the change notifications. Lifecycle notifications are spared.
#[derive(Clone, Debug, PartialEq)]
pub struct NotificationFaults {
    /// The fraction of notifications that are sent twice.
    pub duplicated: f64,
    /// The fraction of notifications that are never sent.
    pub dropped: f64,
    /// The fraction of notifications that are held back, so that later ones overtake them.
    pub held_back: f64,
    /// The longest time that a notification is held back.
    pub held_back_for: Duration,
}

impl Default for NotificationFaults {
    fn default() -> Self {
        Self {
            duplicated: 0.0,
            dropped: 0.0,
            held_back: 0.0,
            held_back_for: Duration::from_secs(1),
        }
    }
}

/// Which requests an ordered fault is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Login,
    /// Every request under `/v1.0`.
    Graph,
    /// Every request about one call record, whichever part of it.
    Record(String),
    /// Every request about any single call record.
    Records,
    /// Lists of call records.
    List,
    /// Every request about subscriptions.
    Subscriptions,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// An error of the server: 500, 502, 503, 504.
    Status(StatusCode),
    /// A refusal with this message, which may quote whatever the request was about.
    Refused(StatusCode, String),
    /// 503 with Retry-After.
    UnavailableFor(Duration),
    /// 429, with or without a Retry-After.
    Throttled(Option<Duration>),
    /// 401 as for an expired token, though the token is good.
    Unauthorized,
    /// 404 with an empty message, as once seen.
    NotFound,
    /// The connection is reset; the request has no effect.
    Reset,
    /// The request takes effect; then the connection is reset instead of an answer.
    Lost,
    /// The answer comes this much later, in real time; otherwise it is right.
    Slow(Duration),
    Body(String),
    /// A redirect to this address.
    Redirect(String),
}

/// A request as a watcher sees it, before anything has become of it.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub method: Method,
    /// The path, without the query.
    pub path: String,
    /// The query, without the question mark.
    pub query: String,
}

type Watch = dyn Fn(&Arrival) -> Option<Failure> + Send + Sync;

/// Sees every request and may say what befalls it.
#[derive(Clone)]
pub(crate) struct Watcher(Arc<Watch>);

impl Watcher {
    pub(crate) fn new(watch: impl Fn(&Arrival) -> Option<Failure> + Send + Sync + 'static) -> Self {
        Self(Arc::new(watch))
    }

    pub(crate) fn see(&self, arrival: &Arrival) -> Option<Failure> {
        (self.0)(arrival)
    }
}

impl fmt::Debug for Watcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watcher").finish_non_exhaustive()
    }
}

/// Decides what befalls each request.
#[derive(Debug)]
pub(crate) struct FaultPlan {
    pub(crate) random: Faults,
    pub(crate) watcher: Option<Watcher>,
    ordered: Vec<Ordered>,
    pub(crate) rng: Rng,
}

#[derive(Debug)]
struct Ordered {
    target: Target,
    failure: Failure,
    left: u32,
}

impl FaultPlan {
    pub(crate) fn new(random: Faults, seed: u64) -> Self {
        Self { random, watcher: None, ordered: Vec::new(), rng: Rng::with_seed(seed) }
    }

    pub(crate) fn order(&mut self, target: Target, failure: Failure, times: u32) {
        self.ordered.push(Ordered { target, failure, left: times });
    }

    pub(crate) fn cancel_orders(&mut self) {
        self.ordered.clear();
    }

    /// The fault of a request to one of `targets`; ordered faults before random ones.
    pub(crate) fn strike(&mut self, targets: &[Target]) -> Option<Failure> {
        if let Some(at) = self.ordered.iter().position(|order| targets.contains(&order.target)) {
            let order = self.ordered.get_mut(at)?;
            let failure = order.failure.clone();
            // 0 stands for "until cancelled".
            match order.left {
                0 => {}
                1 => drop(self.ordered.remove(at)),
                _ => order.left -= 1,
            }
            return Some(failure);
        }
        if !targets.contains(&Target::Graph) {
            return None;
        }
        let answers = &self.random.answers;
        let (throttled, throttled_for) = (answers.throttled, answers.throttled_for);
        let (unavailable, reset) = (answers.unavailable, answers.reset);
        let (slow, slow_by) = (answers.slow, answers.slow_by);
        if self.happens(throttled) {
            Some(Failure::Throttled(Some(throttled_for)))
        } else if self.happens(unavailable) {
            const SEEN: [StatusCode; 4] = [
                StatusCode::INTERNAL_SERVER_ERROR,
                StatusCode::BAD_GATEWAY,
                StatusCode::SERVICE_UNAVAILABLE,
                StatusCode::GATEWAY_TIMEOUT,
            ];
            self.rng.choice(SEEN).map(Failure::Status)
        } else if self.happens(reset) {
            Some(Failure::Reset)
        } else if self.happens(slow) {
            Some(Failure::Slow(slow_by))
        } else {
            None
        }
    }

    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.rng.f64() < probability
    }
}
