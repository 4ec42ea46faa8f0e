//! The token: how it is asked for, kept and dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use msgraph::{
    AssertionError, AssertionFuture, AssertionSource, Credential, Endpoints, Error, Graph,
    LoginProblem,
};
use rstest::rstest;
use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, header, method};
use wiremock::{Mock, ResponseTemplate};

use crate::stand_in::*;

const VALUE_OF_NOTHING: &str = r#"{"value": []}"#;

/// A Graph that lists no subscriptions to a request with this token.
async fn accept(stand_in: &StandIn, token: &str) {
    Mock::given(method("GET"))
        .and(header("authorization", format!("Bearer {token}")))
        .respond_with(ResponseTemplate::new(200).set_body_string(VALUE_OF_NOTHING))
        .mount(&stand_in.graph_host)
        .await;
}

async fn form(stand_in: &StandIn) -> Vec<(String, String)> {
    let requests = stand_in.login_host.received_requests().await.unwrap();
    let body = &requests.last().unwrap().body;
    url::form_urlencoded::parse(body).into_owned().collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs: Vec<_> =
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    pairs.sort();
    pairs
}

#[tokio::test]
async fn one_token_request_serves_many_callers() {
    let stand_in = StandIn::without_login().await;
    token_request()
        .respond_with(token(TOKEN).set_delay(Duration::from_millis(100)))
        .expect(1)
        .mount(&stand_in.login_host)
        .await;
    accept(&stand_in, TOKEN).await;

    let callers = (0..20).map(|_| {
        let graph = stand_in.graph.clone();
        tokio::spawn(async move { graph.list_subscriptions(soon()).await })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap().unwrap();
    }
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
    assert_eq!(stand_in.asked().await.len(), 21);
}

#[tokio::test]
async fn callers_who_waited_for_a_refusal_share_it() {
    let stand_in = StandIn::without_login().await;
    let refusal =
        json!({ "error": "invalid_client", "error_description": "AADSTS7000222: Expired." });
    token_request()
        .respond_with(
            ResponseTemplate::new(401).set_body_json(refusal).set_delay(Duration::from_millis(300)),
        )
        .expect(1)
        .mount(&stand_in.login_host)
        .await;

    let callers = (0..20).map(|_| {
        let graph = stand_in.graph.clone();
        tokio::spawn(async move { graph.list_subscriptions(soon()).await })
    });
    for caller in callers.collect::<Vec<_>>() {
        let error = caller.await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Login { kind: LoginProblem::ExpiredSecret, .. }));
    }
}

