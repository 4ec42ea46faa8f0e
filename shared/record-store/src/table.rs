//! The table's definition as data, so that a test can hold the template against it.

use aws_sdk_dynamodb::Client;

use crate::StoreError;

/// What the code takes for granted of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// The partition key; a string.
    pub partition_key: &'static str,
    /// The sort key; a string.
    pub sort_key: &'static str,
    /// The attribute that says when DynamoDB forgets an item, in seconds since 1970.
    pub time_to_live: &'static str,
    /// The global secondary indexes.
    pub indexes: Vec<IndexDefinition>,
}

/// A global secondary index. Its keys are strings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDefinition {
    /// Its name.
    pub name: &'static str,
    /// Its partition key.
    pub partition_key: &'static str,
    /// Its sort key.
    pub sort_key: &'static str,
    /// The attributes that it carries beside the keys (projection `INCLUDE`).
    pub projected: Vec<&'static str>,
}

/// The table that this crate reads and writes.
pub fn table_definition() -> TableDefinition {
    todo!()
}

/// Makes the table, on demand, with its indexes and its time to live: for the laptop and for tests.
///
/// # Errors
///
/// As [`StoreError`] says. A table of that name that exists already is no error.
pub async fn create_table(_client: &Client, _name: &str) -> Result<(), StoreError> {
    todo!()
}
