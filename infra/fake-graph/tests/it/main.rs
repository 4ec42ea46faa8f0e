//! The fake service held to its contract.

#![expect(clippy::unwrap_used, reason = "in a test, a helper's panic is the test's failure")]

mod conformance;
mod control;
mod csdl;
mod endpoint;
mod faults;
mod login;
mod notifications;
mod organisation;
mod phone_logs;
mod reading;
mod services;
mod subscriptions;
mod tenant;
mod throttling;
