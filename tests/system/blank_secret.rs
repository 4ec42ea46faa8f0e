//! The real functions while a secret is blank, as it is after a deployment until it is filled in.

use std::time::Duration;

use aws_stand_ins::RuntimeApi;
use lambda_kit::{ClientStates, SecretValue as _};
use serde_json::{Value, json};
use system_tests::events::{next_batch, notification, posted};
use teams_calls::system::{Settings, System};

use crate::binaries::{function, system_without_consumer};
use crate::invented_organisation::bare_call;

const TIMEOUT: Duration = Duration::from_secs(60);

const NIGHT: Duration = Duration::from_hours(12);

/// The calls that the tests announce.
const CALLS: usize = 12;

async fn system_with_calls_and_a_blank_secret() -> System {
    let system = system_without_consumer().await;
    for number in 0..CALLS {
        system.graph().publish(&bare_call(&format!("call-{number}"))).unwrap();
    }
    assert!(system.graph().is_quiet_within(TIMEOUT).await);
    system.blank_graph_secret().unwrap();
    system
}

/// Lines of the log with this event.
fn logged(function: &RuntimeApi, event: &str) -> Vec<Value> {
    let lines = function.output().into_iter();
    let lines = lines.filter_map(|line| serde_json::from_str::<Value>(&line.text).ok());
    lines.filter(|line| line["message"] == event).collect()
}

#[tokio::test]
async fn the_consumer_binary_puts_calls_back_while_the_secret_is_blank_and_stores_all_once_it_is_filled_in()
 {
    let system = system_with_calls_and_a_blank_secret().await;
    let consumer = function(&system, "consumer").await;
    let (mut receives, mut invocations) = (0, 0);
    let until = system.now() + NIGHT;
    while system.now() < until {
        let batch = next_batch(&system).await.unwrap();
        let messages = batch["Records"].as_array().unwrap().len();
        if messages > 0 {
            let answer = consumer.invoke(&batch, TIMEOUT).await.unwrap();
            assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), messages);
            receives += messages;
            invocations += 1;
        }
        skip_to_the_next_message(&system);
    }
    assert_eq!(consumer.cold_starts(), 1, "a process that exits burns the batch");
    let refused = logged(&consumer, "secret.unusable");
    assert!(refused[0]["error"].as_str().unwrap().contains("set tenant_id"), "{refused:?}");
    assert_eq!(refused[0]["level"], "ERROR");
    let per_message = receives / CALLS;
    assert!((20..40).contains(&per_message), "{per_message} receives of each in a night");
    println!("{per_message} receives of each message in 12 hours, {invocations} invocations");

    system.replace_client_secret(fake_graph::CLIENT_SECRET).unwrap();
    while system.compare_with_graph().await.unwrap().stored < CALLS {
        skip_to_the_next_message(&system);
        let batch = next_batch(&system).await.unwrap();
        if !batch["Records"].as_array().unwrap().is_empty() {
            consumer.invoke(&batch, TIMEOUT).await.unwrap();
        }
    }
    assert_eq!(system.dead_lettered().unwrap(), []);
}

/// Lets time pass until a message is visible; none at all if one is, or if there is none.
fn skip_to_the_next_message(system: &System) {
    let next = system.sqs().next_visible(&system.queues().calls).unwrap();
    let wait = next.map(|next| next.duration_since(system.now()));
    if let Some(wait) = wait.and_then(|wait| Duration::try_from(wait).ok()) {
        system.clock().advance(wait + Duration::from_millis(1));
    }
}

#[tokio::test]
async fn the_reconciler_binary_says_what_to_fill_in_and_compares_once_it_is_filled_in() {
    let system = system_with_calls_and_a_blank_secret().await;
    let reconciler = function(&system, "reconciler").await;
    let due = json!({"schedule": "due"});
    let failed = reconciler.invoke(&due, TIMEOUT).await.unwrap_err();
    assert!(failed.to_string().contains("set tenant_id"), "{failed}");
    // A gap is stored, so that its message is done and costs no receive more.
    let gap = json!({"from": system.now(), "to": system.now(), "reason": "missed"});
    let gaps = json!({"Records": [{"messageId": "gap", "body": gap.to_string()}]});
    let answer = reconciler.invoke(&gaps, TIMEOUT).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));

    system.replace_client_secret(fake_graph::CLIENT_SECRET).unwrap();
    let run = reconciler.invoke(&due, TIMEOUT).await.unwrap();
    assert_eq!(run["found"]["listed"], CALLS, "{run}");
    assert_eq!(reconciler.cold_starts(), 1);
}

/// Graph sends again what is not acknowledged.
#[tokio::test]
async fn the_webhook_binary_answers_503_while_the_client_states_cannot_be_read_and_takes_all_then()
{
    let system = System::start(Settings::quiet()).await.unwrap();
    let name = "client-states";
    system.secrets_manager().put(name, "{}").unwrap();
    let webhook = function(&system, "webhook").await;
    let event = posted("/notifications", &[notification(&system, "call-1")]).unwrap();
    for _ in 0..2 {
        let answer = webhook.invoke(&event, TIMEOUT).await.unwrap();
        assert_eq!(answer["statusCode"], 503);
    }
    let said = logged(&webhook, "notifications.not_acknowledged");
    assert!(said[0]["error"].as_str().unwrap().contains(ClientStates::SETTING), "{said:?}");
    let filled_in = json!({"client_states": [system.client_state()]});
    system.secrets_manager().put(name, &filled_in.to_string()).unwrap();
    let answer = webhook.invoke(&event, TIMEOUT).await.unwrap();
    assert_eq!(answer["statusCode"], 202);
    assert_eq!(webhook.cold_starts(), 1);
}
