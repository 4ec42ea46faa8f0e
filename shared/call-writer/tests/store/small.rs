//! Calls that fit into one transaction.

use aws_sdk_dynamodb::types::AttributeValue;
use call_table::keys;
use call_writer::Committed;

use crate::invented::Meeting;
use crate::world::{Item, World, call_of, deliver, now, person, write};

#[tokio::test]
async fn a_call_is_stored_with_every_participation_and_every_total() {
    let world = World::new().await;
    let meeting = Meeting::of("call-1", 1, [0, 1, 2]).listing([7]);
    let committed = deliver(&world.writer, &meeting).await.unwrap();
    assert_eq!(committed, Committed::Stored { replaced: None });

    let stored = world.table.call("call-1").await.unwrap().unwrap();
    let call = call_of(&meeting);
    assert_eq!(stored.record.version, 1);
    assert_eq!(stored.record.people, 4);
    assert_eq!(stored.record.stored_at, now());
    assert_eq!(stored.people, call.people.values().cloned().collect::<Vec<_>>());
    assert_eq!(stored.sessions.len(), 3);

    let day = call.day();
    let organisation = world.table.organisation_totals(day, day).await.unwrap();
    assert_eq!(organisation, [(day, call.totals())]);
    assert_eq!(organisation[0].1.get("people_talk_ms"), 183_000);
    for part in call.people.values() {
        let totals = world.table.person_totals(&part.person, day, day).await.unwrap();
        assert_eq!(totals, [(day, call.participation_totals(part))]);
    }
    world.assert_sound().await;
}

#[tokio::test]
async fn a_small_call_is_one_transaction() {
    let world = World::new().await;
    let transactions = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = transactions.clone();
    world.faults().set(move |request| {
        seen.lock().unwrap().push(request.action.clone());
        aws_stand_ins::Fault::None
    });
    deliver(&world.writer, &Meeting::of("call-1", 1, 0..40)).await.unwrap();
    let seen = transactions.lock().unwrap();
    assert_eq!(seen.iter().filter(|action| *action == "TransactWriteItems").count(), 1);
    assert_eq!(seen.iter().filter(|action| *action == "UpdateItem").count(), 0);
}

