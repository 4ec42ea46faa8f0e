//! A person who is forgotten stays so in rows that come later.

use std::time::Duration;

use call_records::PersonKey;
use call_table::Deadline;
use jiff::civil::Date;
use pstn_logs::Log;
use pstn_writer::PstnWriter;
use rstest::rstest;
use tokio::time::Instant;

use crate::world::{World, hours, row};

fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn writer(world: &World) -> PstnWriter {
    PstnWriter::new(world.table.clone(), world.forgotten.clone())
}

/// All text of the partition, unpacked.
async fn all_text(world: &World) -> String {
    let mut text = String::new();
    for head in world.table.pstn_heads(Date::MIN, Date::MAX).await.unwrap() {
        let (head, rows) = world.table.pstn_rows(head.day).await.unwrap().unwrap();
        let people = world.table.pstn_people(head).await.unwrap();
        let rows: Vec<_> = rows.rows().collect();
        text += &serde_json::to_string(&(rows, people)).unwrap();
    }
    for day in world.table.pstn_days(Date::MIN, Date::MAX).await.unwrap() {
        text += &serde_json::to_string(&day.logs).unwrap();
    }
    text
}

/// The traces have a character that is no hexadecimal digit: tokens, which stay, could have others by chance.
#[rstest]
#[case::a_user("user:ottoline", "ottoline")]
#[case::a_number("phone:+44201234567", "+44201234567")]
#[tokio::test]
async fn a_forgotten_person_is_in_no_row_and_the_sums_stay(
    #[case] person: &str,
    #[case] trace: &str,
) {
    let mut world = World::start().await;
    let start = world.now;
    for (id, ago, user) in
        [("a", 1, "ottoline"), ("b", 30, "ottoline"), ("c", 31, "bo"), ("d", 700, "ottoline")]
    {
        for log in Log::ALL {
            world.put(log, &row(id, start - hours(ago), user, 10));
        }
    }
    world.run().await;
    let person: PersonKey = person.parse().unwrap();
    let rows = writer(&world).rows_of(&person, world.now, deadline()).await.unwrap();
    assert_eq!(rows, if trace == "ottoline" { 6 } else { 8 });
    let before = world.table.pstn_days(Date::MIN, Date::MAX).await.unwrap();
    assert!(all_text(&world).await.contains(trace));

    let mark = world.forgotten.set(&person, world.now, Deadline::NONE).await.unwrap();
    let forgotten = writer(&world).forget_marked(world.now, deadline()).await.unwrap();
    assert_eq!(forgotten, (rows, true));
    assert!(!all_text(&world).await.contains(trace));
    assert!(all_text(&world).await.contains(&mark.token) || trace != "ottoline");
    assert_eq!(world.table.pstn_days(Date::MIN, Date::MAX).await.unwrap(), before);

    // Graph lists them once more, and a row that comes late, and one of a call after that.
    world.put(Log::Pstn, &row("late", start - hours(3), "ottoline", 10));
    world.now += hours(23);
    let changed = world.run().await.changed;
    assert_eq!(changed.len(), 1, "what Graph lists once more changes nothing");
    assert!(!all_text(&world).await.contains(trace));
    world.put(Log::Pstn, &row("after", start + hours(5), "ottoline", 10));
    world.run().await;
    assert!(all_text(&world).await.contains(trace), "calls of later are counted");
    assert_eq!(writer(&world).rows_of(&person, world.now, deadline()).await.unwrap(), 1);
}

/// The mark is set while a run is between reading the marks and its commit.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mark_that_is_set_while_a_day_is_stored_is_found_after_the_commit() {
    let mut world = World::start().await;
    world.put(Log::Pstn, &row("a", world.now - hours(1), "ottoline", 10));
    let person: PersonKey = "user:ottoline".parse().unwrap();
    // Another client of the same table, whose requests are not disturbed.
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let sender = std::sync::Mutex::new(Some(sender));
    world.database.faults().set(move |request| {
        if request.action == "TransactWriteItems"
            && request.json().to_string().contains("DAY#")
            && let Some(sender) = sender.lock().unwrap().take()
        {
            sender.send(()).unwrap();
            return aws_stand_ins::Fault::Delay(Duration::from_millis(300));
        }
        aws_stand_ins::Fault::None
    });
    let (forgotten, now) = (world.forgotten.clone(), world.now);
    let marking = tokio::task::spawn(async move {
        tokio::task::spawn_blocking(move || receiver.recv().unwrap()).await.unwrap();
        forgotten.set(&person, now, Deadline::NONE).await.unwrap();
    });
    world.run().await;
    marking.await.unwrap();
    assert!(!all_text(&world).await.contains("ottoline"));
}
