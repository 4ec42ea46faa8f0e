//! The logs of telephone calls.

use jiff::Timestamp;
use msgraph::Error;
use pstn_logs::Log;
use rstest::rstest;
use serde_json::json;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::stand_in::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[rstest]
#[case(Log::Pstn, "getPstnCalls", "pstn-calls-v1")]
#[case(Log::DirectRouting, "getDirectRoutingCalls", "directrouting-calls-v1")]
#[tokio::test]
async fn the_window_is_an_argument_of_the_function_and_a_link_is_used_as_it_is(
    #[case] log: Log,
    #[case] function: &str,
    #[case] documented: &str,
) {
    let stand_in = StandIn::start().await;
    let call = "(fromDateTime=2019-11-01T00:00:00Z,toDateTime=2019-12-01T00:00:00.001Z)";
    Mock::given(method("GET"))
        .and(path(format!("/v1.0/communications/callRecords/{function}{call}")))
        .and(header("prefer", "include-unknown-enum-members"))
        .respond_with(ResponseTemplate::new(200).set_body_string(payload(documented)))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    let (from, to) = (at("2019-11-01T00:00:00.0009Z"), at("2019-12-01T00:00:00.0001Z"));
    let page = stand_in.graph.phone_log(log, from, to, None, soon()).await.unwrap();
    assert_eq!((page.rows.len(), page.rows[0].log), (1, log));
    // Of another host than the stand-in's.
    let link = page.next_link.unwrap();
    let foreign = stand_in.graph.phone_log(log, from, to, Some(&link), soon()).await;
    assert!(matches!(foreign, Err(Error::ForeignLink)), "{foreign:?}");

    let link = stand_in.link("/v1.0/communications/callRecords/x(from=1,to=2)?$skip=1000");
    Mock::given(method("GET"))
        .and(path("/v1.0/communications/callRecords/x(from=1,to=2)"))
        .respond_with(json_answer(&json!({ "value": [] })))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    let page = stand_in.graph.phone_log(log, from, to, Some(&link), soon()).await.unwrap();
    assert_eq!((page.rows.len(), page.next_link), (0, None));
}

#[tokio::test]
async fn what_is_no_page_is_kept() {
    let stand_in = StandIn::start().await;
    Mock::given(method("GET"))
        .respond_with(json_answer(&json!({ "rows": [] })))
        .mount(&stand_in.graph_host)
        .await;
    let (from, to) = (at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z"));
    let answer = stand_in.graph.phone_log(Log::Pstn, from, to, None, soon()).await;
    assert!(matches!(answer, Err(Error::Undecodable { .. })), "{answer:?}");
}
