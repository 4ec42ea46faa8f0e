//! The table's definition as data, so that a test can hold the template against it.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};

use crate::TableError;
use crate::error::from_sdk;
use crate::keys::{BY_DAY, BY_DAY_SORT, BY_PERSON, BY_PERSON_SORT, EXPIRES_AT, PK, SK};

/// The attributes of a call that the index of a day projects.
pub(crate) const CALL_OF_DAY: &[&str] = &[
    "call_type",
    "ended_at",
    "is_test",
    "organizer",
    "organizer_name",
    "started_at",
    "stored_at",
    "version",
];

/// The attributes of a person that are read from the index of a day: the key, and [`TOTALS_OF_DAY`].
/// The table's own keys, which the index always projects, would be half of the bytes.
pub(crate) const PERSON_OF_DAY: &[&str] = &[
    BY_DAY_SORT,
    "answered",
    "calls",
    "calls_as_internal",
    "calls_peer_to_peer",
    "dropped",
    "judged_received",
    "judged_sent",
    "missed",
    "poor_received",
    "poor_sent",
    "talk_ms",
    "talk_unknown",
];

/// The totals of a person that the index of a day projects.
pub(crate) const TOTALS_OF_DAY: &[&str] = PERSON_OF_DAY.split_at(1).1;

/// The attributes of a participation that the index of a person projects, for an operator who reads
/// the console. The code reads the whole item from the table.
const CALL_OF_PERSON: &[&str] = &[
    "attended",
    "call_type",
    "display_name",
    "dropped",
    "ended_at",
    "outcome",
    "role",
    "started_at",
    "talk_seconds",
    "version",
];

/// The keys and indexes that the code relies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// The partition key; a string.
    pub partition_key: &'static str,
    /// The sort key; a string.
    pub sort_key: &'static str,
    /// The attribute by which DynamoDB deletes expired items, in seconds since 1970.
    pub time_to_live: &'static str,
    /// The global secondary indexes.
    pub indexes: Vec<IndexDefinition>,
}

/// A global secondary index. Its keys are strings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDefinition {
    pub name: &'static str,
    pub partition_key: &'static str,
    pub sort_key: &'static str,
    /// The attributes beside the keys (projection `INCLUDE`).
    pub projected: Vec<&'static str>,
}

impl TableDefinition {
    /// Every key attribute, sorted; all are strings.
    pub fn attributes(&self) -> Vec<&'static str> {
        let indexes = self.indexes.iter().flat_map(|index| [index.partition_key, index.sort_key]);
        let mut names: Vec<_> =
            [self.partition_key, self.sort_key].into_iter().chain(indexes).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// The table that this crate reads.
pub fn table_definition() -> TableDefinition {
    TableDefinition {
        partition_key: PK,
        sort_key: SK,
        time_to_live: EXPIRES_AT,
        indexes: vec![
            IndexDefinition {
                name: BY_DAY,
                partition_key: BY_DAY,
                sort_key: BY_DAY_SORT,
                projected: [CALL_OF_DAY, TOTALS_OF_DAY].concat(),
            },
            IndexDefinition {
                name: BY_PERSON,
                partition_key: BY_PERSON,
                sort_key: BY_PERSON_SORT,
                projected: CALL_OF_PERSON.to_vec(),
            },
        ],
    }
}

/// Creates the table with its indexes and its time to live, for the laptop and for tests. Idempotent:
/// a table of that name that exists already is left as it is.
pub async fn create_table(client: &Client, name: &str) -> Result<(), TableError> {
    let definition = table_definition();
    let mut request = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .set_key_schema(Some(key_schema(definition.partition_key, definition.sort_key)?));
    for attribute in definition.attributes() {
        request = request.attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name(attribute)
                .attribute_type(ScalarAttributeType::S)
                .build()
                .map_err(|error| unbuildable(&error))?,
        );
    }
    for index in &definition.indexes {
        request = request.global_secondary_indexes(
            GlobalSecondaryIndex::builder()
                .index_name(index.name)
                .set_key_schema(Some(key_schema(index.partition_key, index.sort_key)?))
                .projection(
                    Projection::builder()
                        .projection_type(ProjectionType::Include)
                        .set_non_key_attributes(Some(
                            index.projected.iter().map(ToString::to_string).collect(),
                        ))
                        .build(),
                )
                .build()
                .map_err(|error| unbuildable(&error))?,
        );
    }
    match request.send().await {
        Ok(_) => {}
        Err(error) if error.code() == Some("ResourceInUseException") => return Ok(()),
        Err(error) => return Err(from_sdk("CreateTable", name, &error)),
    }
    client
        .update_time_to_live()
        .table_name(name)
        .time_to_live_specification(
            TimeToLiveSpecification::builder()
                .enabled(true)
                .attribute_name(definition.time_to_live)
                .build()
                .map_err(|error| unbuildable(&error))?,
        )
        .send()
        .await
        .map_err(|error| from_sdk("UpdateTimeToLive", name, &error))?;
    Ok(())
}

fn key_schema(partition: &str, sort: &str) -> Result<Vec<KeySchemaElement>, TableError> {
    [(partition, KeyType::Hash), (sort, KeyType::Range)]
        .into_iter()
        .map(|(name, key_type)| {
            KeySchemaElement::builder()
                .attribute_name(name)
                .key_type(key_type)
                .build()
                .map_err(|error| unbuildable(&error))
        })
        .collect()
}

fn unbuildable(error: &aws_sdk_dynamodb::error::BuildError) -> TableError {
    TableError::Misconfigured(format!("a request cannot be built: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_index_projects_more_attributes_than_dynamodb_allows() {
        for index in table_definition().indexes {
            assert!(
                index.projected.len() <= 20,
                "{} projects {}",
                index.name,
                index.projected.len()
            );
        }
    }
}
