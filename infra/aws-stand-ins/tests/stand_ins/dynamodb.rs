//! DynamoDB: what the layer of faults adds to dynoxide.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, KeysAndAttributes,
    Put, PutRequest, ScalarAttributeType, TimeToLiveSpecification, TransactWriteItem, WriteRequest,
};
use aws_stand_ins::{Clock, DynamoDb, DynamoDbOptions, Fault, Service, dynamodb_client};
use rstest::rstest;

const TABLE: &str = "call-records";

async fn table(database: &DynamoDb) -> Client {
    let client = dynamodb_client(&database.url());
    let key = KeySchemaElement::builder().attribute_name("pk").key_type(KeyType::Hash);
    let attribute = AttributeDefinition::builder().attribute_name("pk");
    client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key.build().unwrap())
        .attribute_definitions(attribute.attribute_type(ScalarAttributeType::S).build().unwrap())
        .send()
        .await
        .unwrap();
    client
}

/// A client that shows every failure instead of trying again.
fn once(client: &Client) -> Client {
    let config = client.config().to_builder().retry_config(RetryConfig::disabled());
    let timeout = TimeoutConfig::builder().operation_timeout(Duration::from_millis(500)).build();
    Client::from_conf(config.timeout_config(timeout).build())
}

fn text(value: &str) -> AttributeValue {
    AttributeValue::S(value.to_owned())
}

fn key(value: &str) -> HashMap<String, AttributeValue> {
    [("pk".to_owned(), text(value))].into()
}

fn put(value: &str) -> WriteRequest {
    let put = PutRequest::builder().set_item(Some(key(value))).build().unwrap();
    WriteRequest::builder().put_request(put).build()
}

async fn stored(client: &Client) -> Vec<String> {
    let items = client.scan().table_name(TABLE).send().await.unwrap().items.unwrap_or_default();
    let mut keys: Vec<_> = items.iter().map(|item| item["pk"].as_s().unwrap().clone()).collect();
    keys.sort();
    keys
}

#[rstest]
#[case::dropped_before(Fault::DropBefore, false)]
#[case::dropped_after(Fault::DropAfter, true)]
#[case::refused_before(Fault::ErrorBefore(500, "InternalServerError"), false)]
#[case::refused_after(Fault::ErrorAfter(500, "InternalServerError"), true)]
#[case::throttled(Fault::ErrorBefore(400, "ProvisionedThroughputExceededException"), false)]
#[case::never_answered(Fault::Hang, true)]
#[case::too_slow_to_begin(Fault::Delay(Duration::from_secs(30)), false)]
#[case::too_slow_to_answer(Fault::DelayAfter(Duration::from_secs(30)), true)]
#[case::in_conflict(Fault::TransactionConflict, false)]
#[tokio::test]
async fn a_failed_write_took_effect_exactly_as_the_fault_defines(
    #[case] fault: Fault,
    #[case] took_effect: bool,
) {
    let database = DynamoDb::start(None).await.unwrap();
    let client = table(&database).await;
    database.faults().set(move |_| fault.clone());
    let write = once(&client).put_item().table_name(TABLE).item("pk", text("a")).send().await;
    write.unwrap_err();
    database.faults().clear();
    let expected: &[&str] = if took_effect { &["a"] } else { &[] };
    assert_eq!(stored(&client).await, expected);
}

#[rstest]
#[case("ThrottlingException")]
#[case("ProvisionedThroughputExceededException")]
#[case("InternalServerError")]
#[case("TransactionInProgressException")]
#[tokio::test]
async fn an_error_reaches_the_client_under_its_own_code(#[case] code: &'static str) {
    let database = DynamoDb::start(None).await.unwrap();
    let client = table(&database).await;
    let status = if code == "InternalServerError" { 500 } else { 400 };
    database.faults().set(move |_| Fault::ErrorBefore(status, code));
    let write = once(&client).put_item().table_name(TABLE).item("pk", text("a")).send().await;
    assert_eq!(write.unwrap_err().code(), Some(code));
}

#[tokio::test]
async fn a_conflict_cancels_a_transaction_and_says_why() {
    let database = DynamoDb::start(None).await.unwrap();
    let client = table(&database).await;
    let write = |key: &str| {
        let put = Put::builder().table_name(TABLE).item("pk", text(key)).build().unwrap();
        TransactWriteItem::builder().put(put).build()
    };
    database.faults().set(|request| match request.action.as_str() {
        "TransactWriteItems" => Fault::TransactionConflict,
        _ => Fault::None,
    });
    let transaction = once(&client).transact_write_items();
    let transaction = transaction.transact_items(write("a")).transact_items(write("b"));
    let error = transaction.send().await.unwrap_err().into_service_error();
    let reasons = match &error {
        aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(
            cancelled,
        ) => cancelled.cancellation_reasons(),
        other => panic!("{other:?}"),
    };
    let codes: Vec<_> = reasons.iter().map(|reason| reason.code().unwrap()).collect();
    assert_eq!(codes, ["TransactionConflict", "None"]);
    assert!(stored(&client).await.is_empty());
}

