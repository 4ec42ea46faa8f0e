//! The benchmark at a size for every day.

use aws_stand_ins::DynamoDb;
use jiff::civil::date;
use record_store::{RecordStore, StoreConfig, create_table};
use reports::{Config, Key, Reports};
use system_tests::benchmark::{Question, Size, Year, fill};

const TABLE: &str = "calls";
const CALLS: usize = 300;

async fn filled() -> (DynamoDb, RecordStore, Year, system_tests::benchmark::Filled) {
    let dynamodb = DynamoDb::start(None).await.unwrap();
    let client = aws_stand_ins::dynamodb_client(&dynamodb.url());
    create_table(&client, TABLE).await.unwrap();
    let store = RecordStore::new(client, StoreConfig::new(TABLE));
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
    assert_eq!(of_year("calls"), i64::try_from(CALLS + 1).unwrap());
    let meeting = store.call(&year.meeting().unwrap().id).await.unwrap().unwrap();
    let parts = i64::try_from(filled.participations + meeting.people.len()).unwrap();
    assert_eq!(of_year("people_calls"), parts);

    let busiest = year.busiest().unwrap();
    let (first, last) = (date(2025, 12, 1), date(2026, 11, 30));
    let totals = store.person_totals(&busiest, first, last).await.unwrap();
    let calls: i64 = totals.iter().map(|(_, totals)| totals.get("calls")).sum();
    let from = "2025-12-01T00:00:00Z".parse().unwrap();
    let to = "2026-12-01T00:00:00Z".parse().unwrap();
    let parts = store.person_calls(&busiest, from, to).await.unwrap();
    assert_eq!(calls, i64::try_from(parts.len()).unwrap());
    assert!(calls > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_reads_what_it_needs_and_nothing_else() {
    let (_dynamodb, store, year, _) = filled().await;
    let reports = Reports::new(Config::default(), store.clone(), Key::fixed("a key"));
    let now = "2026-12-01T08:00:00Z".parse().unwrap();
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
    let people = u64::try_from(year.people_of_day(year.working_days().len() / 2).unwrap()).unwrap();
    assert!(costs["everybody of a day: the busiest"] <= people + shards + few, "{costs:?}");
}
