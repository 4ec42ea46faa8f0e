//! The table: its keys, its indexes, and that it outlives everything.

use std::collections::BTreeSet;

use call_table::table_definition;
use serde_json::{Value, json};

use super::read::{Template, texts};

const TABLE: &str = "CallsTable";

#[test]
fn the_table_has_the_keys_that_the_code_uses() {
    let (template, code) = (Template::main(), table_definition());
    let table = template.properties(TABLE);
    assert_eq!(table["KeySchema"], keys(code.partition_key, code.sort_key));
    let attributes: BTreeSet<&str> = table["AttributeDefinitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|attribute| {
            assert_eq!(attribute["AttributeType"], "S");
            attribute["AttributeName"].as_str().unwrap()
        })
        .collect();
    assert_eq!(attributes, code.attributes().into_iter().collect());
}

#[test]
fn the_table_has_the_indexes_that_the_code_reads_with_what_it_reads_there() {
    let (template, code) = (Template::main(), table_definition());
    let indexes = template.properties(TABLE)["GlobalSecondaryIndexes"].as_array().unwrap();
    assert_eq!(indexes.len(), code.indexes.len());
    for (index, expected) in indexes.iter().zip(code.indexes) {
        assert_eq!(index["IndexName"], expected.name);
        assert_eq!(index["KeySchema"], keys(expected.partition_key, expected.sort_key));
        assert_eq!(index["Projection"]["ProjectionType"], "INCLUDE");
        let carried: BTreeSet<&str> =
            texts(&index["Projection"]["NonKeyAttributes"]).into_iter().collect();
        assert_eq!(carried, expected.projected.into_iter().collect(), "{}", expected.name);
    }
}

#[test]
fn items_expire_by_the_attribute_that_the_code_writes() {
    let template = Template::main();
    assert_eq!(
        template.properties(TABLE)["TimeToLiveSpecification"],
        json!({"AttributeName": table_definition().time_to_live, "Enabled": true})
    );
}

#[test]
fn the_table_outlives_the_stack_and_can_be_restored() {
    let template = Template::main();
    let resource = &template.section("Resources")[TABLE];
    // A first deployment that is rolled back leaves no table behind.
    assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate");
    assert_eq!(resource["UpdateReplacePolicy"], "Retain");
    let table = &resource["Properties"];
    assert_eq!(table["DeletionProtectionEnabled"], json!({"Ref": "DeletionProtection"}));
    assert_eq!(template.section("Parameters")["DeletionProtection"]["Default"], "false");
    assert_eq!(table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true);
    assert_eq!(table["SSESpecification"]["SSEEnabled"], true);
    assert_eq!(table["BillingMode"], "PAY_PER_REQUEST");
}

fn keys(partition: &str, sort: &str) -> Value {
    json!([
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ])
}
