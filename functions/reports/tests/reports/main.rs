//! The reports over a table with a handful of calls that are written out by hand.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

mod cost;
mod faces;
mod harm;
mod numbers;
mod privacy;
mod snapshots;
mod world;
