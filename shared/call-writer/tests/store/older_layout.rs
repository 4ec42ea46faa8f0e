//! Tables that older releases wrote: what becomes of them.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use call_table::compression::{compress, decompress};
use call_table::fold::FOLDED;
use call_table::item::{self, Item, n, s};
use call_table::{keys, total_names};
use jiff::civil::date;
use rstest::rstest;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::forget::{assert_gone, forget};
use crate::invented::Meeting;
use crate::world::{TABLE, World, deliver, person};

#[derive(Clone, Copy)]
enum Release {
    /// Nothing was folded, no pages were bundled, and totals had no short names.
    BeforeFolding,
    /// What was folded had the dictionary of pages, and no fraction where a number is whole.
    OneDictionary,
}

/// Writes calls, and turns everything into what the older release wrote of them.
async fn written_by(release: Release, meetings: &[Meeting]) -> World {
    let world = World::new().await;
    for meeting in meetings {
        deliver(&world.writer, meeting).await.unwrap();
    }
    match release {
        Release::BeforeFolding => unfold_all(&world, meetings).await,
        Release::OneDictionary => fold_with_the_dictionary_of_pages(&world).await,
    }
    world
}

async fn fold_with_the_dictionary_of_pages(world: &World) {
    let mut folded_items = 0;
    for (pk, sk) in world.contents().await.into_keys() {
        let get = world.client.get_item().table_name(TABLE).set_key(Some(item::key(&pk, &sk)));
        let mut stored = get.send().await.unwrap().item.unwrap();
        let Some(AttributeValue::B(folded)) = stored.remove(FOLDED) else { continue };
        let json = decompress(folded.as_ref(), 1 << 24).unwrap();
        let mut json: Value = serde_json::from_slice(&json).unwrap();
        without_fractions_of_zero(&mut json);
        let frame = compress(json.to_string().as_bytes()).unwrap();
        assert_ne!(frame, folded.as_ref());
        stored.insert(FOLDED.to_owned(), AttributeValue::B(Blob::new(frame)));
        world.put(stored).await;
        folded_items += 1;
    }
    assert!(folded_items > 0);
}

/// As DynamoDB writes numbers: 7 and not 7.0.
fn without_fractions_of_zero(json: &mut Value) {
    match json {
        Value::Object(members) => members.values_mut().for_each(without_fractions_of_zero),
        Value::Array(values) => values.iter_mut().for_each(without_fractions_of_zero),
        Value::Number(number) => {
            let whole = number.as_f64().map(|number| number.to_string());
            if let Some(Ok(whole)) = whole.map(|digits| digits.parse::<i64>()) {
                *number = whole.into();
            }
        }
        _ => {}
    }
}

async fn unfold_all(world: &World, meetings: &[Meeting]) {
    let contents = world.contents().await;
    let bundles: Vec<_> =
        contents.keys().filter(|(_, sk)| sk.starts_with("RAW#")).cloned().collect();
    for ((pk, sk), mut item) in contents {
        if sk == "RECORD" {
            unbundle(world, &mut item).await;
        } else if sk.starts_with("RAW#") {
            continue;
        } else if sk.starts_with("PERSON#") {
            item.insert("version".to_owned(), n(1));
            item.insert("fingerprint".to_owned(), s("0123456789abcdef"));
        } else if let Some(day) = sk.strip_prefix("DAY#") {
            item = item
                .into_iter()
                .map(|(name, value)| (total_names::total(&name).into_owned(), value))
                .collect();
            item.insert("day".to_owned(), s(day));
            if let Some(person) = pk.strip_prefix("PERSON#") {
                item.insert("person".to_owned(), s(person));
            }
        }
        world.put(item).await;
    }
    for (pk, sk) in bundles {
        let delete = world.client.delete_item().table_name(TABLE);
        delete.set_key(Some(item::key(&pk, &sk))).send().await.unwrap();
    }
    for meeting in meetings {
        summarise(world, meeting).await;
    }
}

