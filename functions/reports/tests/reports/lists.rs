//! Moving through lists.

use serde_json::json;

use crate::csv::{CROWD, crowd};
use crate::faces::actions;
use crate::world::{ADA, BOB, Who, World, meeting};

const ROBIN: Who = Who { id: "d0000000-0000-4000-8000-00000000000d", name: "Robin Example" };

#[tokio::test]
async fn no_one_is_skipped_from_page_to_page() {
    let world = crowd().await;
    let mut seen = std::collections::BTreeSet::new();
    // Also where the widget was made for another order and another page.
    let params = json!({"report": "people", "sort": "dropped", "page": 2, "range": "last_week"});
    let mut event = json!({"report": "people", "sort": "missed"});
    for _ in 0..CROWD {
        event["widgetContext"] = json!({"width": 900, "params": params});
        let page = world.ask(event.clone()).await;
        let page = page.as_str().unwrap().to_owned();
        seen.extend((0..CROWD).filter(|place| page.contains(&format!("Called {place:02}"))));
        if !page.contains(">Next<") {
            break;
        }
        let next = page.split(">Next<").nth(1).unwrap();
        event = actions(next).remove(0);
    }
    assert_eq!(seen.len(), CROWD, "{seen:?}");
}

#[tokio::test]
async fn a_chosen_size_is_kept_from_page_to_page() {
    let world = crowd().await;
    let page = world.page(json!({"report": "people", "sort": "missed", "size": 4})).await;
    let next = actions(page.split(">Next<").nth(1).unwrap()).remove(0);
    assert_eq!((&next["page"], &next["size"]), (&json!(2), &json!(4)));
}

#[tokio::test]
async fn people_and_sessions_of_a_call_have_pages_of_their_own() {
    let world = World::empty().await;
    world.deliver(&meeting("m", "2026-11-17T11:00:00Z", 60, &[ADA, BOB, ROBIN], &json!({}))).await;
    let event = json!({"report": "call", "call": "m", "size": 2, "sessions_page": 2});
    let call = world.ask(event.clone()).await["data"]["call"].clone();
    assert_eq!(call["participants"]["rows"].as_array().unwrap().len(), 2);
    assert_eq!(call["sessions"]["rows"].as_array().unwrap().len(), 1);
    let page = world.page(event).await;
    let next = actions(page.split(">Next<").nth(1).unwrap()).remove(0);
    assert_eq!((&next["page"], &next["sessions_page"]), (&json!(2), &json!(2)), "of people");
}

#[tokio::test]
async fn a_page_beyond_the_last_says_so_however_far_it_is() {
    let world = World::with_a_week().await;
    for beyond in [2_u64, 1_000_000_000_000_000_000, u64::MAX] {
        let page = world.page(json!({"report": "people", "page": beyond})).await;
        assert!(page.contains(&format!("there is no page {beyond}: the last is 1")), "{page}");
        let back = actions(page.split(">Previous<").nth(1).unwrap()).remove(0);
        assert_eq!(back["page"], 1);
    }
}
