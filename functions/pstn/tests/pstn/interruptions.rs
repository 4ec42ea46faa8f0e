//! A run that dies.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_stand_ins::Fault;
use pstn::Trigger;
use pstn_logs::Log;

use crate::world::{World, hours, row};

/// A table with rows, and a Graph in which one is new, one changed, one moved to another day and one gone.
async fn world() -> World {
    let mut world = World::start().await;
    let start = world.now;
    for (id, ago) in [("a", 1), ("b", 25), ("c", 26), ("d", 100)] {
        for log in Log::ALL {
            world.put(log, &row(id, start - hours(ago), "ada", 10));
        }
    }
    world.run().await;
    world.now += hours(23);
    world.put(Log::Pstn, &row("e", start - hours(2), "bo", 5));
    world.put(Log::Pstn, &row("a", start - hours(1), "ada", 11));
    world.put(Log::DirectRouting, &row("c", start - hours(60), "ada", 10));
    world.remove(Log::Pstn, "d");
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_dies_at_any_request_to_the_table_ends_right_the_next_time() {
    let mut died_at = 0;
    'requests: loop {
        for after in [false, true] {
            let mut world = world().await;
            let requests = AtomicUsize::new(0);
            world.database.faults().set(move |_| {
                match requests.fetch_add(1, Ordering::SeqCst).cmp(&died_at) {
                    std::cmp::Ordering::Less => Fault::None,
                    std::cmp::Ordering::Equal if after => {
                        Fault::ErrorAfter(400, "AccessDeniedException")
                    }
                    _ => Fault::ErrorBefore(400, "AccessDeniedException"),
                }
            });
            let died = world.try_run(Trigger::Due).await;
            world.database.faults().clear();
            if died.is_ok() {
                break 'requests;
            }
            world.now += hours(1);
            world.run().await;
            // What was not listed by the run that died is due once a day.
            world.now += hours(23);
            world.run().await;
            world.check().await;
        }
        died_at += 11;
    }
    assert!(died_at >= 100, "only {died_at} requests were disturbed");
}

#[tokio::test]
async fn lists_of_a_run_that_died_are_swept() {
    let mut world = world().await;
    let transactions = AtomicUsize::new(0);
    world.database.faults().set(move |request| {
        let is_third = request.action == "TransactWriteItems"
            && transactions.fetch_add(1, Ordering::SeqCst) >= 3;
        if is_third { Fault::ErrorBefore(400, "AccessDeniedException") } else { Fault::None }
    });
    assert!(world.try_run(Trigger::Due).await.is_err());
    world.database.faults().clear();
    world.now += hours(23);
    world.run().await;
    world.check().await;
    let items = world.table.query(call_table::keys::PSTN).all().await.unwrap();
    let lists = items.iter().filter_map(|item| {
        let sk = call_table::item::text(item, "sk")?;
        let mut parts = sk.split('#');
        let (list, day) = (parts.next()?, parts.next()?);
        ["ROWS", "PEOPLE"].contains(&list).then(|| (format!("{list}#{day}"), parts.next()))
    });
    let mut rolls = std::collections::BTreeMap::new();
    for (list, roll) in lists {
        let roll = roll.map(str::to_owned);
        assert_eq!(rolls.entry(list).or_insert_with(|| roll.clone()), &roll, "two lists of a day");
    }
}
