//! What Graph sent comes back byte for byte.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_stand_ins::Fault;
use call_table::{PageKind, RawPage, TableError};

use crate::invented::Meeting;
use crate::world::{World, call_of, deliver, now, soon};

/// Three million bytes that do not compress.
fn noise() -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(11);
    std::iter::repeat_with(|| random.u8(..)).take(3_000_000).collect()
}

#[tokio::test]
async fn pages_come_back_byte_for_byte_in_their_order() {
    let world = World::new().await;
    let mut meeting = Meeting::of("c", 1, 0..25);
    meeting.page_size = 10;
    deliver(&world.writer, &meeting).await.unwrap();
    assert_eq!(world.table.raw_pages("c").await.unwrap(), meeting.pages());
}

#[tokio::test]
async fn a_page_that_fills_many_items_comes_back_byte_for_byte() {
    let world = World::new().await;
    let meeting = Meeting::of("c", 1, 0..2);
    let mut writer = world.writer.version("c", 1, now(), soon());
    crate::world::add(&mut writer, &meeting.pages()).await.unwrap();
    let big = RawPage { kind: PageKind::Other("notes".to_owned()), number: 12, body: noise() };
    writer.add_page(big.kind.as_str(), big.number, &big.body).await.unwrap();
    writer.commit(&call_of(&meeting)).await.unwrap();
    let pages = world.table.raw_pages("c").await.unwrap();
    assert!(pages.last() == Some(&big));
    let parts = world.keys_of("c").await;
    assert_eq!(parts.iter().filter(|key| key.starts_with("RAW#1#notes-0012#")).count(), 9);
    world.assert_sound().await;
}

#[tokio::test]
async fn items_that_dynamodb_leaves_are_sent_again() {
    let world = World::new().await;
    let rounds = std::sync::atomic::AtomicUsize::new(0);
    world.faults().set(move |request| {
        let again = request.action == "BatchWriteItem"
            && rounds.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 4;
        if again { Fault::LeaveOut(vec![0, 2, 3]) } else { Fault::None }
    });
    let meeting = Meeting::of("c", 1, 0..30);
    deliver(&world.writer, &meeting).await.unwrap();
    world.faults().clear();
    assert_eq!(world.table.raw_pages("c").await.unwrap(), meeting.pages());
    assert_eq!(world.table.call("c").await.unwrap().unwrap().sessions.len(), 30);
}

#[tokio::test]
async fn items_that_dynamodb_never_takes_are_throttling() {
    let world = World::new().await;
    world.faults().set(|request| match request.action.as_str() {
        "BatchWriteItem" => Fault::LeaveOut((0..25).collect()),
        _ => Fault::None,
    });
    let throttled = deliver(&world.writer, &Meeting::of("c", 1, 0..3)).await;
    assert_eq!(throttled, Err(TableError::Throttled));
}

/// The one item of all pages.
async fn bundle(world: &World) -> crate::world::Item {
    let contents = world.contents().await;
    contents.into_iter().find(|(key, _)| key.1.starts_with("RAW#1#bundle#")).unwrap().1
}

#[tokio::test]
async fn a_page_that_was_tampered_with_is_corrupt() {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("c", 1, 0..3)).await.unwrap();
    let mut page = bundle(&world).await;
    let mut bytes = page["data"].as_b().unwrap().clone().into_inner();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    page.insert("data".to_owned(), AttributeValue::B(Blob::new(bytes)));
    world.put(page).await;
    let read = world.table.raw_pages("c").await;
    assert!(matches!(read, Err(TableError::Corrupt(_))), "{read:?}");
}

#[tokio::test]
async fn a_page_that_is_missing_is_corrupt() {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("c", 1, 0..3)).await.unwrap();
    let page = bundle(&world).await;
    let key = ["pk", "sk"].map(|name| (name.to_owned(), page[name].clone()));
    let delete = world.client.delete_item().table_name("calls").set_key(Some(key.into()));
    delete.send().await.unwrap();
    let Err(TableError::Corrupt(sentence)) = world.table.raw_pages("c").await else {
        panic!("a missing page was read");
    };
    assert!(sentence.contains("the bundle CALL#c RAW#1#bundle#"), "{sentence}");
    assert!(sentence.ends_with("is missing"), "{sentence}");
}

/// The length bounds what a page may grow to when it is decompressed.
#[tokio::test]
async fn a_page_that_is_longer_than_it_was_is_corrupt() {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("c", 1, 0..3)).await.unwrap();
    let mut page = bundle(&world).await;
    let bytes: u64 = page["bytes"].as_n().unwrap().parse().unwrap();
    page.insert("bytes".to_owned(), AttributeValue::N((bytes - 1).to_string()));
    world.put(page).await;
    let Err(TableError::Corrupt(sentence)) = world.table.raw_pages("c").await else {
        panic!("more was read than the page had");
    };
    assert!(sentence.contains("decompressed to the length"), "{sentence}");
}

/// As when a page is fetched again after its answer was lost.
#[tokio::test]
async fn a_page_that_is_given_twice_is_stored_and_listed_once() {
    let world = World::new().await;
    let meeting = Meeting::of("c", 1, 0..3);
    let pages = meeting.pages();
    let mut writer = world.writer.version("c", 1, now(), soon());
    crate::world::add(&mut writer, &pages).await.unwrap();
    let last = pages.last().unwrap();
    writer.add_page(last.kind.clone(), last.number, &last.body).await.unwrap();
    writer.commit(&call_of(&meeting)).await.unwrap();
    assert_eq!(world.table.raw_pages("c").await.unwrap(), pages);
    assert_eq!(world.table.record("c").await.unwrap().unwrap().raw.len(), pages.len());
}
