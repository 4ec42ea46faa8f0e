//! The reports over a table with a handful of calls that are written out by hand.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

mod call_places;
mod cost;
mod csv;
mod faces;
mod find;
mod injection;
mod links;
mod lists;
mod noted_calls;
mod numbers;
mod odd_requests;
mod places;
mod privacy;
mod quality;
mod queues;
mod snapshots;
mod telephone;
mod telephone_of_calls;
mod texts;
mod world;
