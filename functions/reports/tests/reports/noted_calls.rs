//! The calls behind the numbers of quality.

use rstest::rstest;
use serde_json::{Value, json};

use crate::faces::actions;
use crate::places::with_a_bad_access_point;
use crate::world::{ADA, BOB, World};

/// The calls of a list of last week.
async fn calls(world: &World, mut filter: Value) -> Vec<String> {
    filter["report"] = "noted_calls".into();
    filter["range"] = "last_week".into();
    let answer = world.ask(filter).await;
    let list = &answer["data"]["noted_calls"];
    let rows = list["rows"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(list["total"], rows.len());
    rows.iter().map(|row| row["call"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn filters_let_through_what_they_say() {
    let world = with_a_bad_access_point().await;
    let poor = ["meeting-18", "meeting-17", "meeting-16"];
    let missed = ["call-missed-2", "call-missed-1"];
    for (filter, expected) in [
        (json!({"issue": "poor"}), &poor[..]),
        (json!({"issue": "missed"}), &missed),
        (json!({"issue": "dropped"}), &[]),
        (json!({"issue": "poor", "person": format!("user:{}", ADA.id)}), &poor),
        (json!({"issue": "poor", "person": format!("user:{}", BOB.id)}), &[]),
        (json!({"person": format!("user:{}", BOB.id)}), &missed),
        (json!({"dimension": "site", "value": "=Tower, Oslo"}), &poor),
        (json!({"dimension": "site", "value": "=Annex, Oslo"}), &[]),
        (json!({"dimension": "subnet", "value": "=10.1.2.0/24 Floor 3"}), &poor),
        (json!({"dimension": "device", "value": "=Brand 40"}), &poor),
        (json!({"issue": "poor", "type": "meeting"}), &poor),
        (json!({"issue": "poor", "type": "peer_to_peer"}), &[]),
        (json!({"issue": "poor", "minutes": 10}), &poor),
        (json!({"issue": "poor", "minutes": 11}), &[]),
    ] {
        assert_eq!(calls(&world, filter.clone()).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_row_says_what_was_bad_and_where() {
    let world = with_a_bad_access_point().await;
    let event = json!({"report": "noted_calls", "range": "last_week", "issue": "poor"});
    let answer = world.ask(event.clone()).await;
    let row = &answer["data"]["noted_calls"]["rows"][0];
    assert_eq!(
        (&row["poor_received"], &row["poor_sent"], &row["judged"]),
        (&json!(30), &json!(30), &json!(60))
    );
    assert_eq!((&row["seconds"], &row["person"]["name"]), (&json!(600), &json!(ADA.name)));
    let values = row["values"].as_array().unwrap();
    assert!(
        values.contains(
            &json!({"dimension": "site", "value": "=Tower, Oslo", "text": "Tower, Oslo"})
        )
    );
    let page = world.page(event.clone()).await;
    assert!(page.contains("30 received, 30 sent"), "{page}");
    assert!(page.contains("Tower, Oslo") && page.contains("10.1.2.0/24 Floor 3"), "{page}");
    let mut event = event;
    event["format"] = "csv".into();
    let answer = world.ask(event).await;
    let csv = answer["csv"].as_str().unwrap();
    assert!(csv.contains("\"Tower, Oslo\",10.1.2.0/24 Floor 3,wifi,5 GHz,"), "{csv}");
    assert_eq!(
        answer["note"],
        "Not rolled up: Sat 21 Nov, Sun 22 Nov. No call began there, or the next run takes it up."
    );
}

#[tokio::test]
async fn no_leg_is_skipped_from_page_to_page() {
    let world = with_a_bad_access_point().await;
    let mut event = json!({"report": "noted_calls", "range": "last_week", "size": 2});
    let mut seen = Vec::new();
    for page in 1..=3 {
        event["page"] = page.into();
        let answer = world.ask(event.clone()).await;
        let rows = answer["data"]["noted_calls"]["rows"].as_array().unwrap().clone();
        seen.extend(rows.iter().map(|row| row["call"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen, calls(&world, json!({})).await);
    assert_eq!(seen.len(), 5);
    event["page"] = 1.into();
    let page = world.page(event).await;
    let next = actions(page.split(">Next<").nth(1).unwrap()).remove(0);
    assert_eq!((&next["page"], &next["size"]), (&json!(2), &json!(2)));
}

#[tokio::test]
async fn choices_keep_the_rest_of_the_filter() {
    let world = with_a_bad_access_point().await;
    let page = world
        .page(json!({"report": "noted_calls", "dimension": "site", "value": "=Tower, Oslo", "minutes": 5,
            "person": format!("user:{}", ADA.id)}))
        .await;
    let dropped = actions(page.split(">dropped<").nth(1).unwrap()).remove(0);
    assert_eq!((&dropped["issue"], &dropped["minutes"]), (&json!("dropped"), &json!(5)));
    assert_eq!(dropped["value"], "=Tower, Oslo");
    let all = actions(page.split(">of all<").nth(1).unwrap()).remove(0);
    assert_eq!((all.get("value"), all.get("dimension")), (None, None));
    assert!(all.get("person").is_some());
    let everybody = actions(page.split(">of everybody<").nth(1).unwrap()).remove(0);
    assert_eq!((everybody.get("person"), &everybody["minutes"]), (None, &json!(5)));
}

#[rstest]
#[case(json!({"issue": "bad"}), "\"issue\" must be one of poor, dropped, failed, missed")]
#[case(json!({"dimension": "planet", "value": "=x"}), "\"dimension\" must be one of class, site")]
#[case(json!({"dimension": "site"}), "Say which value")]
#[case(json!({"dimension": "site", "value": "Tower"}), "\"value\" must be = and a text")]
#[case(json!({"value": "=Tower"}), "Say of which dimension")]
#[case(json!({"type": "groupCall"}), "\"type\" must be one of peer_to_peer, meeting")]
#[case(json!({"minutes": "long"}), "\"minutes\" must be a whole number")]
#[case(json!({"scope": "inside_out"}), "\"scope\" must be one of overall, inside")]
#[tokio::test]
async fn a_wrong_filter_gets_a_sentence_with_the_menu_still_there(
    #[case] filter: Value,
    #[case] says: &str,
) {
    let world = World::empty().await;
    let mut event = filter;
    event["report"] = "noted_calls".into();
    let page = world.page(event).await;
    let text = page.replace("&quot;", "\"");
    assert!(text.contains(says) && text.contains("role=\"alert\""), "{text}");
    assert!(text.contains(">Quality<") && text.contains(">Overview<"), "{text}");
}

/// Parameters of a widget are what it shows first, and a link of the page leads elsewhere.
#[tokio::test]
async fn a_widget_can_show_one_filter_and_leads_to_others() {
    let world = with_a_bad_access_point().await;
    let params =
        json!({"report": "noted_calls", "issue": "poor", "minutes": "5", "range": "last_week"});
    let context = json!({"width": 900, "params": params});
    let page = world.ask(json!({"widgetContext": context})).await;
    let page = page.as_str().unwrap();
    assert!(page.contains("Legs with poor audio"), "{page}");
    let mut anything = actions(page.split(">anything<").nth(1).unwrap()).remove(0);
    assert_eq!((anything.get("issue"), &anything["minutes"]), (None, &json!(5)));
    anything["widgetContext"] = context;
    let page = world.ask(anything).await;
    assert!(
        page.as_str().unwrap().contains("Legs that were poor, dropped, failed or missed"),
        "{page}"
    );
}
