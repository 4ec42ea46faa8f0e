//! A newer version in the place of an older one.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use aws_stand_ins::Fault;
use call_table::{StoredRecord, keys};
use call_writer::Committed;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use rstest::rstest;

use crate::invented::Meeting;
use crate::world::{World, add, call_of, deliver, now, person, soon};

/// That two versions, one after the other, end as the newer one alone.
async fn newer_replaces_older(older: Meeting, newer: Meeting) -> World {
    let world = World::new().await;
    deliver(&world.writer, &older).await.unwrap();
    let committed = deliver(&world.writer, &newer).await.unwrap();
    assert_eq!(committed, Committed::Stored { replaced: Some(older.version) });
    let alone = World::new().await;
    deliver(&alone.writer, &newer).await.unwrap();
    assert_eq!(world.contents().await, alone.contents().await);
    world.assert_sound().await;
    world
}

#[rstest]
#[case::longer(Meeting::of("c", 1, [0, 1]), Meeting::of("c", 2, [0, 1]).lasting(1_000))]
#[case::shorter(Meeting::of("c", 1, [0, 1]), Meeting::of("c", 2, [0, 1]).lasting(1))]
#[case::someone_added(Meeting::of("c", 1, [0, 1]), Meeting::of("c", 2, [0, 1, 2]))]
#[case::someone_removed(Meeting::of("c", 1, [0, 1, 2]), Meeting::of("c", 2, [0, 1]))]
#[case::everyone_changed(Meeting::of("c", 1, [1, 2, 3]), Meeting::of("c", 2, [4, 5]))]
#[case::no_participant_left(Meeting::of("c", 1, [1, 2, 3]), Meeting::of("c", 2, []))]
#[case::nothing_changed(Meeting::of("c", 1, [0, 1]), Meeting::of("c", 2, [0, 1]))]
#[case::grew_large(Meeting::of("c", 1, 0..10), Meeting::of("c", 2, 0..130))]
#[case::shrank_from_large(Meeting::of("c", 1, 0..130), Meeting::of("c", 2, 0..10))]
#[case::stayed_large(Meeting::of("c", 1, 0..130), Meeting::of("c", 2, 65..200))]
#[case::skipped_versions(Meeting::of("c", 2, [0, 1]), Meeting::of("c", 9, [0]))]
#[tokio::test]
async fn a_newer_version_takes_the_place_of_an_older_one(
    #[case] older: Meeting,
    #[case] newer: Meeting,
) {
    newer_replaces_older(older, newer).await;
}

/// The parts that are as they were are not written again, nor are their days.
#[rstest]
#[case::small(3)]
#[case::large(130)]
#[tokio::test]
async fn a_newer_version_writes_only_the_people_that_it_changes(#[case] people: u32) {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("c", 1, 0..people)).await.unwrap();
    let written = Arc::new(Mutex::new(BTreeSet::new()));
    let seen = written.clone();
    world.faults().set(move |request| {
        if !["BatchGetItem", "GetItem", "Query"].contains(&request.action.as_str()) {
            let body = request.json().to_string();
            let people = body.split('"').filter_map(|text| text.strip_prefix(keys::PERSON_PREFIX));
            seen.lock().unwrap().extend(people.map(str::to_owned));
        }
        Fault::None
    });
    deliver(&world.writer, &Meeting::of("c", 2, 0..people)).await.unwrap();
    assert_eq!(*written.lock().unwrap(), BTreeSet::new());
    let mut newer = Meeting::of("c", 3, 0..people);
    newer.attendees[1].platform = "iOS";
    deliver(&world.writer, &newer).await.unwrap();
    world.faults().clear();
    assert_eq!(*written.lock().unwrap(), BTreeSet::from([person(1).to_string()]));
    world.assert_sound().await;
}

