//! Faults do what they say, and no more.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use fake_graph::{AnswerFaults, Failure, FakeGraph, Faults, Options, Target};
use http::StatusCode;
use rstest::rstest;

use crate::tenant::{Tenant, record};

const PATH: &str = "/communications/callRecords/a";

async fn with_versions(versions: i64) -> Tenant {
    let tenant = Tenant::start().await;
    for version in 1..=versions {
        tenant.graph.load(&record("a", version, 130, 1)).unwrap();
    }
    tenant
}

async fn version(tenant: &Tenant) -> i64 {
    tenant.get(PATH).await.json()["version"].as_i64().expect("a version")
}

#[tokio::test]
async fn a_watcher_sees_every_request_and_chooses_its_fault() {
    let tenant = with_versions(1).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    tenant.graph.watch(move |arrival| {
        let mut seen = record.lock().unwrap();
        seen.push(format!("{} {}?{}", arrival.method, arrival.path, arrival.query));
        (seen.len() == 2).then_some(Failure::NotFound)
    });
    for expected in [200, 404, 200] {
        assert_eq!(tenant.get(&format!("{PATH}?$select=id")).await.status, expected);
    }
    tenant.graph.unwatch();
    assert_eq!(tenant.get(PATH).await.status, 200);
    let expected = format!("GET /v1.0{PATH}?$select=id");
    assert_eq!(*seen.lock().unwrap(), vec![expected; 3]);
}

#[tokio::test]
async fn a_lost_answer_belongs_to_a_request_that_took_effect() {
    let tenant = with_versions(1).await;
    tenant.graph.not_found_at_first("a", 1);
    tenant.graph.fail(Target::Records, Failure::Lost, 1);
    assert!(tenant.request(reqwest::Method::GET, PATH).send().await.is_err());
    // The read that found nothing is used up.
    assert_eq!(tenant.get(PATH).await.status, 200);
}

#[tokio::test]
async fn a_record_is_found_only_after_some_reads() {
    let tenant = with_versions(1).await;
    tenant.graph.not_found_at_first("a", 2);
    for expected in [404, 404, 200, 200] {
        assert_eq!(tenant.get(PATH).await.status, expected);
    }
}

#[tokio::test]
async fn a_record_is_found_and_listed_only_after_some_time() {
    let tenant = with_versions(1).await;
    tenant.graph.not_found_for("a", Duration::from_mins(50));
    assert_eq!(tenant.get(PATH).await.status, 404);
    let listed = tenant.get("/communications/callRecords").await.json();
    assert_eq!(listed["value"].as_array().unwrap().len(), 0);
    tenant.clock.advance(Duration::from_mins(50));
    assert_eq!(tenant.get(PATH).await.status, 200);
}

#[tokio::test]
async fn an_older_version_is_served_after_a_newer_one() {
    let tenant = with_versions(2).await;
    assert_eq!(version(&tenant).await, 2);
    tenant.graph.serve_stale("a", 2);
    assert_eq!(version(&tenant).await, 1);
    assert_eq!(version(&tenant).await, 1);
    assert_eq!(version(&tenant).await, 2);
}

#[tokio::test]
async fn a_replica_lags_only_after_the_newest_version_was_read_whole() {
    let answers = AnswerFaults { stale: 1.0, ..AnswerFaults::default() };
    let tenant = with_versions(2).await;
    tenant.graph.set_faults(Faults { answers, ..Faults::default() });
    let mut seen = Vec::new();
    for _ in 0..8 {
        seen.push(version(&tenant).await);
    }
    assert_eq!(seen, [2, 2, 1, 1, 1, 2, 2, 2]);
}

#[tokio::test]
async fn a_record_changes_between_two_pages() {
    let tenant = with_versions(1).await;
    tenant.graph.change_while_paging(2, &record("a", 2, 130, 1)).unwrap();
    let path = format!("{PATH}?$expand=sessions($expand=segments)");
    let first = tenant.get(&path).await.json();
    assert_eq!(first["version"], 1);
    let next = first["sessions@odata.nextLink"].as_str().unwrap();
    assert_eq!(tenant.get(next).await.status, 200);
    assert_eq!(version(&tenant).await, 2);
}

#[tokio::test]
async fn a_body_takes_the_place_of_a_record() {
    let tenant = with_versions(1).await;
    tenant.graph.serve_instead("a", Some("{\"id\":".to_owned()));
    for path in [PATH.to_owned(), format!("{PATH}/sessions")] {
        let answer = tenant.get(&path).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{\"id\":"));
    }
    tenant.graph.serve_instead("a", None);
    assert_eq!(version(&tenant).await, 1);
}

