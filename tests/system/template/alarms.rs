//! The alarms: each watches something that exists.

use std::collections::BTreeSet;

use reconciliation::high_water_mark::{ADVANCE_EVERY, PUBLISHED_WITHIN};
use serde_json::json;

use super::metrics;
use super::read::{Template, number};

const ALARM: &str = "AWS::CloudWatch::Alarm";

fn alarms() -> Template {
    Template::read("infra/alarms.yaml")
}

#[test]
fn an_alarm_on_our_own_metric_names_one_that_the_function_writes() {
    let alarms = alarms();
    let namespace = metrics::namespace();
    let mut ours = 0;
    for (id, alarm) in alarms.all(ALARM) {
        let alarm = &alarm["Properties"];
        if alarm["Namespace"] != namespace {
            continue;
        }
        ours += 1;
        let dimensions = alarm["Dimensions"].as_array().unwrap();
        let names: Vec<&str> = dimensions.iter().map(|it| it["Name"].as_str().unwrap()).collect();
        assert_eq!(names, metrics::DIMENSIONS, "{id}");
        assert_eq!(dimensions[1]["Value"], json!({"Ref": "System"}), "{id}");
        let function = dimensions[0]["Value"].as_str().unwrap();
        let name = alarm["MetricName"].as_str().unwrap();
        assert!(metrics::is_written(function, name), "{id}: {name} of {function}");
    }
    assert!(ours >= 3);
}

/// CloudWatch accepts an alarm on a metric that does not exist.
#[test]
fn an_alarm_on_a_metric_of_aws_names_one_that_the_service_has() {
    let alarms = alarms();
    for (id, alarm) in alarms.all(ALARM) {
        let metric = &alarm["Properties"];
        let text = |name: &str| metric[name].as_str().unwrap();
        if text("Namespace") == metrics::namespace() {
            continue;
        }
        let dimensions = metric["Dimensions"].as_array().unwrap();
        let names: Vec<&str> = dimensions.iter().map(|it| it["Name"].as_str().unwrap()).collect();
        let of_aws = metrics::of_aws(text("Namespace"), text("MetricName"));
        assert_eq!(of_aws, Some(names[0]), "{id}");
        assert_eq!(names.len(), 1, "{id}");
    }
}

/// Zero is never published, so an alarm on little must ring when nothing comes, and one on much must not.
#[test]
fn what_is_missing_is_treated_as_zero_would_be() {
    for (id, alarm) in alarms().all(ALARM) {
        let alarm = &alarm["Properties"];
        let rings_on_little = match alarm["ComparisonOperator"].as_str().unwrap() {
            "LessThanThreshold" => true,
            "GreaterThanThreshold" | "GreaterThanOrEqualToThreshold" => false,
            other => panic!("{id}: {other}"),
        };
        let treatment = if rings_on_little { "breaching" } else { "notBreaching" };
        assert_eq!(alarm["TreatMissingData"], treatment, "{id}");
    }
}

/// What the operator can do, or where they see more: a check, a saved query, a command, a setting, items of
/// the table, attributes and metrics, a queue.
const NEXT_STEPS: [&str; 13] = [
    r#"{"action":"check"}"#,
    "the saved query \"",
    "Command among the outputs",
    "the parameter ConsumerConcurrency",
    "the parameter RequestsPerSecond",
    "the parameter UnknownCallsPerHour",
    "the parameter ClientSecretExpires",
    "The page Quality",
    "items MISSING#",
    "the last items RUN#",
    "metrics of the consumer",
    "log says what to correct",
    "purge the queue",
];

