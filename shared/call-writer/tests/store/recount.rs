//! A table that was counted by older definitions becomes equal to one that is written now.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_stand_ins::Fault;
use call_records::{AudioClassifier, PersonKey, Totals};
use call_table::keys;
use call_table::ledger::{accumulate, contribution};
use call_table::{TableConfig, TableError};
use call_writer::ledger::{Owner, items};
use call_writer::{CallWriter, RecountOptions, Recounted};
use jiff::civil::Date;
use rstest::rstest;

use crate::disturbed::{Between, interrupted, killed};
use crate::invented::{Meeting, TENANT};
use crate::world::{Item, TABLE, World, deliver, deliver_until_done, now, person, soon};

const OPTIONS: RecountOptions<'static> =
    RecountOptions { home_tenant: Some(TENANT), classifier: None };

/// A service that older definitions counted as a person.
const SERVICE: &str = "user:aaaaaaaa-0000-4000-8000-00000000cafe";

async fn recount(writer: &CallWriter) -> Result<Recounted, TableError> {
    writer.recount(OPTIONS, |_, _| {}).await
}

async fn delivered(meetings: &[Meeting]) -> World {
    let world = World::new().await;
    for meeting in meetings {
        deliver(&world.writer, meeting).await.unwrap();
    }
    world
}

/// The contents without what depends on how often and when items were written: the revision, and the
/// expiry of sessions, which a fresh delivery writes before it knows when the call began.
async fn contents(world: &World) -> BTreeMap<(String, String), Item> {
    let mut contents = world.contents().await;
    for ((_, sk), item) in &mut contents {
        item.remove("revision");
        if sk.starts_with("SESSION#") {
            item.remove("expires_at");
        }
    }
    contents
}

fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn n(number: i64) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

async fn delete(world: &World, item: &Item) {
    let delete = world.client.delete_item().table_name(TABLE);
    let delete = delete.key("pk", item["pk"].clone()).key("sk", item["sk"].clone());
    delete.send().await.unwrap();
}

/// A ledger as an older definition had it: another value, and a total that is retired now.
fn older_ledger(item: &mut Item) {
    let mut ledger = item["contribution"].as_m().unwrap().clone();
    ledger.remove("talk_ms");
    ledger.insert("calls".to_owned(), n(2));
    ledger.insert("retired_total".to_owned(), n(7));
    item.insert("contribution".to_owned(), AttributeValue::M(ledger));
}

/// Turns everything that is stored of calls into what a release with other definitions wrote: without
/// a version of definitions, with other ledgers, with a service among the people and without one of
/// them, and with other sessions. Totals are the sums of the ledgers, as always.
async fn make_older(world: &World) {
    for ((pk, sk), mut item) in world.contents().await {
        if !pk.starts_with("CALL#") {
            continue;
        }
        if sk == "RECORD" {
            item.remove("definitions_version");
            item.insert("people".to_owned(), n(99));
            older_ledger(&mut item);
        } else if sk == format!("PERSON#{}", person(1)) {
            // Older definitions did not find this person at all, and a service instead.
            delete(world, &item).await;
            let service = format!("PERSON#{SERVICE}");
            item.insert("sk".to_owned(), s(&service));
            item.insert("by_person".to_owned(), s(&service));
            item.insert("person".to_owned(), s(SERVICE));
        } else if sk.starts_with("PERSON#") {
            item.insert("talk_seconds".to_owned(), n(1));
            item.insert("fingerprint".to_owned(), s("older"));
            older_ledger(&mut item);
        } else if sk.contains("#00000#") && sk.starts_with("SESSION#") {
            item.insert("seconds".to_owned(), n(1));
        } else if sk.contains("#00001#") && sk.starts_with("SESSION#") {
            delete(world, &item).await;
            item.insert("sk".to_owned(), s(&sk.replace("#00001#", "#00900#")));
        } else {
            continue;
        }
        world.put(item).await;
    }
    write_totals(world).await;
}

/// Replaces all totals by the sums of the ledgers.
async fn write_totals(world: &World) {
    let config = TableConfig::new(TABLE);
    let mut people = BTreeMap::<(PersonKey, Date), Totals>::new();
    let mut organisation = BTreeMap::<(u8, Date), Totals>::new();
    for ((pk, sk), item) in world.contents().await {
        if sk.starts_with("DAY#") {
            delete(world, &item).await;
        }
        let Some(id) = pk.strip_prefix("CALL#") else { continue };
        let Some(ledger) = item.contains_key("contribution").then(|| contribution(&item)) else {
            continue;
        };
        let day: Date = item["day"].as_s().unwrap().parse().unwrap();
        let totals = match sk.strip_prefix("PERSON#") {
            Some(person) => people.entry((person.parse().unwrap(), day)).or_default(),
            None => {
                let shard = keys::shard(id, config.total_shards);
                organisation.entry((shard, day)).or_default()
            }
        };
        accumulate(totals, &ledger.unwrap()).unwrap();
    }
    let mut written = Vec::new();
    for ((person, day), totals) in &people {
        written.extend(items(&config, Owner::Person(person), *day, totals).unwrap());
    }
    for ((shard, day), totals) in &organisation {
        written.extend(items(&config, Owner::Organisation(*shard), *day, totals).unwrap());
    }
    for item in written {
        world.put(item).await;
    }
}

