//! A bulk load makes what storing makes.

use std::collections::BTreeMap;

use crate::invented::Meeting;
use crate::world::{World, call_of, deliver, now};

#[tokio::test]
async fn a_bulk_load_makes_the_items_that_storing_makes() {
    let world = World::new().await;
    let mut meetings: Vec<Meeting> =
        (0..6).map(|call| Meeting::of(&format!("call-{call}"), 1, call..call + 3)).collect();
    meetings.push(Meeting::of("call-late", 2, 0..2).starting("2026-11-23T23:59:50Z"));
    // Too large for one transaction.
    meetings.push(Meeting::of("call-large", 1, 0..70).listing(70..75));
    meetings.push(Meeting::of("call-tomorrow", 1, 0..4).starting("2026-11-24T00:00:10Z"));

    let mut load = world.store.bulk_load();
    let mut items = Vec::new();
    for meeting in &meetings {
        deliver(&world.store, meeting).await.unwrap();
        let record = world.store.record(&meeting.id).await.unwrap().unwrap();
        items.extend(load.call(&meeting.id, &call_of(meeting), &record.raw, now()).unwrap());
    }
    items.extend(load.totals().unwrap());
    assert!(load.totals().unwrap().is_empty(), "they were taken");

    let mut stored = world.contents().await;
    stored.retain(|(_, sk), _| !sk.starts_with("RAW#") && !sk.starts_with("SESSION#"));
    let loaded: BTreeMap<_, _> = items
        .into_iter()
        .map(|item| {
            let key = |name: &str| item[name].as_s().unwrap().clone();
            ((key("pk"), key("sk")), item)
        })
        .collect();
    assert_eq!(loaded.keys().collect::<Vec<_>>(), stored.keys().collect::<Vec<_>>());
    for (key, item) in &stored {
        assert_eq!(loaded[key], *item, "{key:?}");
    }
}
