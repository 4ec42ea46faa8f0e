//! The reconciler against a fake Graph, a table and a queue.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backfill;
mod complete_up_to;
mod gaps;
mod killed;
mod runs;
mod world;
