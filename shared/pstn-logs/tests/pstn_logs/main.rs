//! From Graph's answers to the sums of a day.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

mod definitions;
mod join;
mod listings;
mod payloads;
mod properties;
mod rules;
