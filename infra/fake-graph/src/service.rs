//! The state that all handlers share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;

use crate::agenda::Agenda;
use crate::faults::FaultPlan;
use crate::health::Health;
use crate::journal::Journal;
use crate::login::Login;
use crate::options::{Options, PageSizes, RetryAfter};
use crate::outbox::{Delivery, Outbox};
use crate::phone_logs::PhoneLogs;
use crate::records::Records;
use crate::subscriptions::Subscriptions;
use crate::throttle::{Limits, Throttle};
use stand_in_kit::Clock;

/// The running service: what does not change, and the state behind one lock that is never held
/// while anything waits.
#[derive(Debug)]
pub(crate) struct Service {
    /// `http://127.0.0.1:<port>`
    pub(crate) origin: String,
    pub(crate) clock: Clock,
    pub(crate) page_sizes: PageSizes,
    pub(crate) retry_after: RetryAfter,
    pub(crate) retention: Option<Duration>,
    pub(crate) delivery: Delivery,
    /// Calls the notification endpoints.
    pub(crate) http: reqwest::Client,
    /// Something was put into the outbox.
    pub(crate) outbox_filled: Notify,
    /// Something left the outbox.
    pub(crate) outbox_moved: Notify,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) login: Login,
    pub(crate) records: Records,
    pub(crate) phone_logs: PhoneLogs,
    pub(crate) subscriptions: Subscriptions,
    pub(crate) limits: Option<Limits>,
    pub(crate) throttle: Throttle,
    pub(crate) faults: FaultPlan,
    pub(crate) journal: Journal,
    pub(crate) outbox: Outbox,
    pub(crate) agenda: Agenda,
    pub(crate) health: Health,
}

impl Service {
    pub(crate) fn new(origin: String, options: Options, http: reqwest::Client) -> Self {
        let state = State {
            login: Login::new(&options),
            records: Records::default(),
            phone_logs: PhoneLogs::default(),
            subscriptions: Subscriptions::default(),
            limits: options.limits,
            throttle: Throttle::default(),
            faults: FaultPlan::new(options.faults, options.seed),
            journal: Journal::default(),
            outbox: Outbox::default(),
            agenda: Agenda::default(),
            health: Health::default(),
        };
        Self {
            origin,
            clock: options.clock,
            page_sizes: options.page_sizes,
            retry_after: options.retry_after,
            retention: options.retention,
            delivery: options.delivery,
            http,
            outbox_filled: Notify::new(),
            outbox_moved: Notify::new(),
            state: Mutex::new(state),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