async fn older(meetings: &[Meeting]) -> World {
    let world = delivered(meetings).await;
    make_older(&world).await;
    world
}

async fn assert_equals_a_fresh_table(world: &World, meetings: &[Meeting]) {
    world.assert_sound().await;
    let (recounted, fresh) = (contents(world).await, contents(&delivered(meetings).await).await);
    assert_eq!(recounted.keys().collect::<Vec<_>>(), fresh.keys().collect::<Vec<_>>());
    for (key, item) in fresh {
        assert_eq!(recounted[&key], item, "{key:?}");
    }
}

fn small_and_large() -> [Meeting; 3] {
    [
        Meeting::of("a", 1, 0..3),
        Meeting::of("b", 2, 1..130),
        Meeting::of("c", 1, [0, 2]).starting("2026-11-20T10:00:00Z"),
    ]
}

#[tokio::test]
async fn a_table_of_older_definitions_becomes_equal_to_a_fresh_one() {
    let world = older(&small_and_large()).await;
    assert!(!world.recompute().await.differences.is_empty());
    let mut days = Vec::new();
    let recounted =
        world.writer.recount(OPTIONS, |day, sofar| days.push((day, sofar.clone()))).await.unwrap();
    assert!(recounted.is_complete());
    assert_eq!((recounted.calls, recounted.recounted, recounted.days), (3, 3, 2));
    assert_eq!(days.iter().map(|(_, sofar)| sofar.days_left).collect::<Vec<_>>(), [1, 0]);
    assert_equals_a_fresh_table(&world, &small_and_large()).await;
}

#[tokio::test]
async fn recounting_again_changes_nothing() {
    let world = older(&small_and_large()).await;
    recount(&world.writer).await.unwrap();
    let before = world.contents().await;
    let again = recount(&world.writer).await.unwrap();
    assert_eq!((again.calls, again.recounted, again.up_to_date), (3, 0, 3));
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn a_call_that_is_up_to_date_is_not_rebuilt() {
    let world = delivered(&[Meeting::of("a", 1, 0..3)]).await;
    world.faults().set(|request| match request.action.as_str() {
        "TransactWriteItems" | "BatchWriteItem" | "UpdateItem" | "GetItem" => {
            Fault::ErrorBefore(400, "AccessDeniedException")
        }
        _ => Fault::None,
    });
    assert_eq!(recount(&world.writer).await.unwrap().up_to_date, 1);
}

#[tokio::test]
async fn another_classifier_is_applied_to_every_call() {
    let world = delivered(&small_and_large()).await;
    let classifier = AudioClassifier::ALL
        .into_iter()
        .find(|classifier| *classifier != AudioClassifier::default())
        .unwrap();
    let options = RecountOptions { classifier: Some(classifier), ..OPTIONS };
    for expected in [3, 0] {
        let recounted = world.writer.recount(options, |_, _| {}).await.unwrap();
        assert_eq!(recounted.recounted, expected);
    }
    let record = world.table.record("a").await.unwrap().unwrap();
    assert_eq!(record.audio_classifier.as_deref(), Some(classifier.id()));
    assert_eq!(record.home_tenant.as_deref(), Some(TENANT));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_call_whose_pages_do_not_decode_is_reported_and_stays() {
    let world = older(&[Meeting::of("a", 1, 0..3), Meeting::of("c", 1, [0, 2])]).await;
    let contents = world.contents().await;
    let page = |key: &&(String, String)| key.0 == "CALL#a" && key.1.starts_with("RAW#1#bundle#");
    delete(&world, &contents[contents.keys().find(page).unwrap()]).await;
    let recounted = recount(&world.writer).await.unwrap();
    assert_eq!((recounted.recounted, recounted.unreadable), (1, 1));
    assert!(
        recounted.unreadable_sentences[0].starts_with("CALL#a: the bundle CALL#a RAW#1#bundle#")
    );
    let record = world.table.record("a").await.unwrap().unwrap();
    assert_eq!(record.contribution.get("retired_total"), 7);
}

#[rstest]
#[case::small(Meeting::of("a", 1, 0..3))]
#[case::large(Meeting::of("a", 1, 0..52))]
#[tokio::test]
async fn a_run_that_is_killed_anywhere_is_completed_by_the_next(#[case] meeting: Meeting) {
    let meetings = [meeting];
    for after in [false, true] {
        // The first requests read the days.
        let mut request = 17;
        loop {
            let world = older(&meetings).await;
            let got_far = killed(&world, request, after, recount(&world.writer)).await;
            let recounted = recount(&world.writer).await.unwrap();
            assert!(recounted.is_complete(), "request {request}, after {after}");
            assert_equals_a_fresh_table(&world, &meetings).await;
            if !got_far {
                break;
            }
            request += 1;
        }
        assert!(request >= 24, "only {request} requests were disturbed");
    }
}

#[rstest]
#[case::small(Meeting::of("a", 1, 0..3), Meeting::of("a", 2, 1..5))]
#[case::large(Meeting::of("a", 1, 0..52), Meeting::of("a", 2, 30..90))]
#[case::across_midnight(
    Meeting::of("a", 1, 0..3).starting("2026-11-22T23:59:59Z"),
    Meeting::of("a", 2, 1..5)
)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_newer_version_that_arrives_meanwhile_is_what_is_stored(
    #[case] stored: Meeting,
    #[case] newer: Meeting,
) {
    let mut pause = 17;
    loop {
        let world = older(std::slice::from_ref(&stored)).await;
        let (writer, delivery) = (world.writer.clone(), newer.clone());
        let between = move || -> Between {
            let (writer, delivery) = (writer.clone(), delivery.clone());
            Box::pin(async move { drop(deliver(&writer, &delivery).await) })
        };
        let (requests, recounted) =
            interrupted(&world, pause, recount(&world.writer), between).await;
        recounted.unwrap();
        deliver_until_done(&world.writer, &newer).await;
        assert_equals_a_fresh_table(&world, std::slice::from_ref(&newer)).await;
        if requests <= pause {
            break;
        }
        pause += 1;
    }
    assert!(pause >= 24, "only {pause} requests were interrupted");
}

#[rstest]
#[case::small(Meeting::of("a", 1, 0..3), Meeting::of("a", 2, 1..5))]
#[case::large(Meeting::of("a", 1, 0..52), Meeting::of("a", 2, 30..90))]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn recounting_between_any_two_requests_of_a_delivery_leaves_the_newer_version(
    #[case] stored: Meeting,
    #[case] newer: Meeting,
) {
    let mut pause = 0;
    loop {
        let world = older(std::slice::from_ref(&stored)).await;
        let writer = world.writer.clone();
        let between = move || -> Between {
            let writer = writer.clone();
            Box::pin(async move { drop(recount(&writer).await) })
        };
        let delivery = deliver(&world.writer, &newer);
        let (requests, _) = interrupted(&world, pause, delivery, between).await;
        deliver_until_done(&world.writer, &newer).await;
        assert_equals_a_fresh_table(&world, std::slice::from_ref(&newer)).await;
        if requests <= pause {
            break;
        }
        pause += 1;
    }
    assert!(pause >= 6, "only {pause} requests were interrupted");
}

