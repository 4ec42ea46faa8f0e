//! Writers that meet.

use std::time::Duration;

use aws_stand_ins::Fault;
use rstest::rstest;

use crate::invented::Meeting;
use crate::world::{World, deliver, deliver_until_done};

/// Requests are delayed at random, and now and then a transaction conflicts.
fn disorder(world: &World, seed: u64) {
    let random = std::sync::Mutex::new(fastrand::Rng::with_seed(seed));
    world.faults().set(move |request| {
        let mut random = random.lock().unwrap();
        let writes = matches!(request.action.as_str(), "TransactWriteItems" | "UpdateItem");
        match random.u8(..10) {
            0 if writes => Fault::TransactionConflict,
            1 if writes => Fault::DropAfter,
            2 if request.action == "BatchWriteItem" => Fault::LeaveOut(vec![0]),
            _ => Fault::Delay(Duration::from_micros(random.u64(..4_000))),
        }
    });
}

/// Delivers all at once. The table must be that of the last one alone.
async fn meet(seed: u64, deliveries: Vec<Meeting>) {
    let last = deliveries.iter().max_by_key(|meeting| meeting.version).unwrap().clone();
    let world = World::new().await;
    disorder(&world, seed);
    let writers: Vec<_> = deliveries
        .into_iter()
        .map(|meeting| {
            let writer = world.writer.clone();
            tokio::spawn(async move { deliver_until_done(&writer, &meeting).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    world.faults().clear();
    let alone = World::new().await;
    deliver(&alone.writer, &last).await.unwrap();
    assert!(world.contents().await == alone.contents().await, "seed {seed} ends otherwise");
    world.assert_sound().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_deliveries_of_all_versions_end_in_the_highest() {
    for seed in 0..25 {
        let mut deliveries: Vec<_> = [
            Meeting::of("c", 1, 0..3),
            Meeting::of("c", 1, 0..3),
            Meeting::of("c", 2, 1..5).starting("2026-11-22T23:59:59Z"),
            Meeting::of("c", 2, 1..5).starting("2026-11-22T23:59:59Z"),
            Meeting::of("c", 3, [0, 4]),
            Meeting::of("c", 3, [0, 4]),
        ]
        .into();
        fastrand::Rng::with_seed(seed).shuffle(&mut deliveries);
        meet(seed, deliveries).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_deliveries_of_large_and_small_versions_end_in_the_highest() {
    for seed in 0..8 {
        let mut deliveries: Vec<_> = [
            Meeting::of("c", 1, 0..60),
            Meeting::of("c", 2, 30..110),
            Meeting::of("c", 2, 30..110),
            Meeting::of("c", 3, 0..70).starting("2026-11-22T23:59:59Z"),
            Meeting::of("c", 3, 0..70).starting("2026-11-22T23:59:59Z"),
        ]
        .into();
        if seed % 2 == 0 {
            deliveries.push(Meeting::of("c", 4, 5..8));
        }
        fastrand::Rng::with_seed(seed).shuffle(&mut deliveries);
        meet(seed, deliveries).await;
    }
}

#[rstest]
#[case::small(4)]
#[case::large(70)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_readings_of_one_version_with_other_bytes_do_not_mix(#[case] people: u32) {
    for seed in 0..8 {
        let world = World::new().await;
        disorder(&world, seed);
        let writers: Vec<_> = (0..3)
            .map(|padding| {
                let writer = world.writer.clone();
                let meeting = Meeting::of("c", 1, 0..people)
                    .padded(padding)
                    .lasting(100 + i64::try_from(padding).unwrap());
                tokio::spawn(async move { deliver_until_done(&writer, &meeting).await })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        world.faults().clear();
        world.assert_sound().await;
        let talked: Vec<_> = world.table.call("c").await.unwrap().unwrap().people;
        let first = talked[0].talk_seconds;
        assert!(talked.iter().all(|part| part.talk_seconds == first), "seed {seed} mixes them");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_calls_of_the_same_people_are_all_counted() {
    let world = World::new().await;
    disorder(&world, 7);
    let writers: Vec<_> = (0..30)
        .map(|call| {
            let writer = world.writer.clone();
            let meeting = Meeting::of(&format!("call-{call}"), 1, 0..4);
            tokio::spawn(async move { deliver_until_done(&writer, &meeting).await })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    world.faults().clear();
    let day = jiff::civil::date(2026, 11, 23);
    let totals = world.table.organisation_totals(day, day).await.unwrap();
    assert_eq!(totals[0].1.get("calls"), 30);
    assert_eq!(totals[0].1.get("people_calls"), 120);
    world.assert_sound().await;
}
