//! The IAM actions that the code needs, by what a function does with the table.
//!
//! A transaction needs the actions of its parts, because `TransactWriteItems` has none of its own.
//! `BatchWriteItem` and `BatchGetItem` have their own, whatever their parts do.

/// Storing calls: [`write`](crate::RecordStore::write), [`sweep`](crate::RecordStore::sweep),
/// [`quarantine`](crate::RecordStore::quarantine), [`version`](crate::RecordStore::version).
pub const WRITE_ACTIONS: &[&str] = &[
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
];

/// Every read but [`recompute`](crate::RecordStore::recompute). The indexes need `Query` too.
pub const READ_ACTIONS: &[&str] = &["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"];

/// Forgetting a person. The index `by_person` needs `Query` too.
pub const FORGET_ACTIONS: &[&str] = WRITE_ACTIONS;

/// The reconciliation: its own partition, and the versions that are stored. The reads are of the
/// whole table, the writes of the partition `RECONCILIATION` alone.
pub const RECONCILE_ACTIONS: &[&str] = &[
    "dynamodb:BatchGetItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
];