async fn forget(world: &World, who: u32) -> bool {
    world.writer.forget(&person(who), now(), soon()).await.unwrap().complete
}

#[rstest]
#[case::small(Meeting::of("a", 1, 0..3))]
#[case::large(Meeting::of("a", 1, 0..52))]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_person_who_is_forgotten_meanwhile_stays_forgotten(#[case] meeting: Meeting) {
    let meetings = [meeting];
    let mut pause = 17;
    loop {
        let world = older(&meetings).await;
        let writer = world.writer.clone();
        let between = move || -> Between {
            let writer = writer.clone();
            Box::pin(async move {
                writer.forget(&person(2), now(), soon()).await.unwrap();
            })
        };
        let (requests, recounted) =
            interrupted(&world, pause, recount(&world.writer), between).await;
        recounted.unwrap();
        assert!(recount(&world.writer).await.unwrap().is_complete());
        assert!(forget(&world, 2).await);
        crate::forget::assert_gone(&world, 2).await;
        world.assert_sound().await;
        if requests <= pause {
            break;
        }
        pause += 1;
    }
    assert!(pause >= 24, "only {pause} requests were interrupted");
}

/// Forgetting is killed at each of its requests; then the table is recounted before it runs again.
#[tokio::test]
async fn recounting_does_not_hide_from_forgetting_what_it_has_left_to_do() {
    for after in [false, true] {
        let mut request = 0;
        loop {
            let world = older(&[Meeting::of("a", 1, 0..3)]).await;
            let who = person(2);
            let work = world.writer.forget(&who, now(), soon());
            let got_far = killed(&world, request, after, work).await;
            assert!(recount(&world.writer).await.unwrap().is_complete());
            assert!(forget(&world, 2).await);
            crate::forget::assert_gone(&world, 2).await;
            world.assert_sound().await;
            if !got_far {
                break;
            }
            request += 1;
        }
        assert!(request >= 12, "only {request} requests were disturbed");
    }
}

/// Older definitions did not find the person, so that forgetting found no call. Recounting finds them,
/// and may be killed before it forgets them.
#[tokio::test]
async fn a_forgotten_person_whom_only_the_present_definitions_find_stays_forgotten() {
    let meetings = [Meeting::of("a", 1, 0..3)];
    let mut request = 17;
    loop {
        let world = older(&meetings).await;
        assert!(forget(&world, 1).await);
        let got_far = killed(&world, request, false, recount(&world.writer)).await;
        assert!(recount(&world.writer).await.unwrap().is_complete());
        crate::forget::assert_gone(&world, 1).await;
        world.assert_sound().await;
        if !got_far {
            break;
        }
        request += 1;
    }
    assert!(request >= 24, "only {request} requests were disturbed");
}
