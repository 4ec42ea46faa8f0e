//! The system tests: everything that holds between the crates, in one binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod account;
mod acknowledged;
mod anywhere;
mod batches;
mod benchmark;
mod binaries;
mod commands;
mod crash;
mod doctor;
mod histories;
mod hostile;
mod import;
mod invented;
mod killed;
mod mutation;
mod operator;
mod patience;
mod pipeline;
mod promises;
mod reconciliation;
mod template;
mod throttling;
mod virtual_time;
