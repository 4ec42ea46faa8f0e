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

/// The IAM actions of storing calls and of forgetting a person, which needs `dynamodb:Query` on the
/// index `by_person`, too. A transaction needs the actions of its parts, because
/// `TransactWriteItems` has none of its own; `BatchWriteItem` has its own, whatever its parts do. The
/// secret is the key of the marks of forgotten people.
pub const ACTIONS: &[&str] = &[
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
    "secretsmanager:GetSecretValue",
];
