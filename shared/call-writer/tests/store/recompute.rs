//! Recomputing finds what is wrong, and nothing else.

use aws_sdk_dynamodb::types::AttributeValue;
use call_writer::Finding;
use rstest::rstest;

use crate::invented::Meeting;
use crate::world::{World, call_of, deliver, person};

async fn stored() -> World {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("a", 1, 0..3).calling(9)).await.unwrap();
    deliver(&world.writer, &Meeting::of("b", 2, 1..130)).await.unwrap();
    let other_day = Meeting::of("d", 1, [1]).starting("2026-11-20T10:00:00Z");
    deliver(&world.writer, &other_day).await.unwrap();
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_can_run_in_a_task_of_its_own() {
    let world = stored().await;
    let found = tokio::spawn(async move { world.recompute().await }).await.unwrap();
    assert_eq!(found.calls, 3);
}

#[tokio::test]
async fn a_sound_table_has_no_differences() {
    let world = stored().await;
    let found = world.recompute().await;
    assert_eq!((found.calls, found.days, found.days_too_old), (3, 2, 0));
    assert_eq!(found.differences, []);
}

/// Neither absent, which would lose the platform, nor 0, which would be a length.
#[tokio::test]
async fn a_length_that_is_not_known_is_stored_and_recomputed_as_such() {
    let world = World::new().await;
    let meeting = Meeting::of("a", 1, [1]).without_ends();
    deliver(&world.writer, &meeting).await.unwrap();
    world.assert_sound().await;
    let stored = world.item("CALL#a", &format!("PERSON#{}", person(1))).await.unwrap();
    let platforms = stored["platforms"].as_m().unwrap();
    assert_eq!(platforms["macOS"], AttributeValue::Null(true));
    assert!(!stored.contains_key("attended") && !stored.contains_key("talk_seconds"));
    let call = world.table.call("a").await.unwrap().unwrap();
    assert_eq!(call.people[1], call_of(&meeting).people[&person(1)]);
    // A newer version says that it was nothing.
    let newer = Meeting { version: 2, ended: true, ..meeting.lasting(0) };
    deliver(&world.writer, &newer).await.unwrap();
    world.assert_sound().await;
    let stored = world.item("CALL#a", &format!("PERSON#{}", person(1))).await.unwrap();
    assert_eq!(stored["platforms"].as_m().unwrap()["macOS"], AttributeValue::N("0".to_owned()));
    assert_eq!(stored["attended"], AttributeValue::Bool(false));
}

/// The first key whose partition key ends, or whose sort key begins, like this.
async fn key(world: &World, sk: &str) -> (String, String) {
    let starts = |key: &&(String, String)| key.0.ends_with(sk) || key.1.starts_with(sk);
    world.contents().await.keys().find(starts).unwrap().clone()
}

#[rstest]
#[case::of_a_part(
    "CALL#a",
    "PERSON#user:",
    "talk_seconds",
    "talk_seconds is 1, but the pages give 60"
)]
#[case::of_a_ledger(
    "CALL#a",
    "PERSON#user:",
    "contribution.talk_ms",
    "contribution.talk_ms is 1, but the pages give 60000"
)]
#[case::of_the_record("CALL#a", "RECORD", "sessions", "sessions is 1, but the pages give 3")]
#[case::of_a_session(
    "CALL#",
    "SESSION#1#00000#",
    "named_only",
    "named_only is 1, but the pages give some text"
)]
#[case::of_a_person_and_day(
    "PERSON#user:",
    "DAY#2026-11-23",
    "calls",
    "calls is 1, but the pages give 2"
)]
#[case::of_the_organisation(
    "TOTAL#",
    "DAY#2026-11-23",
    "missed",
    "missed is 1, but the pages give 0"
)]
#[tokio::test]
async fn one_changed_number_is_found(
    #[case] pk: &str,
    #[case] sk: &str,
    #[case] attribute: &str,
    #[case] sentence: &str,
) {
    let world = stored().await;
    let contents = world.contents().await;
    let found = |key: &&(String, String)| key.0.starts_with(pk) && key.1.starts_with(sk);
    let key = contents.keys().find(found).unwrap();
    let mut item = contents[key].clone();
    let one = AttributeValue::N("1".to_owned());
    match attribute.split_once('.') {
        None => drop(item.insert(attribute.to_owned(), one)),
        Some((outer, inner)) => {
            let mut map = item[outer].as_m().unwrap().clone();
            map.insert(inner.to_owned(), one);
            item.insert(outer.to_owned(), AttributeValue::M(map));
        }
    }
    world.put(item).await;
    let found = world.recompute().await;
    let sentences = found.sentences();
    assert_eq!(sentences.len(), 1, "{sentences:?}");
    assert!(sentences[0].contains(sentence), "{sentences:?}");
}

