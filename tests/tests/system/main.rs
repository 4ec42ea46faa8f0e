//! The system tests: everything that holds between the crates, in one binary.

mod binaries;
mod commands;
mod patience;
mod pipeline;
mod template;
