//! Where links lead.

use rstest::rstest;
use serde_json::{Value, json};

use crate::faces::actions;
use crate::world::{ADA, World, now};

/// What the chip of this label asks for.
fn chip(page: &str, label: &str) -> Option<Value> {
    let chip = format!("<button class=\"tcr-chip\" type=\"button\">{label}</button><cwdb-action");
    let link = page.split(&chip).nth(1)?;
    let action = format!("<cwdb-action{}", link.split("</cwdb-action>").next()?);
    Some(actions(&format!("{action}</cwdb-action>")).remove(0))
}

#[tokio::test]
async fn the_dashboards_days_are_shown_where_the_widget_has_its_own() {
    let world = World::with_a_week().await;
    let (start, end) = (1_795_435_200_000_i64, 1_795_521_600_000_i64);
    let context = json!({
        "width": 900, "timeRange": {"start": start, "end": end},
        "params": {"report": "overview", "range": "last_week"},
    });
    let page = world.ask(json!({"widgetContext": context})).await;
    let mut event = chip(page.as_str().unwrap(), "Dashboard's days").unwrap();
    event["widgetContext"] = context.clone();
    let page = world.ask(event).await;
    let page = page.as_str().unwrap();
    assert!(page.contains("Mon 23 Nov 2026 – Tue 24 Nov 2026"), "{page}");
    // From there, too.
    let mut event = chip(page, "Quality").unwrap();
    event["widgetContext"] = context;
    let page = world.ask(event).await;
    assert!(page.as_str().unwrap().contains("Mon 23 Nov 2026 – Tue 24 Nov 2026"), "{page}");
}

#[rstest]
#[case("people", "Last 30 days", true)]
#[case("people", "Last 365 days", false)]
#[case("traffic", "Last 365 days", false)]
#[case("quality", "Last 30 days", true)]
#[case("quality", "Last 365 days", false)]
#[case("noted_calls", "Last 365 days", false)]
#[case("calls", "Last 7 days", true)]
#[case("calls", "Last 30 days", false)]
#[case("days", "Last 365 days", true)]
#[tokio::test]
async fn only_days_are_offered_of_which_there_is_a_page(
    #[case] report: &str,
    #[case] days: &str,
    #[case] offered: bool,
) {
    let world = World::empty().await;
    let page = world.page(json!({"report": report})).await;
    assert_eq!(chip(&page, days).is_some(), offered, "{page}");
}

#[tokio::test]
async fn the_week_of_a_dashboard_has_a_list_of_calls() {
    let world = World::with_a_week().await;
    let noon = now().as_millisecond();
    let range = json!({"start": noon - 7 * 86_400_000, "end": noon});
    let page = world.ask(json!({"report": "calls", "widgetContext": {"timeRange": range}})).await;
    assert!(!page.as_str().unwrap().contains("role=\"alert\""), "{page}");
}

/// Of a long time days are UTC days, and so is the list behind a day.
#[tokio::test]
async fn a_day_of_a_year_leads_to_the_calls_of_that_day() {
    let world = World::with_a_week().await;
    let event = json!({"report": "days", "range": "last_365_days", "time_zone": "Europe/Berlin"});
    let page = world.page(event).await;
    let day = |link: &&Value| link["report"] == "calls" && link["from"] == "2026-11-18";
    let mut event = actions(&page).iter().find(day).unwrap().clone();
    event["widgetContext"] = json!({"params": {"time_zone": "Europe/Berlin"}});
    let calls = world.ask(event).await;
    let calls = calls.as_str().unwrap();
    // In Berlin the call of 23:30 is of the 19th.
    assert!(calls.contains("Wed 23:30") && calls.contains("days and times in UTC"), "{calls}");

    let event = json!({"report": "person", "person": format!("user:{}", ADA.id),
        "range": "last_365_days", "time_zone": "Europe/Berlin"});
    let page = world.page(event).await;
    assert!(
        page.contains("18\u{a0}Nov\u{a0}2026 23:30") && page.contains("days and times in UTC"),
        "{page}"
    );
}

#[tokio::test]
async fn a_call_is_shown_in_the_requested_zone() {
    let world = World::with_a_week().await;
    let event = json!({"report": "calls", "from": "2026-11-17", "to": "2026-11-17", "size": 1,
        "time_zone": "Asia/Tokyo"});
    let page = world.page(event).await;
    let next = actions(page.split(">Next<").nth(1).unwrap()).remove(0);
    assert_eq!(next["time_zone"], "Asia/Tokyo");
}
