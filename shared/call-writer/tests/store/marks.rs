//! The marks of forgotten people: what they show, what they need, and those of older versions.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use call_table::{TableError, keys};
use call_writer::CallWriter;
use forgotten_people::{ForgetKey, ForgetKeySource};
use lambda_kit::SecretValue as _;
use sha2::{Digest, Sha256};

use crate::forget::{assert_gone, forget, stored};
use crate::invented::{Meeting, person_id};
use crate::world::{Item, World, deliver, now, person, soon};

const NO_KEY: ForgetKeySource = ForgetKeySource::Missing("give the key");

async fn marks(world: &World) -> Vec<Item> {
    let contents = world.contents().await;
    contents.into_iter().filter(|((pk, _), _)| pk == "FORGOTTEN").map(|(_, item)| item).collect()
}

/// What anybody can compute of an id: the digest of older versions.
fn unkeyed(who: u32) -> String {
    keys::hex(&Sha256::digest(format!("forgotten {}", person_id(who))))
}

/// Leaves a mark as an older version set it.
async fn mark_of_an_older_version(world: &World, who: u32, token: &str) {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    world
        .put(Item::from([
            ("pk".to_owned(), text("FORGOTTEN")),
            ("sk".to_owned(), text(&unkeyed(who))),
            ("token".to_owned(), text(token)),
            ("forgotten_at".to_owned(), text(&now().to_string())),
            ("expires_at".to_owned(), AttributeValue::N("1800000000".to_owned())),
        ]))
        .await;
}

#[tokio::test]
async fn who_reads_the_marks_and_tries_every_id_finds_nobody() {
    let world = stored().await;
    forget(&world, 1).await.unwrap();
    let set = marks(&world).await;
    let digests: BTreeSet<&String> = set.iter().map(|mark| mark["sk"].as_s().unwrap()).collect();
    assert_eq!(digests.len(), 1);
    for who in 0..200 {
        let id = person_id(who);
        for guess in [unkeyed(who), keys::hex(&Sha256::digest(&id))] {
            assert!(!digests.contains(&guess));
        }
    }
}

#[tokio::test]
async fn where_nobody_was_forgotten_no_key_is_asked_for() {
    let world = World::new().await;
    let writer = CallWriter::new(world.table.clone(), NO_KEY);
    deliver(&writer, &Meeting::of("a", 1, 0..3)).await.unwrap();
    world.assert_sound().await;
}

/// It stays undone, to be tried again: else the person would be back in the call for good.
#[tokio::test]
async fn while_there_are_marks_a_call_is_not_done_without_their_key() {
    let world = stored().await;
    forget(&world, 1).await.unwrap();
    let newer = Meeting::of("a", 2, 0..4);
    let writer = CallWriter::new(world.table.clone(), NO_KEY);
    let error = deliver(&writer, &newer).await.unwrap_err();
    assert_eq!(error, TableError::Misconfigured("give the key".to_owned()));
    // The version is stored by now; redelivered, the message sweeps it.
    assert!(writer.sweep("a").await.is_err());
    world.writer.sweep("a").await.unwrap();
    assert_gone(&world, 1).await;
    world.assert_sound().await;
}

#[tokio::test]
async fn marks_of_another_key_are_named_with_what_to_do() {
    let world = stored().await;
    forget(&world, 1).await.unwrap();
    let other = ForgetKeySource::fixed(ForgetKey::parse(&"another key ".repeat(4)).unwrap());
    let writer = CallWriter::new(world.table.clone(), other);
    let error = deliver(&writer, &Meeting::of("a", 2, 0..4)).await.unwrap_err();
    assert!(matches!(error, TableError::Misconfigured(_)), "{error:?}");
    for words in ["FORGET_KEY_ARN", "former value", "FORGOTTEN"] {
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn the_mark_of_an_older_version_keeps_the_person_out_and_needs_no_key() {
    let world = stored().await;
    forget(&world, 1).await.unwrap();
    let [mark] = &marks(&world).await[..] else { panic!("one mark") };
    let token = mark["token"].as_s().unwrap().clone();
    let key = |name: &str| mark[name].clone();
    let delete = world.client.delete_item().table_name("calls");
    delete.key("pk", key("pk")).key("sk", key("sk")).send().await.unwrap();
    mark_of_an_older_version(&world, 1, &token).await;

    let writer = CallWriter::new(world.table.clone(), NO_KEY);
    deliver(&writer, &Meeting::of("a", 2, 0..4)).await.unwrap();
    assert_gone(&world, 1).await;
    world.assert_sound().await;
}

#[tokio::test]
async fn forgetting_again_replaces_the_mark_of_an_older_version_and_keeps_its_tombstone() {
    let world = stored().await;
    mark_of_an_older_version(&world, 1, "0123456789abcdef0123456789abcdef").await;
    mark_of_an_older_version(&world, 2, "22222222222222222222222222222222").await;
    let forgotten = forget(&world, 1).await.unwrap();
    assert!(forgotten.tombstone.ends_with("0123456789abcdef0123456789abcdef"));
    let left: Vec<Item> = marks(&world).await;
    assert_eq!(left.len(), 2);
    let keyed: Vec<&Item> = left.iter().filter(|mark| mark.contains_key("key_id")).collect();
    assert_eq!(keyed.len(), 1);
    assert_ne!(keyed[0]["sk"].as_s().unwrap(), &unkeyed(1));
    assert_eq!(keyed[0]["token"].as_s().unwrap(), "0123456789abcdef0123456789abcdef");

    // Both kinds beside each other.
    deliver(&world.writer, &Meeting::of("a", 2, 0..4)).await.unwrap();
    assert_gone(&world, 1).await;
    deliver(&world.writer, &Meeting::of("c", 2, [0, 2])).await.unwrap();
    let people = world.table.call("c").await.unwrap().unwrap().people;
    assert!(people.iter().all(|part| part.person != person(2)));
}

#[tokio::test]
async fn without_the_key_nobody_is_forgotten_and_nothing_is_changed() {
    let world = stored().await;
    let before = world.contents().await;
    let writer = CallWriter::new(world.table.clone(), NO_KEY);
    let forgotten = writer.forget(&person(1), now(), soon()).await;
    assert_eq!(forgotten, Err(TableError::Misconfigured("give the key".to_owned())));
    assert_eq!(world.contents().await, before);
}
