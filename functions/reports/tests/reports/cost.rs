//! Queries touch only what they need, and say what they touched.

use serde_json::{Value, json};

use crate::world::{ADA, World};

async fn items(world: &World, event: Value) -> u64 {
    let answer = world.ask(event).await;
    assert!(answer["meta"]["capacity_units"].as_f64() > Some(0.0), "{answer}");
    assert!(answer["meta"]["requests"].as_u64() > Some(0), "{answer}");
    answer["meta"]["items_read"].as_u64().unwrap()
}

#[tokio::test]
async fn the_organisations_year_reads_totals_only() {
    let world = World::with_a_week().await;
    // Six calls on five days: at most a shard for each call, whatever else is in the table.
    let read = items(&world, json!({"report": "overview", "range": "last_365_days"})).await;
    assert!((5..=6).contains(&read), "{read} items");
    let days = items(&world, json!({"report": "days", "range": "last_week"})).await;
    assert_eq!(days, read);
}

#[tokio::test]
async fn a_persons_month_reads_that_persons_parts() {
    let world = World::with_a_week().await;
    let event =
        json!({"report": "person", "person": format!("user:{}", ADA.id), "range": "last_30_days"});
    let read = items(&world, event).await;
    // Six entries of the index and six parts; two more people's names, which were in ten calls at
    // most.
    assert!((12..=26).contains(&read), "{read} items");
}

#[tokio::test]
async fn a_ranking_reads_the_days_of_people_and_the_names_that_it_shows() {
    let world = World::with_a_week().await;
    let all = items(&world, json!({"report": "people", "range": "last_week"})).await;
    let one = items(&world, json!({"report": "people", "range": "last_week", "size": 1})).await;
    assert!(one < all, "{one} items for one row, {all} for three");
}

#[tokio::test]
async fn the_definitions_read_nothing() {
    let world = World::empty().await;
    let answer = world.ask(json!({"report": "definitions"})).await;
    assert_eq!(answer["meta"]["items_read"], 0);
    assert!(answer["data"]["definitions"]["definitions"].as_array().unwrap().len() > 60);
}
