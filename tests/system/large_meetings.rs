//! Meetings that do not fit into one invocation of the consumer.

use std::collections::BTreeMap;
use std::time::Duration;

use fake_graph::organisation::{Organisation, Plan};
use fake_graph::{AnswerFaults, Failure, Faults};
use http::StatusCode;
use jiff::civil::date;
use rstest::rstest;
use serde_json::{Value, json};
use system_tests::model::Model;
use teams_calls::system::{Settings, System};

use crate::virtual_time;

/// Of virtual time.
const TIMEOUT: Duration = Duration::from_secs(4 * 3_600);

/// A system of one consumer, with a tenth of the time that it has on AWS: 22 s of it are for reading, the
/// rest is kept back. Graph's answers are slower in proportion, and no limit slows them further.
async fn system() -> System {
    let consumer_timeout = Duration::from_secs(30);
    let settings =
        Settings { consumers: 1, consumer_timeout, graph_limits: None, ..Settings::quiet() };
    virtual_time::system(settings).await
}

fn slow_by(slow_by: Duration) -> Faults {
    let answers = AnswerFaults { slow: 1.0, slow_by, ..AnswerFaults::default() };
    Faults { answers, ..Faults::default() }
}

/// The record of a meeting with as many people, each on one session.
fn meeting(system: &System, people: usize) -> Value {
    let plan = Plan {
        people,
        calls: 1,
        seed: 12,
        day: date(2026, 11, 2),
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    };
    let mut meeting = Organisation::meeting(&plan, people, 1);
    meeting.versions.pop().unwrap()
}

/// The next version of a record, in which the first session is missing.
fn next_version(record: &Value) -> Value {
    let mut next = record.clone();
    next["version"] = json!(record["version"].as_i64().unwrap() + 1);
    next["sessions"].as_array_mut().unwrap().remove(0);
    next
}

fn continued(system: &System) -> f64 {
    system.metrics().consumer.sum("RetriedContinued")
}

async fn until(what: impl AsyncFn() -> bool) {
    let began = tokio::time::Instant::now();
    while !what().await {
        assert!(began.elapsed() < TIMEOUT, "it does not come");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn is_drained(system: &System) -> bool {
    let left = system.sqs().counts(&system.queues().calls).unwrap().total();
    left == 0 && system.graph().is_quiet_within(Duration::ZERO).await
}

/// The keys of the resume points in the table.
async fn resume_points(system: &System) -> Vec<BTreeMap<String, String>> {
    let scan = system.dynamodb_client().scan().table_name(system.store().name());
    let mut items = scan.into_paginator().items().send();
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        let key = |item: &call_table::Item, name: &str| item[name].as_s().unwrap().clone();
        let item = item.unwrap();
        if key(&item, "sk").starts_with("RESUME#") {
            found.push(["pk", "sk"].map(|name| (name.to_owned(), key(&item, name))).into());
        }
    }
    found
}

/// Nothing is dead-lettered, and the table is what the model says, with nothing beside it.
async fn assert_equals(model: &Model, system: &System) {
    assert_eq!(system.dead_lettered().unwrap(), []);
    let differences = model.differences(system.dynamodb_client(), system.store()).await.unwrap();
    assert_eq!(differences, Vec::<String>::new());
}

/// 154 pages of participants and 334 of sessions. Pages of 1.5 s would take twelve minutes.
#[tokio::test(start_paused = true)]
async fn a_meeting_of_twenty_thousand_people_is_stored_in_a_few_invocations() {
    const PEOPLE: usize = 20_000;
    let began = std::time::Instant::now();
    let system = system().await;
    let record = meeting(&system, PEOPLE);
    let id = record["id"].as_str().unwrap();
    system.graph().set_faults(slow_by(Duration::from_millis(150)));
    system.graph().publish(&record).unwrap();

    let day = date(2026, 11, 2);
    let mut looks = 0;
    while !is_drained(&system).await {
        tokio::time::sleep(Duration::from_secs(2)).await;
        if system.store().version(id).await.unwrap().is_none() {
            looks += 1;
            assert_eq!(system.store().call(id).await.unwrap(), None);
            assert_eq!(system.store().raw_pages(id).await.unwrap(), []);
            assert!(system.store().calls_of_day(day).await.unwrap().is_empty());
            let totals = system.store().organisation_totals(day, day).await.unwrap();
            assert!(totals.iter().all(|(_, totals)| totals.is_empty()));
        }
    }
    assert!(looks > 20, "it was looked at {looks} times");

    let record = system.store().record(id).await.unwrap().unwrap();
    let reads = system.graph().requests().iter().filter(|it| it.path.contains(id)).count();
    let pages = record.raw.len();
    let retried = system.metrics().retried();
    println!("{pages} pages, {reads} requests, {retried} retries, {:?}", began.elapsed());
    assert!(pages > 480, "{pages} pages");
    assert!(continued(&system) >= 2.0);
    assert_eq!(retried, continued(&system), "no retry had another reason");
    assert!(retried < 9.0, "{retried} retries");
    // Two to begin with, the version at the end, and a request that the end of the time interrupts.
    assert!(reads <= pages + 4 * 9, "{reads} requests for {pages} pages");
    assert_eq!(resume_points(&system).await, []);
    assert_eq!(system.dead_lettered().unwrap(), []);
    assert_eq!(system.recompute().await.unwrap().sentences(), Vec::<String>::new());
    println!("with recomputation {:?}", began.elapsed());
}

/// 37 pages of a second: two invocations.
const SLOW: Duration = Duration::from_secs(1);
const PEOPLE: usize = 1_500;

#[tokio::test(start_paused = true)]
async fn the_stored_version_is_read_until_a_newer_one_is_stored_whole() {
    let system = system().await;
    let first = meeting(&system, PEOPLE);
    let second = next_version(&first);
    let id = first["id"].as_str().unwrap();
    let mut model = Model::new(system.tenant_id());
    system.graph().publish(&first).unwrap();
    until(async || is_drained(&system).await).await;
    let stored = system.store().call(id).await.unwrap().unwrap();

    system.graph().set_faults(slow_by(SLOW));
    system.graph().publish(&second).unwrap();
    let mut looks = 0;
    while !is_drained(&system).await {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let call = system.store().call(id).await.unwrap().unwrap();
        let record = &call.record;
        if record.version == stored.record.version && record.being_replaced_by.is_none() {
            looks += 1;
            assert!(call == stored);
        }
    }
    assert!(looks > 10, "it was looked at {looks} times");
    assert!(continued(&system) >= 1.0);
    model.read(&second).unwrap();
    assert_equals(&model, &system).await;
}

#[rstest]
#[case::with_a_notification(false)]
#[case::while_the_rest_is_read(true)]
#[tokio::test(start_paused = true)]
async fn a_version_that_changes_between_two_invocations_is_read_from_its_first_page(
    #[case] while_reading: bool,
) {
    let system = system().await;
    let first = meeting(&system, PEOPLE);
    let second = next_version(&first);
    let mut model = Model::new(system.tenant_id());
    model.read(&second).unwrap();
    system.graph().set_faults(slow_by(SLOW));
    system.graph().publish(&first).unwrap();
    until(async || continued(&system) >= 1.0).await;
    if while_reading {
        system.graph().change_while_paging(3, &second).unwrap();
    } else {
        system.graph().publish(&second).unwrap();
    }
    until(async || is_drained(&system).await).await;
    assert_equals(&model, &system).await;
}

/// What is wrong with a resume point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unusable {
    /// Graph answers so to the next link, once.
    Link(u16),
    /// It answers to it with something else, once.
    OtherAnswer,
    /// A page that it names is not in the table.
    MissingPage,
    /// It was made by other definitions.
    OtherDefinitions,
}

