//! The roll-up of days: equal to recomputation after late versions, repetition, forgetting and crashes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_stand_ins::Fault;
use call_quality::{Counts, DayQuality, Dimension, Value};
use call_records::PersonKey;
use fake_graph::organisation::{Organisation, Plan};
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rstest::rstest;
use sites::Sites;
use system_tests::recomputed::recomputed;
use teams_calls::system::{Settings, System};
use tokio::time::Instant;

const TIMEOUT: Duration = Duration::from_secs(120);

/// The networks of the invented organisation, and a row of no address.
const SITES: &[u8] =
    b"10.1.0.0\tFirst floor\t16\tTower\tOwned\tOffice\tMain\tOslo\t0150\tNO\t\tEU\t1\t0\t0\n\
    10.2.0.0\tSecond floor\t16\tTower\tOwned\tOffice\tMain\tOslo\t0150\tNO\t\tEU\t1\t0\t0\n\
    192.168.0.0\tHome\t16\tHome\tNone\tHome\t\t\t\tNO\t\tEU\t0\t0\t0\n\
    198.51.100.0\tNowhere\t24\tNowhere\t\t\t\t\t\t\t\t\t1\t0\t0\n";

/// A system with the calls of yesterday and their late versions.
async fn with_a_day(calls: usize, seed: u64, settings: Settings) -> (System, Organisation, Date) {
    let system = System::start(settings).await.unwrap();
    let today = TimeZone::UTC.to_datetime(system.now()).date();
    let day = today.checked_sub(1.days()).unwrap();
    let organisation = Organisation::invent(&Plan {
        people: 30,
        calls,
        seed,
        day,
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    });
    system.run_day(&organisation, seed, TIMEOUT, async |_| {}).await.unwrap();
    (system, organisation, day)
}

fn rows(quality: &DayQuality, dimension: Dimension) -> Vec<(Value, Counts)> {
    quality.rows(dimension).map(|(value, counts)| (value.clone(), *counts)).collect()
}

async fn assert_equal_to(system: &System, expected: &BTreeMap<Date, DayQuality>) {
    let (first, last) = (expected.keys().next().unwrap(), expected.keys().last().unwrap());
    let stored = system.store().quality_days(*first, *last).await.unwrap();
    let days: Vec<_> = stored.iter().map(|day| day.head.day).collect();
    assert_eq!(days, expected.keys().copied().collect::<Vec<_>>());
    for day in stored {
        let expected = &expected[&day.head.day];
        assert!(day.head.adds_up, "{} adds up to the people's totals", day.head.day);
        assert_eq!(day.quality.calls, expected.calls);
        for dimension in Dimension::ALL {
            assert_eq!(rows(&day.quality, dimension), rows(expected, dimension), "{dimension}");
        }
        let legs = system.store().noted_legs(day.head.day).await.unwrap();
        let mut expected = expected.clone();
        expected.keep_worst_legs(usize::MAX);
        let key = |leg: &call_quality::NotedLeg| format!("{leg:?}");
        let (mut legs, mut expected): (Vec<_>, Vec<_>) =
            (legs.iter().map(key).collect(), expected.noted_legs.iter().map(key).collect());
        legs.sort();
        expected.sort();
        assert_eq!(legs, expected);
    }
}

#[rstest]
#[case(1)]
#[case(2)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_is_equal_to_recomputation_after_late_versions_and_repetition(#[case] seed: u64) {
    let settings = Settings::with_ordinary_faults(seed);
    let (system, organisation, _) = with_a_day(120, seed, settings).await;
    let sites = Sites::parse(SITES).unwrap();
    system.rollup().take_sites(SITES, "a test", system.now()).await.unwrap();
    system.roll_up().await.unwrap();
    let newest: Vec<_> =
        organisation.calls.iter().map(|call| call.versions.last().unwrap()).collect();
    let expected = recomputed(newest.iter().copied(), system.tenant_id(), Some(&sites)).unwrap();
    assert_equal_to(&system, &expected).await;
    let sum = expected.values().fold(Counts::default(), |mut sum, day| {
        sum.add(&day.sum(Dimension::Class));
        sum
    });
    assert!(sum.poor() > 0 && sum.dropped > 0 && sum.failed > 0, "{sum:?}");

    // Nothing changed, so nothing is due.
    assert_eq!(system.roll_up().await.unwrap().rolled_up, []);
    // A newer version makes the day due: half of the sessions are gone.
    let call = organisation.calls.iter().find(|call| call.versions.len() > 1).unwrap();
    let mut newer = call.versions.last().unwrap().clone();
    newer["version"] = (newer["version"].as_i64().unwrap() + 1).into();
    let sessions = newer["sessions"].as_array_mut().unwrap();
    sessions.truncate(sessions.len().div_ceil(2));
    system.graph().publish(&newer).unwrap();
    system.drained(TIMEOUT).await.unwrap();
    assert_eq!(system.roll_up().await.unwrap().rolled_up.len(), 1);
    let newest: Vec<_> = newest
        .into_iter()
        .map(|record| if record["id"] == newer["id"] { &newer } else { record })
        .collect();
    let expected = recomputed(newest.iter().copied(), system.tenant_id(), Some(&sites)).unwrap();
    assert_equal_to(&system, &expected).await;
}

