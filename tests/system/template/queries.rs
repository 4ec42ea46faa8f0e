//! The saved queries: of log groups of the stack, and of fields that lines there have.

use std::collections::BTreeSet;

use serde_json::Value;

use super::metrics::source_of;
use super::read::{FUNCTIONS, Template, text_of};

/// What CloudWatch, Lambda and the query language bring along.
const NOT_OURS: &[&str] = &[
    "@log",
    "@timestamp",
    "and",
    "asc",
    "as",
    "bin",
    "by",
    "coalesce",
    "count",
    "desc",
    "fields",
    "filter",
    "function",
    "in",
    "ispresent",
    "level",
    "like",
    "limit",
    "max",
    "message",
    "not",
    "or",
    "pct",
    "record",
    "billedDurationMs",
    "durationMs",
    "initDurationMs",
    "maxMemoryUsedMB",
    "memorySizeMB",
    "metrics",
    "status",
    "request_id",
    "sort",
    "stats",
    "sum",
    "type",
    "timestamp",
];

fn queries() -> Template {
    Template::read("infra/queries.yaml")
}

fn all(queries: &Template) -> Vec<(&str, &Value)> {
    let all = queries.all("AWS::Logs::QueryDefinition");
    all.into_iter().map(|(id, query)| (id, &query["Properties"])).collect()
}

fn groups(query: &Value) -> Vec<&str> {
    let groups = query["LogGroupNames"].as_array().unwrap();
    groups.iter().map(|group| group["Ref"].as_str().unwrap()).collect()
}

/// The words of a query outside of comments and quotes, and those that it makes itself.
fn words(query: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let lines = query.lines().filter(|line| !line.trim_start().starts_with('#'));
    let text: Vec<&str> = lines.flat_map(|line| line.split('"').step_by(2)).collect();
    let text = text.join(" ");
    let numeric = |c: char| c.is_ascii_digit();
    let part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '@';
    let words: Vec<&str> = text
        .split(|c| !part_of_word(c))
        .filter(|word| !word.is_empty() && !word.starts_with(numeric))
        .collect();
    let made = words.windows(2).filter(|pair| pair[0] == "as").map(|pair| pair[1].to_owned());
    (words.iter().map(|word| (*word).to_owned()).collect(), made.collect())
}

#[test]
fn a_saved_query_is_of_log_groups_of_the_stack() {
    let (queries, main) = (queries(), Template::main());
    let given = main.properties("SavedQueries")["Parameters"].as_object().unwrap();
    let mut used = BTreeSet::from(["System"]);
    for (id, query) in all(&queries) {
        assert!(query["Name"]["Fn::Sub"].as_str().unwrap().starts_with("${System}/"), "{id}");
        for group in groups(query) {
            // The parameter and the log group above have one name.
            assert_eq!(given[group]["Ref"], group, "{id}");
            assert_eq!(main.section("Resources")[group]["Type"], "AWS::Logs::LogGroup", "{id}");
            used.insert(group);
        }
    }
    assert_eq!(used, queries.section("Parameters").keys().map(String::as_str).collect());
}

/// A field that no line has is shown as a blank.
#[test]
fn a_saved_query_asks_for_fields_that_lines_have() {
    let (queries, main) = (queries(), Template::main());
    let mut source: String = FUNCTIONS.iter().map(|function| source_of(function.name)).collect();
    source.push_str(&text_of("shared/lambda-kit/src/telemetry.rs"));
    let logged: BTreeSet<&str> =
        source.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let answers = main.properties("ApiStage")["AccessLogSettings"]["Format"].as_str().unwrap();
    let answers: Value = serde_json::from_str(answers).unwrap();
    for (id, query) in all(&queries) {
        let (words, made) = words(query["QueryString"].as_str().unwrap());
        for word in words {
            let of_answers = groups(query) == ["AccessLog"] && !answers[&word].is_null();
            let known = NOT_OURS.contains(&word.as_str()) || made.contains(&word);
            let of_functions = groups(query) != ["AccessLog"] && logged.contains(word.as_str());
            assert!(known || of_answers || of_functions, "{id}: no line has a field {word}");
        }
    }
}

/// The webhook writes the ids of a body's calls into one field, everything else one id into another.
#[test]
fn the_way_of_one_call_is_found_in_every_field_that_names_calls() {
    let queries = queries();
    let query = queries.properties("OneCall");
    assert!(groups(query).contains(&"WebhookLog"));
    let text = query["QueryString"].as_str().unwrap();
    assert!(text.contains("coalesce(call_id, call_ids) like"), "{text}");
}

#[test]
fn what_went_wrong_is_asked_of_every_function() {
    let queries = queries();
    let logs: BTreeSet<String> = FUNCTIONS.iter().map(|it| format!("{}Log", it.id)).collect();
    for id in ["WhatWentWrong", "TimeAndMemory", "GoesWrongMost", "BilledTime"] {
        let groups: BTreeSet<String> =
            groups(queries.properties(id)).into_iter().map(str::to_owned).collect();
        assert_eq!(groups, logs, "{id}");
    }
    let dashboard = text_of("infra/dashboard.yaml");
    for log in logs {
        assert!(dashboard.contains(&format!("SOURCE '${{{log}}}'")), "{log} on the dashboard");
    }
}