#[rstest]
#[case::some(vec![0, 2], &["b"])]
#[case::all(vec![0, 1, 2], &[])]
#[case::none(vec![], &["a", "b", "c"])]
#[tokio::test]
async fn writes_that_are_left_out_come_back_unprocessed(
    #[case] left_out: Vec<usize>,
    #[case] expected: &[&str],
) {
    let database = DynamoDb::start(None).await.unwrap();
    let client = table(&database).await;
    let count = left_out.len();
    database.faults().set(move |_| Fault::LeaveOut(left_out.clone()));
    let writes = ["a", "b", "c"].map(put).to_vec();
    let written = client.batch_write_item().request_items(TABLE, writes).send().await.unwrap();
    database.faults().clear();
    assert_eq!(stored(&client).await, expected);

    let unprocessed = written.unprocessed_items.unwrap_or_default();
    assert_eq!(unprocessed.values().map(Vec::len).sum::<usize>(), count);
    if count > 0 {
        let again = client.batch_write_item().set_request_items(Some(unprocessed)).send().await;
        assert!(again.unwrap().unprocessed_items.unwrap_or_default().is_empty());
    }
    assert_eq!(stored(&client).await, ["a", "b", "c"]);
}

#[tokio::test]
async fn reads_that_are_left_out_come_back_unprocessed() {
    let database = DynamoDb::start(None).await.unwrap();
    let client = table(&database).await;
    let writes = ["a", "b"].map(put).to_vec();
    client.batch_write_item().request_items(TABLE, writes).send().await.unwrap();
    database.faults().set(|_| Fault::LeaveOut(vec![1]));
    let keys = KeysAndAttributes::builder().keys(key("a")).keys(key("b")).build().unwrap();
    let read = client.batch_get_item().request_items(TABLE, keys).send().await.unwrap();
    assert_eq!(read.responses.unwrap()[TABLE], [key("a")]);
    assert_eq!(read.unprocessed_keys.unwrap()[TABLE].keys(), [key("b")]);
}

#[tokio::test]
async fn the_hook_sees_the_service_and_the_action() {
    let database = DynamoDb::start(None).await.unwrap();
    let client = table(&database).await;
    database.faults().restart_sequence();
    database.faults().set(|request| {
        assert_eq!((request.service, request.sequence), (Service::DynamoDb, 0));
        assert_eq!(request.action, "PutItem");
        assert_eq!(request.json()["TableName"], TABLE);
        Fault::None
    });
    client.put_item().table_name(TABLE).item("pk", text("a")).send().await.unwrap();
    assert_eq!(database.faults().requests(), 1);
}

#[tokio::test]
async fn what_has_expired_by_the_clock_goes_with_a_sweep() {
    let clock = Clock::stopped("2026-03-02T08:00:00Z".parse().unwrap());
    let options = DynamoDbOptions { clock: clock.clone(), ..DynamoDbOptions::default() };
    let database = DynamoDb::start_with(options).await.unwrap();
    let client = table(&database).await;
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name("expires_at");
    let set = client.update_time_to_live().table_name(TABLE);
    set.time_to_live_specification(ttl.build().unwrap()).send().await.unwrap();
    for (key, seconds) in [("soon", 60), ("late", 3600)] {
        let expires_at = clock.now().as_second() + seconds;
        let put = client.put_item().table_name(TABLE).item("pk", text(key));
        put.item("expires_at", AttributeValue::N(expires_at.to_string())).send().await.unwrap();
    }
    assert_eq!(database.sweep_ttl().unwrap(), 0);
    clock.advance(Duration::from_secs(61));
    assert_eq!(database.sweep_ttl().unwrap(), 1);
    assert_eq!(stored(&client).await, ["late"]);
}

#[tokio::test]
async fn a_database_on_a_file_outlives_its_server() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.sqlite");
    let first = DynamoDb::start(Some(&file)).await.unwrap();
    let client = table(&first).await;
    client.put_item().table_name(TABLE).item("pk", text("a")).send().await.unwrap();
    drop(first);
    let second = DynamoDb::start(Some(&file)).await.unwrap();
    assert_eq!(stored(&dynamodb_client(&second.url())).await, ["a"]);
}

#[tokio::test]
async fn a_stopped_database_answers_no_more() {
    let database = DynamoDb::start(None).await.unwrap();
    let client = table(&database).await;
    drop(database);
    once(&client).scan().table_name(TABLE).send().await.unwrap_err();
}

#[cfg(unix)]
#[tokio::test]
async fn the_files_of_a_table_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("calls.db");
    let database = DynamoDb::start(Some(&path)).await.unwrap();
    table(&database).await;
    let mut names = Vec::new();
    for file in std::fs::read_dir(directory.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
        names.push(file.file_name().into_string().unwrap());
    }
    assert!(names.contains(&"calls.db".to_owned()) && names.len() > 1, "{names:?}");
}

/// Whether a text is in the bytes of a file of the folder.
fn is_in_a_file_of(folder: &std::path::Path, text: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .any(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
}

/// SQLite leaves what was deleted in free pages, and what was written in the log.
#[tokio::test]
async fn what_was_deleted_is_in_no_file_after_compacting() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table");
    let secret = "+49305550178";
    let database = DynamoDb::start(Some(&file)).await.unwrap();
    let client = table(&database).await;
    for number in 0..200 {
        let put = client.put_item().table_name(TABLE);
        put.set_item(Some(key(&format!("{secret}{number:03}")))).send().await.unwrap();
    }
    client.put_item().table_name(TABLE).set_item(Some(key("kept"))).send().await.unwrap();
    for number in 0..200 {
        let delete = client.delete_item().table_name(TABLE);
        delete.set_key(Some(key(&format!("{secret}{number:03}")))).send().await.unwrap();
    }
    drop(database);
    assert!(is_in_a_file_of(folder.path(), secret), "else compacting proves nothing");
    aws_stand_ins::compact(&file).unwrap();
    assert!(!is_in_a_file_of(folder.path(), secret));
    let database = DynamoDb::start(Some(&file)).await.unwrap();
    assert_eq!(stored(&dynamodb_client(&database.url())).await, ["kept"]);
}