#[test]
fn every_alarm_describes_what_to_do_and_notifies_the_topic_in_both_directions() {
    let alarms = alarms();
    for (id, alarm) in alarms.all(ALARM) {
        let alarm = &alarm["Properties"];
        let description = alarm["AlarmDescription"]["Fn::Sub"][0].as_str().unwrap();
        assert!(NEXT_STEPS.iter().any(|place| description.contains(place)), "{id}: {description}");
        let topic = match description.split_once(". ") {
            Some(("Page", _)) => "PageTopic",
            Some(("Ticket", _)) => "Topic",
            _ => panic!("{id} does not say how urgent it is: {description}"),
        };
        assert_eq!(alarm["AlarmActions"], json!([{"Ref": topic}]), "{id}");
        assert_eq!(alarm["OKActions"], json!([{"Ref": topic}]), "{id}");
        // CloudWatch takes 1,024 characters, of the longest name and region that there are.
        let longest = description
            .replace("${System}", &"x".repeat(38))
            .replace("${AWS::Region}", "ap-southeast-7")
            .replace("${Console}", "console.amazonaws-us-gov.com");
        assert!(longest.len() <= 1_024, "{id}: {}", longest.len());
        assert!(description.contains("#dashboards/dashboard/${System}-${AWS::Region}_health"));
        let by_check = description.contains(r#"with {"action":"check"}"#);
        assert_eq!(by_check, description.contains("Command: aws lambda invoke"), "{id}");
        let treatment = alarm["TreatMissingData"].as_str().unwrap();
        assert!(["breaching", "notBreaching"].contains(&treatment), "{id}");
    }
}

/// Promise 8: expiry near, silence, dead letters, age of the oldest message.
#[test]
fn the_promised_alarms_are_there() {
    let alarms = alarms();
    let names: BTreeSet<&str> = alarms
        .all(ALARM)
        .into_iter()
        .map(|(_, alarm)| alarm["Properties"]["AlarmName"]["Fn::Sub"].as_str().unwrap())
        .map(|name| name.strip_prefix("${System}-").unwrap())
        .collect();
    for promised in [
        "subscription-unhealthy",
        "silence",
        "calls-dead-letters",
        "oldest-message",
        "complete-up-to",
        "calls-missing",
        "silence-unexpected",
        "requests-refused",
        "requests-many",
        "requests-without-calls",
        "notifications-rejected",
        "reconciler-idle",
        "access-refused",
        "table-unavailable",
        "reports-failing",
        "unknown-calls",
    ] {
        assert!(names.contains(promised), "{promised}");
    }
}

#[test]
fn silence_is_alarming_where_no_figure_means_silence() {
    let alarms = alarms();
    for id in ["SubscriptionUnhealthy", "Silence", "ReconcilerIdle"] {
        assert_eq!(alarms.properties(id)["TreatMissingData"], "breaching", "{id}");
    }
}

/// Promise 7: a claim is renewed, and a call repaired, before the alarms on them ring.
#[test]
fn what_is_missing_has_time_to_be_repaired_and_a_claim_to_be_renewed() {
    let alarms = alarms();
    let milliseconds = |id: &str| number(&alarms.properties(id)["Threshold"]);
    let timeout = i64::try_from(consumer::disposition::GIVE_UP_AFTER.as_millis()).unwrap();
    assert!(milliseconds("CallsMissing") >= timeout + 30 * 60_000);
    let oldest_claim = PUBLISHED_WITHIN + ADVANCE_EVERY;
    let two_looks = 30;
    assert!(milliseconds("CompleteUpToOld") >= (oldest_claim.as_mins() + two_looks) * 60_000);
}

#[test]
fn the_subscription_is_renewed_long_before_its_alarm_rings() {
    let alarms = alarms();
    let rings_below = number(&alarms.properties("SubscriptionUnhealthy")["Threshold"]);
    let renewed_below = renewer::plan::RENEW_BELOW.as_mins();
    assert!(renewed_below - rings_below >= 10 * 60, "ten hourly runs lie between");
}

#[test]
fn a_record_that_is_still_waited_for_does_not_ring() {
    let alarms = alarms();
    let timeout = i64::try_from(consumer::disposition::GIVE_UP_AFTER.as_secs()).unwrap();
    let last_look = timeout + 30 * 60;
    assert!(number(&alarms.properties("OldestMessage")["Threshold"]) >= last_look);
}

/// A viewer of the dashboard can make the reports fail; that may not call anybody at night.
#[test]
fn what_viewers_ask_is_no_page() {
    let alarms = alarms();
    let of_reports = alarms.all(ALARM).into_iter();
    let of_reports = of_reports
        .filter(|(_, alarm)| alarm["Properties"]["Dimensions"].to_string().contains("\"Reports\""));
    let of_reports: Vec<_> = of_reports.collect();
    assert_eq!(of_reports.len(), 1);
    for (id, alarm) in of_reports {
        assert_eq!(alarm["Properties"]["AlarmActions"], json!([{"Ref": "Topic"}]), "{id}");
    }
}
