//! A run that dies, and what readers see meanwhile.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_stand_ins::Fault;
use export::Trigger;
use export::schema::Table;
use teams_calls::system::Settings;

use crate::world::{World, rows};

/// What readers of each table see of a day.
fn seen(world: &World, day: jiff::civil::Date) -> BTreeMap<&'static str, usize> {
    let objects = Table::ALL.into_iter().filter_map(|table| {
        let key = format!("{0}/day={day}/{0}.parquet", table.name());
        Some((table.name(), rows(world.s3.object("lake", &key)?).len()))
    });
    objects.collect()
}

/// The run dies before or after each of its requests to S3, and runs again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_dies_at_any_request_ends_right_the_next_time_and_no_table_is_half_written() {
    let world = World::start(8, 5, Settings::quiet()).await;
    world.run().await;
    let whole: BTreeMap<_, _> =
        world.days().into_iter().map(|day| (day, seen(&world, day))).collect();
    let day = *whole.iter().max_by_key(|(_, rows)| rows["calls"]).unwrap().0;
    let asked = Trigger::Days { from: day, to: day };
    let mut died_at = 0;
    'requests: loop {
        for after in [false, true] {
            let requests = AtomicUsize::new(0);
            world.s3.faults().set(move |_| {
                match requests.fetch_add(1, Ordering::SeqCst).cmp(&died_at) {
                    std::cmp::Ordering::Less => Fault::None,
                    std::cmp::Ordering::Equal if after => Fault::ErrorAfter(403, "AccessDenied"),
                    _ => Fault::ErrorBefore(403, "AccessDenied"),
                }
            });
            let died = world.try_run(asked).await;
            world.s3.faults().clear();
            // What readers see meanwhile is whole, table by table.
            assert_eq!(seen(&world, day), whole[&day]);
            if died.is_ok() {
                break 'requests;
            }
            world.run().await;
            for (day, whole) in &whole {
                assert_eq!(&seen(&world, *day), whole);
                let entry = &world.manifest().days[day];
                for (table, object) in &entry.objects {
                    let content = world.s3.object("lake", &object.path).unwrap();
                    assert_eq!(object.bytes, content.len() as u64, "{table}");
                }
            }
            assert_eq!(world.run().await.exported, [], "the manifest names what is there");
            assert_eq!(world.s3.open_uploads(), 0);
        }
        died_at += 1;
    }
    assert!(died_at >= 18, "only {died_at} requests were disturbed");
}

/// Another writer, or a person with a console, replaced or removed an object.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_that_is_not_the_one_of_the_manifest_makes_its_day_due() {
    let world = World::start(8, 7, Settings::quiet()).await;
    world.run().await;
    let day = *world.days().last().unwrap();
    let whole = seen(&world, day);
    let key = format!("streams/day={day}/streams.parquet");
    world.s3.delete("lake", &key);
    let written = world.run().await.exported;
    assert_eq!(written.iter().map(|it| it.day).collect::<Vec<_>>(), [day]);
    world.s3.put("lake", &key, "no Parquet");
    assert_eq!(world.run().await.exported.len(), 1);
    assert_eq!(seen(&world, day), whole);
    // Without a manifest all is written anew.
    world.s3.delete("lake", "manifest.json");
    assert_eq!(world.run().await.exported.len(), world.days().len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn days_whose_calls_are_not_kept_any_more_are_removed() {
    let world = World::start(8, 8, Settings::quiet()).await;
    world.run().await;
    let old = "2020-01-01".parse().unwrap();
    for table in Table::ALL {
        let key = format!("{0}/day={old}/{0}.parquet", table.name());
        world.s3.put("lake", &key, "of a longer retention");
    }
    let run = world.run().await;
    assert_eq!((run.removed, run.exported), (vec![old], Vec::new()));
    assert!(!world.s3.keys("lake").iter().any(|key| key.contains("2020")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mark_of_the_lake_is_that_of_the_table() {
    let world = World::start(8, 9, Settings::quiet()).await;
    assert_eq!(world.run().await.complete_up_to, None, "the table knows nothing yet");
    world.system.tick_reconciler("everything").await.unwrap();
    let table = world.system.store().completeness().await.unwrap().complete_up_to;
    assert!(table.is_some());
    let run = world.run().await;
    assert_eq!((run.complete_up_to, world.manifest().complete_up_to), (table, table));
}