/// Gives every page items of its own, compressed without a dictionary.
async fn unbundle(world: &World, record: &mut Item) {
    let id = item::text(record, "call_id").unwrap().to_owned();
    let pages = world.table.raw_pages(&id).await.unwrap();
    let mut listed = record["raw"].as_l().unwrap().clone();
    for (page, listed) in pages.iter().zip(&mut listed) {
        let AttributeValue::M(listed) = listed else { panic!("{listed:?}") };
        listed.remove("bundle");
        let digest = item::text(listed, "digest").unwrap();
        let prefix = keys::raw_page(1, &page.kind, page.number, digest);
        let mut stored = item::key(&keys::call(&id), &format!("{prefix}000"));
        stored.extend([
            ("version".to_owned(), n(1)),
            ("parts".to_owned(), n(1)),
            ("bytes".to_owned(), n(page.body.len())),
            ("sha256".to_owned(), s(keys::hex(&Sha256::digest(&page.body)))),
            (
                "data".to_owned(),
                AttributeValue::B(Blob::new(zstd::bulk::compress(&page.body, 3).unwrap())),
            ),
            ("expires_at".to_owned(), record["expires_at"].clone()),
        ]);
        world.put(stored).await;
    }
    record.insert("raw".to_owned(), AttributeValue::L(listed));
}

/// A readable item for each session.
async fn summarise(world: &World, meeting: &Meeting) {
    let chain = world.table.record(&meeting.id).await.unwrap().unwrap().raw[1].chain.clone();
    for position in 0..u32::try_from(meeting.attendees.len()).unwrap() {
        let sk = keys::session(1, position, &chain);
        if world.item(&keys::call(&meeting.id), &sk).await.is_none() {
            let mut session = item::key(&keys::call(&meeting.id), &sk);
            session.extend([
                ("version".to_owned(), n(1)),
                ("position".to_owned(), n(position)),
                ("expires_at".to_owned(), n(1_900_000_000)),
            ]);
            world.put(session).await;
        }
    }
}

fn calls() -> [Meeting; 2] {
    [Meeting::of("a", 1, 0..4), Meeting::of("b", 1, 1..3)]
}

#[rstest]
#[case::before_folding(Release::BeforeFolding)]
#[case::one_dictionary(Release::OneDictionary)]
#[tokio::test]
async fn it_is_read_as_a_table_of_this_release(#[case] release: Release) {
    let world = written_by(release, &calls()).await;
    let fresh = World::new().await;
    for meeting in &calls() {
        deliver(&fresh.writer, meeting).await.unwrap();
    }
    world.assert_sound().await;
    let day = date(2026, 11, 23);
    for (old, new) in [(&world, &fresh)] {
        let (old, new) = (&old.table, &new.table);
        let totals = new.organisation_totals(day, day).await.unwrap();
        assert_eq!(old.organisation_totals(day, day).await.unwrap(), totals);
        assert_eq!(old.people_of_day(day).await.unwrap(), new.people_of_day(day).await.unwrap());
        assert_eq!(old.raw_pages("a").await.unwrap(), new.raw_pages("a").await.unwrap());
        let (old, new) = (old.call("a").await.unwrap(), new.call("a").await.unwrap());
        let (old, new) = (old.unwrap(), new.unwrap());
        assert_eq!((old.people, old.sessions), (new.people, new.sessions));
    }
}

/// Further calls add to its days, and newer versions take the place of its calls.
#[rstest]
#[case::before_folding(Release::BeforeFolding)]
#[case::one_dictionary(Release::OneDictionary)]
#[tokio::test]
async fn it_is_written_on(#[case] release: Release) {
    let world = written_by(release, &calls()).await;
    let further = [Meeting::of("d", 1, 0..3), Meeting::of("a", 2, 1..5)];
    for meeting in &further {
        deliver(&world.writer, meeting).await.unwrap();
    }
    world.assert_sound().await;
    let keys = world.keys_of("a").await;
    assert!(!keys.iter().any(|key| key.starts_with("RAW#1#") || key.starts_with("SESSION#1#")));
    let day = date(2026, 11, 23);
    let totals = world.table.person_totals(&person(1), day, day).await.unwrap();
    assert_eq!(totals[0].1.get("calls"), 3);
}

#[rstest]
#[case::before_folding(Release::BeforeFolding)]
#[case::one_dictionary(Release::OneDictionary)]
#[tokio::test]
async fn its_people_are_forgotten(#[case] release: Release) {
    let world = written_by(release, &calls()).await;
    assert!(forget(&world, 1).await.unwrap().complete);
    assert_gone(&world, 1).await;
    world.assert_sound().await;
}
