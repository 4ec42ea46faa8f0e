//! Queues, attendants and their agents in the lake: those of the roll-up of the same day, as known at the same
//! time, also in a lake that an older version wrote.

use std::collections::BTreeMap;

use export::schema::Table;
use export::{Trigger, search};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use parquet::record::Field;
use serde_json::Value;
use teams_calls::system::Settings;
use tokio::time::Instant;
use voice_apps::{AgentCounts, AppCounts, BOUNDS, DayVoiceApps, Waits};

use crate::world::{Row, TIMEOUT, World, number, text};

/// The numbers of a row, by column.
type Numbers = BTreeMap<String, i64>;

fn integer(number: u64) -> i64 {
    i64::try_from(number).unwrap()
}

fn named<const N: usize>(numbers: [(&str, u64); N]) -> Numbers {
    numbers.into_iter().map(|(name, number)| (name.to_owned(), integer(number))).collect()
}

fn of_app(counts: &AppCounts) -> Numbers {
    let mut numbers = named([
        ("offered", counts.offered),
        ("answered", counts.answered),
        ("voicemail", counts.voicemail),
        ("forwarded", counts.forwarded),
        ("abandoned", counts.abandoned),
        ("unknown", counts.unknown),
        ("not_final", counts.not_final),
    ]);
    for (name, waits) in [
        ("answered_wait", &counts.answered_wait),
        ("abandoned_wait", &counts.abandoned_wait),
        ("passed_on_wait", &counts.passed_on_wait),
    ] {
        let Waits { known, unknown, ms, longest_ms, .. } = waits;
        let sums = [("known", known), ("unknown", unknown), ("ms", ms), ("longest_ms", longest_ms)];
        let sums = sums.map(|(end, number)| (format!("{name}_{end}"), integer(*number)));
        numbers.extend(sums);
        let mut within = 0;
        for (bound, calls) in waits.buckets() {
            let Some(bound) = bound else { continue };
            within += calls;
            numbers.insert(format!("{name}_within {bound}"), integer(within));
        }
    }
    numbers
}

fn of_agent(counts: &AgentCounts) -> Numbers {
    let AgentCounts { rung, answered, not_taken, took_over, ms } = *counts;
    named([
        ("rung", rung),
        ("answered", answered),
        ("not_taken", not_taken),
        ("took_over", took_over),
        ("ms", ms),
    ])
}

fn of_row(row: &Row) -> Numbers {
    let mut numbers = Numbers::new();
    for (name, field) in row {
        match field {
            Field::Long(value) => drop(numbers.insert(name.clone(), *value)),
            Field::MapInternal(map) => {
                assert_eq!(map.len(), BOUNDS.len(), "every bound is there");
                for (bound, calls) in map.entries() {
                    let (Field::Str(bound), Field::Long(calls)) = (bound, calls) else {
                        panic!("{name} has {bound:?} and {calls:?}")
                    };
                    numbers.insert(format!("{name} {bound}"), *calls);
                }
            }
            _ => {}
        }
    }
    numbers
}

/// By voice app (and agent) and name: what is stored.
fn of_day(day: &DayVoiceApps) -> [BTreeMap<(String, Option<String>), Numbers>; 2] {
    let name = |name: Option<&str>| name.map(str::to_owned);
    let apps = day.apps.iter();
    let apps = apps.map(|(key, app)| ((key.to_string(), name(app.name())), of_app(&app.counts)));
    let agents = day.apps.iter().flat_map(|(key, app)| {
        app.agents.iter().map(move |(person, agent)| {
            let key = format!("{key} {person}");
            ((key, name(agent.name())), of_agent(&agent.counts))
        })
    });
    [apps.collect(), agents.collect()]
}

/// The same of the lake.
fn of_lake(world: &World, day: Date) -> [BTreeMap<(String, Option<String>), Numbers>; 2] {
    let app = |row: &Row| {
        let of = |column| text(row, column).unwrap();
        format!("{}/{}", of("kind"), of("service"))
    };
    let queues = world.rows(Table::QueueDays, day).into_iter();
    let queues = queues.map(|row| ((app(&row), text(&row, "service_name")), of_row(&row)));
    let agents = world.rows(Table::AgentDays, day).into_iter().map(|row| {
        let key = format!("{} {}", app(&row), text(&row, "person").unwrap());
        ((key, text(&row, "person_name")), of_row(&row))
    });
    [queues.collect(), agents.collect()]
}

