//! The client against real HTTP: every rule that Graph, the login host or the network can test.

mod errors;
mod hosts;
mod list;
mod login;
mod patience;
mod record;
mod stand_in;
mod subscriptions;
mod throttle;
