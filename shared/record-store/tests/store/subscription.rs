//! The subscription's item.

use record_store::SubscriptionState;

use crate::world::{World, now};

#[tokio::test]
async fn the_state_of_the_subscription_comes_back_as_it_was_written() {
    let world = World::new().await;
    assert_eq!(world.store.subscription_state().await.unwrap(), None);
    let state = SubscriptionState {
        id: Some("subscription-1".to_owned()),
        expires_at: Some(now()),
        last_error: Some("consent is missing: grant CallRecords.Read.All".to_owned()),
        last_error_at: Some(now()),
        client_state_fingerprint: Some("00112233".to_owned()),
        notification_url: Some("https://calls.contoso.example/notifications".to_owned()),
        ..SubscriptionState::default()
    };
    world.store.put_subscription_state(&state).await.unwrap();
    assert_eq!(world.store.subscription_state().await.unwrap(), Some(state));
}

#[tokio::test]
async fn the_table_never_forgets_the_subscription() {
    let world = World::new().await;
    let state = SubscriptionState { expires_at: Some(now()), ..SubscriptionState::default() };
    world.store.put_subscription_state(&state).await.unwrap();
    let item = world.item("SUBSCRIPTION", "callRecords").await.unwrap();
    assert!(!item.contains_key("expires_at"));
    assert_eq!(item["subscription_expires_at"].as_s().unwrap(), &now().to_string());
}

#[tokio::test]
async fn a_later_state_takes_the_place_of_the_earlier() {
    let world = World::new().await;
    let failed =
        SubscriptionState { last_error: Some("it failed".to_owned()), ..Default::default() };
    world.store.put_subscription_state(&failed).await.unwrap();
    world.store.put_subscription_state(&SubscriptionState::default()).await.unwrap();
    let state = world.store.subscription_state().await.unwrap();
    assert_eq!(state, Some(SubscriptionState::default()));
}
