//! The secret: not filled in, expired, replaced, rotated.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_stand_ins::{REGION, SecretsManager, credentials, http_client};
use fake_graph::{CLIENT_SECRET, ClientSecret, Options};
use lambda_kit::Secrets;
use renewer::{ActionTaken, RenewerSecrets};
use serde_json::{Value, json};

use crate::world::{OLDER_STATE, STATE, World, client_states_json, noon, secret};

const NAME: &str = "graph";
const CLIENT_STATES: &str = "client-states";
const NEXT_CLIENT_SECRET: &str = "invented~client.secret-0002";

/// A world whose secrets are in Secrets Manager, and that Secrets Manager.
async fn world_with_vault(value: &str, client_states: &[&str]) -> (World, SecretsManager) {
    let vault = SecretsManager::start().await.unwrap();
    vault.create(NAME, value).unwrap();
    vault.create(CLIENT_STATES, &client_states_json(client_states)).unwrap();
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials()))
        .http_client(http_client())
        .endpoint_url(vault.url())
        .build();
    let expiring =
        ClientSecret::new(CLIENT_SECRET).expiring(noon() + jiff::SignedDuration::from_hours(12));
    let client_secrets = vec![expiring, ClientSecret::new(NEXT_CLIENT_SECRET)];
    let options = Options { client_secrets, ..Options::default() };
    let secrets = RenewerSecrets {
        graph: Secrets::new(&config, NAME),
        client_states: Secrets::new(&config, CLIENT_STATES),
    };
    (World::with_secrets(options, secrets).await, vault)
}

/// Lets time pass, so that caches expire.
async fn age_caches_by(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_client_secret_that_expired_is_replaced_in_the_same_run() {
    let (world, vault) = world_with_vault(&secret(CLIENT_SECRET), &[STATE]).await;
    assert!(world.check().await.healthy);
    world.later(36 * 60);
    vault.put(NAME, &secret(NEXT_CLIENT_SECRET)).unwrap();
    age_caches_by(Duration::from_secs(11)).await;
    let outcome = world.check().await;
    assert_eq!((outcome.error, outcome.actions), (None, vec![ActionTaken::Renewed]));
}

#[tokio::test]
async fn a_client_secret_that_expired_and_was_not_replaced_is_named() {
    let (world, vault) = world_with_vault(&secret(CLIENT_SECRET), &[STATE]).await;
    world.check().await;
    world.later(13 * 60);
    age_caches_by(Duration::from_secs(11)).await;
    let sentence = world.check().await.error.unwrap();
    assert!(sentence.contains("client secret has expired"), "{sentence}");
    assert!(!sentence.contains(CLIENT_SECRET));
    assert_eq!(world.state().await.last_error, Some(sentence));

    vault.put(NAME, &secret(NEXT_CLIENT_SECRET)).unwrap();
    world.later(60);
    age_caches_by(Duration::from_secs(11)).await;
    let outcome = world.check().await;
    assert!(outcome.healthy && outcome.gap.is_none());
    assert_eq!(world.state().await.last_error, None);
}

#[tokio::test]
async fn a_client_state_that_rotated_is_noticed_though_nothing_refuses_it() {
    let (world, vault) = world_with_vault(&secret(CLIENT_SECRET), &[OLDER_STATE]).await;
    world.check().await;
    vault.put(CLIENT_STATES, &client_states_json(&[STATE, OLDER_STATE])).unwrap();
    world.later(60);
    age_caches_by(Duration::from_mins(6)).await;
    assert_eq!(world.check().await.actions, [ActionTaken::Deleted, ActionTaken::Created]);
    assert_eq!(world.only_subscription().client_state.as_deref(), Some(STATE));
}

#[tokio::test]
async fn a_stack_whose_secret_is_not_filled_in_is_deployed_and_says_so() {
    let blank = json!({"tenant_id": "", "client_id": ""}).to_string();
    let (world, vault) = world_with_vault(&blank, &[STATE]).await;
    let create = json!({
        "RequestType": "Create",
        "ResponseURL": world.url("stack"),
        "StackId": "s",
        "RequestId": "r",
        "LogicalResourceId": "Subscription",
    });
    world.handle(create).await.unwrap();
    let requests = world.web.received_requests().await.unwrap();
    let answer: Value = requests.last().unwrap().body_json().unwrap();
    assert_eq!(answer["Status"], "SUCCESS");
    let status = answer["Data"]["Status"].as_str().unwrap();
    assert!(status.contains("set tenant_id"), "{status}");

    vault.put(NAME, &secret(CLIENT_SECRET)).unwrap();
    let answer = world.handle(json!({"action": "check"})).await.unwrap();
    assert_eq!(answer["actions"], json!(["created"]));
}

/// An older version kept the client states in the same secret as the credentials. After the update
/// the subscription still has that one, which the webhook accepts no longer.
#[tokio::test]
async fn the_client_state_of_an_older_versions_secret_is_replaced_and_the_gap_is_reported() {
    let mut of_before: Value = serde_json::from_str(&secret(CLIENT_SECRET)).unwrap();
    of_before["client_states"] = json!(OLDER_STATE);
    let (world, vault) = world_with_vault(&of_before.to_string(), &[OLDER_STATE]).await;
    assert!(world.check().await.healthy);
    world.later(45);
    vault.put(CLIENT_STATES, &client_states_json(&[STATE])).unwrap();
    age_caches_by(Duration::from_mins(6)).await;
    let outcome = world.check().await;
    assert_eq!(outcome.actions, [ActionTaken::Deleted, ActionTaken::Created]);
    assert_eq!(world.only_subscription().client_state.as_deref(), Some(STATE));
    let gap = outcome.gap.expect("what the webhook refused is read from Graph's list");
    // A run reckons the time that it takes: moments more than the clock of the test.
    assert!(gap.from < world.now() - jiff::SignedDuration::from_mins(44), "{gap:?}");
    assert!(gap.to >= world.now(), "{gap:?}");
    assert!(world.check().await.actions.is_empty());
}

#[tokio::test]
async fn client_states_that_cannot_be_read_are_named_and_leave_the_subscription_alone() {
    let (world, vault) = world_with_vault(&secret(CLIENT_SECRET), &[STATE]).await;
    vault.put(CLIENT_STATES, "{}").unwrap();
    let sentence = world.check().await.error.unwrap();
    assert!(sentence.contains("CLIENT_STATES_ARN"), "{sentence}");
    assert!(world.graph.subscriptions().is_empty());
}
