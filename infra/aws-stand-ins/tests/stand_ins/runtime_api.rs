//! The Runtime API, with the official runtime on the other side.

use std::time::{Duration, Instant};

use ::http::Request;
use aws_stand_ins::{FunctionOptions, InvokeError, RuntimeApi, Stream};
use serde_json::{Value, json};

use crate::http::exchange;

const TIMEOUT: Duration = Duration::from_secs(20);

fn options() -> FunctionOptions {
    FunctionOptions::new("obedient", env!("CARGO_BIN_EXE_obedient-function"))
}

async fn obedient() -> RuntimeApi {
    RuntimeApi::start(options()).await.unwrap()
}

/// Waits until `condition` holds.
async fn until(condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < TIMEOUT, "the condition did not come true");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_warm_process_serves_one_event_after_another() {
    let function = obedient().await;
    assert_eq!(function.cold_starts(), 0);
    for n in 0..3 {
        let event = json!({"number": n});
        assert_eq!(function.invoke(&event, TIMEOUT).await, Ok(event));
    }
    assert_eq!(function.cold_starts(), 1);
    assert!(function.peak_memory() > 1024 * 1024);
}

#[tokio::test]
async fn a_process_finds_the_environment_of_lambda_and_nothing_else() {
    let options =
        options().variables([("TABLE_NAME", "call-records"), ("AWS_REGION", "eu-west-1")]);
    let function = RuntimeApi::start(FunctionOptions { memory_mb: 256, ..options }).await.unwrap();
    let described =
        function.invoke(&json!({"do": "describe"}), Duration::from_secs(7)).await.unwrap();
    let variables = &described["variables"];
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "obedient"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/obedient"),
        ("AWS_REGION", "eu-west-1"),
        ("TABLE_NAME", "call-records"),
    ] {
        assert_eq!(variables[name], value, "{name}");
    }
    // Cargo sets this for the test; a function must not see it.
    assert!(variables.get("CARGO_MANIFEST_DIR").is_none());
    assert_eq!(described["arn"], "arn:aws:lambda:us-east-1:000000000000:function:obedient");
    assert!(described["trace"].as_str().unwrap().starts_with("Root=1-"));
    assert_eq!(described["request_id"].as_str().unwrap().len(), 36);
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_millis();
    let left = i128::from(described["deadline"].as_u64().unwrap()) - i128::try_from(now).unwrap();
    assert!((0..=7000).contains(&left), "{left} ms are left");
}

#[tokio::test]
async fn a_failure_is_reported_and_the_process_lives_on() {
    let function = obedient().await;
    for order in ["fail", "panic"] {
        let failed = function.invoke(&json!({"do": order}), TIMEOUT).await.unwrap_err();
        let InvokeError::FunctionError { message, .. } = failed else { panic!("{failed:?}") };
        assert!(message.contains("as ordered"), "{message}");
    }
    assert_eq!(function.invoke(&json!(1), TIMEOUT).await, Ok(json!(1)));
    assert_eq!(function.cold_starts(), 1);
}

#[tokio::test]
async fn an_exit_fails_its_invocation_and_the_next_starts_cold() {
    let function = obedient().await;
    let failed = function.invoke(&json!({"do": "exit"}), TIMEOUT).await.unwrap_err();
    assert_eq!(failed, InvokeError::Exited { status: "exit status: 3".to_owned() });
    assert_eq!(function.invoke(&json!(1), TIMEOUT).await, Ok(json!(1)));
    assert_eq!(function.cold_starts(), 2);
}

#[tokio::test]
async fn a_time_out_kills_the_process() {
    let function = obedient().await;
    let described = function.invoke(&json!({"do": "describe"}), TIMEOUT).await.unwrap();
    let sleep = json!({"do": "sleep", "milliseconds": 60_000});
    let after = Duration::from_millis(200);
    let failed = function.invoke(&sleep, after).await.unwrap_err();
    assert_eq!(failed, InvokeError::TimedOut { after });
    let process = format!("/proc/{}", described["process"]);
    assert!(!std::path::Path::new(&process).exists());
    let restarted = function.invoke(&json!({"do": "describe"}), TIMEOUT).await.unwrap();
    assert_ne!(restarted["process"], described["process"]);
    assert_eq!(function.cold_starts(), 2);
}

