//! The proofs that run longer than a test: see README.md. Each has a binary in `bin/`; the model and the
//! benchmark are also used by the system tests in `system/`.

pub mod benchmark;
pub mod deployed_day;
mod memory;
pub mod model;
pub mod recomputed;
pub mod soak;

pub use memory::peak_memory;

/// The functions' allocator, in every test and binary here: what is measured is measured with it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
