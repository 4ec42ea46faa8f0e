//! The widget's protocol, JSON and CSV.

use reports::{Config, Report, SCHEMA};
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{ADA, ARN, World, now};

/// A twentieth of what Lambda lets through.
const MAX_BYTES: usize = 300_000;

#[tokio::test]
async fn describe_is_answered_with_markdown() {
    let world = World::empty().await;
    let answer = world.ask(json!({"describe": true})).await;
    let markdown = answer["markdown"].as_str().unwrap();
    assert_eq!(answer.as_object().unwrap().len(), 1);
    let nothing = world.ask(json!({"describe": null, "report": "definitions"})).await;
    assert_eq!(nothing["report"], "definitions", "an empty field says nothing");
    for report in Report::ALL {
        assert!(markdown.contains(&format!("`{}`", report.as_str())), "{}", report.as_str());
    }
    for parameter in [
        "range",
        "from",
        "to",
        "time_zone",
        "person",
        "call",
        "find",
        "sort",
        "page",
        "size",
        "issue",
        "dimension",
        "value",
        "scope",
        "type",
        "minutes",
    ] {
        assert!(markdown.contains(&format!("`{parameter}`")), "{parameter}");
    }
}

#[tokio::test]
async fn every_page_is_html_that_needs_nothing_and_is_small() {
    let world = World::with_a_week().await;
    for report in Report::ALL {
        let day = json!({"report": "calls", "from": "2026-11-17", "to": "2026-11-17"});
        let parameters = match report {
            Report::Person => json!({"report": "person", "person": format!("user:{}", ADA.id)}),
            Report::Call => json!({"report": "call", "call": "call-poor"}),
            Report::Calls => day,
            Report::Found => json!({"find": "example"}),
            other => json!({ "report": other.as_str() }),
        };
        let page = world.page(parameters).await;
        assert!(page.contains(report.title()), "{}", report.as_str());
        assert!(!page.contains("role=\"alert\""), "{}", report.as_str());
        for forbidden in
            ["<script", "javascript:", " onclick", " onload", "<iframe", "<use", "href=", "src="]
        {
            assert!(!page.contains(forbidden), "{} has {forbidden}", report.as_str());
        }
        assert!(page.len() < MAX_BYTES, "{} has {} bytes", report.as_str(), page.len());
        let calls_itself = format!("action=\"call\" display=\"widget\" endpoint=\"{ARN}\"");
        assert!(page.contains(&calls_itself), "{}", report.as_str());
    }
}

/// What every link asks for can be answered: as many pages as a person can reach in two clicks.
#[tokio::test]
async fn every_link_leads_to_a_page() {
    let world = World::with_a_week().await;
    let reports = world.reports(Config::default());
    let mut to_open = vec![json!({"report": "overview", "range": "last_week"})];
    let mut opened = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let mut next = Vec::new();
        for mut event in to_open {
            // What is in the fields is filled in by a console.
            let of_form = event.get("find") == Some(&json!(true)) || event["range"] == "chosen";
            if of_form || !opened.insert(event.to_string()) {
                continue;
            }
            event["widgetContext"] = json!({"width": 700});
            let page = reports.handle(event.clone(), ARN, now()).await;
            let page = page.as_str().unwrap().to_owned();
            // In the menu there are reports that have no year, and say so.
            let too_long = page.contains("can be ranked for at most")
                || page.contains("The traffic of at most")
                || page.contains("at most 31 days");
            assert!(!page.contains("role=\"alert\"") || too_long, "{event}: {page}");
            next.extend(actions(&page));
        }
        to_open = next;
    }
    assert!(opened.len() > 20, "only {} links were followed", opened.len());
}

/// The parameters of every link of a page.
pub(crate) fn actions(page: &str) -> Vec<Value> {
    let links = page.split("<cwdb-action action=\"call\"").skip(1);
    links
        .map(|link| {
            let json = link.split_once('>').unwrap().1.split_once("</cwdb-action>").unwrap().0;
            serde_json::from_str(&json.replace("&quot;", "\"").replace("&amp;", "&")).unwrap()
        })
        .collect()
}

#[rstest]
#[case(json!({"report": "overveiw"}), "must be one of overview")]
#[case(json!({"report": "call", "call": "nowhere"}), "No call of this id is in the table")]
#[case(json!({"report": "person"}), "Say who")]
#[case(json!({"report": "calls", "range": "last_365_days"}), "at most 8 days")]
#[tokio::test]
async fn an_error_is_text_that_says_what_to_do(#[case] event: Value, #[case] says: &str) {
    let world = World::empty().await;
    let told = world.ask(event.clone()).await;
    assert_eq!(told["schema"], SCHEMA);
    assert!(told["error"]["message"].as_str().unwrap().contains(says), "{told}");
    let mut event = event;
    event["widgetContext"] = json!({"theme": "dark", "params": event.clone()});
    let page = world.ask(event).await;
    let page = page.as_str().unwrap();
    assert!(page.contains(says) && page.contains("role=\"alert\""), "{page}");
    assert!(page.contains("cwdb-action"), "there is a way back");
    assert!(page.contains(">Devices and networks<"), "and there are the ways to all others");
}

#[tokio::test]
async fn a_table_that_is_not_there_is_an_error_that_names_the_setting() {
    let world = World::empty().await;
    let client = aws_stand_ins::dynamodb_client("http://127.0.0.1:1");
    let config = client.config().to_builder();
    let config = config.retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled());
    let client = aws_sdk_dynamodb::Client::from_conf(config.build());
    let store = call_table::CallTable::new(client, call_table::TableConfig::new("calls"));
    let key = reports::PseudonymKey::fixed("a key of these tests, as long as it has to be");
    let reports = reports::Reports::new(Config::default(), store, key);
    let told = reports.handle(json!({}), ARN, now()).await;
    assert_eq!(told["error"]["code"], "unavailable");
    assert!(told["error"]["message"].as_str().unwrap().contains("Try again"), "{told}");
    drop(world);
}

#[tokio::test]
async fn the_answer_has_one_schema_with_a_version() {
    let world = World::with_a_week().await;
    let mut answer = world.ask(json!({"report": "overview", "range": "last_week"})).await;
    assert_eq!(answer["schema"], "teams-call-records/report/1");
    let keys: Vec<&str> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["data", "meta", "people_shown_as", "period", "report", "schema"]);
    // What it cost differs between engines.
    answer["meta"] = json!({});
    insta::assert_json_snapshot!("overview", answer);
    let person =
        json!({"report": "person", "person": format!("user:{}", ADA.id), "range": "last_week"});
    insta::assert_json_snapshot!("person", world.ask(person).await["data"]);
    insta::assert_json_snapshot!(
        "call",
        world.ask(json!({"report": "call", "call": "call-poor"})).await["data"]
    );
}
