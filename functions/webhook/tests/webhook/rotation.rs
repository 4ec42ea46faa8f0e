//! The secret: absent, late, rotated.

use std::time::{Duration, Instant};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_stand_ins::{Fault, SecretsManager};
use lambda_kit::{ClientStates, Secrets};

use serde_json::json;

use crate::system::{STATE, System, notification, secret_json, with};

const NEW_STATE: &str = "invented-client-state-after";

pub(crate) fn secrets_at(url: &str) -> Secrets<ClientStates> {
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(aws_stand_ins::REGION))
        .credentials_provider(SharedCredentialsProvider::new(aws_stand_ins::credentials()))
        .http_client(aws_stand_ins::http_client())
        .endpoint_url(url)
        .build();
    Secrets::new(&config, "calls")
}

async fn start() -> (SecretsManager, System) {
    let manager = SecretsManager::start().await.unwrap();
    manager.create("calls", &secret_json(STATE)).unwrap();
    let system = System::with(secrets_at(&manager.url())).await;
    (manager, system)
}

#[tokio::test]
async fn the_secret_is_fetched_for_the_first_notification_and_kept() {
    let (manager, system) = start().await;
    for _ in 0..3 {
        assert_eq!(system.post_entries(&[notification("a")]).await, 202);
    }
    assert_eq!(manager.faults().requests(), 1);
}

/// Lets the cache of the secret grow older. Only while nothing is on its way: sockets know nothing
/// of tokio's clock.
async fn let_pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

#[tokio::test]
async fn a_client_state_newer_than_our_copy_of_the_secret_is_let_in() {
    let (manager, system) = start().await;
    assert_eq!(system.post_entries(&[notification("old")]).await, 202);
    manager.put("calls", &secret_json(NEW_STATE)).unwrap();
    let_pass(Duration::from_secs(11)).await;

    let forged = with(notification("forged"), "clientState", "invented-guess-of-a-stranger");
    let new = with(notification("new"), "clientState", NEW_STATE);
    assert_eq!(system.post_entries(&[new, forged]).await, 202);
    assert_eq!(system.queued_calls(), ["new", "old"]);
    assert_eq!(system.metrics.of("Rejected"), [1.0]);
}

/// How an operator rotates: the new one first, the old one behind it until the subscription has the
/// new one.
#[tokio::test]
async fn while_both_client_states_are_in_the_secret_rotating_loses_nothing() {
    let (manager, system) = start().await;
    assert_eq!(system.post_entries(&[notification("before")]).await, 202);
    let both = json!({ "client_states": [NEW_STATE, STATE] }).to_string();
    manager.put("calls", &both).unwrap();
    for (age, call) in [(0, "at-once"), (11, "soon"), (5 * 60, "later")] {
        let_pass(Duration::from_secs(age)).await;
        let old = notification(&format!("{call}-by-the-old"));
        let new = with(notification(&format!("{call}-by-the-new")), "clientState", NEW_STATE);
        let entries = if age == 0 { vec![old] } else { vec![old, new] };
        assert_eq!(system.post_entries(&entries).await, 202);
    }
    assert_eq!(system.queued_calls().len(), 6);
    assert_eq!(system.metrics.sum("Rejected"), 0.0);
}

#[tokio::test]
async fn a_client_state_that_was_taken_out_of_the_secret_is_let_in_no_longer() {
    let (manager, system) = start().await;
    assert_eq!(system.post_entries(&[notification("before")]).await, 202);
    manager.put("calls", &secret_json(NEW_STATE)).unwrap();
    let_pass(Duration::from_secs(5 * 60)).await;
    assert_eq!(system.post_entries(&[notification("after")]).await, 202);
    assert_eq!(system.queued_calls(), ["before"]);
}

#[tokio::test]
async fn guessed_client_states_do_not_fetch_the_secret_each_time() {
    let (manager, system) = start().await;
    for minute in 0..2 {
        for number in 0..25 {
            let state = format!("invented-guess-{number}");
            let forged = with(notification("a"), "clientState", state);
            assert_eq!(system.post_entries(&[forged]).await, 202);
        }
        assert_eq!(manager.faults().requests(), minute + 1);
        let_pass(Duration::from_secs(60)).await;
    }
    assert!(system.queued_calls().is_empty());
}

#[tokio::test]
async fn while_secrets_manager_is_down_the_copy_goes_on_serving() {
    let (manager, system) = start().await;
    assert_eq!(system.post_entries(&[notification("a")]).await, 202);
    let_pass(Duration::from_secs(3600)).await;
    manager.faults().set(|_| Fault::Hang);
    let begun = Instant::now();
    assert_eq!(system.post_entries(&[notification("b")]).await, 202);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(system.queued_calls(), ["a", "b"]);
}

#[tokio::test]
async fn without_any_secret_nothing_is_acknowledged() {
    let (manager, system) = start().await;
    for fault in [Fault::ErrorBefore(500, "InternalServiceError"), Fault::Hang, Fault::DropBefore] {
        manager.faults().set(move |_| fault.clone());
        let begun = Instant::now();
        assert_eq!(system.post_entries(&[notification("a")]).await, 503);
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    }
    manager.faults().clear();
    assert_eq!(system.post_entries(&[notification("a")]).await, 202);
    assert_eq!(system.queued_calls(), ["a"]);
}

/// Each fetch has a time limit, and requests wait for one another's.
#[tokio::test]
async fn requests_that_wait_for_the_same_secret_are_all_answered_in_time() {
    let (manager, system) = start().await;
    manager.faults().set(|_| Fault::Hang);
    let begun = Instant::now();
    let entries = [notification("a")];
    let post = || system.post_entries(&entries);
    let (one, two, three, four, five) = tokio::join!(post(), post(), post(), post(), post());
    assert_eq!([one, two, three, four, five], [503; 5]);
    assert!(begun.elapsed() < Duration::from_millis(2_500), "{:?}", begun.elapsed());
}
