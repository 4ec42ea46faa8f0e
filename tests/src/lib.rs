//! The proofs that run longer than a test: see README.md. Each has a binary in `bin/`; the model and the
//! benchmark are also used by the system tests in `system/`.

pub mod benchmark;
pub mod deployed_day;
pub mod events;
pub mod function_cpu;
mod memory;
pub mod model;
pub mod recomputed;
pub mod soak;

pub use memory::peak_memory;

/// The functions' allocator, in all that uses this library: the system tests and what measures.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
