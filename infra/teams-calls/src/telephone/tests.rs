use std::sync::atomic::{AtomicUsize, Ordering};

use fake_graph::{Failure, FakeGraph, PhoneLog, Target};
use jiff::SignedDuration;
use jiff::civil::date;
use msgraph::{Credential, Endpoints};
use pstn_logs::Micros;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;

const FIRST: Date = date(2026, 10, 1);
const LAST: Date = date(2026, 11, 10);

async fn world(rows_per_page: usize) -> (FakeGraph, Graph) {
    let options = fake_graph::Options { limits: None, ..fake_graph::Options::default() };
    let page_sizes = fake_graph::PageSizes { phone_log: rows_per_page, ..options.page_sizes };
    let fake = FakeGraph::start(fake_graph::Options { page_sizes, ..options }).await.unwrap();
    let endpoints = Endpoints::parse(fake.login_url(), fake.url()).unwrap();
    let secret = Credential::Secret(fake_graph::CLIENT_SECRET.to_owned().into());
    let (tenant, client) = (fake_graph::TENANT_ID, fake_graph::CLIENT_ID);
    let graph = Graph::new(endpoints, tenant, client, secret, msgraph::Options::default()).unwrap();
    (fake, graph)
}

fn put(fake: &FakeGraph, log: PhoneLog, row: &Value) {
    fake.put_phone_log_row(log, row, Timestamp::UNIX_EPOCH).unwrap();
}

/// A row of a calling plan, so many hours after the first day began.
fn row(id: &str, hours: i64) -> Value {
    let at = midnight(FIRST).unwrap() + SignedDuration::from_hours(hours);
    json!({"id": id, "startDateTime": at.to_string(), "duration": 60, "callType": "user_out",
        "charge": 0.0123, "currency": "EUR", "userId": "ada"})
}

#[rstest]
#[case::a_row_a_page(1)]
#[case::seven_rows_a_page(7)]
#[case::all_on_one_page(1_000)]
#[tokio::test]
async fn every_row_of_the_days_counts_once_and_sums_are_exact(#[case] rows_per_page: usize) {
    let (fake, graph) = world(rows_per_page).await;
    let hours = 24 * 41;
    // Also at midnights, where one range ends and the next begins, and just outside of the days.
    for hour in -1..=hours {
        put(&fake, PhoneLog::Pstn, &row(&hour.to_string(), hour));
        if hour % 24 == 0 {
            let trunk = json!({"successfulCall": true, "trunkFullyQualifiedDomainName": "sbc"});
            let mut direct = row(&hour.to_string(), hour);
            direct.as_object_mut().unwrap().extend(trunk.as_object().unwrap().clone());
            put(&fake, PhoneLog::DirectRouting, &direct);
        }
    }
    let telephone = read(&graph, FIRST, LAST, Duration::ZERO).await.unwrap();
    assert_eq!((telephone.undated, telephone.unreadable), (0, 0));
    let days: Vec<_> = telephone.days.keys().copied().collect();
    assert_eq!((days.len(), days[0], days[40]), (41, FIRST, LAST));
    for day in telephone.days.values() {
        assert_eq!(day.types[&Log::Pstn].values().next().unwrap()["user_out"].legs, 24);
        assert_eq!(day.trunks["sbc"].attempts, 1);
    }
    let total = telephone.total().total();
    assert_eq!(total.legs, 24 * 41 + 41);
    // Direct routing costs nothing at Microsoft.
    assert_eq!(total.charges["EUR"], Micros(hours * 12_300));
}

#[tokio::test]
async fn a_chain_of_pages_that_breaks_is_begun_again_and_counts_nothing_twice() {
    let (fake, graph) = world(2).await;
    for hour in 0..10 {
        put(&fake, PhoneLog::Pstn, &row(&hour.to_string(), hour));
    }
    let requests = AtomicUsize::new(0);
    fake.watch(move |request: &fake_graph::Arrival| {
        let is_further_page = request.query.contains("skip");
        let is_third = is_further_page && requests.fetch_add(1, Ordering::SeqCst) == 2;
        is_third.then_some(Failure::NotFound)
    });
    let telephone = read(&graph, FIRST, FIRST, Duration::ZERO).await.unwrap();
    assert_eq!(telephone.total().total().legs, 10);
}

#[tokio::test]
async fn what_cannot_be_counted_by_day_is_told_and_keeps_nothing_else_away() {
    let (fake, graph) = world(10).await;
    put(&fake, PhoneLog::Pstn, &row("a", 1));
    let body = json!({"value": [{"id": "b"}, 7, row("a", 1)]});
    fake.fail(Target::Graph, Failure::Body(body.to_string()), 1);
    let telephone = read(&graph, FIRST, FIRST, Duration::ZERO).await.unwrap();
    assert_eq!((telephone.undated, telephone.unreadable), (1, 1));
    assert_eq!(telephone.total().total().legs, 1);
}

#[tokio::test]
async fn a_missing_consent_is_named_with_what_to_grant() {
    let (fake, graph) = world(10).await;
    fake.set_consent(false);
    let error = read(&graph, FIRST, FIRST, Duration::ZERO).await.unwrap_err();
    let error = format!("{error:#}");
    assert!(error.contains("CallRecords.Read.All") && error.contains("calling plans"), "{error}");
}
