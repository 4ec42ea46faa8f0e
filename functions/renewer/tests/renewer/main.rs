//! The renewer against a fake Graph and a table that speak the real protocols.

#![expect(clippy::unwrap_used, reason = "a world that cannot be made is a failed test")]

mod failures;
mod gaps;
mod lease;
mod lifecycle;
mod odd_graph;
mod secret;
mod stack;
mod subscription;
mod world;
