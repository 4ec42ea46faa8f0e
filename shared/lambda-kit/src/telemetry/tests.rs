use std::io;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tracing::level_filters::LevelFilter;

use super::*;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn lines_of(level: LevelFilter, act: impl FnOnce()) -> Vec<Value> {
    let written = Written::default();
    let writer = written.clone();
    let subscriber = subscriber("webhook", level, move || writer.clone());
    tracing::subscriber::with_default(subscriber, act);
    let bytes = written.0.lock().unwrap().clone();
    String::from_utf8(bytes)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).expect("each line is one JSON object"))
        .collect()
}

#[test]
fn a_line_has_an_rfc_3339_timestamp_a_level_a_message_and_its_fields() {
    let lines = lines_of(LevelFilter::INFO, || {
        tracing::warn!(target: "webhook", accepted = 3, late = true, why = %"slow", "not all sent");
    });
    let [line] = lines.as_slice() else { panic!("one line, not {}", lines.len()) };
    let stamp = line["timestamp"].as_str().unwrap();
    assert!(stamp.ends_with('Z') && stamp.parse::<Timestamp>().is_ok(), "{stamp}");
    assert_eq!(line["level"], "WARN");
    assert_eq!(line["message"], "not all sent");
    assert_eq!(line["function"], "webhook");
    assert_eq!(line["accepted"], 3);
    assert_eq!(line["late"], true);
    assert_eq!(line["why"], "slow");
}

#[test]
fn a_line_break_in_a_message_stays_in_its_line() {
    let lines = lines_of(LevelFilter::INFO, || {
        tracing::info!(target: "webhook", "one\n{{\"level\":\"ERROR\"}}");
    });
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["level"], "INFO");
}

#[test]
fn a_field_cannot_stand_in_for_the_timestamp_or_the_level() {
    let lines = lines_of(LevelFilter::INFO, || {
        tracing::info!(target: "webhook", level = "ERROR", timestamp = "never", "hello");
    });
    assert_eq!(lines[0]["level"], "INFO");
    assert_ne!(lines[0]["timestamp"], "never");
}

#[test]
fn lines_of_an_invocation_carry_its_request_id() {
    let lines = lines_of(LevelFilter::INFO, || {
        let mut context = lambda_runtime::Context::default();
        context.request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned();
        let span = lambda_runtime::layers::trace::request_span(&context);
        span.in_scope(|| {
            tracing::info_span!(target: "webhook", "inner")
                .in_scope(|| tracing::info!(target: "webhook", "inside"));
        });
        tracing::info!(target: "webhook", "outside");
    });
    assert_eq!(lines[0]["request_id"], "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
    assert!(lines[1].get("request_id").is_none());
}

#[test]
fn lines_inside_a_span_say_what_the_span_says_unless_they_say_otherwise() {
    let lines = lines_of(LevelFilter::INFO, || {
        tracing::info_span!(target: "webhook", "call", call_id = "c1", part = 1).in_scope(|| {
            tracing::info_span!(target: "webhook", "page", part = 2)
                .in_scope(|| tracing::info!(target: "call_table", "inner"));
            tracing::info!(target: "webhook", part = 3, "outer");
        });
    });
    let said = |line: usize| (&lines[line]["call_id"], &lines[line]["part"]);
    assert_eq!(said(0), (&"c1".into(), &2.into()));
    assert_eq!(said(1), (&"c1".into(), &3.into()));
}

#[test]
fn other_peoples_crates_stay_silent_below_warn_even_when_ours_are_verbose() {
    let lines = lines_of(LevelFilter::TRACE, || {
        tracing::debug!(target: "aws_smithy_runtime", "a request with its body");
        tracing::info!(target: "hyper", "a connection");
        tracing::debug!(target: "msgraph", "ours");
        tracing::warn!(target: "aws_config", "theirs, and worth hearing");
    });
    let messages: Vec<_> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["ours", "theirs, and worth hearing"]);
}