/// A person with a poor stream on the day.
async fn person_with_a_poor_stream(system: &System, day: Date) -> PersonKey {
    let legs = system.store().noted_legs(day).await.unwrap();
    legs.iter().find(|leg| leg.poor() > 0 && leg.person.kind() == "user").unwrap().person.clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_person_is_gone_from_the_days_at_once_and_they_add_up_again() {
    let (system, _, day) = with_a_day(60, 3, Settings::quiet()).await;
    system.roll_up().await.unwrap();
    let person = person_with_a_poor_stream(&system, day).await;
    let before = system.store().quality_days(day, day).await.unwrap().pop().unwrap();
    let deadline = Instant::now() + TIMEOUT;
    let forgotten = system.writer().forget(&person, system.now(), deadline).await.unwrap();
    assert!(forgotten.complete);
    assert_eq!(system.store().quality_days(day, day).await.unwrap(), []);
    assert_eq!(system.store().noted_legs(day).await.unwrap(), []);
    assert!(!everything(&system).await.contains(person.id()), "the person is nowhere");

    system.roll_up().await.unwrap();
    let after = system.store().quality_days(day, day).await.unwrap().pop().unwrap();
    assert!(after.head.adds_up);
    let sum = |quality: &DayQuality| quality.sum(Dimension::Connection);
    assert_eq!(sum(&after.quality), sum(&before.quality), "streams and legs stay");
    assert!(!everything(&system).await.contains(person.id()), "and does not come back");
    let legs = system.store().noted_legs(day).await.unwrap();
    assert!(legs.iter().any(|leg| leg.person.is_tombstone()));
    let unknown = |quality: &DayQuality| {
        quality
            .rows(Dimension::Subnet)
            .find(|(value, _)| **value == Value::Unknown)
            .unwrap()
            .1
            .judged()
    };
    assert!(unknown(&after.quality) > unknown(&before.quality), "addresses are gone");
    assert_eq!(system.store().days_due().await.unwrap(), []);
}

/// All keys and texts of the partition with the quality, unpacked.
async fn everything(system: &System) -> String {
    let mut everything = String::new();
    let mut pages = system.store().query("QUALITY");
    while let Some(items) = pages.next().await.unwrap() {
        for item in items {
            for (name, value) in &item {
                if let AttributeValue::B(packed) = value {
                    let bytes = call_table::compression::decompress(packed.as_ref(), 1 << 26);
                    everything += &String::from_utf8(bytes.unwrap()).unwrap();
                }
                everything += &format!("{name} {value:?}\n");
            }
        }
    }
    everything
}

/// A person is forgotten between any two requests of a roll-up.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_read_before_somebody_was_forgotten_is_not_stored_after_it() {
    let (system, _, day) = with_a_day(12, 4, Settings::quiet()).await;
    let system = Arc::new(system);
    system.roll_up().await.unwrap();
    let mut pause = 0;
    let mut forgotten = Vec::new();
    loop {
        // A person who is still there each time; there are more people than requests.
        let people = system.store().people_of_day(day).await.unwrap();
        let person = people.into_iter().map(|person| person.person);
        let person = person.filter(|person| person.kind() == "user");
        let Some(person) = person.into_iter().next() else { break };
        let requests = Arc::new(AtomicUsize::new(0));
        let reached = {
            let requests = Arc::clone(&requests);
            let reached = Arc::new(tokio::sync::Notify::new());
            let notify = Arc::clone(&reached);
            system.dynamodb().faults().set(move |_| {
                if requests.fetch_add(1, Ordering::SeqCst) == pause {
                    notify.notify_one();
                    return Fault::Delay(Duration::from_millis(400));
                }
                Fault::None
            });
            reached
        };
        let asked = quality::Trigger::Days { from: day, to: day };
        let rolled_up = {
            let system = Arc::clone(&system);
            tokio::spawn(async move {
                let deadline = Instant::now() + TIMEOUT;
                system.rollup().run(asked, system.now(), deadline).await
            })
        };
        let was_reached = tokio::time::timeout(Duration::from_secs(3), reached.notified()).await;
        let deadline = Instant::now() + TIMEOUT;
        let removed = system.writer().forget(&person, system.now(), deadline).await.unwrap();
        assert!(removed.complete);
        rolled_up.await.unwrap().unwrap();
        system.dynamodb().faults().clear();
        forgotten.push(person);
        let text = everything(&system).await;
        for person in &forgotten {
            assert!(!text.contains(person.id()), "before request {pause}");
        }
        system.roll_up().await.unwrap();
        if was_reached.is_err() {
            break;
        }
        pause += 3;
    }
    assert!(pause >= 9, "only {pause} requests were interrupted");
}

