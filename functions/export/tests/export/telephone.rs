//! The rows of the logs of telephone calls.

use std::collections::BTreeMap;

use call_records::PersonKey;
use export::schema::Table;
use fake_graph::PhoneLog;
use jiff::Timestamp;
use jiff::civil::Date;
use parquet::data_type::AsBytes as _;
use parquet::record::Field;
use pstn_logs::{Micros, Sums};
use pstn_writer::PstnWriter;
use serde_json::json;
use teams_calls::system::Settings;

use crate::world::{Row, TIMEOUT, World, number, text};

/// What a day's rows add up to, as far as sums of columns say it.
fn sums(rows: &[Row]) -> Sums {
    let mut sums = Sums::default();
    for row in rows {
        sums.legs += 1;
        let seconds = u64::try_from(number(row, "seconds")).unwrap();
        match &row["established"] {
            Field::Bool(true) => {
                sums.established += 1;
                sums.seconds += seconds;
            }
            Field::Bool(false) => {
                sums.failed += 1;
                sums.setup_seconds += seconds;
            }
            _ => {}
        }
        sums.contradictory += u64::from(row["contradictory"] == Field::Bool(true));
        if text(row, "log").as_deref() == Some("pstn") {
            let charge = micros(&row["charge"]) + micros(&row["connection_charge"]);
            let currency = text(row, "currency").unwrap_or_else(|| "unknown".to_owned());
            sums.charges.entry(currency).or_default().0 += charge;
        }
    }
    sums
}

fn micros(field: &Field) -> i64 {
    match field {
        Field::Null => 0,
        Field::Decimal(amount) => {
            assert_eq!(amount.scale(), 6);
            i64::from_be_bytes(amount.data().as_bytes().try_into().unwrap())
        }
        other => panic!("{other:?} is no amount"),
    }
}

async fn expected(world: &World) -> BTreeMap<Date, Sums> {
    let days = world.system.store().pstn_days(Date::MIN, Date::MAX).await.unwrap();
    days.into_iter().map(|day| (day.day, day.logs.total())).collect()
}

fn found(world: &World) -> BTreeMap<Date, Sums> {
    let days = world.days().into_iter();
    let days = days.map(|day| (day, sums(&world.rows(Table::TelephoneLegs, day))));
    days.filter(|(_, sums)| sums.legs > 0).collect()
}

async fn world(seed: u64) -> World {
    let world = World::start(120, seed, Settings::quiet()).await;
    world.system.read_telephone_logs().await.unwrap();
    world.run().await;
    world
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_rows_add_up_to_the_table_and_only_days_with_a_change_are_written_again() {
    let world = world(31).await;
    let first = expected(&world).await;
    assert!(first.values().any(|sums| sums.charges.values().any(|sum| *sum > Micros(0))));
    assert_eq!(found(&world), first);
    assert_eq!(world.run().await.exported, [], "nothing has changed");

    // A late row, on a day without a call.
    let day: Date = *first.keys().next().unwrap();
    let quiet = day.checked_sub(jiff::Span::new().days(3)).unwrap();
    let row = json!({"id": "late", "startDateTime": format!("{quiet}T08:00:00Z"), "duration": 7,
        "callType": "user_out", "charge": 0.000_001, "currency": "NOK", "userId": "ada"});
    world.system.graph().put_phone_log_row(PhoneLog::Pstn, &row, Timestamp::UNIX_EPOCH).unwrap();
    world.system.read_telephone_logs().await.unwrap();
    let written = world.run().await.exported;
    assert_eq!(written.iter().map(|it| it.day).collect::<Vec<_>>(), [quiet]);
    let now = expected(&world).await;
    assert_eq!(now[&quiet].charges["NOK"], Micros(1));
    assert_eq!(found(&world), now);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_is_forgotten_is_in_no_row() {
    let world = world(32).await;
    let before = expected(&world).await;
    let (day, person) = world
        .days()
        .into_iter()
        .find_map(|day| {
            let rows = world.rows(Table::TelephoneLegs, day);
            Some((day, rows.iter().find_map(|row| text(row, "person"))?))
        })
        .unwrap();
    let person: PersonKey = person.parse().unwrap();
    let writer = world.system.writer();
    let (now, deadline) = (world.system.now(), tokio::time::Instant::now() + TIMEOUT);
    assert!(writer.forget(&person, now, deadline).await.unwrap().complete);
    let pstn = PstnWriter::new(writer.table().clone(), writer.forgotten().clone());
    assert!(pstn.forget_marked(now, deadline).await.unwrap().0 > 0);
    assert!(world.run().await.exported.iter().any(|exported| exported.day == day));
    for day in world.days() {
        for row in world.rows(Table::TelephoneLegs, day) {
            assert_ne!(text(&row, "person"), Some(person.to_string()));
        }
    }
    assert_eq!(found(&world), before, "what the rows add up to stays");
}
