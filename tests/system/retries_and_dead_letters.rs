//! What is late, gone, broken or forbidden: nothing is lost, and what is dead-lettered can be tried again.

use std::time::Duration;

use aws_stand_ins::Fault;
use fake_graph::{ClientSecret, Failure, Target};
use reqwest::StatusCode;
use serde_json::json;
use teams_calls::system::{Settings, System};

use crate::invented_organisation::bare_call;

const TIMEOUT: Duration = Duration::from_secs(120);

/// SQS's own redrive, as an operator starts it.
async fn redrive(system: &System) {
    let client = aws_stand_ins::sqs_client(&system.sqs().url());
    client
        .start_message_move_task()
        .source_arn(system.sqs().queue_arn("calls-dead-letters"))
        .destination_arn(system.sqs().queue_arn("calls"))
        .send()
        .await
        .unwrap();
}

async fn settled(system: &System) {
    system.drained(TIMEOUT).await.unwrap();
}

#[tokio::test]
async fn a_record_that_is_not_there_yet_is_waited_for() {
    let system = System::start(Settings::quiet()).await.unwrap();
    system.graph().load(&bare_call("late")).unwrap();
    system.graph().not_found_for("late", Duration::from_secs(90 * 60));
    system.graph().notify("late");
    settled(&system).await;
    assert_eq!(system.store().version("late").await.unwrap(), Some(1));
    assert_eq!(system.dead_lettered().unwrap(), []);
}

/// And not for the queue's own visibility time-out.
#[tokio::test]
async fn a_message_that_is_retried_is_hidden_for_its_backoff() {
    let system = System::start(Settings::quiet()).await.unwrap();
    system.graph().notify("absent");
    let retried = async {
        while system.metrics().consumer.sum("RetriedNotFound") < 1.0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(TIMEOUT, retried).await.unwrap();
    let visible_at = system.sqs().next_visible(&system.queues().calls).unwrap().unwrap();
    let hidden = visible_at.duration_since(system.now()).as_secs();
    assert!((30..=66).contains(&hidden), "{hidden} s instead of a minute");
}

#[tokio::test]
async fn a_record_that_stays_away_is_dead_lettered_after_three_hours_and_a_redrive_brings_it_back()
{
    let system = System::start(Settings::quiet()).await.unwrap();
    let asked_at = system.now();
    system.graph().notify("absent");
    settled(&system).await;
    let dead_lettered = system.dead_lettered().unwrap();
    assert_eq!(dead_lettered.len(), 1);
    assert_eq!(dead_lettered[0].reason, "not_found");
    let waited = system.now().duration_since(asked_at).as_secs();
    assert!((3 * 3600..5 * 3600).contains(&waited), "after {waited} s");

    system.graph().load(&bare_call("absent")).unwrap();
    redrive(&system).await;
    settled(&system).await;
    assert_eq!(system.store().version("absent").await.unwrap(), Some(1));
    assert_eq!(system.dead_lettered().unwrap(), []);
}

#[tokio::test]
async fn an_undecodable_record_is_quarantined_and_dead_lettered_and_a_redrive_stores_it() {
    let system = System::start(Settings::quiet()).await.unwrap();
    system.graph().load(&bare_call("broken")).unwrap();
    system.graph().serve_instead("broken", Some("{\"id\": \"broken\", \"version\": [".to_owned()));
    system.graph().publish(&bare_call("sound")).unwrap();
    system.graph().notify("broken");
    settled(&system).await;
    assert_eq!(system.store().version("sound").await.unwrap(), Some(1));
    assert_eq!(system.store().version("broken").await.unwrap(), None);
    let dead_lettered = system.dead_lettered().unwrap();
    assert_eq!(dead_lettered.len(), 1);
    assert_eq!(dead_lettered[0].reason, "undecodable_record");
    let kept = system.store().quarantined_pages("broken").await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].body, br#"{"id": "broken", "version": ["#);

    system.graph().serve_instead("broken", None);
    redrive(&system).await;
    settled(&system).await;
    assert_eq!(system.store().version("broken").await.unwrap(), Some(1));
    assert_eq!(system.store().quarantined_pages("broken").await.unwrap(), []);
}

/// Every page decodes, and together they do not say when the call was.
#[tokio::test]
async fn pages_that_make_no_call_are_kept_and_dead_lettered() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let mut timeless = bare_call("timeless");
    system.graph().load(&timeless).unwrap();
    timeless.as_object_mut().unwrap().retain(|key, _| !key.ends_with("DateTime"));
    timeless["sessions"] = json!([]);
    system.graph().serve_instead("timeless", Some(timeless.to_string()));
    system.graph().notify("timeless");
    settled(&system).await;
    let dead_lettered = system.dead_lettered().unwrap();
    assert_eq!(dead_lettered[0].reason, "undecodable_record");
    assert!(dead_lettered[0].detail.contains("startDateTime"), "{}", dead_lettered[0].detail);
    let kept = system.store().quarantined_pages("timeless").await.unwrap();
    assert!(!kept.is_empty());
    assert!(kept.iter().all(|page| page.body == timeless.to_string().into_bytes()));
}

