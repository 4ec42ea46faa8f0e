//! A person is forgotten, and everything else stays.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::types::AttributeValue;
use aws_stand_ins::Fault;
use call_records::AudioClassifier;
use call_table::compression::decompress;
use call_table::{PageKind, RawPage, StoredCall, TableError, rebuild};
use call_writer::{Committed, Forgotten, WouldForget};
use jiff::civil::date;
use serde_json::json;

use crate::invented::{Meeting, TENANT, identity, person_id};
use crate::world::{World, deliver, now, person, soon};

const DAY: jiff::civil::Date = date(2026, 11, 23);

/// Three meetings that person 0 organised; person 1 is in two of them.
pub(crate) async fn stored() -> World {
    let world = World::new().await;
    for meeting in [
        Meeting::of("a", 1, 0..3),
        Meeting::of("b", 2, 1..130),
        Meeting::of("c", 1, [0, 2]).starting("2026-11-20T10:00:00Z"),
    ] {
        deliver(&world.writer, &meeting).await.unwrap();
    }
    world
}

pub(crate) async fn forget(world: &World, who: u32) -> Result<Forgotten, TableError> {
    world.writer.forget(&person(who), now(), soon()).await
}

/// Asserts that neither the id nor the name of a person is anywhere in the table, compressed pages
/// included.
pub(crate) async fn assert_gone(world: &World, who: u32) {
    let names = [person_id(who), format!("Person {who}\""), format!("person{who}@")];
    for ((pk, sk), item) in world.contents().await {
        let mut text = format!("{pk} {sk} {item:?}");
        if let Some(AttributeValue::B(data)) = item.get("data") {
            let page = decompress(data.as_ref(), 1 << 24).unwrap();
            text.push_str(std::str::from_utf8(&page).unwrap());
        }
        for name in &names {
            assert!(!text.contains(name), "{name} is still in {pk} {sk}");
        }
    }
}

#[tokio::test]
async fn a_person_is_removed_and_the_totals_of_the_organisation_stay() {
    let world = stored().await;
    let (from, to) = (date(2026, 11, 1), date(2026, 11, 30));
    let before = world.table.organisation_totals(from, to).await.unwrap();
    let others = world.table.person_totals(&person(2), from, to).await.unwrap();

    // What is asked for first says the same, and changes nothing.
    let untouched = world.contents().await;
    let would = world.writer.would_forget(&person(1), soon()).await.unwrap();
    assert_eq!((would.calls, would.participations, would.days), (2, 2, 1));
    assert_eq!((would.first_day, would.last_day), (Some(DAY), Some(DAY)));
    assert_eq!(world.contents().await, untouched);

    let forgotten = forget(&world, 1).await.unwrap();
    assert_eq!((forgotten.calls, forgotten.participations, forgotten.days), (2, 2, 1));
    let would = world.writer.would_forget(&person(1), soon()).await.unwrap();
    assert_eq!(would, WouldForget::default());
    // Participants and sessions of `a`; of `b` the two first pages of each.
    assert_eq!(forgotten.pages, 4);
    assert!(forgotten.complete);
    assert!(forgotten.tombstone.starts_with("forgotten:user:"));

    assert_eq!(world.table.organisation_totals(from, to).await.unwrap(), before);
    assert_eq!(world.table.person_totals(&person(2), from, to).await.unwrap(), others);
    assert_eq!(world.table.person_totals(&person(1), from, to).await.unwrap(), []);
    assert_eq!(world.table.newest_name(&person(1)).await.unwrap(), None);
    assert_eq!(world.table.count_people_of_day(DAY).await.unwrap(), 129);
    assert_gone(&world, 1).await;
    world.assert_sound().await;
}

#[tokio::test]
async fn an_organizer_is_removed_from_the_calls_that_they_organised() {
    let world = stored().await;
    let would = world.writer.would_forget(&person(0), soon()).await.unwrap();
    assert_eq!((would.calls, would.days), (3, 2));
    let forgotten = forget(&world, 0).await.unwrap();
    assert_eq!((forgotten.calls, forgotten.days, forgotten.complete), (3, 2, true));
    let record = world.table.record("b").await.unwrap().unwrap();
    assert_eq!(record.organizer.unwrap().to_string(), forgotten.tombstone);
    assert_eq!((record.organizer_name, record.revision), (None, Some(1)));
    assert_gone(&world, 0).await;
    world.assert_sound().await;
}