#[tokio::test]
async fn a_kill_ends_the_invocation_under_way() {
    let function = obedient().await;
    let sleep = json!({"do": "sleep", "milliseconds": 60_000});
    let began = Instant::now();
    let killer = async {
        let asleep = || function.output().iter().any(|line| line.text == r#"{"order":"sleep"}"#);
        until(asleep).await;
        function.kill();
    };
    let (result, ()) = tokio::join!(function.invoke(&sleep, Duration::from_secs(60)), killer);
    let InvokeError::Exited { status } = result.unwrap_err() else { panic!("it should exit") };
    assert!(status.contains("signal: 9"), "{status}");
    assert!(began.elapsed() < TIMEOUT);
    // Killed while idle, it is simply replaced.
    function.invoke(&json!(1), TIMEOUT).await.unwrap();
    function.kill();
    function.invoke(&json!(2), TIMEOUT).await.unwrap();
    assert_eq!(function.cold_starts(), 3);
}

#[tokio::test]
async fn what_a_process_writes_is_kept() {
    let function = obedient().await;
    function.invoke(&json!({"do": "panic"}), TIMEOUT).await.unwrap_err();
    let said = |stream, text: &str| {
        function.output().iter().any(|line| line.stream == stream && line.text.contains(text))
    };
    until(|| said(Stream::Out, "starting") && said(Stream::Error, "as ordered")).await;
}

#[tokio::test]
async fn peak_memory_shows_what_was_used() {
    let function = obedient().await;
    function.invoke(&json!(1), TIMEOUT).await.unwrap();
    let before = function.peak_memory();
    let allocate = json!({"do": "allocate", "bytes": 100_000_000});
    assert_eq!(function.invoke(&allocate, TIMEOUT).await, Ok(json!(100_000_000)));
    assert!(function.peak_memory() > before + 90_000_000);
}

#[tokio::test]
async fn as_many_processes_work_at_once_as_allowed_and_no_more() {
    let options = FunctionOptions { concurrency: 2, ..options() };
    let function = RuntimeApi::start(options).await.unwrap();
    let sleep = json!({"do": "sleep", "milliseconds": 100});
    let invoke = || function.invoke(&sleep, TIMEOUT);
    let (a, b, c, d) = tokio::join!(invoke(), invoke(), invoke(), invoke());
    assert!([a, b, c, d].iter().all(Result::is_ok));
    assert_eq!(function.cold_starts(), 2);
    assert_eq!(function.process_ids().len(), 2);
}

#[tokio::test]
async fn payloads_beyond_six_megabytes_are_refused_both_ways() {
    let function = obedient().await;
    let long = json!("x".repeat(6 * 1024 * 1024));
    let refused = function.invoke(&long, TIMEOUT).await.unwrap_err();
    assert_eq!(refused, InvokeError::TooLarge(6 * 1024 * 1024 + 2));
    let answer = json!({"do": "answer", "bytes": 6 * 1024 * 1024});
    let failed = function.invoke(&answer, TIMEOUT).await.unwrap_err();
    let InvokeError::FunctionError { kind, .. } = failed else { panic!("{failed:?}") };
    assert_eq!(kind, "Function.ResponseSizeTooLarge");
}

#[tokio::test]
async fn a_program_that_does_not_start_or_never_asks_for_work_is_an_error() {
    let none = RuntimeApi::start(FunctionOptions::new("none", "/no/such/bootstrap")).await.unwrap();
    let failed = none.invoke(&json!(1), TIMEOUT).await.unwrap_err();
    assert!(matches!(failed, InvokeError::NotStarted(_)), "{failed:?}");

    let ends = RuntimeApi::start(FunctionOptions::new("ends", "/bin/false")).await.unwrap();
    let failed = ends.invoke(&json!(1), TIMEOUT).await.unwrap_err();
    assert_eq!(failed, InvokeError::Exited { status: "exit status: 1".to_owned() });

    let init_timeout = Duration::from_millis(100);
    let sleep = FunctionOptions::new("sleeps", "/bin/sleep");
    let sleep = FunctionOptions { arguments: vec!["60".to_owned()], init_timeout, ..sleep };
    let sleeps = RuntimeApi::start(sleep).await.unwrap();
    let failed = sleeps.invoke(&json!(1), TIMEOUT).await.unwrap_err();
    assert_eq!(failed, InvokeError::TimedOut { after: init_timeout });
    assert!(sleeps.process_ids().is_empty());
}

/// A program that someone else starts: here, a few requests by hand.
struct ByHand(String);

impl ByHand {
    async fn get(&self, path: &str) -> ::http::Response<bytes::Bytes> {
        let uri = format!("http://{}/2018-06-01/runtime/{path}", self.0);
        exchange(Request::get(uri).body(String::new()).unwrap()).await.unwrap()
    }

    async fn post(&self, path: &str, body: &str) -> (u16, Value) {
        let uri = format!("http://{}/2018-06-01/runtime/{path}", self.0);
        let answer = exchange(Request::post(uri).body(body.to_owned()).unwrap()).await.unwrap();
        (answer.status().as_u16(), serde_json::from_slice(answer.body()).unwrap())
    }
}

#[tokio::test]
async fn the_wire_is_as_documented() {
    let api = RuntimeApi::start(FunctionOptions::external("by-hand")).await.unwrap();
    let hand = ByHand(api.address().to_owned());
    let function = async {
        let next = hand.get("invocation/next").await;
        let header = |name: &str| next.headers()[name].to_str().unwrap().to_owned();
        let id = header("lambda-runtime-aws-request-id");
        header("lambda-runtime-deadline-ms").parse::<u64>().unwrap();
        assert!(header("lambda-runtime-invoked-function-arn").ends_with(":function:by-hand"));
        assert_eq!(next.body(), &r#"{"n":1}"#);
        let (status, refusal) = hand.post("invocation/other/response", "1").await;
        assert_eq!((status, &refusal["errorType"]), (400, &json!("InvalidRequestID")));
        let (status, answer) = hand.post(&format!("invocation/{id}/response"), r#"{"m":2}"#).await;
        assert_eq!((status, answer), (202, json!({"status": "OK"})));
        // A second answer comes too late.
        assert_eq!(hand.post(&format!("invocation/{id}/response"), "3").await.0, 400);

        let next = hand.get("invocation/next").await;
        let id = next.headers()["lambda-runtime-aws-request-id"].to_str().unwrap();
        let error = r#"{"errorType":"Late","errorMessage":"by hand","stackTrace":[]}"#;
        assert_eq!(hand.post(&format!("invocation/{id}/error"), error).await.0, 202);
    };
    let invoker = async {
        assert_eq!(api.invoke(&json!({"n": 1}), TIMEOUT).await, Ok(json!({"m": 2})));
        let failed = api.invoke(&json!({"n": 2}), TIMEOUT).await.unwrap_err();
        let (kind, message) = ("Late".to_owned(), "by hand".to_owned());
        assert_eq!(failed, InvokeError::FunctionError { kind, message });
    };
    tokio::join!(function, invoker);
}

#[tokio::test]
async fn work_that_timed_out_is_not_found_by_a_late_program() {
    let api = RuntimeApi::start(FunctionOptions::external("by-hand")).await.unwrap();
    let after = Duration::from_millis(50);
    let failed = api.invoke(&json!("lost"), after).await.unwrap_err();
    assert_eq!(failed, InvokeError::TimedOut { after });
    let hand = ByHand(api.address().to_owned());
    let found = json!("found");
    let (next, _) = tokio::join!(hand.get("invocation/next"), api.invoke(&found, after));
    assert_eq!(next.body(), &r#""found""#);
}