#[tokio::test]
async fn a_call_without_people_is_stored() {
    let world = World::new().await;
    let mut pages = Meeting::of("call-1", 1, []).pages();
    for page in &mut pages {
        let mut json: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
        json.as_object_mut().unwrap().remove("organizer_v2");
        page.body = json.to_string().into_bytes();
    }
    let (call, _) = call_table::rebuild(None, Default::default(), &pages).unwrap();
    assert_eq!(call.people.len(), 0);
    let mut writer = world.writer.version("call-1", 1, now(), crate::world::soon());
    for page in &pages {
        writer.add_page(page.kind.clone(), page.number, &page.body).await.unwrap();
    }
    assert_eq!(writer.commit(&call).await.unwrap(), Committed::Stored { replaced: None });
    let day = call.day();
    let organisation = world.table.organisation_totals(day, day).await.unwrap();
    assert_eq!(organisation[0].1.get("calls"), 1);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_duplicate_changes_nothing() {
    let world = World::new().await;
    let meeting = Meeting::of("call-1", 1, [0, 1]);
    deliver(&world.writer, &meeting).await.unwrap();
    let before = world.contents().await;
    assert_eq!(deliver(&world.writer, &meeting).await.unwrap(), Committed::AlreadyStored);
    assert_eq!(write(&world.writer, &meeting).await.unwrap(), Committed::AlreadyStored);
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn a_duplicate_of_other_bytes_changes_nothing_and_leaves_nothing() {
    let world = World::new().await;
    let meeting = Meeting::of("call-1", 1, [0, 1]);
    deliver(&world.writer, &meeting).await.unwrap();
    let before = world.contents().await;
    let again = meeting.padded(3);
    assert_eq!(write(&world.writer, &again).await.unwrap(), Committed::AlreadyStored);
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn a_late_older_version_changes_nothing_and_leaves_nothing() {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("call-1", 3, [0, 1])).await.unwrap();
    let before = world.contents().await;
    let late = Meeting::of("call-1", 2, [0, 1, 2, 3]);
    assert_eq!(write(&world.writer, &late).await.unwrap(), Committed::Superseded { by: 3 });
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn a_writer_that_is_dropped_shows_nothing() {
    let world = World::new().await;
    let meeting = Meeting::of("call-1", 1, 0..200);
    let mut writer = world.writer.version("call-1", 1, now(), crate::world::soon());
    crate::world::add(&mut writer, &meeting.pages()).await.unwrap();
    writer.save_resume_point(Default::default()).await.unwrap();
    drop(writer);
    assert!(!world.keys_of("call-1").await.is_empty());
    assert_eq!(world.table.version("call-1").await.unwrap(), None);
    assert_eq!(world.table.call("call-1").await.unwrap(), None);
    assert_eq!(world.table.raw_pages("call-1").await.unwrap(), []);
    let day = meeting.started_at.to_string()[..10].parse().unwrap();
    assert_eq!(world.table.calls_of_day(day).await.unwrap(), []);
    assert_eq!(world.table.person_totals(&person(1), day, day).await.unwrap(), []);
}

#[tokio::test]
async fn items_live_as_long_as_the_retention_says() {
    let world = World::new().await;
    let meeting = Meeting::of("call-1", 1, [0]);
    deliver(&world.writer, &meeting).await.unwrap();
    let start = meeting.started_at.as_second();
    for ((pk, sk), item) in world.contents().await {
        let expires_at: i64 = item["expires_at"].as_n().unwrap().parse().unwrap();
        if pk.starts_with("CALL#") {
            assert_eq!(expires_at, start + 400 * 86_400, "{pk} {sk}");
        } else {
            let end_of_day = start + 15 * 3_600;
            let days = if pk.starts_with("PERSON#") { 400 } else { 3_650 };
            assert_eq!(expires_at, end_of_day + days * 86_400, "{pk} {sk}");
        }
    }
}

#[tokio::test]
async fn a_retention_that_would_count_late_versions_twice_is_not_accepted() {
    let world = World::new().await;
    let config = call_table::TableConfig {
        retention_days: 1,
        person_totals_retention_days: 1,
        organisation_totals_retention_days: 1,
        ..call_table::TableConfig::new("calls")
    };
    let store = call_table::CallTable::new(world.client.clone(), config);
    assert_eq!(store.config().retention_days, 35);
    assert_eq!(store.config().person_totals_retention_days, 35);
    assert_eq!(store.config().organisation_totals_retention_days, 35);
}

/// An older version kept the totals of people for ten years.
#[tokio::test]
async fn totals_of_an_older_version_keep_their_expiry_until_they_are_written_again() {
    let world = World::new().await;
    // Not person 0, who organises every meeting.
    let meeting = Meeting::of("call-1", 1, [1]);
    deliver(&world.writer, &meeting).await.unwrap();
    let (pk, sk) = (keys::person(&person(1)), "DAY#2026-11-23");
    let expires_at = |item: &Item| item["expires_at"].as_n().unwrap().parse::<i64>().unwrap();
    let mut totals = world.item(&pk, sk).await.unwrap();
    let by_now = expires_at(&totals);
    let of_before = by_now + 3_249 * 86_400;
    totals.insert("expires_at".to_owned(), AttributeValue::N(of_before.to_string()));
    world.put(totals).await;

    deliver(&world.writer, &Meeting::of("call-2", 1, [2])).await.unwrap();
    assert_eq!(expires_at(&world.item(&pk, sk).await.unwrap()), of_before);
    deliver(&world.writer, &Meeting::of("call-3", 1, [1])).await.unwrap();
    assert_eq!(expires_at(&world.item(&pk, sk).await.unwrap()), by_now);
    world.assert_sound().await;
}