#[tokio::test]
async fn a_caller_after_a_refusal_requests_a_token_anew() {
    let stand_in = StandIn::without_login().await;
    token_request()
        .respond_with(
            ResponseTemplate::new(401).set_body_json(json!({ "error": "invalid_client" })),
        )
        .expect(2)
        .mount(&stand_in.login_host)
        .await;
    for _ in 0..2 {
        stand_in.graph.list_subscriptions(soon()).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_secret_is_sent_as_a_form() {
    let stand_in = StandIn::start().await;
    accept(&stand_in, TOKEN).await;
    stand_in.graph.list_subscriptions(soon()).await.unwrap();

    let mut form = form(&stand_in).await;
    form.sort();
    let scope = format!("{}/.default", stand_in.graph_host.uri());
    let expected = pairs(&[
        ("client_id", CLIENT),
        ("scope", &scope),
        ("grant_type", "client_credentials"),
        ("client_secret", SECRET),
    ]);
    assert_eq!(form, expected);
}

/// Signs a new assertion each time, or says why not.
struct Signer {
    signed: AtomicUsize,
    failure: Option<AssertionError>,
}

impl AssertionSource for Signer {
    fn assertion(&self) -> AssertionFuture<'_> {
        Box::pin(async {
            let number = self.signed.fetch_add(1, Ordering::SeqCst);
            self.failure.clone().map_or_else(|| Ok(format!("assertion-{number}").into()), Err)
        })
    }
}

fn with_assertion(stand_in: &StandIn, failure: Option<AssertionError>) -> Graph {
    let endpoints =
        Endpoints::parse(&stand_in.login_host.uri(), &stand_in.graph_host.uri()).unwrap();
    let signer = Arc::new(Signer { signed: AtomicUsize::new(0), failure });
    Graph::new(endpoints, TENANT, CLIENT, Credential::Assertion(signer), hurried()).unwrap()
}

#[tokio::test]
async fn an_assertion_takes_the_place_of_a_secret() {
    let stand_in = StandIn::start().await;
    accept(&stand_in, TOKEN).await;
    with_assertion(&stand_in, None).list_subscriptions(soon()).await.unwrap();

    let mut form = form(&stand_in).await;
    form.sort();
    let scope = format!("{}/.default", stand_in.graph_host.uri());
    let expected = pairs(&[
        ("client_id", CLIENT),
        ("scope", &scope),
        ("grant_type", "client_credentials"),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", "assertion-0"),
    ]);
    assert_eq!(form, expected);
}

#[tokio::test]
async fn a_missing_assertion_says_whether_to_wait_or_what_to_fix() {
    let stand_in = StandIn::start().await;
    let passing = AssertionError::Unavailable("the token service is busy".to_owned());
    let error = with_assertion(&stand_in, Some(passing)).list_subscriptions(soon()).await;
    assert!(matches!(error, Err(Error::Unavailable { .. })));

    let lasting = AssertionError::Misconfigured("enable outbound federation".to_owned());
    let error = with_assertion(&stand_in, Some(lasting)).list_subscriptions(soon()).await;
    let error = error.unwrap_err();
    assert!(matches!(error, Error::Login { kind: LoginProblem::WrongAssertion, .. }));
    assert_eq!(error.to_string(), "enable outbound federation");
    assert_eq!(stand_in.token_requests().await, 0);
}

#[tokio::test]
async fn a_401_drops_the_token_once() {
    let stand_in = StandIn::without_login().await;
    token_request()
        .respond_with(token("stale"))
        .up_to_n_times(1)
        .expect(1)
        .mount(&stand_in.login_host)
        .await;
    token_request().respond_with(token("fresh")).expect(1).mount(&stand_in.login_host).await;
    Mock::given(header("authorization", "Bearer stale"))
        .respond_with(ResponseTemplate::new(401))
        .expect(1)
        .mount(&stand_in.graph_host)
        .await;
    accept(&stand_in, "fresh").await;

    stand_in.graph.list_subscriptions(soon()).await.unwrap();
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
}

#[tokio::test]
async fn many_callers_refused_with_one_token_ask_for_one_new_one() {
    let stand_in = StandIn::without_login().await;
    token_request().respond_with(token("stale")).up_to_n_times(1).mount(&stand_in.login_host).await;
    token_request().respond_with(token("fresh")).expect(1).mount(&stand_in.login_host).await;
    Mock::given(header("authorization", "Bearer stale"))
        .respond_with(ResponseTemplate::new(401).set_delay(Duration::from_millis(50)))
        .mount(&stand_in.graph_host)
        .await;
    accept(&stand_in, "fresh").await;

    let callers = (0..10).map(|_| {
        let graph = stand_in.graph.clone();
        tokio::spawn(async move { graph.list_subscriptions(soon()).await })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap().unwrap();
    }
}

#[rstest]
#[case::no_token_accepted(401, "GRAPH_URL and LOGIN_URL", 2, 2)]
#[case::no_consent_for_participants_and_sessions(403, "CallRecords.Read.All", 4, 3)]
#[tokio::test]
async fn a_second_refusal_says_what_to_fix(
    #[case] status: u16,
    #[case] advice: &str,
    #[case] requests: u64,
    #[case] tokens: usize,
) {
    let stand_in = StandIn::start().await;
    let body = json!({ "error": { "code": "Forbidden", "message": format!("not with {TOKEN}") } });
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(status).set_body_json(body))
        .expect(requests)
        .mount(&stand_in.graph_host)
        .await;

    let error = stand_in.graph.call_record(CALL, soon()).await.unwrap_err();
    assert!(matches!(error, Error::Unauthorized { status: seen, .. } if seen == status));
    assert!(error.to_string().contains(advice), "{error}");
    assert!(!format!("{error} {error:?}").contains(TOKEN), "{error}");
    assert_eq!(stand_in.token_requests().await, tokens);
}

#[rstest]
#[case::a_number(json!(60))]
#[case::text(json!("60"))]
#[case::very_long(json!(u64::MAX))]
#[case::unsaid(Value::Null)]
#[tokio::test]
async fn a_token_is_kept_for_its_life(#[case] expires_in: Value) {
    let stand_in = StandIn::without_login().await;
    let answer = json!({ "token_type": "Bearer", "expires_in": expires_in, "access_token": TOKEN });
    token_request().respond_with(json_answer(&answer)).expect(1).mount(&stand_in.login_host).await;
    accept(&stand_in, TOKEN).await;
    for _ in 0..3 {
        stand_in.graph.list_subscriptions(soon()).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_is_replaced_shortly_before_its_end() {
    let stand_in = StandIn::without_login().await;
    // A tenth of a second is the margin of a life of one second.
    let answer = json!({ "expires_in": 1, "access_token": TOKEN });
    token_request().respond_with(json_answer(&answer)).mount(&stand_in.login_host).await;
    accept(&stand_in, TOKEN).await;
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(910)).await;
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
    assert_eq!(stand_in.token_requests().await, 2);
}

#[tokio::test]
async fn a_replaced_credential_is_used_at_once() {
    let stand_in = StandIn::without_login().await;
    for (secret, text) in [(SECRET, "old"), ("rotated", "new")] {
        token_request()
            .and(body_string_contains(format!("client_secret={secret}")))
            .respond_with(token(text))
            .expect(1)
            .mount(&stand_in.login_host)
            .await;
        accept(&stand_in, text).await;
    }
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
    stand_in.graph.replace_credential(Credential::Secret("rotated".to_owned().into()));
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
}

#[tokio::test]
async fn a_refusal_of_the_old_credential_does_not_count_against_the_new_one() {
    let stand_in = StandIn::without_login().await;
    token_request()
        .and(body_string_contains(format!("client_secret={SECRET}")))
        .respond_with(ResponseTemplate::new(401).set_delay(Duration::from_millis(300)))
        .expect(1)
        .mount(&stand_in.login_host)
        .await;
    token_request()
        .and(body_string_contains("client_secret=rotated"))
        .respond_with(token(TOKEN))
        .expect(1)
        .mount(&stand_in.login_host)
        .await;
    accept(&stand_in, TOKEN).await;

    let graph = stand_in.graph.clone();
    let caller = tokio::spawn(async move { graph.list_subscriptions(soon()).await });
    while stand_in.token_requests().await == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stand_in.graph.replace_credential(Credential::Secret("rotated".to_owned().into()));
    caller.await.unwrap().unwrap();
}

#[rstest]
#[case::wrong_secret(7_000_215, LoginProblem::WrongSecret)]
#[case::expired_secret(7_000_222, LoginProblem::ExpiredSecret)]
#[case::unknown_application(700_016, LoginProblem::UnknownApplication)]
#[case::unknown_tenant(90_002, LoginProblem::WrongTenant)]
#[case::no_tenant(900_023, LoginProblem::WrongTenant)]
#[tokio::test]
async fn a_refused_login_is_not_retried(#[case] code: u64, #[case] expected: LoginProblem) {
    let stand_in = StandIn::without_login().await;
    let body = json!({
        "error": "invalid_client",
        "error_description": format!("AADSTS{code}: {SECRET} is not right.\r\nTrace ID: 1"),
        "error_codes": [code],
    });
    token_request()
        .respond_with(ResponseTemplate::new(401).set_body_json(body))
        .expect(1)
        .mount(&stand_in.login_host)
        .await;

    let error = stand_in.graph.list_subscriptions(soon()).await.unwrap_err();
    assert!(matches!(error, Error::Login { kind, .. } if kind == expected), "{error:?}");
    assert!(!format!("{error} {error:?}").contains(SECRET), "{error}");
    assert!(stand_in.asked().await.is_empty());
}

#[tokio::test]
async fn a_refusal_stays_one_when_it_also_names_a_time() {
    let stand_in = StandIn::without_login().await;
    let refusal = json!({ "error": "invalid_client", "error_codes": [7_000_215] });
    token_request()
        .respond_with(
            ResponseTemplate::new(401).insert_header("retry-after", "60").set_body_json(refusal),
        )
        .expect(1)
        .mount(&stand_in.login_host)
        .await;
    let error = stand_in.graph.list_subscriptions(soon()).await.unwrap_err();
    assert!(matches!(error, Error::Login { kind: LoginProblem::WrongSecret, .. }), "{error:?}");
}

#[tokio::test]
async fn the_documented_refusal_of_a_scope_names_the_settings() {
    let stand_in = StandIn::without_login().await;
    token_request()
        .respond_with(
            ResponseTemplate::new(400).set_body_string(payload("token-error-invalid_scope")),
        )
        .mount(&stand_in.login_host)
        .await;
    let error = stand_in.graph.list_subscriptions(soon()).await.unwrap_err();
    assert!(matches!(error, Error::Login { kind: LoginProblem::WrongCloud, .. }));
    assert!(error.to_string().contains("GRAPH_URL and LOGIN_URL"), "{error}");
}

#[tokio::test]
async fn the_documented_token_is_understood() {
    let stand_in = StandIn::without_login().await;
    let body = payload("token-response-client-credentials");
    token_request()
        .respond_with(ResponseTemplate::new(200).set_body_string(&body))
        .mount(&stand_in.login_host)
        .await;
    let answer: Value = serde_json::from_str(&body).unwrap();
    accept(&stand_in, answer["access_token"].as_str().unwrap()).await;
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
}

#[rstest]
#[case::server_error(ResponseTemplate::new(500))]
#[case::unavailable_by_name(
    ResponseTemplate::new(400).set_body_json(json!({ "error": "temporarily_unavailable" })))]
