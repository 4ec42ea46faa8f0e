//! The reports over a table with a handful of calls that are written out by hand.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

mod cost;
mod csv;
mod faces;
mod injection;
mod links;
mod lists;
mod numbers;
mod odd_requests;
mod privacy;
mod snapshots;
mod texts;
mod world;
