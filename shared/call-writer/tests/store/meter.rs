//! What reading costs.

use call_table::Consumption;
use jiff::civil::date;

use crate::invented::Meeting;
use crate::world::{World, deliver, person};

#[tokio::test]
async fn a_metered_store_counts_items_requests_and_capacity() {
    let world = World::new().await;
    for id in ["a", "b", "c"] {
        deliver(&world.writer, &Meeting::of(id, 1, 0..2)).await.unwrap();
    }
    let (store, meter) = world.table.metered();
    assert_eq!(meter.consumption(), Consumption::default());
    let (from, to) = ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z");
    store.person_calls(&person(1), from.parse().unwrap(), to.parse().unwrap()).await.unwrap();
    let read = meter.consumption();
    // Three entries of the index, and the three parts that they lead to.
    assert_eq!((read.requests, read.items), (2, 6));
    // Parts are read with strong consistency: at least one unit each.
    assert!(read.capacity_units >= 3.5, "{read:?}");
}

#[tokio::test]
async fn what_another_reader_reads_is_not_counted() {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("a", 1, 0..2)).await.unwrap();
    let (store, meter) = world.table.metered();
    let (other, _) = world.table.metered();
    other.call("a").await.unwrap();
    world.table.calls_of_day(date(2026, 11, 23)).await.unwrap();
    assert_eq!(meter.consumption(), Consumption::default());
    assert_eq!(store.version("a").await.unwrap(), Some(1));
    assert_eq!(meter.consumption().items, 1);
    assert_eq!(store.version("there is none").await.unwrap(), None);
    assert_eq!((meter.consumption().items, meter.consumption().requests), (1, 2));
}
