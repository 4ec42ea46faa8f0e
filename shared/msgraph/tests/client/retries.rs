//! Tries, time-outs and deadlines.

use std::time::Duration;

use msgraph::{Error, Options, Undecodable};
use rstest::rstest;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::stand_in::*;

fn no_subscriptions() -> ResponseTemplate {
    json_answer(&json!({ "value": [] }))
}

#[rstest]
#[case(500)]
#[case(502)]
#[case(503)]
#[case(504)]
#[case(408)]
#[tokio::test]
async fn a_server_failure_is_retried(#[case] status: u16) {
    let stand_in = StandIn::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(status))
        .up_to_n_times(2)
        .mount(&stand_in.graph_host)
        .await;
    Mock::given(method("GET")).respond_with(no_subscriptions()).mount(&stand_in.graph_host).await;
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
    assert_eq!(stand_in.asked().await.len(), 3);
}

#[tokio::test]
async fn a_lasting_server_failure_is_unavailable_after_three_attempts() {
    let stand_in = StandIn::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(502).set_body_string("<html>Bad Gateway</html>"))
        .expect(3)
        .mount(&stand_in.graph_host)
        .await;
    let error = stand_in.graph.call_record(CALL, soon()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("answered 502"), "{error}");
}

/// A Graph host whose first `breaks` connections end after `said`; then it answers.
async fn host_that_breaks(breaks: usize, said: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut connections = 0;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await.unwrap();
            connections += 1;
            let answer = if connections > breaks { NO_SUBSCRIPTIONS } else { said };
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    format!("http://{address}")
}

const NO_SUBSCRIPTIONS: &str =
    "HTTP/1.1 200 OK\r\ncontent-length: 12\r\nconnection: close\r\n\r\n{\"value\":[]}";

#[rstest]
#[case::before_the_answer("")]
#[case::in_the_middle_of_the_answer("HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"val")]
#[tokio::test]
async fn a_lost_connection_is_retried_at_once(#[case] said: &'static str) {
    let login = MockServer::start().await;
    token_request().respond_with(token(TOKEN)).mount(&login).await;
    let host = host_that_breaks(1, said).await;
    // A pause that would not fit: the first lost connection costs none.
    let options = Options { initial_backoff: Duration::from_secs(60), ..hurried() };
    client(&login.uri(), &host, options).list_subscriptions(soon()).await.unwrap();
}