#[rstest]
#[case(Unusable::Link(400))]
#[case(Unusable::Link(404))]
#[case(Unusable::Link(410))]
#[case(Unusable::OtherAnswer)]
#[case(Unusable::MissingPage)]
#[case(Unusable::OtherDefinitions)]
#[tokio::test(start_paused = true)]
async fn a_resume_point_that_leads_nowhere_costs_a_reading_from_the_first_page(
    #[case] cause: Unusable,
) {
    let system = system().await;
    let record = meeting(&system, PEOPLE);
    let id = record["id"].as_str().unwrap();
    let mut model = Model::new(system.tenant_id());
    model.read(&record).unwrap();
    system.graph().set_faults(slow_by(SLOW));
    system.graph().publish(&record).unwrap();
    until(async || continued(&system) >= 1.0).await;
    let read_before = pages_read(&system, id);
    assert!(read_before < 37, "{read_before} pages were read");
    spoil(&system, cause).await;

    until(async || is_drained(&system).await).await;
    assert_equals(&model, &system).await;
    let read = pages_read(&system, id) - read_before;
    assert!(read >= 35, "{cause:?}: only {read} pages were read after it");
    assert!(continued(&system) < 5.0, "{cause:?}: {} continuations", continued(&system));
}

/// How many next links of a record were followed.
fn pages_read(system: &System, id: &str) -> usize {
    let requests = system.graph().requests();
    let pages = requests.iter().filter(|it| it.path.contains(id) && it.query.contains("skiptoken"));
    pages.count()
}

async fn spoil(system: &System, cause: Unusable) {
    let failure = match cause {
        Unusable::Link(status) => Failure::Status(StatusCode::from_u16(status).unwrap()),
        Unusable::OtherAnswer => Failure::Body("{\"value\": 1}".to_owned()),
        Unusable::MissingPage | Unusable::OtherDefinitions => {
            return spoil_table(system, cause).await;
        }
    };
    let once = std::sync::atomic::AtomicBool::new(true);
    system.graph().watch(move |arrival| {
        let strikes = arrival.query.contains("skiptoken")
            && once.swap(false, std::sync::atomic::Ordering::SeqCst);
        strikes.then(|| failure.clone())
    });
}

async fn spoil_table(system: &System, cause: Unusable) {
    use aws_sdk_dynamodb::types::AttributeValue;
    let (client, table) = (system.dynamodb_client(), system.store().name());
    let point = resume_points(system).await.pop().unwrap();
    let value = |name: &str| AttributeValue::S(point[name].clone());
    if cause == Unusable::OtherDefinitions {
        let update = client.update_item().table_name(table);
        let update = update.key("pk", value("pk")).key("sk", value("sk"));
        let update = update.update_expression("SET definitions_version = :older");
        let older = AttributeValue::N("1".to_owned());
        update.expression_attribute_values(":older", older).send().await.unwrap();
        return;
    }
    let query = client.query().table_name(table);
    let query = query.key_condition_expression("pk = :pk AND begins_with(sk, :sk)");
    let query = query.expression_attribute_values(":pk", value("pk"));
    let pages = AttributeValue::S("RAW#".to_owned());
    let pages = query.expression_attribute_values(":sk", pages).send().await.unwrap();
    let page = &pages.items()[5];
    let delete = client.delete_item().table_name(table);
    let delete = delete.key("pk", page["pk"].clone()).key("sk", page["sk"].clone());
    delete.send().await.unwrap();
}
