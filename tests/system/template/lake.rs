//! The lake: the bucket, the tables of the catalogue, the workgroup, the analyst's policy.

use std::collections::BTreeSet;

use export::schema::Table;
use rstest::rstest;
use serde_json::{Value, json};

use super::read::{Template, list, number, texts};

fn lake() -> Template {
    Template::read("infra/lake.yaml")
}

/// `cargo run -p export --example catalogue` prints what belongs there.
#[test]
fn the_catalogue_has_the_tables_and_columns_of_the_schema() {
    let template = lake();
    let tables = template.all("AWS::Glue::Table");
    assert_eq!(tables.len(), Table::ALL.len());
    for table in Table::ALL {
        let input = tables
            .iter()
            .map(|(_, resource)| &resource["Properties"]["TableInput"])
            .find(|input| input["Name"] == table.name())
            .unwrap_or_else(|| panic!("there is no table {}", table.name()));
        let stored = &input["StorageDescriptor"];
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let columns: Vec<_> = list(&stored["Columns"])
            .into_iter()
            .map(|column| (text(&column["Name"]), text(&column["Type"])))
            .collect();
        let expected: Vec<_> = table
            .columns()
            .into_iter()
            .map(|column| (column.name.into_owned(), column.kind.glue().to_owned()))
            .collect();
        assert_eq!(columns, expected, "{}", table.name());
        for column in list(&stored["Columns"]) {
            let length = column["Comment"].as_str().unwrap().chars().count();
            assert!((1..=255).contains(&length), "{column}");
        }
        let place = format!("s3://${{Bucket}}/{}", table.name());
        assert_eq!(stored["Location"], json!({ "Fn::Sub": place }));
        let parameters = &input["Parameters"];
        assert_eq!(parameters["projection.enabled"], "true");
        let days = format!("{place}/day=${{!day}}");
        assert_eq!(parameters["storage.location.template"], json!({ "Fn::Sub": days }));
        assert_eq!(list(&input["PartitionKeys"]).len(), 1);
    }
}

#[test]
fn the_bucket_is_private_encrypted_without_versions_and_forgets() {
    let template = Template::main();
    let bucket = template.properties("LakeBucket");
    let public = bucket["PublicAccessBlockConfiguration"].as_object().unwrap();
    assert!(public.len() == 4 && public.values().all(|blocked| *blocked == true));
    assert_eq!(bucket["VersioningConfiguration"], Value::Null, "what is replaced must be gone");
    assert!(!bucket["BucketEncryption"].is_null());
    let rules = list(&bucket["LifecycleConfiguration"]["Rules"]);
    assert_eq!(rules[0]["ExpirationInDays"], json!({"Ref": "RetentionDays"}));
    assert_eq!(rules[0]["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"], 1);
    assert_eq!(
        (&rules[1]["Prefix"], number(&rules[1]["ExpirationInDays"])),
        (&json!("results/"), 1)
    );
    let policy = &template.properties("LakeBucketPolicy")["PolicyDocument"]["Statement"][0];
    assert_eq!(policy["Effect"], "Deny");
    assert_eq!(policy["Condition"], json!({"Bool": {"aws:SecureTransport": "false"}}));
}

/// Nothing of either is there, and paid for, unless the parameter says so; but for a log group, which is
/// empty.
#[rstest]
#[case::the_lake("Lake", "HasLake", &["Lake", "Export"], "ExportLog")]
#[case::the_logs_of_telephone_calls("PstnLogs", "HasPstnLogs", &["Pstn"], "PstnLog")]
fn the_parameter_switches_all_of_it(
    #[case] parameter: &str,
    #[case] condition: &str,
    #[case] prefixes: &[&str],
    #[case] log: &str,
) {
    let template = Template::main();
    assert_eq!(template.section("Parameters")[parameter]["Default"], "false");
    assert_eq!(
        template.section("Conditions")[condition],
        json!({"Fn::Equals": [{"Ref": parameter}, "true"]})
    );
    let names = |id: &&String| prefixes.iter().any(|prefix| id.starts_with(prefix));
    let resources = template.section("Resources");
    let conditional: BTreeSet<_> = resources
        .iter()
        .filter(|(_, resource)| resource["Condition"] == condition)
        .map(|(id, _)| id.as_str())
        .collect();
    let all: BTreeSet<_> = resources.keys().filter(names).map(String::as_str).collect();
    let always: Vec<_> = all.difference(&conditional).copied().collect();
    assert_eq!(always, [log]);
}

#[test]
fn a_query_has_a_limit_and_its_results_go_into_the_lake_and_expire() {
    let template = lake();
    let group = &template.properties("WorkGroup")["WorkGroupConfiguration"];
    assert_eq!(group["EnforceWorkGroupConfiguration"], true);
    assert_eq!(number(&group["BytesScannedCutoffPerQuery"]), 10 << 30);
    let place = &group["ResultConfiguration"]["OutputLocation"];
    assert_eq!(*place, json!({"Fn::Sub": "s3://${Bucket}/results/"}));
}

/// Every question asks for days, so that it does not read all that is kept, and names what is there.
#[test]
fn the_saved_questions_ask_for_days_and_for_tables_that_are_there() {
    let template = lake();
    let queries = template.all("AWS::Athena::NamedQuery");
    assert!(queries.len() >= 5);
    for (id, query) in queries {
        let text = query["Properties"]["QueryString"].as_str().unwrap();
        assert!(text.contains("day >= ") || text.contains("CREATE OR REPLACE VIEW"), "{id}");
        let names = Table::ALL.map(Table::name);
        let table = names.iter().find(|name| text.contains(&format!("FROM {name}")));
        assert!(table.is_some(), "{id}");
    }
}

/// An analyst writes results, and views under their own names; nothing of the lake.
#[test]
fn an_analyst_reads_the_lake_and_writes_only_results_and_views() {
    let template = lake();
    let statements = list(&template.properties("AnalystPolicy")["PolicyDocument"]["Statement"]);
    for statement in statements.iter().filter(|statement| statement["Fn::If"].is_null()) {
        assert_eq!(statement["Effect"], "Allow");
        let resources: Vec<String> =
            list(&statement["Resource"]).into_iter().map(Value::to_string).collect();
        for action in texts(&statement["Action"]) {
            assert!(!action.contains('*'), "{action}");
            if action == "s3:PutObject" {
                assert!(resources.iter().all(|it| it.contains("${Bucket}/results/*")));
            }
            if action.starts_with("glue:Create") || action.starts_with("glue:Update") {
                assert!(
                    resources.iter().all(|it| !it.contains("${Database}/*\"")),
                    "{resources:?}"
                );
            }
            assert!(!action.contains("Delete"), "{action}");
        }
    }
}
