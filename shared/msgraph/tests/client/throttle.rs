//! When Microsoft asks for quiet.

use std::time::Duration;

use msgraph::Error;
use rstest::rstest;
use serde_json::json;
use tokio::time::Instant;
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::stand_in::*;

fn throttled() -> ResponseTemplate {
    ResponseTemplate::new(429).set_body_string(payload("error-429-throttled"))
}

fn reads() -> wiremock::MockBuilder {
    Mock::given(method("GET"))
}

fn no_subscriptions() -> ResponseTemplate {
    json_answer(&json!({ "value": [] }))
}

#[rstest]
#[case::a_429(429)]
#[case::a_503(503)]
#[case::a_504(504)]
#[tokio::test]
async fn a_short_pause_is_waited_for(#[case] status: u16) {
    let stand_in = StandIn::start().await;
    let pause = ResponseTemplate::new(status).insert_header("retry-after", "0.3");
    reads().respond_with(pause).up_to_n_times(1).mount(&stand_in.graph_host).await;
    reads().respond_with(no_subscriptions()).mount(&stand_in.graph_host).await;

    let before = Instant::now();
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
    assert!(before.elapsed() >= Duration::from_millis(300));
    assert_eq!(stand_in.asked().await.len(), 2);
}

#[tokio::test]
async fn the_documented_429_with_its_fraction_is_passed_on_when_it_does_not_fit() {
    let stand_in = StandIn::start().await;
    reads()
        .respond_with(throttled().insert_header("retry-after", "2.128"))
        .mount(&stand_in.graph_host)
        .await;
    let deadline = Instant::now() + Duration::from_secs(1);
    let error = stand_in.graph.call_record(CALL, deadline).await.unwrap_err();
    let Error::Throttled { retry_after } = error else { panic!("{error:?}") };
    assert!(retry_after > Duration::from_secs(2) && retry_after <= Duration::from_millis(2_128));
}

#[tokio::test]
async fn while_one_request_is_throttled_no_other_starts() {
    let stand_in = StandIn::start().await;
    reads()
        .and(path("/v1.0/subscriptions"))
        .respond_with(throttled().insert_header("retry-after", "30"))
        .mount(&stand_in.graph_host)
        .await;
    Mock::given(method("DELETE"))
        .respond_with(ResponseTemplate::new(204))
        .mount(&stand_in.graph_host)
        .await;

    stand_in.graph.list_subscriptions(soon()).await.unwrap_err();
    let clone = stand_in.graph.clone();
    let refused = clone.delete_subscription("a", soon()).await;
    assert!(matches!(refused, Err(Error::Throttled { .. })), "{refused:?}");
    assert!(matches!(clone.call_record(CALL, soon()).await, Err(Error::Throttled { .. })));
    assert_eq!(stand_in.asked().await, ["GET /v1.0/subscriptions"]);
}

#[tokio::test]
async fn others_wait_for_a_short_pause_and_then_go_on() {
    let stand_in = StandIn::start().await;
    let pause = throttled().insert_header("retry-after", "0.5");
    reads().respond_with(pause).up_to_n_times(1).mount(&stand_in.graph_host).await;
    reads().respond_with(no_subscriptions()).mount(&stand_in.graph_host).await;

    let before = Instant::now();
    let hasty = before + Duration::from_millis(400);
    let refused = stand_in.graph.list_subscriptions(hasty).await;
    assert!(matches!(refused, Err(Error::Throttled { .. })), "{refused:?}");
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
    assert!(before.elapsed() >= Duration::from_millis(500), "{:?}", before.elapsed());
}

#[rstest]
#[case::none(None)]
#[case::garbage(Some("soon"))]
#[case::negative(Some("-1"))]
#[tokio::test]
async fn a_429_that_names_no_time_is_waited_for_by_default(#[case] header: Option<&str>) {
    let stand_in = StandIn::start().await;
    let mut pause = throttled();
    if let Some(value) = header {
        pause = pause.insert_header("retry-after", value);
    }
    reads().respond_with(pause).up_to_n_times(2).mount(&stand_in.graph_host).await;
    reads().respond_with(no_subscriptions()).mount(&stand_in.graph_host).await;
    let before = Instant::now();
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
    // 20 ms, and twice that.
    assert!(before.elapsed() >= Duration::from_millis(60), "{:?}", before.elapsed());
}

#[rstest]
#[case::at_once("0")]
#[case::soon("0.01")]
#[tokio::test]
async fn a_host_that_always_says_wait_a_moment_is_left_alone(#[case] retry_after: &str) {
    let stand_in = StandIn::start().await;
    reads()
        .respond_with(throttled().insert_header("retry-after", retry_after))
        .expect(3)
        .mount(&stand_in.graph_host)
        .await;
    let error = stand_in.graph.list_subscriptions(soon()).await.unwrap_err();
    assert!(matches!(error, Error::Throttled { .. }), "{error:?}");
}

#[tokio::test]
async fn a_pause_of_a_day_is_cut_to_an_hour() {
    let stand_in = StandIn::start().await;
    reads()
        .respond_with(throttled().insert_header("retry-after", "86400"))
        .mount(&stand_in.graph_host)
        .await;
    let error = stand_in.graph.list_subscriptions(soon()).await.unwrap_err();
    let Error::Throttled { retry_after } = error else { panic!("{error:?}") };
    assert!(retry_after <= Duration::from_secs(3_600), "{retry_after:?}");
}

#[tokio::test]
async fn a_date_is_a_pause_from_the_answers_own_date() {
    let stand_in = StandIn::start().await;
    let pause = throttled()
        .insert_header("date", "Mon, 23 Nov 2026 10:00:00 GMT")
        .insert_header("retry-after", "Mon, 23 Nov 2026 10:01:40 GMT");
    reads().respond_with(pause).mount(&stand_in.graph_host).await;
    let error = stand_in.graph.list_subscriptions(soon()).await.unwrap_err();
    let Error::Throttled { retry_after } = error else { panic!("{error:?}") };
    assert!(retry_after > Duration::from_secs(90) && retry_after <= Duration::from_secs(100));
}
