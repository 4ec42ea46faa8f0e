//! The function over Graph and the table on the wire.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

mod forgetting;
mod histories;
mod interruptions;
mod runs;
mod world;