async fn delete(world: &World, key: &(String, String)) {
    let delete = world.client.delete_item().table_name("calls");
    let delete = delete.key("pk", AttributeValue::S(key.0.clone()));
    delete.key("sk", AttributeValue::S(key.1.clone())).send().await.unwrap();
}

#[tokio::test]
async fn what_is_missing_and_what_is_superfluous_is_found() {
    let world = stored().await;
    let session = key(&world, "SESSION#1#00000#").await;
    let mut extra = world.item(&session.0, &session.1).await.unwrap();
    delete(&world, &session).await;
    let elsewhere = session.1.replace("#00000#", "#00009#");
    extra.insert("sk".to_owned(), AttributeValue::S(elsewhere.clone()));
    world.put(extra).await;
    let found = world.recompute().await;
    let sentences = found.sentences();
    assert_eq!(
        sentences,
        [
            format!("{} {} is missing", session.0, session.1),
            format!("{} {elsewhere} is stored, but the pages do not give it", session.0),
        ]
    );
}

#[tokio::test]
async fn a_total_that_no_call_explains_is_found() {
    let world = stored().await;
    let mut total = world.item(&format!("PERSON#{}", person(1)), "DAY#2026-11-20").await.unwrap();
    for (name, value) in
        [("pk", "PERSON#user:without-calls"), ("by_day_sort", "PERSON#user:without-calls")]
    {
        total.insert(name.to_owned(), AttributeValue::S(value.to_owned()));
    }
    world.put(total).await;
    let found = world.recompute().await;
    let sentences = found.sentences();
    assert!(
        sentences.contains(
            &"PERSON#user:without-calls DAY#2026-11-20: calls is 1, but the pages give 0"
                .to_owned()
        ),
        "{sentences:?}"
    );
}

#[tokio::test]
async fn a_page_that_cannot_be_read_is_reported() {
    let world = stored().await;
    delete(&world, &key(&world, "RAW#1#bundle#").await).await;
    let found = world.recompute().await;
    let first = found.differences[0].to_string();
    assert!(first.contains("cannot be compared: the bundle CALL#"), "{first}");
}

#[tokio::test]
async fn totals_that_outlive_their_calls_are_not_compared() {
    let world = World::new().await;
    let meeting = Meeting::of("old", 1, 0..3).starting("2025-10-01T10:00:00Z");
    deliver(&world.writer, &meeting).await.unwrap();
    for sk in world.keys_of("old").await {
        delete(&world, &("CALL#old".to_owned(), sk)).await;
    }
    let found = world.recompute().await;
    assert_eq!((found.calls, found.days, found.days_too_old), (0, 0, 1));
    assert_eq!(found.differences, []);
}

#[tokio::test]
async fn a_call_under_a_guid_in_capitals_is_a_difference() {
    let world = World::new().await;
    let id = "E523D2ED-2966-4B6B-925B-754A88034CC5";
    deliver(&world.writer, &Meeting::of(id, 1, 0..3)).await.unwrap();
    let found = world.recompute().await;
    assert_eq!(
        found.differences.iter().map(|it| &it.finding).collect::<Vec<_>>(),
        [&Finding::IdForm]
    );
}
