//! The lake: equal to the table after versions, forgetting and recounting; whole at any time.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

mod equality;
mod forgetting;
mod interruptions;
mod queues;
mod schema;
mod telephone;
mod world;
