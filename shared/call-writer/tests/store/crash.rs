//! The consumer is killed between any two of its requests, or before it has the answer to one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_stand_ins::Fault;
use rstest::rstest;
use tokio::sync::Notify;

use crate::invented::Meeting;
use crate::world::{World, deliver, redeliver};

/// Where a delivery is killed.
#[derive(Clone, Copy, Debug)]
enum Kill {
    /// Before the request reaches the table.
    Before(u64),
    /// After the request took effect, before its answer arrived.
    After(u64),
}

/// Runs a delivery that is killed at a request. Returns whether it got that far.
async fn killed(world: &World, meeting: &Meeting, kill: Kill) -> bool {
    let dead = Arc::new(Notify::new());
    let requests = AtomicU64::new(0);
    let killer = dead.clone();
    world.faults().set(move |_| {
        let request = requests.fetch_add(1, Ordering::SeqCst);
        let (Kill::Before(last) | Kill::After(last)) = kill;
        if request < last {
            Fault::None
        } else if request == last && matches!(kill, Kill::After(_)) {
            Fault::DropAfter
        } else {
            killer.notify_one();
            Fault::DropBefore
        }
    });
    let got_far = tokio::select! {
        biased;
        () = dead.notified() => true,
        // A request that the crate does not retry fails the delivery: the same as being killed.
        done = deliver(&world.writer, meeting) => done.is_err(),
    };
    world.faults().clear();
    got_far
}

/// Kills the delivery of `next` at every request in turn, each time on a table that holds `before`,
/// and delivers it again; the table must equal that of an undisturbed delivery.
async fn survives(before: &[Meeting], next: &Meeting) {
    let undisturbed = World::new().await;
    for meeting in before {
        deliver(&undisturbed.writer, meeting).await.unwrap();
    }
    deliver(&undisturbed.writer, next).await.unwrap();
    let expected = undisturbed.contents().await;

    for after in [false, true] {
        let mut request = 0;
        loop {
            let world = World::new().await;
            for meeting in before {
                deliver(&world.writer, meeting).await.unwrap();
            }
            let kill = if after { Kill::After(request) } else { Kill::Before(request) };
            let got_far = killed(&world, next, kill).await;
            let again = redeliver(&world.writer, next).await;
            again.unwrap_or_else(|error| panic!("{kill:?}: {error}"));
            assert!(world.contents().await == expected, "{kill:?} does not end the same");
            world.assert_sound().await;
            if !got_far {
                break;
            }
            request += 1;
        }
        assert!(request >= 3, "only {request} requests were disturbed");
    }
}

#[rstest]
#[case::first_version(&[], Meeting::of("c", 1, 0..3))]
#[case::replacement(&[Meeting::of("c", 1, 0..3)], Meeting::of("c", 2, 1..5))]
#[case::across_midnight(
    &[Meeting::of("c", 1, 0..3).starting("2026-11-22T23:59:59Z")],
    Meeting::of("c", 2, 1..5)
)]
#[case::large_first_version(&[], Meeting::of("c", 1, 0..60))]
#[case::large_replacement(&[Meeting::of("c", 1, 0..60)], Meeting::of("c", 2, 30..90))]
#[tokio::test]
async fn a_delivery_that_is_killed_anywhere_is_completed_by_the_next(
    #[case] before: &[Meeting],
    #[case] next: Meeting,
) {
    survives(before, &next).await;
}

#[tokio::test]
async fn a_delivery_that_is_killed_anywhere_does_not_affect_the_next_version() {
    let (first, second) = (Meeting::of("c", 1, 0..60), Meeting::of("c", 2, 30..90));
    let undisturbed = World::new().await;
    deliver(&undisturbed.writer, &second).await.unwrap();
    let expected = undisturbed.contents().await;
    let mut request = 0;
    loop {
        let world = World::new().await;
        let got_far = killed(&world, &first, Kill::After(request)).await;
        deliver(&world.writer, &second).await.unwrap();
        // The message of the first version is redelivered, too.
        redeliver(&world.writer, &first).await.unwrap();
        assert!(world.contents().await == expected, "request {request} does not end the same");
        if !got_far {
            break;
        }
        request += 1;
    }
}