#[tokio::test]
async fn an_undecodable_message_is_dead_lettered_unchanged() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let client = aws_stand_ins::sqs_client(&system.sqs().url());
    let body = "not one of ours";
    let queue = &system.queues().calls;
    client.send_message().queue_url(queue).message_body(body).send().await.unwrap();
    settled(&system).await;
    let dead_lettered = system.dead_lettered().unwrap();
    assert_eq!(dead_lettered.len(), 1);
    assert_eq!(
        (dead_lettered[0].body.as_str(), dead_lettered[0].reason.as_str()),
        (body, "undecodable_message")
    );
}

/// A day in which nothing is dead-lettered, ten minutes at a time.
async fn a_day_passes(system: &System) {
    let until = system.now() + Duration::from_secs(24 * 3600);
    while system.now() < until {
        system.clock().advance(Duration::from_secs(600));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(system.dead_lettered().unwrap(), []);
}

#[tokio::test]
async fn a_day_without_graph_loses_nothing() {
    let system = System::start(Settings::quiet()).await.unwrap();
    system.graph().fail(Target::Graph, Failure::Status(StatusCode::SERVICE_UNAVAILABLE), 0);
    for number in 0..5 {
        system.graph().publish(&bare_call(&format!("call-{number}"))).unwrap();
    }
    a_day_passes(&system).await;
    system.graph().cancel_failures();
    settled(&system).await;
    assert_eq!(system.compare_with_graph().await.unwrap().stored, 5);
}

/// Each return costs a receive, of which the queue allows 200: one per answer would be minutes.
#[tokio::test]
async fn a_day_in_which_graph_asks_for_no_wait_at_all_loses_nothing_and_costs_few_receives() {
    let system = System::start(Settings::quiet()).await.unwrap();
    system.graph().fail(Target::Records, Failure::Throttled(Some(Duration::ZERO)), 0);
    system.graph().publish(&bare_call("call-1")).unwrap();
    a_day_passes(&system).await;
    let receives = system.metrics().consumer.sum("RetriedThrottled");
    assert!((20.0..60.0).contains(&receives), "{receives} receives in a day");
    system.graph().cancel_failures();
    settled(&system).await;
    assert_eq!(system.store().version("call-1").await.unwrap(), Some(1));
}

#[tokio::test]
async fn consent_that_is_withdrawn_for_a_day_and_given_back_loses_nothing() {
    let system = System::start(Settings::quiet()).await.unwrap();
    system.graph().set_consent(false);
    system.graph().revoke_tokens();
    system.graph().load(&bare_call("call-1")).unwrap();
    system.graph().notify("call-1");
    a_day_passes(&system).await;
    assert!(system.metrics().consumer.sum("RetriedAccessRefused") > 20.0, "it was tried all day");
    assert_eq!(system.store().version("call-1").await.unwrap(), None);
    system.graph().set_consent(true);
    settled(&system).await;
    assert_eq!(system.store().version("call-1").await.unwrap(), Some(1));
}

#[tokio::test]
async fn a_secret_that_expired_and_was_replaced_a_day_later_loses_nothing() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let replacement = "invented~client.secret-0002";
    system.graph().set_client_secrets(vec![
        ClientSecret::new(fake_graph::CLIENT_SECRET).expiring(system.now()),
        ClientSecret::new(replacement),
    ]);
    system.graph().revoke_tokens();
    system.graph().load(&bare_call("call-1")).unwrap();
    system.graph().notify("call-1");
    a_day_passes(&system).await;
    assert!(system.metrics().consumer.sum("RetriedAccessRefused") > 20.0, "it was tried all day");
    system.replace_client_secret(replacement).unwrap();
    settled(&system).await;
    assert_eq!(system.store().version("call-1").await.unwrap(), Some(1));
}

#[tokio::test]
async fn a_subscription_that_vanished_is_recreated() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let first = system.graph().subscriptions().remove(0);
    assert!(system.graph().forget_subscription(&first.id));
    system.tick_renewer().await.unwrap();
    let now = system.graph().subscriptions();
    assert_eq!(now.len(), 1);
    assert_ne!(now[0].id, first.id);
}

/// The key of the marks cannot be read: a call of a forgotten person is retried and never acknowledged
/// with the person in it.
#[tokio::test]
async fn a_call_waits_while_the_key_of_the_marks_of_forgotten_people_cannot_be_read() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let asks_for_the_key = |body: &[u8]| String::from_utf8_lossy(body).contains("forget-key");
    let person: call_records::PersonKey = "user:forgotten-before".parse().unwrap();
    let soon = tokio::time::Instant::now() + TIMEOUT;
    system.writer().forget(&person, system.now(), soon).await.unwrap();
    system.secrets_manager().faults().set(move |request| {
        if asks_for_the_key(&request.body) {
            Fault::ErrorBefore(400, "AccessDeniedException")
        } else {
            Fault::None
        }
    });
    system.graph().load(&bare_call("call")).unwrap();
    system.graph().notify("call");
    let retried = || system.metrics().consumer.sum("RetriedAccessRefused");
    let end = tokio::time::Instant::now() + TIMEOUT;
    while retried() < 2.0 {
        assert!(tokio::time::Instant::now() < end, "it was not retried");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(system.metrics().consumer.sum("DeadLettered"), 0.0);
    system.secrets_manager().faults().clear();
    settled(&system).await;
    assert_eq!(system.store().version("call").await.unwrap(), Some(1));
    assert_eq!(system.dead_lettered().unwrap(), []);
}
