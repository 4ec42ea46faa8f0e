//! The requests of a diagnosis.

use jiff::Timestamp;
use msgraph::Error;
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::stand_in::*;

#[tokio::test]
async fn logging_in_asks_for_a_token_and_nothing_of_graph() {
    let stand_in = StandIn::start().await;
    stand_in.graph.log_in(soon()).await.unwrap();
    assert_eq!(stand_in.token_requests().await, 1);
    assert!(stand_in.asked().await.is_empty());
}

#[tokio::test]
async fn the_time_is_graphs_own_whatever_it_answers_and_costs_no_token() {
    let stand_in = StandIn::without_login().await;
    let date = "Wed, 25 Nov 2026 13:00:00 GMT";
    let answer = ResponseTemplate::new(401).insert_header("date", date);
    Mock::given(any()).respond_with(answer).mount(&stand_in.graph_host).await;
    let time = stand_in.graph.time(soon()).await.unwrap();
    assert_eq!(time, Some("2026-11-25T13:00:00Z".parse::<Timestamp>().unwrap()));
    let requests = stand_in.graph_host.received_requests().await.unwrap();
    assert!(!requests[0].headers.contains_key("authorization"));
    assert_eq!(stand_in.token_requests().await, 0);
}

#[tokio::test]
async fn an_unreachable_host_is_named() {
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let graph = client(&format!("http://{free}"), &format!("http://{free}"), hurried());
    let error = graph.time(soon()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("127.0.0.1"), "{error}");
}
