//! What could not be decoded is kept.

use call_table::{PageKind, RawPage};
use jiff::SignedDuration;

use crate::invented::Meeting;
use crate::world::{World, deliver, now, soon};

fn pages() -> Vec<RawPage> {
    let page =
        |number, body: &[u8]| RawPage { kind: PageKind::Record, number, body: body.to_vec() };
    vec![page(0, b"{\"id\": 7"), page(1, &[0xff; 10])]
}

#[tokio::test]
async fn what_was_set_aside_is_readable_and_kept_whole() {
    let world = World::new().await;
    let reason = "id is not a string";
    world.writer.quarantine("c", reason, &pages(), now(), soon()).await.unwrap();
    let keys = world.keys_of("c").await;
    assert_eq!((keys.len(), keys[3].as_str()), (4, "RECORD"));
    let readable = world.item("CALL#c", &keys[0]).await.unwrap();
    assert_eq!(readable["reason"].as_s().unwrap(), reason);
    assert_eq!(readable["quarantined_at"].as_s().unwrap(), &now().to_string());
    assert_eq!(world.table.version("c").await.unwrap(), None);
    let kept = world.table.quarantined_pages("c").await.unwrap();
    assert_eq!(kept, pages());
}

#[tokio::test]
async fn setting_aside_twice_keeps_it_once() {
    let world = World::new().await;
    world.writer.quarantine("c", "not JSON", &pages(), now(), soon()).await.unwrap();
    world.writer.quarantine("c", "not JSON", &pages(), now(), soon()).await.unwrap();
    assert_eq!(world.keys_of("c").await.len(), 4);
}

#[tokio::test]
async fn what_was_set_aside_goes_when_the_call_is_stored() {
    let world = World::new().await;
    let before = now() - SignedDuration::from_hours(1);
    world.writer.quarantine("c", "not JSON", &pages(), before, soon()).await.unwrap();
    deliver(&world.writer, &Meeting::of("c", 1, 0..2)).await.unwrap();
    let keys = world.keys_of("c").await;
    assert!(!keys.iter().any(|key| key.starts_with("QUARANTINE#")), "{keys:?}");
}

#[tokio::test]
async fn what_was_set_aside_after_the_stored_version_stays() {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("c", 1, 0..2)).await.unwrap();
    let after = now() + SignedDuration::from_hours(1);
    world.writer.quarantine("c", "not JSON", &pages(), after, soon()).await.unwrap();
    // A duplicate of the stored version comes along.
    deliver(&world.writer, &Meeting::of("c", 1, 0..2)).await.unwrap();
    assert_eq!(world.table.quarantined_pages("c").await.unwrap(), pages());
}