#[tokio::test]
async fn forgetting_again_finds_nothing_and_changes_nothing() {
    let world = stored().await;
    let first = forget(&world, 1).await.unwrap();
    let before = world.contents().await;
    let again = forget(&world, 1).await.unwrap();
    let nothing = Forgotten { tombstone: first.tombstone, complete: true, ..Forgotten::default() };
    assert_eq!(again, nothing);
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn two_people_can_be_forgotten_one_after_the_other() {
    let world = stored().await;
    let one = forget(&world, 1).await.unwrap();
    let other = forget(&world, 2).await.unwrap();
    assert_ne!(one.tombstone, other.tombstone);
    assert_gone(&world, 1).await;
    assert_gone(&world, 2).await;
    assert_eq!(world.table.record("a").await.unwrap().unwrap().revision, Some(2));
    world.assert_sound().await;
}

#[tokio::test]
async fn a_version_that_comes_later_does_not_bring_the_person_back() {
    let world = stored().await;
    forget(&world, 1).await.unwrap();
    let newer = Meeting::of("a", 2, 0..4);
    let committed = deliver(&world.writer, &newer).await.unwrap();
    assert_eq!(committed, Committed::Stored { replaced: Some(1) });
    assert_gone(&world, 1).await;
    assert_eq!(world.table.record("a").await.unwrap().unwrap().version, 2);
    // Nor does an earlier call that is stored for the first time.
    deliver(&world.writer, &Meeting::of("late", 1, [1, 2])).await.unwrap();
    assert_gone(&world, 1).await;
    let day = world.table.organisation_totals(DAY, DAY).await.unwrap();
    assert_eq!(day[0].1.get("calls"), 3);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_call_that_begins_later_is_counted() {
    let world = stored().await;
    forget(&world, 1).await.unwrap();
    let later = Meeting::of("later", 1, [1]).starting("2026-11-24T08:00:01Z");
    deliver(&world.writer, &later).await.unwrap();
    let day = date(2026, 11, 24);
    let totals = world.table.person_totals(&person(1), day, day).await.unwrap();
    assert_eq!(totals[0].1.get("calls"), 1);
    world.assert_sound().await;
}

#[tokio::test]
async fn a_person_who_was_in_no_call_is_forgotten_at_once() {
    let world = stored().await;
    let before = world.contents().await.len();
    let forgotten = forget(&world, 900).await.unwrap();
    assert_eq!((forgotten.calls, forgotten.days, forgotten.complete), (0, 0, true));
    // The mark is all that there is more.
    assert_eq!(world.contents().await.len(), before + 1);
}

#[tokio::test]
async fn the_mark_does_not_name_the_person_and_expires() {
    let world = stored().await;
    forget(&world, 1).await.unwrap();
    let contents = world.contents().await;
    let (key, mark) = contents.iter().find(|(key, _)| key.0 == "FORGOTTEN").unwrap();
    assert_eq!(key.1.len(), 64);
    let expires_at: i64 = mark["expires_at"].as_n().unwrap().parse().unwrap();
    assert_eq!(expires_at, now().as_second() + 100 * 86_400);
    assert_gone(&world, 1).await;
}

#[tokio::test]
async fn without_time_nothing_is_begun() {
    let world = stored().await;
    let before = world.contents().await;
    let now_or_never = tokio::time::Instant::now();
    let forgotten = world.writer.forget(&person(1), now(), now_or_never).await;
    assert_eq!(forgotten, Err(TableError::OutOfTime));
    assert_eq!(world.contents().await, before);
}

#[tokio::test]
async fn totals_that_outlived_their_calls_are_removed_as_well() {
    let world = World::new().await;
    let old = Meeting::of("old", 1, [1]).starting("2025-10-01T10:00:00Z");
    deliver(&world.writer, &old).await.unwrap();
    // As DynamoDB removes what expired.
    for sk in world.keys_of("old").await {
        let delete = world.client.delete_item().table_name("calls");
        let delete = delete.key("pk", AttributeValue::S("CALL#old".to_owned()));
        delete.key("sk", AttributeValue::S(sk)).send().await.unwrap();
    }
    let forgotten = forget(&world, 1).await.unwrap();
    assert_eq!((forgotten.calls, forgotten.days, forgotten.complete), (0, 1, true));
    assert_gone(&world, 1).await;
}

#[tokio::test]
async fn forgetting_never_touches_the_totals_of_the_organisation() {
    let world = stored().await;
    // As if an older release had counted a total that this one does not.
    let mut record = world.item("CALL#a", "RECORD").await.unwrap();
    let mut counted = record["contribution"].as_m().unwrap().clone();
    counted.insert("retired_total".to_owned(), AttributeValue::N("1".to_owned()));
    record.insert("contribution".to_owned(), AttributeValue::M(counted));
    world.put(record).await;
    let totals = |contents: std::collections::BTreeMap<(String, String), crate::world::Item>| {
        contents.into_iter().filter(|(key, _)| key.0.starts_with("TOTAL#")).collect::<Vec<_>>()
    };
    let before = totals(world.contents().await);
    assert!(forget(&world, 1).await.unwrap().complete);
    assert_eq!(totals(world.contents().await), before);
    let record = world.table.record("a").await.unwrap().unwrap();
    assert_eq!(record.contribution.get("retired_total"), 1);
}

/// A peer-to-peer call that became a group call leaves a session with a person on the called end.
#[tokio::test]
async fn a_person_who_is_only_named_in_a_group_call_is_removed_from_it() {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("a", 1, 0..3).calling(7)).await.unwrap();
    deliver(&world.writer, &Meeting::of("b", 1, [0, 7])).await.unwrap();
    let before = world.table.organisation_totals(DAY, DAY).await.unwrap();
    let forgotten = forget(&world, 7).await.unwrap();
    assert_eq!((forgotten.calls, forgotten.participations, forgotten.complete), (2, 1, true));
    // The sessions of `a`; participants and sessions of `b`.
    assert_eq!(forgotten.pages, 3);
    assert_gone(&world, 7).await;
    assert_eq!(world.table.organisation_totals(DAY, DAY).await.unwrap(), before);
    world.assert_sound().await;

    // Nor does a later version, or another call, bring the name back.
    deliver(&world.writer, &Meeting::of("a", 2, 0..4).calling(7)).await.unwrap();
    deliver(&world.writer, &Meeting::of("c", 1, 0..2).calling(7)).await.unwrap();
    assert_gone(&world, 7).await;
    world.assert_sound().await;
    let again = forget(&world, 7).await.unwrap();
    assert_eq!((again.calls, again.pages, again.complete), (0, 0, true));
}

/// A session of one endpoint that names two people: the associated identity is one, the retired property
/// `identity` another, who has a session of their own.
#[tokio::test]
async fn forgetting_a_person_leaves_another_who_is_named_on_the_same_endpoint() {
    let world = World::new().await;
    let session = |number: u32, caller: serde_json::Value| {
        json!({
            "id": format!("session-{number}"),
            "modalities": ["audio"],
            "startDateTime": "2026-11-23T09:00:00Z",
            "endDateTime": "2026-11-23T09:05:00Z",
            "caller": caller,
            "callee": { "userAgent": { "platform": "unknown" } },
            "segments": [{ "id": "segment", "media": [] }],
        })
    };
    let user_agent = json!({ "platform": "windows", "productFamily": "teams" });
    let both = json!({
        "associatedIdentity": identity(1),
        "identity": { "user": identity(2) },
        "userAgent": user_agent,
    });
    let own = |who| json!({ "associatedIdentity": identity(who), "userAgent": user_agent });
    let record = json!({
        "id": "a", "version": 1, "type": "groupCall", "modalities": ["audio"],
        "startDateTime": "2026-11-23T09:00:00Z", "endDateTime": "2026-11-23T09:05:00Z",
        "participants_v2": [],
        "sessions": [session(1, both), session(2, own(2)), session(3, own(3))],
    });
    let page = RawPage { kind: PageKind::Record, number: 0, body: record.to_string().into_bytes() };
    let classifier = AudioClassifier::default();
    let (call, sessions) = rebuild(Some(TENANT), classifier, std::slice::from_ref(&page)).unwrap();
    let mut writer = world.writer.version("a", 1, now(), soon());
    writer.add_page(page.kind, 0, &page.body).await.unwrap();
    writer.add_sessions(&sessions).await.unwrap();
    writer.commit(&call).await.unwrap();

    let stored = world.table.call("a").await.unwrap().unwrap();
    // But for the counterparts, among which the tombstone is now.
    let of = |call: &StoredCall, who| {
        let part = call.people.iter().find(|part| part.person == person(who)).unwrap();
        let mut part = json!(part);
        part.as_object_mut().unwrap().remove("counterparts");
        part
    };
    let before = of(&stored, 2);
    let days = (DAY, DAY);
    let totals = world.table.person_totals(&person(2), days.0, days.1).await.unwrap();
    let organisation = world.table.organisation_totals(days.0, days.1).await.unwrap();

    assert!(forget(&world, 1).await.unwrap().complete);
    assert_gone(&world, 1).await;
    let call = world.table.call("a").await.unwrap().unwrap();
    assert_eq!(call.people.len(), stored.people.len() - 1);
    assert_eq!(of(&call, 2), before);
    assert_eq!(call.sessions[1].caller, Some(person(2)));
    assert_eq!(world.table.person_totals(&person(2), days.0, days.1).await.unwrap(), totals);
    assert_eq!(world.table.organisation_totals(days.0, days.1).await.unwrap(), organisation);
    world.assert_sound().await;
}

/// Pages that could not be decoded name people as well.
#[tokio::test]
async fn quarantined_pages_do_not_name_the_person_any_more() {
    let world = World::new().await;
    let page =
        |number, body: String| RawPage { kind: PageKind::Record, number, body: body.into_bytes() };
    let mut record: serde_json::Value =
        serde_json::from_slice(&Meeting::of("a", 1, [1, 2]).pages()[1].body).unwrap();
    record["startDateTime"] = "yesterday".into();
    let (whole, other) = (record.to_string(), Meeting::of("a", 1, [3]).pages().remove(1));
    let cut = whole[..whole.len() - 9].to_owned();
    let pages = [page(0, whole), page(1, cut), RawPage { number: 2, ..other.clone() }];
    world.writer.quarantine("a", "no time", &pages, now(), soon()).await.unwrap();

    let forgotten = forget(&world, 1).await.unwrap();
    assert_eq!((forgotten.calls, forgotten.pages, forgotten.complete), (0, 2, true));
    assert_gone(&world, 1).await;
    // The page that is no JSON is gone; the others are complete.
    let kept = world.table.quarantined_pages("a").await.unwrap();
    assert_eq!(kept.iter().map(|page| page.number).collect::<Vec<_>>(), [0, 2]);
    assert!(String::from_utf8_lossy(&kept[0].body).contains(&person_id(2)));
    assert_eq!(kept[1].body, other.body);
    assert_eq!(forget(&world, 1).await.unwrap().pages, 0);
}

/// The time is over while quarantined pages are read.
#[tokio::test]
async fn when_the_time_is_over_after_the_calls_it_is_incomplete_and_no_error() {
    let world = World::new().await;
    let page = RawPage { kind: PageKind::Record, number: 0, body: b"{}".to_vec() };
    world.writer.quarantine("a", "no id", &[page], now(), soon()).await.unwrap();
    let queries = AtomicU64::new(0);
    world.faults().set(move |request| {
        // Behind the person's calls, the sessions that name them, their days, and the list of what
        // was quarantined.
        let query = u64::from(request.action == "Query");
        match queries.fetch_add(query, Ordering::SeqCst) + query {
            4.. => Fault::DelayAfter(std::time::Duration::from_millis(900)),
            _ => Fault::None,
        }
    });
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_millis(1_200);
    let forgotten = world.writer.forget(&person(1), now(), deadline).await.unwrap();
    assert!(!forgotten.complete);
    world.faults().clear();
    assert!(forget(&world, 1).await.unwrap().complete);
}

/// The sign-in name stands in a text of a page that does not name the person otherwise.
#[tokio::test]
async fn a_sign_in_name_on_a_page_without_the_person_is_removed_as_well() {
    let world = World::new().await;
    let mut meeting = Meeting::of("a", 1, 0..3);
    meeting.page_size = 1;
    let mut pages = meeting.pages();
    let page = pages.iter_mut().find(|page| page.kind == PageKind::Record).unwrap();
    let mut record: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
    record["joinWebUrl"] = json!("https://teams.example/l/meet?as=person1@contoso.example");
    page.body = record.to_string().into_bytes();
    assert!(!record.to_string().contains(&person_id(1)), "else the page itself tells the name");
    let (call, _) = rebuild(Some(TENANT), AudioClassifier::default(), &pages).unwrap();
    let mut writer = world.writer.version("a", 1, now(), soon());
    crate::world::add(&mut writer, &pages).await.unwrap();
    writer.commit(&call).await.unwrap();

    assert!(forget(&world, 1).await.unwrap().complete);
    assert_gone(&world, 1).await;
    world.assert_sound().await;
}
