//! People in the lake: forgotten, under pseudonyms, with hidden digits.

use export::schema::Table;
use export::{Found, Trigger, search};
use privacy::People;
use teams_calls::system::Settings;
use tokio::time::Instant;

use crate::world::{TIMEOUT, World, number, text};

async fn found(world: &World, what: &str) -> Found {
    search(&world.lake(), &[what.to_owned()]).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_person_is_in_no_object_after_the_next_run_and_only_their_days_are_written() {
    let world = World::start(60, 3, Settings::quiet()).await;
    world.run().await;
    let day = *world.days().iter().max_by_key(|day| world.rows(Table::Calls, **day).len()).unwrap();
    let rows = world.rows(Table::PersonDays, day);
    let users = rows.iter().filter(|row| text(row, "person_kind").as_deref() == Some("user"));
    let user = users.max_by_key(|row| number(row, "legs")).unwrap();
    let key = text(user, "person").unwrap();
    let id = key.strip_prefix("user:").unwrap();
    let name = text(user, "person_name").unwrap();
    let before = found(&world, id).await;
    let tables = ["participations/", "sessions/", "streams/", "person_days/"];
    for table in tables {
        assert!(before.places.iter().any(|place| place.object.starts_with(table)), "{table}");
    }
    assert!(!found(&world, &name).await.places.is_empty());

    let totals = world.rows(Table::OrganisationDays, day);
    let deadline = Instant::now() + TIMEOUT;
    let person = key.parse().unwrap();
    let forgotten = world.system.writer().forget(&person, world.system.now(), deadline).await;
    assert!(forgotten.unwrap().complete);
    let days = world.system.store().days_of_forgotten_people().await.unwrap();
    let run = world.run().await;
    let written: Vec<_> = run.exported.iter().rev().map(|day| day.day).collect();
    assert_eq!(written, days.into_keys().collect::<Vec<_>>(), "the days of the person");
    for what in [id, &name] {
        let after = found(&world, what).await;
        assert_eq!(after.places, [], "{what}");
        assert!(after.rows > 0);
    }
    assert_eq!(world.rows(Table::OrganisationDays, day), totals, "the totals stay");
    assert!(world.manifest().days[&day].adds_up);
    assert_eq!(world.run().await.exported, [], "the stamp stays and is known");
}

/// A copy of a lake in another place has its own manifest, and learns of the person as well.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_lake_of_the_table_forgets_the_person_too() {
    let mut world = World::start(20, 4, Settings::quiet()).await;
    world.run().await;
    let day = *world.days().last().unwrap();
    let rows = world.rows(Table::PersonDays, day);
    let user = rows.iter().find(|row| text(row, "person_kind").as_deref() == Some("user")).unwrap();
    let key = text(user, "person").unwrap();
    let second = aws_stand_ins::S3::start().await.unwrap();
    let first = std::mem::replace(&mut world.s3, second);
    world.run().await;
    let deadline = Instant::now() + TIMEOUT;
    let person = key.parse().unwrap();
    world.system.writer().forget(&person, world.system.now(), deadline).await.unwrap();
    let id = key.strip_prefix("user:").unwrap();
    world.run().await;
    assert_eq!(found(&world, id).await.places, []);
    world.s3 = first;
    assert!(!found(&world, id).await.places.is_empty());
    world.run().await;
    assert_eq!(found(&world, id).await.places, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pseudonyms_show_neither_names_nor_ids_nor_places_and_changing_the_setting_rewrites_all() {
    let world = World::start(60, 5, Settings::quiet()).await;
    let named = world.run().await;
    let day = *world.days().iter().max_by_key(|day| world.rows(Table::Calls, **day).len()).unwrap();
    let people: Vec<_> = world.rows(Table::PersonDays, day);
    let streams = world.rows(Table::Streams, day);
    let subnet = streams.iter().find_map(|row| text(row, "subnet").filter(|it| it.contains('.')));
    let device = streams.iter().find_map(|row| text(row, "device"));
    let deadline = Instant::now() + TIMEOUT;
    let export = world.export(People::Pseudonyms);
    let run = export.run(Trigger::Due, world.system.now(), deadline).await.unwrap();
    assert_eq!(run.exported.len(), named.exported.len());
    let mut hidden = vec![subnet.unwrap(), device.unwrap()];
    for person in &people {
        let (key, name) = (text(person, "person").unwrap(), text(person, "person_name").unwrap());
        // Telephone numbers are sealed already, alike in both.
        let id = key.split_once(':').filter(|(kind, _)| *kind != "sealed");
        let texts = [id.map(|(_, id)| id.to_owned()), Some(name)].into_iter().flatten();
        // Of a visitor without a name there is nothing to hide.
        hidden.extend(texts.filter(|text| text.len() > 4));
    }
    hidden.retain(|text| text != "Visitor without a name");
    let found = search(&world.lake(), &hidden).await.unwrap();
    assert_eq!(found.places, []);
    let shown = world.rows(Table::PersonDays, day);
    assert_eq!(shown.len(), people.len());
    assert!(shown.iter().all(|row| text(row, "person").unwrap().starts_with("sealed:")));
    // The same person is the same in every table.
    let of = |table| -> std::collections::BTreeSet<_> {
        world.rows(table, day).iter().filter_map(|row| text(row, "person")).collect()
    };
    assert!(of(Table::Streams).is_subset(&of(Table::Participations)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_digits_of_numbers_are_hidden_everywhere() {
    let world = World::start(120, 6, Settings::quiet()).await;
    world.run().await;
    let day = *world.days().iter().max_by_key(|day| world.rows(Table::Calls, **day).len()).unwrap();
    let people = world.system.store().people_of_day(day).await.unwrap();
    let numbers: Vec<String> = people
        .iter()
        .filter(|it| it.person.kind() == "phone")
        .map(|it| it.person.id().to_owned())
        .collect();
    assert!(!numbers.is_empty(), "the invented organisation has telephones");
    assert_eq!(search(&world.lake(), &numbers).await.unwrap().places, []);
    let rows = world.rows(Table::PersonDays, day);
    let phones = rows.iter().filter(|row| text(row, "person_kind").as_deref() == Some("phone"));
    assert!(phones.clone().count() > 0);
    assert!(phones.clone().all(|row| text(row, "person").unwrap().starts_with("sealed:")));
}
