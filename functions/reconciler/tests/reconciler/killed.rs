//! A run that dies between any two of its requests.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use aws_stand_ins::Fault;
use reconciler::Trigger;

use crate::world::*;

const CALLS: usize = 70;

fn id(call: usize) -> String {
    format!("call-{call:02}")
}

/// Ten hours after the first look. Then come calls of which some are stored, and some were found by
/// a look of which the next has not heard that they were repaired.
async fn prepared() -> World {
    let world = World::new().await;
    world.run(Trigger::Due).await;
    world.later(600);
    let latest = world.now() - minutes(170);
    for call in 0..CALLS {
        let from = latest - minutes(i64::try_from(call.saturating_sub(2)).unwrap() * 7);
        world.load(&id(call), 2, from, from + minutes(5));
    }
    for call in 0..3 {
        world.store_one(&id(call), 1).await;
    }
    world.run(Trigger::Window { from: latest, to: latest + minutes(1) }).await;
    world.consume().await;
    world.store_one(&id(CALLS - 1), 2).await;
    world
}

/// Whatever is claimed, a call that ended before it is stored.
async fn claims_are_true(world: &World, place: u64) {
    let known = world.store.completeness().await.unwrap();
    let listed: Vec<String> = (0..CALLS).map(id).collect();
    let ids: Vec<&str> = listed.iter().map(String::as_str).collect();
    let stored = world.store.versions(&ids).await.unwrap();
    for (call, id) in listed.iter().enumerate() {
        let latest = noon() + minutes(600 - 165);
        let ended_at = latest - minutes(i64::try_from(call.saturating_sub(2)).unwrap() * 7);
        let claimed = known.complete_up_to.is_some_and(|up_to| ended_at < up_to);
        assert!(!claimed || stored.contains_key(id), "request {place}: {id} of {known:?}");
    }
}

/// Runs once, and lets the process die at the request that has this number, before it has an effect
/// or after. Whether there was such a request.
async fn dies_at(world: &mut World, place: u64, with_effect: bool) -> bool {
    let dead = Arc::new(AtomicBool::new(false));
    let seen = Arc::new(AtomicU64::new(0));
    world.faults.set({
        let (dead, seen) = (Arc::clone(&dead), Arc::clone(&seen));
        move |_| {
            if dead.load(Ordering::SeqCst) {
                return Fault::DropBefore;
            }
            if seen.fetch_add(1, Ordering::SeqCst) == place {
                dead.store(true, Ordering::SeqCst);
                return if with_effect { Fault::Hang } else { Fault::DropBefore };
            }
            Fault::None
        }
    });
    let happened = Arc::clone(&dead);
    let died = async move {
        while !happened.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        if with_effect {
            // The request is served before it hangs: its effect is there when nothing else is.
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
    };
    tokio::select! {
        _ = world.try_run(Trigger::Due) => {}
        () = died => {}
    }
    world.faults.clear();
    world.restart();
    dead.load(Ordering::SeqCst)
}

/// Every request of a run, found by counting: the run dies at the first, at the second, and so on
/// until there is none left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_dies_at_any_request_is_made_good_by_the_next() {
    let mut place = 0;
    loop {
        let with_effect = place % 2 == 1;
        let mut world = prepared().await;
        if !dies_at(&mut world, place, with_effect).await {
            break;
        }
        claims_are_true(&world, place).await;
        // Whatever was sent is consumed; the lease of the dead runs out.
        let mut stored: BTreeSet<String> = world.consume().await.into_iter().collect();
        world.later(6);
        world.run(Trigger::Due).await;
        let again = world.consume().await;
        assert!(
            again.iter().all(|id| !stored.contains(id)),
            "request {place}: stored calls were enqueued again"
        );
        stored.extend(again);
        let run = world.run(Trigger::Due).await;
        assert_eq!((run.still_missing, run.still_stale), (0, 0), "request {place}");
        assert_eq!(stored.len(), CALLS - 4, "request {place}");
        assert!(run.complete_up_to >= Some(noon() + minutes(600 - 160)), "request {place}");
        place += 1;
    }
    assert!(place >= 12, "only {place} requests were seen");
}
