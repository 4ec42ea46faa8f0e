//! The benchmark at a size for every day.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_stand_ins::DynamoDb;
use call_records::{Call, Participation, PersonKey};
use call_table::{CallTable, Item, RawPage, TableConfig, create_table};
use call_writer::CallWriter;
use fake_graph::TENANT_ID;
use fake_graph::organisation::{Organisation, Plan};
use forgotten_people::ForgetKeySource;
use jiff::civil::date;
use reports::{Config, PseudonymKey, Reports};
use system_tests::benchmark::{
    BulkLoad, Question, ReadCall, Size, Year, fill, fill_month_of_quality,
};
use tokio::time::Instant;

const TABLE: &str = "calls";
const CALLS: usize = 300;

async fn filled() -> (DynamoDb, CallTable, Year, system_tests::benchmark::Filled) {
    let dynamodb = DynamoDb::start(None).await.unwrap();
    let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
    create_table(&client, TABLE).await.unwrap();
    let store = CallTable::new(client, TableConfig::new(TABLE));
    let size = Size { people: 60, calls: CALLS, first_day: date(2025, 12, 1), seed: 3 };
    let year = Year::invent(size).unwrap();
    let now = "2026-12-01T08:00:00Z".parse().unwrap();
    let filled = fill(&dynamodb, &store, &year, now, |_| {}).await.unwrap();
    (dynamodb, store, year, filled)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_of_calls_is_in_the_table_with_its_totals() {
    let (_dynamodb, store, year, filled) = filled().await;
    assert_eq!(filled.calls, CALLS);
    assert!(filled.items > filled.calls + filled.participations, "and totals");

    let days = store.organisation_totals(date(2025, 12, 1), date(2026, 11, 30)).await.unwrap();
    let of_year = |name: &str| days.iter().map(|(_, totals)| totals.get(name)).sum::<i64>();
    // The meeting that was stored in the usual way is one more.
    assert_eq!(of_year("calls") + of_year("test_calls"), i64::try_from(CALLS + 1).unwrap());
    let meeting = store.call(&year.meeting().unwrap().id).await.unwrap().unwrap();
    // Test calls have participations that count for nothing.
    let parts = i64::try_from(filled.participations + meeting.people.len()).unwrap();
    let counted = of_year("people_calls");
    assert!(counted <= parts && (counted == parts) == (of_year("test_calls") == 0), "{counted}");
    assert_eq!(counted, of_year("participants"));

    let busiest = year.busiest().unwrap();
    let (first, last) = (date(2025, 12, 1), date(2026, 11, 30));
    let totals = store.person_totals(&busiest, first, last).await.unwrap();
    let calls: i64 = totals.iter().map(|(_, totals)| totals.get("calls")).sum();
    let from = "2025-12-01T00:00:00Z".parse().unwrap();
    let to = "2026-12-01T00:00:00Z".parse().unwrap();
    let parts = store.person_calls(&busiest, from, to).await.unwrap();
    let counted = parts.iter().filter(|call| !call.contribution.is_empty()).count();
    assert_eq!(calls, i64::try_from(counted).unwrap());
    assert!(calls > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_reads_what_it_needs_and_nothing_else() {
    let (_dynamodb, store, year, _) = filled().await;
    let first = year.first_day();
    let now = "2026-12-01T08:00:00Z".parse().unwrap();
    fill_month_of_quality(&store, first, 60, CALLS, now).await.unwrap();
    let reports = Reports::new(Config::default(), store.clone(), PseudonymKey::fixed("a key"));
    let mut costs = std::collections::BTreeMap::new();
    for question in Question::typical(&year).unwrap() {
        let cost = question.measure(&reports, 1, now).await.unwrap();
        assert!(cost.items_read > 0 && cost.capacity_units > 0.0, "{cost:?}");
        costs.insert(cost.question, cost.items_read);
    }
    let shards = u64::from(store.config().total_shards);
    let few = 40;
    assert!(costs["the organisation's year"] <= 365 * shards + few, "{costs:?}");
    assert!(costs["the organisation's month"] <= 31 * shards + few, "{costs:?}");
    // The month and the one before it, an item a day.
    assert!(costs["the quality of a month of a million calls"] >= 60, "{costs:?}");
    let people = u64::try_from(year.people_of_day(year.working_days().len() / 2).unwrap()).unwrap();
    assert!(costs["all people of a day: the busiest"] <= people + shards + few, "{costs:?}");
}
/// Items that a bulk load makes of a few days' calls, and of a meeting too large for one transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_load_makes_the_items_that_storing_makes() {
    let dynamodb = DynamoDb::start(None).await.unwrap();
    let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
    create_table(&client, TABLE).await.unwrap();
    let table = CallTable::new(client.clone(), TableConfig::new(TABLE));
    let size = Size { people: 120, calls: CALLS, first_day: date(2025, 12, 1), seed: 3 };
    let year = Year::invent(size).unwrap();
    let now = "2026-12-01T08:00:00Z".parse().unwrap();
    let soon = Instant::now() + Duration::from_secs(120);
    let days = (0..20).flat_map(|day| year.calls_of(day).unwrap());
    let mut calls: Vec<Call> = days.collect();
    let mut large = calls.iter().max_by_key(|call| call.people.len()).unwrap().clone();
    large.id = "large".to_owned();
    let pattern = large.people.values().next().unwrap().clone();
    for person in 0..70 {
        let person: PersonKey = format!("user:guest-{person}").parse().unwrap();
        large.people.insert(person.clone(), Participation { person, ..pattern.clone() });
    }
    calls.push(large);

    let writer = CallWriter::new(table.clone(), ForgetKeySource::Missing("no person is forgotten"));
    let mut load = BulkLoad::new(table.config());
    let mut items = Vec::new();
    for call in &calls {
        writer.version(&call.id, call.version, now, soon).commit(call).await.unwrap();
        items.extend(load.call(&call.id, call, &[], now).unwrap());
    }
    let day = date(2026, 1, 5);
    let tenant_id = TENANT_ID.to_owned();
    let plan = Plan { people: 60, calls: 60, seed: 4, day, tenant_id, fault: None };
    let mut with_pages = 0;
    for mut invented in Organisation::calls(&plan) {
        let read = ReadCall::of(invented.versions.pop().unwrap()).unwrap();
        let ReadCall { call, sessions, pages } = &read;
        // But for what is too large for it.
        let Some(loaded) = load.call_with_pages(call, sessions, pages, now).unwrap() else {
            continue;
        };
        with_pages += 1;
        items.extend(loaded);
        let mut version = writer.version(&call.id, call.version, now, soon);
        for RawPage { kind, number, body } in pages {
            version.add_page(kind.clone(), *number, body).await.unwrap();
        }
        version.add_sessions(sessions).await.unwrap();
        version.commit(call).await.unwrap();
    }
    assert!(with_pages > 50, "{with_pages}");
    items.extend(load.totals().unwrap());
    assert!(load.totals().unwrap().is_empty(), "they were taken");

    let key = |item: &Item| ["pk", "sk"].map(|name| item[name].as_s().unwrap().clone());
    let loaded: BTreeMap<_, _> = items.into_iter().map(|item| (key(&item), item)).collect();
    let mut stored = BTreeMap::new();
    let mut pages = client.scan().table_name(TABLE).into_paginator().items().send();
    while let Some(item) = pages.next().await {
        let item = item.unwrap();
        stored.insert(key(&item), item);
    }
    assert_eq!(loaded.keys().collect::<Vec<_>>(), stored.keys().collect::<Vec<_>>());
    for (key, item) in &stored {
        assert_eq!(loaded[key], *item, "{key:?}");
    }
}
