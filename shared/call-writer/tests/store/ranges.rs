//! What is read over a range of days.

use std::collections::BTreeMap;

use call_records::{PersonKey, Totals};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use rstest::rstest;

use crate::invented::Meeting;
use crate::world::{World, call_of, deliver, person};

const DAY: Date = date(2026, 11, 23);

async fn deliver_all(world: &World, meetings: impl IntoIterator<Item = Meeting>) {
    for meeting in meetings {
        deliver(&world.writer, &meeting).await.unwrap();
    }
}

#[tokio::test]
async fn a_person_without_a_call_left_is_neither_listed_nor_counted() {
    let world = World::new().await;
    deliver_all(&world, [Meeting::of("a", 1, [1, 2]), Meeting::of("a", 2, [2])]).await;
    let people = world.table.people_of_day(DAY).await.unwrap();
    let people: Vec<_> = people.into_iter().map(|listed| listed.person).collect();
    assert_eq!(people, [person(0), person(2)]);
    assert_eq!(world.table.count_people_of_day(DAY).await.unwrap(), 2);
    assert_eq!(world.table.distinct_people(DAY, DAY).await.unwrap(), 2);
}

/// Meetings last an hour: from 23:30 of the day before, 00:00, 00:10 and 05:00.
#[tokio::test]
async fn the_overview_of_a_day_sees_what_ran_over_midnight() {
    let world = World::new().await;
    let starts = [
        ("a", "2026-11-22T23:30:00Z"),
        ("b", "2026-11-23T00:00:00Z"),
        ("c", "2026-11-23T00:10:00Z"),
        ("d", "2026-11-23T05:00:00Z"),
        ("e", "2026-11-24T00:00:00Z"),
    ];
    let meeting = |(id, start): (&str, &str)| Meeting::of(id, 1, [1]).starting(start);
    deliver_all(&world, starts.map(meeting)).await;
    let overview = world.table.overview(DAY, DAY, &TimeZone::UTC).await.unwrap();
    assert_eq!(overview.calls(), 3);
    let peak = overview.peak_concurrency().unwrap();
    assert_eq!((peak.calls, peak.at.to_string()), (3, "2026-11-23T00:10:00Z".to_owned()));
    assert_eq!(overview.busy_hour(), Some((0, 2)));
    assert_eq!(overview.top_organisers(3), [(&person(0), 3)]);
    // Stored at 08:00 of the 24th: 31, 30:50 and 26 hours after they ended, which is no lag.
    assert_eq!((overview.lag(), overview.stored_late()), (None, 3));
}

#[tokio::test]
async fn people_of_several_days_are_counted_once() {
    let world = World::new().await;
    deliver_all(
        &world,
        [
            Meeting::of("a", 1, [1, 2]).starting("2026-11-22T10:00:00Z"),
            Meeting::of("b", 1, [2, 3]).starting("2026-11-23T10:00:00Z"),
            Meeting::of("c", 1, [4]).starting("2026-11-24T10:00:00Z"),
        ],
    )
    .await;
    let distinct = world.table.distinct_people(date(2026, 11, 22), DAY).await.unwrap();
    assert_eq!(distinct, 4);
}

/// In a zone five hours ahead, the 23rd lasts from 19:00 of the 22nd to 19:00 of the 23rd.
#[tokio::test]
async fn another_time_zone_has_other_days_and_hours() {
    let world = World::new().await;
    let zone = TimeZone::fixed(jiff::tz::offset(5));
    let meetings = [
        Meeting::of("a", 1, [1]).starting("2026-11-22T18:59:59Z"),
        Meeting::of("b", 1, [1]).starting("2026-11-22T19:00:00Z"),
        Meeting::of("c", 1, [1, 2]).starting("2026-11-23T18:59:59Z"),
        Meeting::of("d", 1, [1]).starting("2026-11-23T19:00:00Z"),
    ];
    deliver_all(&world, meetings.clone()).await;
    let (from, to) = (date(2026, 11, 22), date(2026, 11, 24));
    let calls = |days: &[(Date, Totals)]| {
        days.iter().map(|(day, totals)| (day.day(), totals.get("calls"))).collect::<Vec<_>>()
    };
    let days = world.table.organisation_totals_in(from, to, &zone).await.unwrap();
    assert_eq!(calls(&days), [(22, 1), (23, 2), (24, 1)]);
    // Midnight and one second before it.
    assert_eq!(["hour_00", "hour_23", "hour_19"].map(|h| days[1].1.get(h)), [1, 1, 0]);
    let of_day = world.table.organisation_totals_in(DAY, DAY, &zone).await.unwrap();
    assert_eq!(of_day, days[1..2]);

    let utc = world.table.organisation_totals_in(from, to, &TimeZone::UTC).await.unwrap();
    assert_eq!(utc, world.table.organisation_totals(from, to).await.unwrap());
}

