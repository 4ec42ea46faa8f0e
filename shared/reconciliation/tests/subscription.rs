//! The subscription's item.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_stand_ins::DynamoDb;
use call_table::{CallTable, SubscriptionState, TableConfig, create_table};
use jiff::Timestamp;
use reconciliation::put_subscription_state;

const TABLE: &str = "calls";

fn now() -> Timestamp {
    "2026-11-24T08:00:00Z".parse().unwrap()
}

async fn table() -> (DynamoDb, Client, CallTable) {
    let database = DynamoDb::start(None).await.unwrap();
    let client = aws_stand_ins::dynamodb_client(&database.url());
    create_table(&client, TABLE).await.unwrap();
    let table = CallTable::new(client.clone(), TableConfig::new(TABLE));
    (database, client, table)
}

#[tokio::test]
async fn the_state_of_the_subscription_is_read_as_it_was_written() {
    let (_database, _, table) = table().await;
    assert_eq!(table.subscription_state().await.unwrap(), None);
    let state = SubscriptionState {
        id: Some("subscription-1".to_owned()),
        expires_at: Some(now()),
        last_error: Some("consent is missing: grant CallRecords.Read.All".to_owned()),
        last_error_at: Some(now()),
        client_state_fingerprint: Some("00112233".to_owned()),
        notification_url: Some("https://calls.contoso.example/notifications".to_owned()),
        ..SubscriptionState::default()
    };
    put_subscription_state(&table, &state).await.unwrap();
    assert_eq!(table.subscription_state().await.unwrap(), Some(state));
}

#[tokio::test]
async fn the_subscription_never_expires_from_the_table() {
    let (_database, client, table) = table().await;
    let state = SubscriptionState { expires_at: Some(now()), ..SubscriptionState::default() };
    put_subscription_state(&table, &state).await.unwrap();
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let key = HashMap::from([
        ("pk".to_owned(), key("SUBSCRIPTION")),
        ("sk".to_owned(), key("callRecords")),
    ]);
    let item = client.get_item().table_name(TABLE).set_key(Some(key)).send().await.unwrap();
    let item = item.item.unwrap();
    assert!(!item.contains_key("expires_at"));
    assert_eq!(item["subscription_expires_at"].as_s().unwrap(), &now().to_string());
}

#[tokio::test]
async fn a_later_state_replaces_an_earlier_one() {
    let (_database, _, table) = table().await;
    let failed =
        SubscriptionState { last_error: Some("it failed".to_owned()), ..Default::default() };
    put_subscription_state(&table, &failed).await.unwrap();
    put_subscription_state(&table, &SubscriptionState::default()).await.unwrap();
    let state = table.subscription_state().await.unwrap();
    assert_eq!(state, Some(SubscriptionState::default()));
}