/// The roll-up dies before or after each of its requests, and runs again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_roll_up_that_dies_at_any_request_ends_right_the_next_time() {
    let (system, organisation, day) = with_a_day(8, 5, Settings::quiet()).await;
    let newest: Vec<_> =
        organisation.calls.iter().map(|call| call.versions.last().unwrap()).collect();
    let expected = recomputed(newest.iter().copied(), system.tenant_id(), None).unwrap();
    let asked = quality::Trigger::Days { from: day, to: day };
    let run = async || {
        let deadline = Instant::now() + TIMEOUT;
        system.rollup().run(asked, system.now(), deadline).await
    };
    let mut died_at = 0;
    loop {
        for after in [false, true] {
            let requests = AtomicUsize::new(0);
            system.dynamodb().faults().set(move |_| {
                match requests.fetch_add(1, Ordering::SeqCst).cmp(&died_at) {
                    std::cmp::Ordering::Less => Fault::None,
                    std::cmp::Ordering::Equal if after => {
                        Fault::ErrorAfter(400, "AccessDeniedException")
                    }
                    _ => Fault::ErrorBefore(400, "AccessDeniedException"),
                }
            });
            let died = run().await;
            system.dynamodb().faults().clear();
            if died.is_ok() {
                assert!(died_at >= 20, "only {died_at} requests were disturbed");
                assert_equal_to(&system, &expected).await;
                return;
            }
            // What readers see meanwhile is whole.
            for day in system.store().quality_days(day, day).await.unwrap() {
                assert!(day.head.adds_up);
                system.store().noted_legs(day.head.day).await.unwrap();
            }
        }
        run().await.unwrap();
        assert_equal_to(&system, &expected).await;
        let stored = everything(&system).await.matches("LEGS#").count();
        let rolls = system.store().quality_days(day, day).await.unwrap();
        assert!(stored <= rolls.len() + 1, "legs of dead runs are swept");
        died_at += 1;
    }
}

/// A table that an older version wrote has calls and no roll-ups.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_that_was_never_rolled_up_is_rolled_up_and_another_building_file_makes_it_due() {
    let (system, _, day) = with_a_day(20, 6, Settings::quiet()).await;
    let heads = system.store().quality_heads(day, day).await.unwrap();
    assert_eq!(heads, []);
    let first = system.roll_up().await.unwrap();
    assert!(first.rolled_up.iter().any(|rolled_up| rolled_up.day == day));
    let sites = |head: &call_table::QualityHead| head.sites.clone();
    let heads = system.store().quality_heads(day, day).await.unwrap();
    assert_eq!(heads.iter().map(sites).collect::<Vec<_>>(), [None]);

    let head = system.rollup().take_sites(SITES, "a test", system.now()).await.unwrap();
    system.roll_up().await.unwrap();
    let heads = system.store().quality_heads(day, day).await.unwrap();
    assert_eq!(heads.iter().map(sites).collect::<Vec<_>>(), [Some(head.digest.clone())]);

    // A file with a mistake changes nothing, and is remembered with its mistake.
    let wrong = system.rollup().take_sites(b"10.0.0.0\tX\t99\n", "a test", system.now()).await;
    assert!(wrong.unwrap_err().to_string().contains("line 1"));
    assert_eq!(system.store().sites_head().await.unwrap(), Some(head));
    let refused = system.store().refused_sites().await.unwrap().unwrap();
    assert!(!refused.errors.is_empty());
    assert_eq!(system.roll_up().await.unwrap().rolled_up, []);
}

/// A page of a call is not what was written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_cannot_be_read_keeps_only_its_own_day_from_being_rolled_up() {
    let (system, organisation, day) = with_a_day(6, 7, Settings::quiet()).await;
    let before = day.checked_sub(3.days()).unwrap();
    let tenant_id = system.tenant_id().to_owned();
    let plan = Plan { people: 30, calls: 6, seed: 8, day: before, tenant_id, fault: None };
    system.run_day(&Organisation::invent(&plan), 8, TIMEOUT, async |_| {}).await.unwrap();
    let call = organisation.calls[0].versions.last().unwrap()["id"].as_str().unwrap();
    let mut pages = system.store().query(&format!("CALL#{call}")).beginning_with("RAW#");
    let page = pages.next().await.unwrap().unwrap().swap_remove(0);
    let item = |data: Option<AttributeValue>| {
        let mut item = page.clone();
        item.extend(data.map(|data| ("data".to_owned(), data)));
        let put = system.dynamodb_client().put_item().table_name(system.store().name());
        put.set_item(Some(item)).send()
    };
    item(Some(AttributeValue::B(b"not compressed".to_vec().into()))).await.unwrap();

    let error = system.roll_up().await.unwrap_err().to_string();
    assert!(error.contains(call), "{error}");
    let rolled_up =
        |heads: Vec<call_table::QualityHead>| heads.iter().map(|head| head.day).collect();
    let days: Vec<Date> = rolled_up(system.store().quality_heads(before, day).await.unwrap());
    assert_eq!((days.contains(&before), days.contains(&day)), (true, false));

    item(None).await.unwrap();
    system.roll_up().await.unwrap();
    let days: Vec<Date> = rolled_up(system.store().quality_heads(before, day).await.unwrap());
    assert!(days.contains(&day));
}