#[rstest]
#[case(Failure::Status(StatusCode::BAD_GATEWAY), 502, None)]
#[case(Failure::UnavailableFor(Duration::from_millis(1_500)), 503, Some("1.500"))]
#[case(Failure::Throttled(Some(Duration::from_millis(2_128))), 429, Some("2.128"))]
#[case(Failure::Throttled(None), 429, None)]
#[case(Failure::Unauthorized, 401, None)]
#[case(Failure::NotFound, 404, None)]
#[case(Failure::Redirect("https://elsewhere.example/".into()), 302, None)]
#[case(Failure::Body("x".into()), 200, None)]
#[tokio::test]
async fn an_ordered_failure_comes_as_often_as_ordered(
    #[case] failure: Failure,
    #[case] status: u16,
    #[case] retry_after: Option<&str>,
) {
    let tenant = with_versions(1).await;
    tenant.graph.fail(Target::Record("a".to_owned()), failure, 2);
    for _ in 0..2 {
        let answer = tenant.get(PATH).await;
        assert_eq!((answer.status, answer.header("retry-after")), (status, retry_after));
        assert_eq!(tenant.get("/communications/callRecords").await.status, 200);
    }
    assert_eq!(version(&tenant).await, 1);
}

#[tokio::test]
async fn a_reset_connection_gives_no_answer_and_harms_no_other() {
    let tenant = with_versions(1).await;
    tenant.graph.fail(Target::Graph, Failure::Reset, 1);
    let sent = tenant.request(reqwest::Method::GET, PATH).send().await;
    assert!(sent.is_err(), "{sent:?}");
    assert_eq!(version(&tenant).await, 1);
    let statuses: Vec<_> = tenant.graph.requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [200, 0, 200]);
}

#[tokio::test]
async fn a_slow_answer_is_late_but_correct() {
    let tenant = with_versions(1).await;
    tenant.graph.fail(Target::Records, Failure::Slow(Duration::from_millis(80)), 1);
    let started = Instant::now();
    assert_eq!(version(&tenant).await, 1);
    assert!(started.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn an_outage_of_the_login_lasts_until_it_is_cancelled() {
    let mut tenant = with_versions(1).await;
    tenant.graph.fail(Target::Login, Failure::Status(StatusCode::SERVICE_UNAVAILABLE), 0);
    for _ in 0..3 {
        let answer = tenant.login(fake_graph::TENANT_ID, &crate::tenant::credentials()).await;
        assert_eq!(answer.status, 503);
    }
    tenant.graph.cancel_failures();
    tenant.sign_in().await;
    assert_eq!(version(&tenant).await, 1);
}

#[tokio::test]
async fn random_faults_are_about_as_frequent_as_configured() {
    let answers = AnswerFaults {
        throttled: 0.2,
        unavailable: 0.2,
        reset: 0.1,
        late_records: 0.5,
        ..AnswerFaults::default()
    };
    let tenant = Tenant::with(|options| {
        options.limits = None;
        options.faults = Faults { answers, ..Faults::default() };
    })
    .await;
    for n in 0..200 {
        tenant.graph.load(&record(&n.to_string(), 1, 0, 0)).unwrap();
        let path = format!("/communications/callRecords/{n}");
        drop(tenant.request(reqwest::Method::GET, &path).send().await);
    }
    let counters = tenant.graph.counters();
    let of = |status: u16| counters.answers.get(&status).copied().unwrap_or_default();
    let unavailable = of(500) + of(502) + of(503) + of(504);
    for (what, times, from, to) in [
        ("throttled", counters.throttled(), 25, 60),
        ("unavailable", unavailable, 20, 50),
        ("reset", of(0), 5, 25),
        ("not found yet", of(404), 35, 80),
    ] {
        assert!((from..to).contains(&times), "{times} of 200 were {what}");
    }
}

#[tokio::test]
async fn the_journal_has_every_request() {
    let tenant = with_versions(1).await;
    tenant.graph.forget_requests();
    tenant.get(&format!("{PATH}?$select=id")).await;
    let url = format!("{}/v1.0{PATH}", tenant.graph.url());
    tenant.http.get(&url).send().await.unwrap();
    tenant.http.get(&url).bearer_auth("stolen").send().await.unwrap();
    let seen: Vec<_> = tenant
        .graph
        .requests()
        .into_iter()
        .map(|request| (request.path, request.query, request.had_token, request.status))
        .collect();
    let path = format!("/v1.0{PATH}");
    assert_eq!(
        seen,
        [
            (path.clone(), "$select=id".to_owned(), true, 200),
            (path.clone(), String::new(), false, 401),
            (path, String::new(), false, 401),
        ]
    );
    assert_eq!(tenant.graph.counters().most_at_once, 1);
}

#[tokio::test]
async fn what_was_dropped_answers_no_more_and_leaves_its_port() {
    let tenant = with_versions(1).await;
    assert_eq!(version(&tenant).await, 1);
    let port = tenant.graph.url().rsplit_once(':').unwrap().1.parse().unwrap();
    let again = Options { port, ..Options::default() };
    assert!(FakeGraph::start(again.clone()).await.is_err(), "two cannot share a port");
    let request = tenant.request(reqwest::Method::GET, PATH);
    let Tenant { graph, http: _open_connections, .. } = tenant;
    drop(graph);
    assert!(request.send().await.is_err(), "not even over a connection that was open");
    let mut tries = 0;
    while FakeGraph::start(again.clone()).await.is_err() {
        tries += 1;
        assert!(tries < 1_000, "the port stays taken");
        tokio::task::yield_now().await;
    }
}