#[rstest]
#[case::small(3)]
#[case::large(130)]
#[tokio::test]
async fn a_call_that_moved_across_midnight_moves_its_totals(#[case] people: u32) {
    let older = Meeting::of("c", 1, 0..people).starting("2026-11-22T23:59:59Z");
    let newer = Meeting::of("c", 2, 0..people).starting("2026-11-23T00:00:01Z");
    let world = newer_replaces_older(older, newer).await;
    let (before, after) = (date(2026, 11, 22), date(2026, 11, 23));
    let days = world.table.organisation_totals(before, after).await.unwrap();
    assert_eq!(days.len(), 1);
    assert_eq!((days[0].0, days[0].1.get("calls")), (after, 1));
    let days = world.table.person_totals(&person(1), before, after).await.unwrap();
    assert_eq!((days[0].0, days[0].1.get("calls")), (after, 1));
    assert_eq!(world.table.calls_of_day(before).await.unwrap(), []);
    assert_eq!(world.table.people_of_day(before).await.unwrap(), []);
    let people_then = world.table.people_of_day(after).await.unwrap();
    assert_eq!(people_then.len(), usize::try_from(people).unwrap());
}

#[tokio::test]
async fn a_replacement_takes_away_what_was_added_even_if_it_would_count_otherwise_now() {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("c", 1, [0, 1])).await.unwrap();
    // As if an older release had counted something that this one does not.
    let pk = format!("PERSON#{}", person(1));
    for (pk, sk) in [("CALL#c", pk.as_str()), (pk.as_str(), "DAY#2026-11-23")] {
        let mut item = world.item(pk, sk).await.unwrap();
        let one = aws_sdk_dynamodb::types::AttributeValue::N("1".to_owned());
        match item.get_mut("contribution") {
            Some(counted) => {
                let mut ledger = counted.as_m().unwrap().clone();
                ledger.insert("retired_total".to_owned(), one);
                *counted = aws_sdk_dynamodb::types::AttributeValue::M(ledger);
                // A digest of the ledger as well.
                let older = aws_sdk_dynamodb::types::AttributeValue::S("older".to_owned());
                item.insert("fingerprint".to_owned(), older);
            }
            None => drop(item.insert("retired_total".to_owned(), one)),
        }
        world.put(item).await;
    }
    deliver(&world.writer, &Meeting::of("c", 2, [0, 1])).await.unwrap();
    world.assert_sound().await;
    let day = date(2026, 11, 23);
    let totals = world.table.person_totals(&person(1), day, day).await.unwrap();
    assert_eq!(totals[0].1.get("retired_total"), 0);
}

#[tokio::test]
async fn pages_and_sessions_of_the_older_version_are_removed() {
    let meeting = |version| Meeting::of("c", version, 0..5).calling(9);
    let world = newer_replaces_older(meeting(1), meeting(2)).await;
    let keys = world.keys_of("c").await;
    assert!(keys.iter().any(|key| key.starts_with("RAW#2#bundle#")));
    assert!(keys.iter().any(|key| key.starts_with("SESSION#2#00000#")));
    assert!(!keys.iter().any(|key| key.starts_with("RAW#1#") || key.starts_with("SESSION#1#")));
}

#[tokio::test]
async fn a_call_tells_which_versions_it_had_and_when_each_was_stored() {
    let world = World::new().await;
    let of = |record: StoredRecord| -> Vec<(i64, Timestamp)> {
        record.replaced.iter().map(|before| (before.version, before.stored_at)).collect()
    };
    let minutes = |minutes: i64| now() + SignedDuration::from_mins(minutes);
    // Version 5 comes before 4, is stored twice, and grows too large for one transaction at 7.
    for (minute, version, people) in [(0, 2, 3), (1, 5, 3), (2, 4, 3), (3, 5, 3), (4, 7, 130)] {
        let meeting = Meeting::of("c", version, 0..people);
        let mut writer = world.writer.version("c", version, minutes(minute), soon());
        add(&mut writer, &meeting.pages()).await.unwrap();
        writer.commit(&call_of(&meeting)).await.unwrap();
    }
    let record = world.table.record("c").await.unwrap().unwrap();
    assert_eq!((record.version, record.stored_at), (7, minutes(4)));
    assert!(record.replaced.iter().all(|before| before.last_modified_at.is_some()));
    assert_eq!(of(record), [(2, minutes(0)), (5, minutes(1))]);
    world.assert_sound().await;

    // A record that is changed again and again keeps the newest of its past.
    for version in 8..40 {
        deliver(&world.writer, &Meeting::of("c", version, [0])).await.unwrap();
    }
    let record = world.table.record("c").await.unwrap().unwrap();
    let versions: Vec<i64> = of(record).into_iter().map(|(version, _)| version).collect();
    assert_eq!(versions, (19..39).collect::<Vec<_>>());
}