#[case::throttled(ResponseTemplate::new(429).insert_header("retry-after", "0.05"))]
#[tokio::test]
async fn a_transient_failure_of_the_login_host_is_retried(#[case] failure: ResponseTemplate) {
    let stand_in = StandIn::without_login().await;
    token_request().respond_with(failure).up_to_n_times(2).mount(&stand_in.login_host).await;
    token_request().respond_with(token(TOKEN)).mount(&stand_in.login_host).await;
    accept(&stand_in, TOKEN).await;
    stand_in.graph.list_subscriptions(soon()).await.unwrap();
    assert_eq!(stand_in.token_requests().await, 3);
}

#[tokio::test]
async fn a_login_host_that_keeps_failing_is_left_alone() {
    let stand_in = StandIn::without_login().await;
    token_request()
        .respond_with(ResponseTemplate::new(503))
        .expect(3)
        .mount(&stand_in.login_host)
        .await;
    let error = stand_in.graph.list_subscriptions(soon()).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_long_pause_of_the_login_host_is_passed_on_and_kept() {
    let stand_in = StandIn::without_login().await;
    token_request()
        .respond_with(ResponseTemplate::new(429).insert_header("retry-after", "90"))
        .expect(1)
        .mount(&stand_in.login_host)
        .await;
    for _ in 0..2 {
        let error = stand_in.graph.list_subscriptions(soon()).await.unwrap_err();
        let Error::Throttled { retry_after } = error else { panic!("{error:?}") };
        assert!(retry_after > Duration::from_secs(80) && retry_after <= Duration::from_secs(90));
    }
}

#[rstest]
#[case::a_page_of_html("<html>Please sign in</html>")]
#[case::no_token(r#"{"token_type": "Bearer"}"#)]
#[case::an_empty_token(r#"{"access_token": ""}"#)]
#[case::a_token_with_a_line_break(r#"{"access_token": "a\r\nx-other: b"}"#)]
#[tokio::test]
async fn an_answer_without_a_token_points_at_the_login_url(#[case] body: &str) {
    let stand_in = StandIn::without_login().await;
    token_request()
        .respond_with(ResponseTemplate::new(200).set_body_string(body))
        .mount(&stand_in.login_host)
        .await;
    let error = stand_in.graph.list_subscriptions(soon()).await.unwrap_err();
    assert!(matches!(error, Error::Login { kind: LoginProblem::Other, .. }));
    assert!(error.to_string().contains("LOGIN_URL"), "{error}");
    assert!(stand_in.asked().await.is_empty());
}
