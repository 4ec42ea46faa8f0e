//! The published limits, on a clock that the tests move.

use std::time::Duration;

use fake_graph::{Limits, RetryAfter};
use rstest::rstest;

use crate::tenant::{Tenant, record};

const LIST: &str = "/communications/callRecords";

#[rstest]
#[case::one_record("/communications/callRecords/a", 40)]
#[case::its_parts("/communications/callRecords/a/sessions", 40)]
#[case::list(LIST, 40)]
#[case::subscriptions("/subscriptions", 25)]
#[tokio::test]
async fn one_request_too_many_in_twenty_seconds_is_refused(#[case] path: &str, #[case] limit: u32) {
    let tenant = Tenant::start().await;
    tenant.graph.load(&record("a", 1, 1, 1)).unwrap();
    for n in 0..limit {
        assert_eq!(tenant.get(path).await.status, 200, "request {n}");
        tenant.clock.advance(Duration::from_millis(100));
    }
    let refused = tenant.get(path).await;
    assert_eq!((refused.status, refused.error_code().as_str()), (429, "TooManyRequests"));
    let wait: f64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!(refused.header("retry-after").unwrap().contains('.'), "with a fraction");
    tenant.clock.advance(Duration::from_secs_f64(wait));
    assert_eq!(tenant.get(path).await.status, 200, "after {wait} s");
    assert_eq!(tenant.graph.counters().throttled(), 1);
}

#[tokio::test]
async fn parts_of_one_record_share_its_limit_and_other_records_have_their_own() {
    let tenant = Tenant::start().await;
    for id in ["a", "b"] {
        tenant.graph.load(&record(id, 1, 1, 1)).unwrap();
    }
    for _ in 0..20 {
        tenant.get("/communications/callRecords/a").await;
        tenant.get("/communications/callRecords/a/participants_v2").await;
    }
    assert_eq!(tenant.get("/communications/callRecords/a/sessions").await.status, 429);
    assert_eq!(tenant.get("/communications/callRecords/b").await.status, 200);
}

#[tokio::test]
async fn all_call_records_together_have_a_limit() {
    let limits = Limits { call_records: 5, ..Limits::default() };
    let tenant = Tenant::with(|options| options.limits = Some(limits)).await;
    for n in 0..5 {
        assert_eq!(tenant.get(&format!("{LIST}/{n}")).await.status, 404);
    }
    assert_eq!(tenant.get(LIST).await.status, 429);
    assert_eq!(tenant.get("/subscriptions").await.status, 200, "not about call records");
}

#[tokio::test]
async fn without_limits_nothing_is_refused() {
    let tenant = Tenant::start().await;
    tenant.graph.set_limits(None);
    for _ in 0..60 {
        assert_eq!(tenant.get(LIST).await.status, 200);
    }
}

#[rstest]
#[case(RetryAfter::Seconds, Some("20"))]
#[case(RetryAfter::Fraction, Some("20.000"))]
#[case(RetryAfter::Date, Some("Mon, 02 Mar 2026 09:00:21 GMT"))]
#[case(RetryAfter::Absent, None)]
#[tokio::test]
async fn retry_after_comes_in_several_forms(
    #[case] form: RetryAfter,
    #[case] expected: Option<&str>,
) {
    let limits = Limits { list: 1, ..Limits::default() };
    let tenant = Tenant::with(|options| {
        options.limits = Some(limits);
        options.retry_after = form;
    })
    .await;
    tenant.get(LIST).await;
    assert_eq!(tenant.get(LIST).await.header("retry-after"), expected);
}
