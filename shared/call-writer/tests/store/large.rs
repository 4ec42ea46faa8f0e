//! Calls that do not fit into one transaction.

use std::sync::{Arc, Mutex};

use aws_stand_ins::Fault;
use call_table::TableError;
use call_writer::Committed;

use crate::invented::Meeting;
use crate::world::{World, call_of, deliver, now, write};

#[tokio::test]
async fn a_large_call_is_stored_like_a_small_one() {
    let world = World::new().await;
    let meeting = Meeting::of("c", 1, 0..150);
    let committed = deliver(&world.writer, &meeting).await.unwrap();
    assert_eq!(committed, Committed::Stored { replaced: None });
    let stored = world.table.call("c").await.unwrap().unwrap();
    let call = call_of(&meeting);
    assert_eq!(stored.people, call.people.values().cloned().collect::<Vec<_>>());
    assert_eq!(stored.record.being_replaced_by, None);
    assert_eq!(stored.sessions.len(), 150);
    world.assert_sound().await;
}

#[tokio::test]
async fn no_transaction_has_more_than_a_hundred_actions_or_names_an_item_twice() {
    let world = World::new().await;
    let problems = Arc::new(Mutex::new(Vec::new()));
    let seen = problems.clone();
    world.faults().set(move |request| {
        if request.action == "TransactWriteItems" {
            let body = request.json();
            let actions = body["TransactItems"].as_array().unwrap();
            let mut keys: Vec<_> = actions
                .iter()
                .map(|action| {
                    let action = action.as_object().unwrap().values().next().unwrap();
                    let key =
                        if action["Key"].is_null() { &action["Item"] } else { &action["Key"] };
                    format!("{} {}", key["pk"], key["sk"])
                })
                .collect();
            keys.sort();
            keys.dedup();
            if actions.len() > 100 || keys.len() != actions.len() {
                seen.lock().unwrap().push((actions.len(), keys.len()));
            }
        }
        Fault::None
    });
    let midnight = "2026-11-22T23:59:59Z";
    deliver(&world.writer, &Meeting::of("c", 1, 0..150).starting(midnight)).await.unwrap();
    deliver(&world.writer, &Meeting::of("c", 2, 75..225)).await.unwrap();
    deliver(&world.writer, &Meeting::of("c", 3, 0..30).starting(midnight)).await.unwrap();
    assert_eq!(*problems.lock().unwrap(), []);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_half_written_version_is_not_the_stored_one() {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("c", 1, 0..150)).await.unwrap();
    world.stop_at_transaction(&Meeting::of("c", 2, 0..150).lasting(5), 3).await;
    assert_eq!(world.table.version("c").await.unwrap(), Some(1));
    let stored = world.table.call("c").await.unwrap().unwrap();
    assert_eq!(stored.record.version, 1);
    assert_eq!(stored.record.being_replaced_by, Some(2));
    // The organisation still counts version 1 alone.
    let day = stored.record.day;
    let organisation = world.table.organisation_totals(day, day).await.unwrap();
    assert_eq!(organisation[0].1, stored.record.contribution);
}

#[tokio::test]
async fn a_first_version_that_is_half_written_is_not_stored() {
    let world = World::new().await;
    world.stop_at_transaction(&Meeting::of("c", 1, 0..150), 3).await;
    assert_eq!(world.table.version("c").await.unwrap(), None);
    assert_eq!(world.table.call("c").await.unwrap(), None);
    assert_eq!(world.writer.sweep("c").await.unwrap(), 0);
}

#[tokio::test]
async fn an_older_version_gives_way_to_a_newer_one_that_is_half_way_in() {
    let world = World::new().await;
    world.stop_at_transaction(&Meeting::of("c", 2, 0..150), 3).await;
    let older = Meeting::of("c", 1, 0..150);
    assert_eq!(write(&world.writer, &older).await, Err(TableError::Contended));
    let newer = Meeting::of("c", 2, 0..150);
    deliver(&world.writer, &newer).await.unwrap();
    assert_eq!(write(&world.writer, &older).await.unwrap(), Committed::Superseded { by: 2 });
    world.assert_sound().await;
}

#[tokio::test]
async fn a_newer_version_takes_over_from_one_that_is_half_way_in() {
    for newer in [Meeting::of("c", 2, 100..250), Meeting::of("c", 2, 0..3)] {
        let world = World::new().await;
        world.stop_at_transaction(&Meeting::of("c", 1, 0..150), 4).await;
        let committed = deliver(&world.writer, &newer).await.unwrap();
        assert_eq!(committed, Committed::Stored { replaced: None });
        world.assert_sound().await;
        let alone = World::new().await;
        deliver(&alone.writer, &newer).await.unwrap();
        assert_eq!(world.contents().await, alone.contents().await);
    }
}

#[tokio::test]
async fn a_redelivery_goes_on_where_the_last_one_stopped() {
    let world = World::new().await;
    let meeting = Meeting::of("c", 1, 0..300);
    world.stop_at_transaction(&meeting, 6).await;
    let transactions = Arc::new(Mutex::new(0));
    let seen = transactions.clone();
    world.faults().set(move |request| {
        *seen.lock().unwrap() += usize::from(request.action == "TransactWriteItems");
        Fault::None
    });
    deliver(&world.writer, &meeting).await.unwrap();
    // 300 people are seven chunks of at most 49; five were done.
    assert_eq!(*transactions.lock().unwrap(), 2);
    world.assert_sound().await;
}

#[tokio::test]
async fn another_reading_of_the_same_version_takes_over_and_is_exact() {
    let world = World::new().await;
    let first = Meeting::of("c", 1, 0..150);
    world.stop_at_transaction(&first, 3).await;
    // Graph sent other numbers under the same version.
    let second = Meeting::of("c", 1, 10..160).lasting(9).padded(1);
    let committed = deliver(&world.writer, &second).await.unwrap();
    assert_eq!(committed, Committed::Stored { replaced: None });
    world.assert_sound().await;
    let alone = World::new().await;
    deliver(&alone.writer, &second).await.unwrap();
    assert_eq!(world.contents().await, alone.contents().await);
}

#[tokio::test]
async fn a_meeting_of_ten_thousand_is_stored() {
    let world = World::new().await;
    let mut meeting = Meeting::of("c", 1, 0..10_000);
    meeting.page_size = 1_000;
    assert_eq!(call_of(&meeting).people.len(), 10_000);
    let pages = meeting.pages();
    let (call, sessions) =
        call_table::rebuild(Some(crate::invented::TENANT), Default::default(), &pages).unwrap();
    let mut writer = world.writer.version("c", 1, now(), crate::world::soon());
    let mut sessions = sessions.as_slice();
    for page in &pages {
        writer.add_page(page.kind.clone(), page.number, &page.body).await.unwrap();
        if matches!(page.kind.as_str(), "record" | "sessions") {
            let (here, rest) = sessions.split_at(1_000);
            writer.add_sessions(here).await.unwrap();
            sessions = rest;
        }
    }
    let committed = writer.commit(&call).await.unwrap();
    assert_eq!(committed, Committed::Stored { replaced: None });
    let people = world.table.people_of_day(call.day()).await.unwrap();
    assert_eq!(people.len(), 10_000);
    world.assert_sound().await;
}
