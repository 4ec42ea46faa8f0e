#![doc = include_str!("../README.md")]

mod call_writer;
mod commit;
mod days;
pub mod draft;
mod forget;
pub mod ledger;
pub mod page_items;
mod page_writer;
mod plan;
mod quarantine;
mod recompute;
mod recount;
mod resume_point;
mod sessions;
mod sweep;
mod version_writer;

pub use call_writer::CallWriter;
pub use commit::Committed;
pub use forget::{Forgotten, WouldForget};
pub use plan::Head;
pub use recompute::{Difference, Finding, Recomputation, recompute};
pub use recount::{RecountOptions, Recounted};
pub use version_writer::VersionWriter;
