//! Two writers, of which one is suspended between two of its requests while the other one runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_stand_ins::Fault;
use rstest::rstest;
use tokio::runtime::Handle;
use tokio::sync::Notify;

use crate::invented::Meeting;
use crate::world::{World, deliver, redeliver_until_done};

/// Delivers `slow`. Before its request number `pause`, `fast` is delivered, completely or up to its
/// change number `stop`, where it is killed. What did not succeed is redelivered. Returns how many
/// requests the slow one and how many changes the fast one made.
async fn interleaved(
    world: &World,
    slow: &Meeting,
    fast: &Meeting,
    pause: u64,
    stop: Option<u64>,
) -> (u64, u64) {
    let slow_requests = Arc::new(AtomicU64::new(0));
    let fast_changes = Arc::new(AtomicU64::new(0));
    let running = std::sync::atomic::AtomicBool::new(false);
    let counts = (slow_requests.clone(), fast_changes.clone());
    let dead = Arc::new(Notify::new());
    let fast_done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let done = fast_done.clone();
    let (writer, interrupting) = (world.writer.clone(), fast.clone());
    world.faults().set(move |request| {
        if running.load(Ordering::SeqCst) {
            let change = matches!(request.action.as_str(), "TransactWriteItems" | "UpdateItem");
            let changes = counts.1.fetch_add(u64::from(change), Ordering::SeqCst);
            if stop.is_some_and(|stop| changes + u64::from(change) > stop) {
                dead.notify_one();
                return Fault::DropBefore;
            }
            return Fault::None;
        }
        if counts.0.fetch_add(1, Ordering::SeqCst) == pause {
            running.store(true, Ordering::SeqCst);
            tokio::task::block_in_place(|| {
                Handle::current().block_on(async {
                    // It may have to give way: then its message is redelivered later.
                    tokio::select! {
                        biased;
                        () = dead.notified() => {}
                        result = deliver(&writer, &interrupting) => {
                            done.store(result.is_ok(), Ordering::SeqCst);
                        }
                    }
                });
            });
            running.store(false, Ordering::SeqCst);
        }
        Fault::None
    });
    let slow_done = deliver(&world.writer, slow).await.is_ok();
    world.faults().clear();
    for (meeting, done) in [(fast, fast_done.load(Ordering::SeqCst)), (slow, slow_done)] {
        if !done {
            redeliver_until_done(&world.writer, meeting).await;
        }
    }
    (slow_requests.load(Ordering::SeqCst), fast_changes.load(Ordering::SeqCst))
}

/// Runs `fast` between any two requests of `slow`; the table must be that of the newer one.
///
/// With `half`, `fast` began before, and was stopped at its second transaction. With `kill`, it is
/// also killed between any two of its changes.
async fn meet(before: &[Meeting], slow: &Meeting, fast: &Meeting, half: bool, kill: bool) {
    let newest = if slow.version > fast.version { slow } else { fast };
    let alone = World::new().await;
    deliver(&alone.writer, newest).await.unwrap();
    let expected = alone.contents().await;
    // Of two readings of one version either may be stored.
    let same_version = slow.version == fast.version;
    let mut pause = 0;
    loop {
        let mut stop = kill.then_some(0);
        let (slow_requests, _) = loop {
            let world = World::new().await;
            for meeting in before {
                deliver(&world.writer, meeting).await.unwrap();
            }
            if half {
                world.stop_at_transaction(fast, 2).await;
            }
            let (slow_requests, fast_changes) = interleaved(&world, slow, fast, pause, stop).await;
            let at = format!("{fast_changes} changes before request {pause}");
            assert!(same_version || world.contents().await == expected, "{at}: it ends otherwise");
            world.assert_sound().await;
            match &mut stop {
                Some(stop) if fast_changes > *stop => *stop += 1,
                _ => break (slow_requests, fast_changes),
            }
        };
        if slow_requests <= pause {
            break;
        }
        pause += 1;
    }
    assert!(pause >= 3, "only {pause} requests were interrupted");
}

#[rstest]
#[case::small_older_then_newer(&[], Meeting::of("c", 1, 0..3), Meeting::of("c", 2, 2..5))]
#[case::small_newer_then_older(&[], Meeting::of("c", 2, 2..5), Meeting::of("c", 1, 0..3))]
#[case::small_twice(&[], Meeting::of("c", 1, 0..3), Meeting::of("c", 1, 0..3))]
#[case::small_other_bytes(&[], Meeting::of("c", 1, 0..3), Meeting::of("c", 1, 1..4).padded(1).lasting(7))]
#[case::small_replacements(&[Meeting::of("c", 1, 0..3)], Meeting::of("c", 2, 1..4), Meeting::of("c", 3, 2..5))]
#[case::large_older_then_newer(&[], Meeting::of("c", 1, 0..60), Meeting::of("c", 2, 30..90))]
#[case::large_newer_then_older(&[], Meeting::of("c", 2, 30..90), Meeting::of("c", 1, 0..60))]
#[case::large_twice(&[], Meeting::of("c", 1, 0..60), Meeting::of("c", 1, 0..60))]
#[case::large_other_bytes(&[], Meeting::of("c", 1, 0..60), Meeting::of("c", 1, 30..90).padded(1).lasting(7))]
#[case::large_then_small(&[], Meeting::of("c", 1, 0..60), Meeting::of("c", 2, 40..44))]
#[case::small_then_large(&[], Meeting::of("c", 1, 0..4), Meeting::of("c", 2, 2..62))]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_writer_between_any_two_requests_of_another_leaves_the_newer_version(
    #[case] before: &[Meeting],
    #[case] slow: Meeting,
    #[case] fast: Meeting,
) {
    meet(before, &slow, &fast, false, false).await;
}

#[rstest]
#[case::older_then_newer(Meeting::of("c", 1, 0..60), Meeting::of("c", 2, 30..90), false)]
#[case::newer_then_older(Meeting::of("c", 2, 30..90), Meeting::of("c", 1, 0..60), false)]
#[case::twice(Meeting::of("c", 1, 0..60), Meeting::of("c", 1, 0..60), false)]
#[case::newer_then_half_older(Meeting::of("c", 2, 0..3), Meeting::of("c", 1, 0..110), true)]
#[case::other_bytes_then_half(Meeting::of("c", 1, 0..3).padded(1), Meeting::of("c", 1, 0..110), true)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_writer_that_dies_between_any_two_requests_of_another_leaves_the_newer_version(
    #[case] slow: Meeting,
    #[case] fast: Meeting,
    #[case] half: bool,
) {
    meet(&[], &slow, &fast, half, true).await;
}