/// Compares every day with its roll-up at the time of the export. The number of queues' rows.
async fn assert_equal_to_the_roll_up(world: &World) -> usize {
    let mut rows = 0;
    for (day, entry) in world.manifest().days {
        let asked = Trigger::Days { from: day, to: day };
        let deadline = Instant::now() + TIMEOUT;
        world.system.rollup().run(asked, entry.exported_at, deadline).await.unwrap();
        let stored = world.system.store().voice_apps_days(day, day).await.unwrap().pop().unwrap();
        let lake = of_lake(world, day);
        assert_eq!(lake, of_day(&stored.voice_apps), "{day}");
        assert_eq!(entry.final_at, stored.head.final_at, "{day}");
        rows += lake[0].len();
    }
    rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queues_and_agents_are_those_of_the_roll_up() {
    let world = World::start(150, 11, Settings::with_ordinary_faults(11)).await;
    world.run().await;
    assert!(assert_equal_to_the_roll_up(&world).await > 0, "the organisation has queues");
    let hotline = World::of_hotline(16, 3).await;
    hotline.publish(|call| call.versions.last().unwrap()).await;
    hotline.run().await;
    assert!(assert_equal_to_the_roll_up(&hotline).await >= 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_is_written_once_more_when_its_last_record_is_a_day_old() {
    let world = World::of_hotline(16, 12).await;
    let day = world.yesterday();
    world.publish(|call| &call.versions[0]).await;
    let evening: Timestamp = TimeZone::UTC.to_timestamp(day.at(23, 0, 0, 0)).unwrap();
    world.run_at(evening).await;
    let sum = |column: &str| -> i64 {
        let rows = world.rows(Table::QueueDays, day);
        rows.iter().map(|row| number(row, column)).sum()
    };
    assert!(sum("offered") > 0);
    assert_eq!((sum("not_final"), sum("answered")), (sum("offered"), 0));
    assert_equal_to_the_roll_up(&world).await;

    // Nothing changes but the time.
    assert_eq!(world.run_at(evening + SignedDuration::from_hours(3)).await.exported, []);
    let offered = sum("offered");
    let later = evening + SignedDuration::from_hours(49);
    let written = world.run_at(later).await.exported;
    assert!(written.iter().any(|it| it.day == day), "{written:?}");
    assert_eq!((sum("not_final"), sum("offered")), (0, offered));
    assert_equal_to_the_roll_up(&world).await;
    assert_eq!(world.run_at(later + SignedDuration::from_hours(200)).await.exported, []);
}

/// A lake of the schema 1, which had no queues.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lake_that_an_older_version_wrote_is_written_anew() {
    let world = World::of_hotline(16, 13).await;
    world.publish(|call| call.versions.last().unwrap()).await;
    world.run().await;
    let manifest = world.manifest();
    let mut older: Value = serde_json::to_value(&manifest).unwrap();
    older["schema_version"] = 1.into();
    for entry in older["days"].as_object_mut().unwrap().values_mut() {
        entry["schema_version"] = 1.into();
        let fields = entry.as_object_mut().unwrap();
        assert!(fields.remove("voice_apps").is_some() && fields.remove("final_at").is_some());
        for table in ["queue_days", "agent_days"] {
            let object = fields["objects"].as_object_mut().unwrap().remove(table).unwrap();
            world.s3.delete("lake", object["path"].as_str().unwrap());
        }
    }
    world.s3.put("lake", "manifest.json", older.to_string());
    let read = world.manifest();
    assert!(read.days.values().all(|entry| entry.voice_apps == 0), "it is read");

    let written = world.run().await.exported;
    assert_eq!(written.len(), manifest.days.len());
    let versions = |day: &export::DayEntry| (day.schema_version, day.objects.len());
    let current = (export::schema::SCHEMA_VERSION, Table::ALL.len());
    assert!(world.manifest().days.values().all(|entry| versions(entry) == current));
    assert!(assert_equal_to_the_roll_up(&world).await >= 3);
    assert_eq!(world.run().await.exported, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_agent_is_in_no_object_and_the_numbers_of_the_queues_stay() {
    let world = World::of_hotline(16, 14).await;
    world.publish(|call| call.versions.last().unwrap()).await;
    world.run().await;
    let day =
        *world.days().iter().max_by_key(|day| world.rows(Table::AgentDays, **day).len()).unwrap();
    let agents = world.rows(Table::AgentDays, day);
    let agent = agents.iter().find(|row| number(row, "answered") > 0).unwrap();
    let (key, name) = (text(agent, "person").unwrap(), text(agent, "person_name").unwrap());
    let id = key.strip_prefix("user:").unwrap();
    let [queues, _] = of_lake(&world, day);
    let places = search(&world.lake(), &[id.to_owned()]).await.unwrap().places;
    assert!(places.iter().any(|place| place.object.starts_with("agent_days/")), "{places:?}");

    let deadline = Instant::now() + TIMEOUT;
    let forgotten =
        world.system.writer().forget(&key.parse().unwrap(), world.system.now(), deadline).await;
    assert!(forgotten.unwrap().complete);
    world.run().await;
    for what in [id, &name] {
        let found = search(&world.lake(), &[what.to_owned()]).await.unwrap();
        assert_eq!(found.places, [], "{what}");
    }
    assert_eq!(of_lake(&world, day)[0], queues);
    let taken = |rows: &[Row]| rows.iter().map(|row| number(row, "answered")).sum::<i64>();
    assert_eq!(taken(&world.rows(Table::AgentDays, day)), taken(&agents));
}
