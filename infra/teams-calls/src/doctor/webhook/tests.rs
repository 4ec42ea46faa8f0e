use rstest::rstest;
use wiremock::matchers::{header, method};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;

fn token(request: &Request) -> String {
    let mut query = request.url.query_pairs();
    query.find(|(name, _)| name == "validationToken").unwrap().1.into_owned()
}

fn raw_token(request: &Request) -> String {
    request.url.query().unwrap().rsplit_once("validationToken=").unwrap().1.to_owned()
}

/// What the handshake with a webhook that answers like this comes to.
async fn with(answer: impl Respond + 'static, timeout: Duration) -> Result<(), String> {
    let webhook = MockServer::start().await;
    Mock::given(method("POST"))
        .and(header("content-type", "text/plain; charset=utf-8"))
        .respond_with(answer)
        .mount(&webhook)
        .await;
    let url = Url::parse(&format!("{}/notifications?code=1", webhook.uri())).unwrap();
    handshake(&url, None, timeout).await
}

fn text(body: String) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body, "text/plain; charset=utf-8")
}

#[tokio::test]
async fn a_webhook_that_echoes_the_decoded_token_passes() {
    assert_eq!(with(|asked: &Request| text(token(asked)), TIMEOUT).await, Ok(()));
}

#[rstest]
#[case::still_encoded(|asked: &Request| text(raw_token(asked)), "still URL-encoded")]
#[case::as_json(|asked: &Request| text(format!("\"{}\"", token(asked))), "not JSON")]
#[case::a_plus_for_a_space(|asked: &Request| text(token(asked).replace('+', " ")), "changes what it")]
#[case::nothing(|_: &Request| text(String::new()), "something else than the token")]
#[case::as_html(
    |asked: &Request| ResponseTemplate::new(200).set_body_raw(token(asked), "text/html"),
    "wants text/plain"
)]
#[case::accepted(|asked: &Request| ResponseTemplate::new(202).set_body_string(token(asked)), "202")]
#[case::not_there(|_: &Request| ResponseTemplate::new(404), "output NotificationUrl")]
#[case::behind_a_login(|_: &Request| ResponseTemplate::new(401), "ask for a login")]
#[case::redirected(
    |_: &Request| ResponseTemplate::new(302).insert_header("location", "https://x.example"),
    "follows no redirect"
)]
#[case::broken(|_: &Request| ResponseTemplate::new(502), "webhook's log")]
#[case::without_end(|_: &Request| text("x".repeat(200_000)), "something else")]
#[tokio::test]
async fn an_invalid_answer_is_reported(
    #[case] answer: fn(&Request) -> ResponseTemplate,
    #[case] words: &str,
) {
    let sentence = with(answer, TIMEOUT).await.unwrap_err();
    assert!(sentence.contains(words), "{sentence}");
}

#[tokio::test]
async fn a_webhook_that_takes_too_long_is_reported() {
    let late = |asked: &Request| text(token(asked)).set_delay(Duration::from_secs(60));
    let sentence = with(late, Duration::from_millis(300)).await.unwrap_err();
    assert!(sentence.contains("does not answer within 10 s"), "{sentence}");
}

#[tokio::test]
async fn an_unreachable_address_is_reported() {
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = Url::parse(&format!("http://{free}/notifications")).unwrap();
    let sentence = handshake(&url, None, TIMEOUT).await.unwrap_err();
    assert!(sentence.contains("127.0.0.1 cannot be reached"), "{sentence}");
}

#[tokio::test]
async fn an_address_that_graph_would_refuse_is_not_asked() {
    let url = Url::parse("http://webhook.contoso.example/notifications").unwrap();
    let sentence = handshake(&url, None, TIMEOUT).await.unwrap_err();
    assert!(sentence.contains("https addresses only"), "{sentence}");
}

#[tokio::test]
async fn a_lifecycle_url_that_does_not_answer_is_reported() {
    use wiremock::matchers::path;
    let webhook = MockServer::start().await;
    let echo = |asked: &Request| text(token(asked));
    Mock::given(path("/stage/notifications")).respond_with(echo).mount(&webhook).await;
    let url = Url::parse(&format!("{}/stage/notifications", webhook.uri())).unwrap();
    let finding = examine(&url, None).await;
    assert!(finding.sentence.contains("at /stage/lifecycle, for lifecycle events"), "{finding:?}");
    Mock::given(path("/stage/lifecycle")).respond_with(echo).mount(&webhook).await;
    assert_eq!(examine(&url, None).await.outcome, crate::doctor::Outcome::Ok);
}
