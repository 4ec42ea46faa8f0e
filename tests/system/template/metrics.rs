//! Our own metrics: what the code writes is what the README explains, and what alarms and the
//! dashboard use.

use std::collections::BTreeSet;

use lambda_kit::{Metric, Metrics};
use serde_json::{Value, json};

use super::read::{FUNCTIONS, Template, at_the_top, text_of};

/// The dimensions of every metric of ours, the stack last.
pub(crate) const DIMENSIONS: [&str; 2] = ["function", "stack"];

/// The namespace of our metrics, as the code writes it.
pub(crate) fn namespace() -> String {
    let (metrics, written) = Metrics::captured("consumer");
    metrics.count(consumer::METRICS[0], 1);
    metrics.flush(jiff::Timestamp::UNIX_EPOCH);
    let directive = &written.lines()[0]["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Dimensions"], json!([DIMENSIONS]));
    directive["Namespace"].as_str().unwrap().to_owned()
}

/// Whether a function writes a metric of this name.
pub(crate) fn is_written(function: &str, name: &str) -> bool {
    let function = FUNCTIONS.iter().find(|it| it.name == function);
    function.is_some_and(|function| function.metrics.iter().any(|metric| metric.name == name))
}

/// The dimension of one of AWS's own metrics, if the service has a metric of this name.
pub(crate) fn of_aws(namespace: &str, name: &str) -> Option<&'static str> {
    match (namespace, name) {
        // The names of an HTTP API's metrics; a REST API writes 5XXError.
        ("AWS/ApiGateway", "4xx" | "5xx" | "Count" | "Latency") => Some("ApiId"),
        (
            "AWS/DynamoDB",
            "ConsumedReadCapacityUnits"
            | "ConsumedWriteCapacityUnits"
            | "ReadThrottleEvents"
            | "TransactionConflict"
            | "WriteThrottleEvents",
        ) => Some("TableName"),
        ("AWS/Lambda", "Duration" | "Errors" | "Invocations" | "Throttles") => Some("FunctionName"),
        ("AWS/Logs", "IncomingBytes") => Some("LogGroupName"),
        (
            "AWS/SQS",
            "ApproximateAgeOfOldestMessage"
            | "ApproximateNumberOfMessagesNotVisible"
            | "ApproximateNumberOfMessagesVisible"
            | "NumberOfEmptyReceives"
            | "NumberOfMessagesReceived"
            | "NumberOfMessagesSent",
        ) => Some("QueueName"),
        _ => None,
    }
}

/// All Rust source of a function but its tests and the declarations of its metrics.
pub(crate) fn source_of(function: &str) -> String {
    fn collect(folder: &std::path::Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_owned();
            if path.is_dir() {
                collect(&path, text);
            } else if name != "tests.rs" {
                let source = std::fs::read_to_string(&path).unwrap();
                let declares = |line: &&str| line.ends_with("\";") && line.contains(" = ");
                text.extend(
                    source.lines().filter(|line| !declares(line)).flat_map(|it| [it, "\n"]),
                );
            }
        }
    }
    let mut text = String::new();
    collect(&at_the_top(&format!("functions/{function}/src")), &mut text);
    text
}

/// A name as the constant of its metric is written: `StoredLag` as `STORED_LAG`.
fn constant(metric: &Metric) -> String {
    let mut constant = String::new();
    for character in metric.name.chars() {
        if character.is_ascii_uppercase() && !constant.is_empty() {
            constant.push('_');
        }
        constant.push(character.to_ascii_uppercase());
    }
    constant
}

/// That nothing else is written, the types see to: only a declared metric can be counted.
#[test]
fn every_metric_that_is_declared_is_written_somewhere() {
    for function in &FUNCTIONS {
        let source = source_of(function.name);
        let words: BTreeSet<&str> =
            source.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        for metric in function.metrics {
            assert!(
                words.contains(constant(metric).as_str()),
                "{} of {} is declared and never written",
                metric.name,
                function.name
            );
        }
    }
}

#[test]
fn no_two_metrics_of_a_function_have_one_name() {
    for function in &FUNCTIONS {
        let names: BTreeSet<&str> = function.metrics.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), function.metrics.len(), "{}", function.name);
    }
}

/// The README's table, as the code has it: on a difference, what is printed is what belongs there.
#[test]
fn the_readme_lists_every_metric_with_its_unit_and_meaning_and_no_other() {
    let row = |metric: &Metric, function: &str| {
        let Metric { name, unit, meaning } = metric;
        format!("| `{name}` | {function} | {} | {meaning} |", unit.as_str())
    };
    let mut expected = Vec::new();
    for function in &FUNCTIONS {
        expected.extend(function.metrics.iter().map(|metric| row(metric, function.name)));
    }
    let readme = text_of("infra/README.md");
    let (_, table) = readme.split_once("\n| metric | function | unit | meaning |\n").unwrap();
    let rows: Vec<&str> = table.lines().skip(1).take_while(|line| line.starts_with('|')).collect();
    assert_eq!(rows.join("\n"), expected.join("\n"), "should be:\n{}\n", expected.join("\n"));
}

/// A metric is paid for by the hour in which it is published.
#[test]
fn every_metric_is_read_by_an_alarm_or_shown_on_a_dashboard() {
    let alarms = Template::read("infra/alarms.yaml");
    let read: BTreeSet<String> = alarms
        .all("AWS::CloudWatch::Alarm")
        .into_iter()
        .filter_map(|(_, alarm)| alarm["Properties"]["MetricName"].as_str().map(str::to_owned))
        .collect();
    let shown: BTreeSet<String> =
        super::dashboard::lines().0.into_iter().map(|line| line.name).collect();
    for metric in FUNCTIONS.iter().flat_map(|function| function.metrics) {
        let name = metric.name;
        assert!(read.contains(name) || shown.contains(name), "nothing reads {name}");
    }
}

/// Each function that measures knows its stack, and it is this one.
#[test]
fn a_function_with_metrics_is_given_the_name_of_its_stack() {
    let template = Template::main();
    for function in &FUNCTIONS {
        let given = &template.properties(function.id)["Environment"]["Variables"]["STACK_NAME"];
        let expected = if function.metrics.is_empty() {
            Value::Null
        } else {
            json!({"Ref": "AWS::StackName"})
        };
        assert_eq!(*given, expected, "{}", function.name);
    }
}
