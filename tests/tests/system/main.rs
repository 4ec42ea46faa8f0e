//! The system tests: everything that holds between the crates, in one binary.

mod template;
