//! What pages say in words.

use reports::{Config, People};
use rstest::rstest;
use serde_json::{Value, json};

use crate::world::{ADA, ARN, BOB, World, now, pair};
use reconciliation::Reconciliation;

async fn one_good_call() -> World {
    let world = World::empty().await;
    let good = json!({"packetUtilization": 2000, "averageJitter": "PT0.004S"});
    let mut record = pair("call", "2026-11-17T09:00:00Z", 600, ADA, BOB, &good);
    for end in ["caller", "callee"] {
        record["sessions"][0][end]["feedback"] = Value::Null;
    }
    world.deliver(&record).await;
    world
}

#[rstest]
#[case("missed", "no call was missed, failed or dropped")]
#[case("feedback", "no session has a feedback object")]
#[tokio::test]
async fn what_did_not_happen_to_calls_is_not_that_there_were_none(
    #[case] report: &str,
    #[case] says: &str,
) {
    let page = one_good_call().await.page(json!({ "report": report })).await;
    assert!(page.contains(says) && !page.contains("no call on these days"), "{page}");
    let page = World::empty().await.page(json!({ "report": report })).await;
    assert!(page.contains("no call on these days"), "{page}");
}

#[tokio::test]
async fn a_chart_of_one_kind_says_which() {
    let page = one_good_call().await.page(json!({"report": "overview"})).await;
    let legend = page.split("class=\"tcr-legend\"").nth(1).unwrap();
    assert!(legend.split("</div>").next().unwrap().contains("peer-to-peer"), "{page}");
}

#[tokio::test]
async fn an_unknown_person_is_not_found() {
    let world = World::with_a_week().await;
    let ask = async |person: &str, range: &str| {
        world.ask(json!({"report": "person", "person": person, "range": range})).await
    };
    let answer = ask("user:c4e7a1b2-0000-4000-8000-00000000abcd", "last_week").await;
    assert_eq!(answer["error"]["code"], "not_found");
    assert!(answer["error"]["message"].as_str().unwrap().contains("Check the kind and the id"));
    let capitals = format!(" USER:{} ", ADA.id.to_uppercase());
    let found = ask(&capitals, "last_week").await;
    assert_eq!(found["data"]["person"]["calls"]["total"], 6, "{found}");
    // A person who is known, and had no call on that day.
    let found = ask(&format!("user:{}", ADA.id), "today").await;
    assert_eq!(found["data"]["person"]["calls"]["total"], 0, "{found}");
}

#[tokio::test]
async fn the_id_of_a_call_may_be_typed_in_capitals() {
    let world = World::empty().await;
    let id = "e523d2ed-2966-4b6b-925b-754a88034cc5";
    world.deliver(&pair(id, "2026-11-17T09:00:00Z", 600, ADA, BOB, &Value::Null)).await;
    let typed = format!(" {} ", id.to_uppercase());
    let answer = world.ask(json!({"report": "call", "call": typed})).await;
    assert_eq!(answer["data"]["call"]["call"], id, "{answer}");
}

#[tokio::test]
async fn the_hours_say_their_zone() {
    let world = World::with_a_week().await;
    for report in ["overview", "traffic"] {
        let mut event = json!({"report": report, "range": "last_week", "time_zone": "Asia/Tokyo"});
        let answer = world.ask(event.clone()).await;
        let of = if report == "overview" { "organisation" } else { "traffic" };
        let figures = answer["data"][of]["figures"].as_array().unwrap();
        let busy = figures.iter().find(|figure| figure["id"] == "busy_hour").unwrap();
        assert_eq!(busy["zone"], "Asia/Tokyo");
        event.as_object_mut().unwrap().remove("range");
        let page = world.page(event).await;
        assert!(page.contains("busy hour (Asia/Tokyo)"), "{page}");
        assert!(page.contains("The hours are of Asia/Tokyo"), "{page}");
        assert!(page.contains("the stored totals are of UTC hours"), "{page}");
    }
}

#[tokio::test]
async fn of_long_ranges_charts_are_per_week_or_month() {
    let world = World::with_a_week().await;
    let title = async |from: &str| {
        let page =
            world.page(json!({"report": "overview", "from": from, "to": "2026-11-25"})).await;
        let title = page.split("<h3>Calls per ").nth(1).unwrap().to_owned();
        (title.split('<').next().unwrap().to_owned(), page)
    };
    assert_eq!(title("2026-11-16").await.0, "day");
    assert_eq!(title("2026-08-01").await.0, "week");
    let (per, page) = title("2025-11-26").await;
    assert_eq!(per, "week");
    assert!(page.contains(">W48 ’25<"), "{page}");
    assert_eq!(title("2025-01-01").await.0, "month");
}

