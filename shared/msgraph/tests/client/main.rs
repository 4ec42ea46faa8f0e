//! The client against real HTTP: every rule that Graph, the login host or the network can test.

#![expect(clippy::unwrap_used, reason = "what the tests build on may fail them")]

mod advice;
mod diagnosis;
mod errors;
mod hosts;
mod list;
mod login;
mod phone_log;
mod record;
mod record_faults;
mod replay;
mod retries;
mod stand_in;
mod subscriptions;
mod throttle;