/// Forty meetings over eight days around the end of October, some of them just at a midnight of some
/// zone; clocks in Berlin are put back on the 25th.
fn forty() -> Vec<Meeting> {
    let first: jiff::Timestamp = "2026-10-21T00:00:00Z".parse().unwrap();
    let mut chance = fastrand::Rng::with_seed(4);
    (0..40_u32)
        .map(|n| {
            // Every third begins at a whole half hour, others a second before one.
            let halves = jiff::SignedDuration::from_mins(chance.i64(0..8 * 48) * 30);
            let earlier = jiff::SignedDuration::from_secs(i64::from(n % 3 == 1));
            let start = first + halves - earlier;
            Meeting::of(&format!("call-{n}"), 1, [n % 5, 5 + n % 7]).starting(&start.to_string())
        })
        .collect()
}

#[rstest]
#[case::utc("UTC")]
#[case::one_or_two_hours_ahead("Europe/Berlin")]
#[case::as_utc_in_winter("Europe/London")]
#[case::behind("America/Los_Angeles")]
#[case::half_an_hour("Asia/Kolkata")]
#[case::three_quarters("Asia/Kathmandu")]
#[case::far_ahead("Pacific/Kiritimati")]
#[tokio::test]
async fn the_days_of_a_zone_are_the_sums_of_the_calls_that_began_on_them(#[case] name: &str) {
    let world = World::new().await;
    let meetings = forty();
    deliver_all(&world, meetings.clone()).await;
    let zone = TimeZone::get(name).unwrap();
    let (from, to) = (date(2026, 10, 22), date(2026, 10, 26));
    let mut days = BTreeMap::<Date, Totals>::new();
    let mut people = BTreeMap::<PersonKey, Totals>::new();
    for call in meetings.iter().map(call_of) {
        let local = zone.to_datetime(call.started_at);
        if (from..=to).contains(&local.date()) {
            let day = days.entry(local.date()).or_default();
            *day = day.checked_add(&call.totals().at_hour(local.hour())).unwrap();
            for part in call.people.values() {
                let totals = people.entry(part.person.clone()).or_default();
                *totals = totals.checked_add(&call.participation_totals(part)).unwrap();
            }
        }
    }
    let found = world.table.organisation_totals_in(from, to, &zone).await.unwrap();
    assert_eq!(found.into_iter().collect::<BTreeMap<_, _>>(), days);

    let found = world.table.people_totals_in(from, to, &zone).await.unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), people.keys().collect::<Vec<_>>());
    for (person, totals) in found {
        // The index projects the main ones.
        assert!(totals.get("calls") > 0);
        for (name, value) in totals.iter() {
            assert_eq!(value, people[&person].get(name), "{name} of {person}");
        }
    }
}

/// In a zone an hour ahead, only the calls of one hour of each day are read one by one.
#[tokio::test]
async fn of_the_days_of_a_zone_only_the_calls_beyond_midnight_are_read() {
    let world = World::new().await;
    let starts = ["00:10", "09:00", "12:00", "15:00", "22:59", "23:00"];
    let meeting = |(n, start): (usize, &&str)| {
        Meeting::of(&format!("call-{n}"), 1, [1]).starting(&format!("2026-11-23T{start}:00Z"))
    };
    deliver_all(&world, starts.iter().enumerate().map(meeting)).await;
    let (store, meter) = world.table.metered();
    let zone = TimeZone::fixed(jiff::tz::offset(1));
    let found = store.organisation_totals_in(DAY, DAY, &zone).await.unwrap();
    assert_eq!(found[0].1.get("calls"), 5);
    let shards = u64::from(world.table.config().total_shards);
    // The totals of the day, one call in the index, and that call.
    assert!(meter.consumption().items <= shards + 2, "{:?}", meter.consumption());
}
