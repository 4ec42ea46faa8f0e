//! The system tests: everything that holds between the crates, in one binary.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod account;
mod acknowledgement;
mod batches;
mod batching_window;
mod benchmark;
mod binaries;
mod blank_secret;
mod commands;
mod console;
mod crash;
mod doctor;
mod histories;
mod hostile;
mod hot_items;
mod import;
mod invented_organisation;
mod large_meetings;
mod mutation;
mod operator;
mod other_services;
mod pipeline;
mod planted_faults;
mod promises;
mod quality;
mod queues;
mod reconciliation;
mod retries_and_dead_letters;
mod sigkill;
mod template;
mod throttling;
mod units;
mod unknown_calls;
mod virtual_time;
mod waiting;
