//! Pages as they are, without their style, so that a change of a page is seen.

use serde_json::json;

use crate::places::with_a_bad_access_point;
use crate::telephone::list_a_week_of_logs;
use crate::world::{ADA, World};

/// The page, a line for each element, without the style and what only CloudWatch reads.
fn readable(page: &str) -> String {
    let (before, rest) = page.split_once("<style>").unwrap();
    let (_, after) = rest.split_once("</style>").unwrap();
    format!("{before}{after}").replace("><", ">\n<")
}

#[tokio::test]
async fn pages_are_as_they_were() {
    let world = World::with_a_week().await;
    for (name, parameters) in [
        ("missed", json!({"report": "missed"})),
        ("traffic", json!({"report": "traffic"})),
        ("person", json!({"report": "person", "person": format!("user:{}", ADA.id)})),
        ("call", json!({"report": "call", "call": "call-poor"})),
        ("calls", json!({"report": "calls", "from": "2026-11-17", "to": "2026-11-17"})),
    ] {
        let page = readable(&world.page(parameters).await);
        // What it cost differs between engines.
        let page = page.split(" of the table (").next().unwrap().to_owned();
        insta::assert_snapshot!(format!("page-{name}"), page);
    }
}

#[tokio::test]
async fn the_pages_of_quality_are_as_they_were() {
    let world = with_a_bad_access_point().await;
    for (name, parameters) in [
        ("quality", json!({"report": "quality"})),
        ("noted-calls", json!({"report": "noted_calls", "issue": "poor"})),
        ("call-with-places", json!({"report": "call", "call": "meeting-17"})),
    ] {
        let page = readable(&world.page(parameters).await);
        let page = page.split(" of the table (").next().unwrap().to_owned();
        insta::assert_snapshot!(format!("page-{name}"), page);
    }
}

#[tokio::test]
async fn the_pages_of_the_telephone_are_as_they_were() {
    let world = World::with_a_week().await;
    list_a_week_of_logs(&world).await;
    for (name, parameters) in [
        ("telephone", json!({"report": "telephone"})),
        ("telephone-people", json!({"report": "telephone_people"})),
        ("call-with-log", json!({"report": "call", "call": "call-phone"})),
    ] {
        let page = readable(&world.page(parameters).await);
        let page = page.split(" of the table (").next().unwrap().to_owned();
        insta::assert_snapshot!(format!("page-{name}"), page);
    }
}
