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
use jiff::{SignedDuration, Timestamp};
use reconciliation::{DesiredState, SubscriptionLease, Takeover};

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

async fn take(
    table: &CallTable,
    desired: DesiredState,
    takeover: Takeover,
    at: Timestamp,
) -> Option<(SubscriptionLease, SubscriptionState)> {
    let until = at + SignedDuration::from_secs(60);
    SubscriptionLease::take(table, desired, takeover, at, until).await.unwrap()
}

async fn write(table: &CallTable, state: &SubscriptionState) {
    let taken = take(table, DesiredState::Unchanged, Takeover::WhenExpired, now()).await;
    assert!(taken.unwrap().0.release(state).await.unwrap());
}

#[tokio::test]
async fn one_run_holds_the_lease_until_it_gives_it_back_or_it_expires() {
    let (_database, _, table) = table().await;
    let take = |takeover, seconds| {
        take(&table, DesiredState::Unchanged, takeover, now() + SignedDuration::from_secs(seconds))
    };
    let (lease, state) = take(Takeover::WhenExpired, 0).await.unwrap();
    assert_eq!(state, SubscriptionState::default());
    assert!(take(Takeover::WhenExpired, 60).await.is_none());
    assert!(lease.put(&state).await.unwrap());
    assert!(take(Takeover::WhenExpired, 60).await.is_none(), "putting the state keeps the lease");
    assert!(lease.release(&state).await.unwrap());

    let (second, state) = take(Takeover::WhenExpired, 60).await.unwrap();
    let (third, _) = take(Takeover::WhenExpired, 121).await.expect("the second has expired");
    assert!(!second.put(&state).await.unwrap(), "it is fenced off");
    let (fourth, _) = take(Takeover::AtOnce, 122).await.expect("no matter who holds it");
    assert!(!third.release(&state).await.unwrap());
    assert!(fourth.release(&state).await.unwrap());
}

#[tokio::test]
async fn taking_the_lease_notes_whether_there_should_be_a_subscription() {
    let (_database, _, table) = table().await;
    for (desired, expected) in [
        (DesiredState::Unchanged, None),
        (DesiredState::Unsubscribed, Some(now())),
        (DesiredState::Unchanged, Some(now())),
        (DesiredState::Subscribed, None),
        (DesiredState::Unchanged, None),
    ] {
        let (lease, state) = take(&table, desired, Takeover::WhenExpired, now()).await.unwrap();
        assert_eq!(state.unsubscribed_at, expected, "{desired:?}");
        assert!(lease.release(&state).await.unwrap());
    }
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
    write(&table, &state).await;
    assert_eq!(table.subscription_state().await.unwrap(), Some(state));
}

#[tokio::test]
async fn the_subscription_never_expires_from_the_table() {
    let (_database, client, table) = table().await;
    let state = SubscriptionState { expires_at: Some(now()), ..SubscriptionState::default() };
    write(&table, &state).await;
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
    write(&table, &failed).await;
    write(&table, &SubscriptionState::default()).await;
    let state = table.subscription_state().await.unwrap();
    assert_eq!(state, Some(SubscriptionState::default()));
}