#[tokio::test]
async fn connections_that_keep_breaking_are_unavailable() {
    let login = MockServer::start().await;
    token_request().respond_with(token(TOKEN)).mount(&login).await;
    let host = host_that_breaks(usize::MAX, "").await;
    let error =
        client(&login.uri(), &host, hurried()).list_subscriptions(soon()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_host_that_is_not_there_is_unavailable_and_named() {
    let login = MockServer::start().await;
    token_request().respond_with(token(TOKEN)).mount(&login).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error =
        client(&login.uri(), &host, hurried()).list_subscriptions(soon()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("the connection to 127.0.0.1 failed"), "{error}");
}

#[tokio::test]
async fn a_request_without_an_answer_is_retried_after_the_timeout() {
    let login = MockServer::start().await;
    token_request().respond_with(token(TOKEN)).mount(&login).await;
    let graph_host = MockServer::start().await;
    Mock::given(method("GET"))
        .respond_with(no_subscriptions().set_delay(Duration::from_secs(30)))
        .up_to_n_times(1)
        .mount(&graph_host)
        .await;
    Mock::given(method("GET")).respond_with(no_subscriptions()).mount(&graph_host).await;
    let options = Options { attempt_timeout: Duration::from_millis(300), ..hurried() };
    let graph = client(&login.uri(), &graph_host.uri(), options);
    let before = Instant::now();
    graph.list_subscriptions(soon()).await.unwrap();
    assert!(before.elapsed() >= Duration::from_millis(300));
    assert!(before.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn nothing_is_begun_that_the_deadline_does_not_allow() {
    let stand_in = StandIn::start().await;
    let too_soon = Instant::now() + Duration::from_millis(40);
    assert!(matches!(stand_in.graph.call_record(CALL, too_soon).await, Err(Error::OutOfTime)));
    assert!(matches!(
        stand_in.graph.list_subscriptions(Instant::now()).await,
        Err(Error::OutOfTime)
    ));
    assert_eq!(stand_in.token_requests().await, 0);

    Mock::given(method("GET")).respond_with(no_subscriptions()).mount(&stand_in.graph_host).await;
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
    let refused = stand_in.graph.list_subscriptions(Instant::now()).await;
    assert!(matches!(refused, Err(Error::OutOfTime)));
    assert_eq!(stand_in.asked().await.len(), 1);
}

#[tokio::test]
async fn a_deadline_ends_a_request_under_way() {
    let stand_in = StandIn::start().await;
    Mock::given(method("GET"))
        .respond_with(no_subscriptions().set_delay(Duration::from_secs(30)))
        .mount(&stand_in.graph_host)
        .await;
    let before = Instant::now();
    let refused = stand_in.graph.list_subscriptions(before + Duration::from_millis(300)).await;
    assert!(matches!(refused, Err(Error::OutOfTime)), "{refused:?}");
    assert!(before.elapsed() < Duration::from_secs(5));
    assert_eq!(stand_in.asked().await.len(), 1);
}

#[tokio::test]
async fn a_deadline_also_ends_the_wait_for_another_callers_token_request() {
    let stand_in = StandIn::without_login().await;
    token_request()
        .respond_with(token(TOKEN).set_delay(Duration::from_secs(1)))
        .mount(&stand_in.login_host)
        .await;
    let patient = stand_in.graph.clone();
    let patient = tokio::spawn(async move { patient.list_subscriptions(soon()).await });
    while stand_in.token_requests().await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let before = Instant::now();
    let hasty = stand_in.graph.list_subscriptions(before + Duration::from_millis(200)).await;
    assert!(matches!(hasty, Err(Error::OutOfTime)), "{hasty:?}");
    assert!(before.elapsed() < Duration::from_millis(900));
    patient.abort();
}

#[tokio::test]
async fn a_caller_who_gives_up_leaves_the_token_to_the_others() {
    let stand_in = StandIn::without_login().await;
    token_request()
        .respond_with(token(TOKEN).set_delay(Duration::from_millis(500)))
        .mount(&stand_in.login_host)
        .await;
    Mock::given(method("GET")).respond_with(no_subscriptions()).mount(&stand_in.graph_host).await;
    let first = stand_in.graph.clone();
    let first = tokio::spawn(async move { first.list_subscriptions(soon()).await });
    while stand_in.token_requests().await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let second = stand_in.graph.clone();
    let second = tokio::spawn(async move { second.list_subscriptions(soon()).await });
    first.abort();
    second.await.unwrap().unwrap();
}

#[tokio::test]
async fn no_pause_is_begun_that_the_deadline_does_not_allow() {
    let stand_in = StandIn::start().await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(500))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    let options = Options { initial_backoff: Duration::from_secs(60), ..hurried() };
    let graph = client(&stand_in.login_host.uri(), &stand_in.graph_host.uri(), options);
    let before = Instant::now();
    let error = graph.list_subscriptions(soon()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_body_larger_than_the_limit_is_not_read_to_its_end() {
    let login = MockServer::start().await;
    token_request().respond_with(token(TOKEN)).mount(&login).await;
    let graph_host = MockServer::start().await;
    let mut large = record(1);
    large["joinWebUrl"] = "x".repeat(2_000).into();
    record_request(("$expand", "participants_v2"))
        .respond_with(json_answer(&large))
        .expect(1)
        .mount(&graph_host)
        .await;
    let options = Options { max_body_bytes: 1_000, ..hurried() };
    let refused = client(&login.uri(), &graph_host.uri(), options).call_record(CALL, soon()).await;
    let Err(Error::Undecodable { body, source }) = refused else { panic!("{refused:?}") };
    assert!(matches!(source, Undecodable::TooLarge { limit: 1_000 }));
    assert!(body.is_empty());
}

#[tokio::test]
async fn a_body_without_a_length_is_held_to_the_limit_as_well() {
    let login = MockServer::start().await;
    token_request().respond_with(token(TOKEN)).mount(&login).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await.unwrap();
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        // Without end, until the client hangs up.
        while stream.write_all(b"5\r\nabcde\r\n").await.is_ok() {}
    });
    let options = Options { max_body_bytes: 10_000, ..hurried() };
    let refused = client(&login.uri(), &host, options).list_subscriptions(soon()).await;
    let Err(Error::Undecodable { source, .. }) = refused else { panic!("{refused:?}") };
    assert!(matches!(source, Undecodable::TooLarge { limit: 10_000 }));
}