#[tokio::test]
async fn shares_say_of_what_and_bars_say_what_they_count() {
    let world = World::with_a_week().await;
    let page = world.page(json!({"report": "overview"})).await;
    for says in [
        "of judged calls",
        "of judged streams",
        "% of all",
        "calls that they missed",
        "people’s time · calls by platform",
    ] {
        assert!(page.contains(says), "{says}: {page}");
    }
    assert!(page.contains(" calls</td>"), "{page}");
    let recent = pair("call-recent", "2026-11-25T12:00:00Z", 600, ADA, BOB, &Value::Null);
    world.deliver(&recent).await;
    let page = world.page(json!({"report": "traffic", "range": "last_7_days"})).await;
    assert!(page.contains("the mean") && page.contains("calls that they organised"), "{page}");
}

#[tokio::test]
async fn a_sentence_ends_once() {
    let world = World::empty().await;
    let mut record = pair("call", "2026-11-17T09:00:00Z", 600, ADA, BOB, &Value::Null);
    record["sessions"][0]["failureInfo"] =
        json!({"stage": "midcall", "reason": "The network path was lost."});
    world.deliver(&record).await;
    let answer = world.ask(json!({"report": "call", "call": "call"})).await;
    let said = answer["data"]["call"]["explanation"].to_string();
    assert!(said.contains("The network path was lost.\""), "{said}");
}

#[tokio::test]
async fn no_markdown_is_shown_raw() {
    let world = World::empty().await;
    for report in ["definitions", "overview", "feedback", "traffic"] {
        let page = world.page(json!({ "report": report })).await;
        assert!(!page.contains('`') && !page.contains("**"), "{page}");
    }
    let page = world.page(json!({"report": "definitions"})).await;
    assert!(page.contains("<code>judged_calls</code>"), "{page}");
    assert!(!page.contains("Numbers of derived"));
}

#[tokio::test]
async fn of_the_reasons_for_a_blank_the_one_that_holds_is_said() {
    let world = World::empty().await;
    let answer = world.ask(json!({"report": "traffic", "range": "today"})).await;
    assert!(!answer["data"]["traffic"]["figures"].to_string().contains("longer than"), "{answer}");
    let page = world.page(json!({"report": "traffic"})).await;
    let page = page.split("cwdb-action").filter(|part| !part.contains("display=\"popup\""));
    assert!(!page.map(|part| part.replace("title=\"", "\u{0}")).any(|part| {
        part.split('\u{0}').any(|part| {
            part.split_once('"').is_some_and(|(_, shown)| shown.contains("longer than"))
        })
    }));
}

#[tokio::test]
async fn a_few_calls_of_a_year_are_all_calls() {
    let world = World::with_a_week().await;
    let person = format!("user:{}", ADA.id);
    let page =
        world.page(json!({"report": "person", "person": person, "range": "last_365_days"})).await;
    assert!(!page.contains("not of all") && !page.contains("only the newest"), "{page}");
    assert!(page.contains("20\u{a0}Nov\u{a0}2026 13:00"), "dates have their year: {page}");
}

#[tokio::test]
async fn the_field_sends_no_form_and_asks_for_what_can_be_answered() {
    let world = World::with_a_week().await;
    let page = world.page(json!({"report": "overview"})).await;
    assert!(page.contains("method=\"dialog\"") && page.contains("formmethod=\"dialog\""), "{page}");
    assert!(page.contains("name, sign-in name, number or id"), "{page}");
    let config = Config { people: People::Pseudonyms, ..Config::default() };
    let page = world.page_with(config.clone(), json!({"report": "overview"})).await;
    assert!(!page.contains("sign-in name") && page.contains("sealed:…"), "{page}");
    let event = json!({"find": true, "widgetContext": {}});
    let page = world.reports(config).handle(event, ARN, now()).await;
    let page = page.as_str().unwrap();
    assert!(!page.contains("telephone number") && page.contains("sealed:…"), "{page}");
}

#[tokio::test]
async fn one_item_is_one_item() {
    let world = one_good_call().await;
    let page = world.page(json!({"report": "days"})).await;
    assert!(page.contains("from 1 item of the table"), "{page}");
}

#[tokio::test]
async fn a_day_up_to_which_is_known_says_what_may_come() {
    let world = World::with_a_week().await;
    let until = now() + jiff::SignedDuration::from_mins(5);
    let reconciliation = Reconciliation::new(world.table.clone());
    let taken = reconciliation.take_lease("a test", now(), until).await;
    let mut state = taken.unwrap().unwrap();
    state.listed_from = Some("2026-11-01T00:00:00Z".parse().unwrap());
    state.listed_up_to = Some("2026-11-22T12:00:00Z".parse().unwrap());
    assert!(reconciliation.put_state("a test", &state).await.unwrap());
    let page = world.page(json!({"report": "days"})).await;
    assert!(page.contains("Longer ones may be still to come"), "{page}");
}
