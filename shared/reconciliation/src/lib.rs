#![doc = include_str!("../README.md")]

pub mod high_water_mark;
mod missing;
mod reconciliation;
mod subscription;

pub use high_water_mark::{GRAPH_KEEPS, PUBLISHED_WITHIN};
pub use reconciliation::{
    Found, Pass, Reconciliation, ReconciliationRequest, ReconciliationRun, ReconciliationState,
};
pub use subscription::{DesiredState, SubscriptionLease, Takeover};

/// The IAM actions of the reconciliation: the reads are of the whole table, the writes of the
/// partition `RECONCILIATION` alone.
pub const ACTIONS: &[&str] = &[
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
];
