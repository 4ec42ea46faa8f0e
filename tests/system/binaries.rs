//! The real binaries, driven over the Lambda Runtime API as on AWS.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use aws_stand_ins::{FunctionOptions, RuntimeApi};
use fake_graph::organisation::{Organisation, Plan};
use jiff::civil::date;
use serde_json::json;
use system_tests::events::{next_batch, notification, posted};
use teams_calls::system::{Settings, System};

pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// Builds the binaries once and says where they are.
///
/// The tests of the workspace are named along with them because cargo chooses the features of
/// dependencies by what it is asked for: so they are those of `cargo test --workspace`, and nothing
/// that it built is built again.
pub(crate) fn binaries() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["build", "--workspace", "--bins", "--tests"])
            .current_dir(env!("CARGO_MANIFEST_DIR"));
        // The variables that cargo sets for this test are not for the build: ring's build script reads
        // these variables, and would be run, and all that depends on it compiled, each time.
        for (name, _) in std::env::vars_os() {
            let of_a_package = ["CARGO_PKG_", "CARGO_MANIFEST_"];
            if name.to_str().is_some_and(|name| of_a_package.iter().any(|it| name.starts_with(*it)))
            {
                cargo.env_remove(&name);
            }
        }
        let built = cargo.status().unwrap();
        assert!(built.success(), "the binaries do not build");
        // This test is at <target>/debug/deps/system-<hash>.
        let test = std::env::current_exe().unwrap();
        test.ancestors().nth(2).unwrap().to_owned()
    })
}

/// A function of the system, in a process of its own.
pub(crate) async fn function(system: &System, name: &str) -> RuntimeApi {
    let options = FunctionOptions::new(name, binaries().join(name));
    RuntimeApi::start(options.variables(system.environment())).await.unwrap()
}

/// A system whose own consumer is at rest, so that messages stay for the binary.
pub(crate) async fn system_without_consumer() -> System {
    let mut system = System::start(Settings::quiet()).await.unwrap();
    system.stop_consuming();
    system
}

#[tokio::test]
async fn the_webhook_binary_answers_the_handshake_and_enqueues_what_is_genuine() {
    let system = system_without_consumer().await;
    let webhook = function(&system, "webhook").await;

    let handshake = http::Request::post("/notifications?validationToken=a%20b%2Bc");
    let event = aws_stand_ins::http_event(&handshake.body("".into()).unwrap());
    let answer = webhook.invoke(&event, TIMEOUT).await.unwrap();
    assert_eq!((&answer["statusCode"], &answer["body"]), (&json!(200), &json!("a b+c")));

    let genuine = notification(&system, "genuine");
    let mut forged = notification(&system, "forged");
    forged["clientState"] = json!("forged");
    let event = posted("/notifications", &[genuine.clone(), forged, genuine]).unwrap();
    let answer = webhook.invoke(&event, TIMEOUT).await.unwrap();
    assert_eq!(answer["statusCode"], 202);
    let messages = system.sqs().messages(&system.queues().calls).unwrap();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].body.contains("genuine"));
}

#[tokio::test]
async fn the_renewer_binary_subscribes() {
    let settings = Settings { subscribe: false, ..Settings::quiet() };
    let system = System::start(settings).await.unwrap();
    let renewer = function(&system, "renewer").await;
    renewer.invoke(&json!({}), TIMEOUT).await.unwrap();
    assert_eq!(system.graph().subscriptions().len(), 1);
    let state = system.store().subscription_state().await.unwrap().unwrap();
    assert_eq!(state.last_error, None);
}

#[tokio::test]
async fn the_consumer_binary_stores_a_meeting_of_a_thousand_people_within_128_mb() {
    let system = system_without_consumer().await;
    let plan = Plan {
        people: 1_000,
        calls: 1,
        seed: 5,
        day: date(2026, 11, 2),
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    };
    let meeting = Organisation::meeting(&plan, 1_000, 1);
    system.graph().publish(meeting.versions.last().unwrap()).unwrap();
    assert!(system.graph().is_quiet_within(TIMEOUT).await);

    let consumer = function(&system, "consumer").await;
    let answer = consumer.invoke(&next_batch(&system).await.unwrap(), TIMEOUT).await.unwrap();
    assert_eq!(answer, json!({"batchItemFailures": []}));
    let call = system.store().call(&meeting.id).await.unwrap().unwrap();
    assert_eq!(call.people.iter().filter(|part| part.attended == Some(true)).count(), 1_000);
    let peak = consumer.peak_memory();
    assert!(peak > 0 && peak < 128 * 1024 * 1024, "{} MiB", peak / 1024 / 1024);
    println!("peak memory of the consumer: {} MiB", peak / 1024 / 1024);
}

/// A page that is all numbers, one with as many sessions as an array may have, one that is longer than
/// any answer that is read, and beside them a call that must not suffer for it.
#[tokio::test]
async fn records_that_are_far_too_large_do_not_take_the_memory_of_the_consumer_binary() {
    let system = system_without_consumer().await;
    let of = |calls| Plan {
        people: 40,
        calls,
        seed: 6,
        day: date(2026, 11, 2),
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    };
    let calls = Organisation::invent(&of(4)).calls;
    for call in &calls {
        system.graph().publish(call.versions.last().unwrap()).unwrap();
    }
    let page = |id: &str, rest: String| format!(r#"{{"id": "{id}", "version": 1, {rest}}}"#);
    let list = |value: &str, times: usize| vec![value; times].join(",");
    // Nearly as many values as a page may have, in 8 MB: their readers take turns.
    let segment = format!(r#"{{"media": [{{}}], "x": "{}"}}"#, "x".repeat(150));
    let session = format!(r#"{{"segments": [{}]}}"#, list(&segment, 4_900));
    let hostile = [
        format!(r#""sessions": [], "x": [{}]"#, list(&"1".repeat(40), 199_000)),
        format!(r#""sessions": [{}]"#, list(&session, 8)),
        format!(r#""sessions": [], "x": [{}]"#, list("1", 5 * 1024 * 1024)),
    ];
    for (call, hostile) in calls.iter().zip(hostile) {
        system.graph().serve_instead(&call.id, Some(page(&call.id, hostile)));
    }
    assert!(system.graph().is_quiet_within(TIMEOUT).await);

    let consumer = function(&system, "consumer").await;
    let answer = consumer.invoke(&next_batch(&system).await.unwrap(), TIMEOUT).await.unwrap();
    assert_eq!(answer["batchItemFailures"], json!([]));
    assert!(system.store().version(&calls[3].id).await.unwrap().is_some());
    let dead_lettered = system.dead_lettered().unwrap();
    let reasons: Vec<_> = dead_lettered.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(reasons, ["undecodable_record"; 3], "{dead_lettered:?}");
    let peak = consumer.peak_memory();
    // Of the function's 256 MB, some are Lambda's own.
    assert!(peak > 0 && peak < 200 * 1024 * 1024, "{} MiB", peak / 1024 / 1024);
    println!("peak memory of the consumer: {} MiB", peak / 1024 / 1024);
}
