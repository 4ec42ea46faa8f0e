//! Where requests go, and where they must not.

use msgraph::{Error, Options};
use rstest::rstest;
use serde_json::json;
use wiremock::matchers::{any, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::stand_in::*;

#[tokio::test]
async fn a_next_link_to_another_host_never_receives_a_token() {
    let stand_in = StandIn::start().await;
    let foreign = MockServer::start().await;
    Mock::given(any()).respond_with(json_answer(&json!({ "value": [] }))).mount(&foreign).await;
    let link = format!("{}/v1.0/next", foreign.uri());

    stand_in
        .answer_record(
            record_with(1, "participants_v2", json!([]), Some(&link)),
            record_with(1, "sessions", json!([]), Some(&link)),
            record(1),
        )
        .await;
    let mut reader = stand_in.graph.call_record(CALL, soon()).await.unwrap();
    reader.next().await.unwrap();
    assert!(matches!(reader.next().await, Err(Error::ForeignLink)));

    let (from, to) =
        ("2026-11-01T00:00:00Z".parse().unwrap(), "2026-11-02T00:00:00Z".parse().unwrap());
    let listed = stand_in.graph.list_call_records(from, to, Some(&link), soon()).await;
    assert!(matches!(listed, Err(Error::ForeignLink)));

    Mock::given(method("GET"))
        .and(path("/v1.0/subscriptions"))
        .respond_with(json_answer(&json!({ "value": [], "@odata.nextLink": link })))
        .mount(&stand_in.graph_host)
        .await;
    assert!(matches!(stand_in.graph.list_subscriptions(soon()).await, Err(Error::ForeignLink)));

    assert!(foreign.received_requests().await.unwrap().is_empty());
}

#[rstest]
#[case(301)]
#[case(302)]
#[case(307)]
#[case(308)]
#[tokio::test]
async fn a_redirect_is_not_followed(#[case] status: u16) {
    let stand_in = StandIn::start().await;
    let foreign = MockServer::start().await;
    Mock::given(any()).respond_with(json_answer(&record(1))).mount(&foreign).await;
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(status).insert_header("location", foreign.uri()))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;

    let error = stand_in.graph.call_record(CALL, soon()).await.unwrap_err();
    assert!(matches!(&error, Error::Rejected { reference, .. } if reference.status == status));
    assert!(error.to_string().contains("redirects are not followed"), "{error}");
    assert!(foreign.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_login_that_redirects_gets_no_secret_carried_on() {
    let stand_in = StandIn::without_login().await;
    let foreign = MockServer::start().await;
    Mock::given(any()).respond_with(token(TOKEN)).mount(&foreign).await;
    token_request()
        .respond_with(ResponseTemplate::new(307).insert_header("location", foreign.uri()))
        .mount(&stand_in.login_host)
        .await;

    let error = stand_in.graph.call_record(CALL, soon()).await.unwrap_err();
    assert!(matches!(error, Error::Login { .. }));
    assert!(foreign.received_requests().await.unwrap().is_empty());
    assert!(stand_in.asked().await.is_empty());
}

#[rstest]
#[case::up("../../me")]
#[case::a_query("x?$expand=secrets")]
#[case::a_step_in_the_middle("a/../../b")]
#[case::encoded("%2e%2e%2fme")]
#[tokio::test]
async fn an_id_from_outside_stays_in_its_place(#[case] id: &str) {
    let stand_in = StandIn::start().await;
    let refused = stand_in.graph.call_record(id, soon()).await;
    assert!(matches!(refused, Err(Error::NotFoundYet)));
    let refused = stand_in.graph.delete_subscription(id, soon()).await;
    assert!(matches!(refused, Err(Error::Gone)));

    for request in stand_in.graph_host.received_requests().await.unwrap() {
        let segments: Vec<_> = request.url.path_segments().unwrap().collect();
        match segments[..] {
            ["v1.0", "communications", "callRecords", id] | ["v1.0", "subscriptions", id] => {
                assert!(!id.is_empty() && id != "..");
            }
            _ => panic!("{} left its place", request.url),
        }
        assert!(!request.url.query().unwrap_or_default().contains("secrets"));
    }
}

#[rstest]
#[case("")]
#[case(".")]
#[case("..")]
#[tokio::test]
async fn an_id_that_is_no_segment_is_not_sent(#[case] id: &str) {
    let stand_in = StandIn::start().await;
    let refused = stand_in.graph.call_record(id, soon()).await;
    assert!(matches!(refused, Err(Error::Rejected { .. })));
    let refused = stand_in.graph.delete_subscription(id, soon()).await;
    assert!(matches!(refused, Err(Error::Gone)));
    assert!(stand_in.asked().await.is_empty());
}

#[tokio::test]
async fn a_client_without_a_tenant_is_refused() {
    let endpoints = msgraph::Endpoints::parse("https://l.example", "https://g.example").unwrap();
    for (tenant, client, setting) in
        [("", "c", "tenant_id"), ("..", "c", "tenant_id"), ("t", "", "client_id")]
    {
        let credential = msgraph::Credential::Secret(SECRET.to_owned().into());
        let refused =
            msgraph::Graph::new(endpoints.clone(), tenant, client, credential, Options::default());
        assert!(refused.unwrap_err().to_string().contains(setting));
    }
}

#[tokio::test]
async fn an_https_host_is_never_spoken_to_in_plain_text() {
    let plain = MockServer::start().await;
    let address = format!("https://{}", plain.address());
    let error = client(&address, &address, hurried()).call_record(CALL, soon()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert!(plain.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_client_of_the_real_hosts_is_built_with_the_systems_certificates() {
    let graph =
        client("https://login.microsoftonline.com", "https://graph.microsoft.com", hurried());
    let shown = format!("{graph:?}");
    assert!(shown.contains("graph.microsoft.com") && !shown.contains(SECRET), "{shown}");
}
