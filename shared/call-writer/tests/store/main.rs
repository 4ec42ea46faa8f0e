//! Writing and reading against a DynamoDB stand-in, over the wire.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

mod concurrency;
mod crash;
mod disturbed;
mod errors;
mod forget;
mod forget_disturbed;
mod interleaving;
mod invented;
mod large;
mod marks;
mod meter;
mod model;
mod newer_claim;
mod older_layout;
mod pages;
mod quarantine;
mod ranges;
mod reads;
mod recompute;
mod recount;
mod replacement;
mod resume_point;
mod small;
mod world;
