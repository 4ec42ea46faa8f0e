//! Queries.

use call_table::{PersonOfDay, rebuild};
use jiff::civil::date;

use crate::invented::{Meeting, TENANT};
use crate::world::{World, call_of, deliver, now, person};

#[tokio::test]
async fn the_calls_of_a_day_are_listed_oldest_first() {
    let world = World::new().await;
    for (id, start) in [
        ("late", "2026-11-23T23:59:59.999Z"),
        ("early", "2026-11-23T00:00:00Z"),
        ("noon", "2026-11-23T12:00:00.5Z"),
        ("tomorrow", "2026-11-24T00:00:00Z"),
    ] {
        deliver(&world.writer, &Meeting::of(id, 4, 0..3).starting(start)).await.unwrap();
    }
    let calls = world.table.calls_of_day(date(2026, 11, 23)).await.unwrap();
    let ids: Vec<_> = calls.iter().map(|call| call.call_id.as_str()).collect();
    assert_eq!(ids, ["early", "noon", "late"]);
    assert_eq!(calls[0].version, 4);
    assert_eq!(calls[0].organizer, Some(person(0)));
    assert_eq!(calls[0].organizer_name.as_deref(), Some("Invented Person 0"));
    assert_eq!(calls[0].stored_at, now());
}

#[tokio::test]
async fn the_people_of_a_day_are_listed_with_their_totals() {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("a", 1, [0, 1])).await.unwrap();
    deliver(&world.writer, &Meeting::of("b", 1, [1, 2])).await.unwrap();
    let people = world.table.people_of_day(date(2026, 11, 23)).await.unwrap();
    let calls = |of: &PersonOfDay| (of.person.clone(), of.totals.get("calls"));
    let listed: Vec<_> = people.iter().map(calls).collect();
    // Person 0 organised the second one, too, and is listed in it.
    assert_eq!(listed, [(person(0), 2), (person(1), 2), (person(2), 1)]);
    assert_eq!(people[1].totals.get("talk_ms"), 122_000);
}

#[tokio::test]
async fn the_calls_of_a_person_are_those_that_began_in_the_range() {
    let world = World::new().await;
    let starts = [
        ("before", "2026-11-22T23:59:59.999999Z"),
        ("first", "2026-11-23T00:00:00Z"),
        ("last", "2026-11-23T23:59:59.9999Z"),
        ("after", "2026-11-24T00:00:00Z"),
    ];
    for (id, start) in starts {
        deliver(&world.writer, &Meeting::of(id, 1, 0..2).starting(start)).await.unwrap();
    }
    deliver(&world.writer, &Meeting::of("others", 1, [5])).await.unwrap();
    let (from, to) = ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z");
    let (who, from, to) = (person(1), from.parse().unwrap(), to.parse().unwrap());
    let calls = world.table.person_calls(&who, from, to).await.unwrap();
    let ids: Vec<_> = calls.iter().map(|call| call.call_id.as_str()).collect();
    assert_eq!(ids, ["first", "last"]);
    let first = call_of(&Meeting::of("first", 1, 0..2).starting(starts[1].1));
    assert_eq!(calls[0].part, first.people[&person(1)]);
    assert_eq!(calls[0].started_at, first.started_at);
    assert_eq!(calls[0].ended_at, first.ended_at);
}

#[tokio::test]
async fn more_calls_of_a_person_than_one_answer_holds_are_all_read() {
    let world = World::new().await;
    for call in 0..130 {
        deliver(&world.writer, &Meeting::of(&format!("call-{call:03}"), 1, [0])).await.unwrap();
    }
    let (from, to) = ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z");
    let (who, from, to) = (person(0), from.parse().unwrap(), to.parse().unwrap());
    let calls = world.table.person_calls(&who, from, to).await.unwrap();
    assert_eq!(calls.len(), 130);
}

#[tokio::test]
async fn totals_are_read_for_the_days_asked_for() {
    let world = World::new().await;
    for day in 20..=24 {
        let start = format!("2026-11-{day}T10:00:00Z");
        for call in 0..6 {
            let meeting = Meeting::of(&format!("{day}-{call}"), 1, 0..2).starting(&start);
            deliver(&world.writer, &meeting).await.unwrap();
        }
    }
    let (from, to) = (date(2026, 11, 21), date(2026, 11, 23));
    let calls = |days: Vec<(jiff::civil::Date, call_records::Totals)>| {
        days.into_iter().map(|(day, totals)| (day.day(), totals.get("calls"))).collect::<Vec<_>>()
    };
    let organisation = world.table.organisation_totals(from, to).await.unwrap();
    assert_eq!(calls(organisation), [(21, 6), (22, 6), (23, 6)]);
    let of_person = world.table.person_totals(&person(1), from, to).await.unwrap();
    assert_eq!(calls(of_person), [(21, 6), (22, 6), (23, 6)]);
}

#[tokio::test]
async fn the_newest_name_of_a_person_is_found() {
    let world = World::new().await;
    assert_eq!(world.table.newest_name(&person(1)).await.unwrap(), None);
    deliver(&world.writer, &Meeting::of("c", 1, [1])).await.unwrap();
    let name = world.table.newest_name(&person(1)).await.unwrap();
    assert_eq!(name.as_deref(), Some("Invented Person 1"));
}

#[tokio::test]
async fn a_call_that_is_not_there_is_none() {
    let world = World::new().await;
    assert_eq!(world.table.version("c").await.unwrap(), None);
    assert_eq!(world.table.call("c").await.unwrap(), None);
    assert_eq!(world.table.record("c").await.unwrap(), None);
}

#[tokio::test]
async fn the_newest_calls_of_a_person_come_first_and_no_more_than_asked_for() {
    let world = World::new().await;
    for hour in 10..20 {
        let (id, start) = (format!("at-{hour}"), format!("2026-11-23T{hour}:00:00Z"));
        deliver(&world.writer, &Meeting::of(&id, 1, 0..2).starting(&start)).await.unwrap();
    }
    let (from, to) = ("2026-11-23T11:00:00Z", "2026-11-23T18:00:00Z");
    let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
    let (store, meter) = world.table.metered();
    let calls = store.newest_person_calls(&person(1), from, to, 3).await.unwrap();
    let ids: Vec<_> = calls.iter().map(|call| call.call_id.as_str()).collect();
    assert_eq!(ids, ["at-17", "at-16", "at-15"]);
    assert!(meter.consumption().items <= 7, "{:?}", meter.consumption());
    let all = store.newest_person_calls(&person(1), from, to, 50).await.unwrap();
    assert_eq!(all.len(), 7);
}

#[tokio::test]
async fn the_sessions_of_a_call_are_those_of_its_pages() {
    let world = World::new().await;
    let mut meeting = Meeting::of("c", 1, 0..25);
    meeting.page_size = 10;
    deliver(&world.writer, &meeting).await.unwrap();
    let shown = world.table.call("c").await.unwrap().unwrap().sessions;
    let (_, sessions) = rebuild(Some(TENANT), Default::default(), &meeting.pages()).unwrap();
    assert_eq!((shown.len(), shown), (25, sessions));
}
