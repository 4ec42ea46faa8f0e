#![doc = include_str!("../README.md")]

mod agenda;
mod control;
mod delivery;
mod fake;
mod faults;
mod gate;
mod handshake;
mod health;
mod journal;
mod list;
mod login;
mod node;
mod notify;
mod odata;
mod options;
pub mod organisation;
mod outbox;
mod packed;
mod phone_logs;
mod read;
mod records;
mod refusal;
mod service;
mod shape;
mod state;
mod subscription_routes;
mod subscriptions;
mod throttle;
mod token_route;

pub use fake::{FakeGraph, StartError};
pub use faults::{AnswerFaults, Arrival, Failure, Faults, NotificationFaults, Target};
pub use journal::{Counters, Request, Violation};
pub use notify::Lifecycle;
pub use options::{
    Assertions, CLIENT_ID, CLIENT_SECRET, ClientSecret, Options, PageSizes, RetryAfter, TENANT_ID,
};
pub use outbox::Delivery;
pub use phone_logs::PhoneLog;
pub use stand_in_kit::Clock;
pub use state::LoadError;
pub use subscriptions::Subscription;
pub use throttle::Limits;
