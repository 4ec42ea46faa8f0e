//! The HTTP API, with the official decoder on the other side.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::http::{HeaderMap, Request};
use ::http_body_util::BodyExt;
use aws_lambda_events::event::apigw::ApiGatewayV2httpRequest;
use aws_stand_ins::{HttpApi, HttpApiOptions, http_event, http_response};
use bytes::Bytes;
use rstest::rstest;
use serde_json::{Value, json};

use crate::http::exchange;

fn event(request: ::http::request::Builder, body: impl Into<Bytes>) -> Value {
    http_event(&request.body(body.into()).unwrap())
}

async fn response(answer: Value) -> (u16, HeaderMap, Bytes) {
    let (parts, body) = http_response(&answer).into_parts();
    (parts.status.as_u16(), parts.headers, body.collect().await.unwrap().to_bytes())
}

#[test]
fn a_request_becomes_an_event_of_format_two() {
    let request = Request::post("/notifications?validationToken=a%20b%26c&n=1&n=2&plus=1%2B1")
        .header("Content-Type", "application/json; charset=utf-8")
        .header("X-Two", "one")
        .header("X-Two", "two")
        .header("User-Agent", "graph")
        .header("Cookie", "a=1; b=2");
    let event = event(request, r#"{"value":[]}"#);
    assert_eq!(event["version"], "2.0");
    assert_eq!(event["rawPath"], "/notifications");
    assert_eq!(event["rawQueryString"], "validationToken=a%20b%26c&n=1&n=2&plus=1%2B1");
    let parameters = json!({"validationToken": "a b&c", "n": "1,2", "plus": "1+1"});
    assert_eq!(event["queryStringParameters"], parameters);
    assert_eq!(event["headers"]["content-type"], "application/json; charset=utf-8");
    assert_eq!(event["headers"]["x-two"], "one,two");
    assert!(event["headers"].get("cookie").is_none());
    assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
    assert_eq!(event["requestContext"]["http"]["method"], "POST");
    assert_eq!(event["requestContext"]["http"]["userAgent"], "graph");
    assert_eq!(
        (&event["body"], &event["isBase64Encoded"]),
        (&json!(r#"{"value":[]}"#), &json!(false))
    );

    let decoded: ApiGatewayV2httpRequest = serde_json::from_value(event).unwrap();
    assert_eq!(decoded.raw_path.as_deref(), Some("/notifications"));
    assert_eq!(decoded.query_string_parameters.first("validationToken"), Some("a b&c"));
}

#[rstest]
#[case("application/json", b"{}", json!("{}"), false)]
#[case("text/plain", b"hi", json!("hi"), false)]
#[case("application/problem+json", b"{}", json!("{}"), false)]
#[case("application/octet-stream", b"\x00\xff", json!("AP8="), true)]
#[case("application/json", b"\xff", json!("/w=="), true)]
#[case("text/plain", b"", json!(null), false)]
fn a_body_that_is_not_text_is_base64(
    #[case] kind: &str,
    #[case] body: &'static [u8],
    #[case] shown: Value,
    #[case] encoded: bool,
) {
    let event = event(Request::post("/").header("content-type", kind), body);
    assert_eq!((&event["body"], &event["isBase64Encoded"]), (&shown, &json!(encoded)));
}

#[tokio::test]
async fn an_answer_becomes_a_response() {
    let answer = json!({
        "statusCode": 202,
        "headers": {"content-type": "text/plain", "x-content-type-options": "nosniff", "content-length": "99"},
        "cookies": ["a=1", "b=2"],
        "body": "aGk=",
        "isBase64Encoded": true,
    });
    let (status, headers, body) = response(answer).await;
    assert_eq!(status, 202);
    assert_eq!(headers["content-type"], "text/plain");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    assert_eq!(headers.get_all("set-cookie").iter().collect::<Vec<_>>(), ["a=1", "b=2"]);
    assert!(!headers.contains_key("content-length"));
    assert_eq!(body, "hi");
}

#[rstest]
#[case::without_a_status(json!({"a": 1}), 200, r#"{"a":1}"#)]
#[case::with_an_impossible_status(json!({"statusCode": 1000}), 500, r#"{"message":"Internal Server Error"}"#)]
#[case::with_a_broken_header(
    json!({"statusCode": 200, "headers": {"a\nb": "c"}}), 500, r#"{"message":"Internal Server Error"}"#
)]
#[tokio::test]
async fn an_odd_answer_is_what_the_gateway_makes_of_it(
    #[case] answer: Value,
    #[case] status: u16,
    #[case] body: &str,
) {
    let (got, headers, bytes) = response(answer).await;
    assert_eq!((got, bytes.as_ref()), (status, body.as_bytes()));
    assert_eq!(headers["content-type"], "application/json");
}

#[tokio::test]
async fn the_function_behind_the_api_is_asked_and_its_failure_is_a_500() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let paths = Arc::clone(&seen);
    let api = HttpApi::start(HttpApiOptions::default(), move |event: Value| {
        let path = event["rawPath"].as_str().unwrap().to_owned();
        paths.lock().unwrap().push(path.clone());
        std::future::ready(match path.as_str() {
            "/broken" => Err("broken"),
            _ => Ok(json!({"statusCode": 200, "body": "fine"})),
        })
    })
    .await
    .unwrap();
    let get = |path: &str| {
        exchange(Request::get(format!("{}{path}", api.url())).body(String::new()).unwrap())
    };
    let fine = get("/fine").await.unwrap();
    assert_eq!((fine.status().as_u16(), fine.body().as_ref()), (200, b"fine".as_slice()));
    let broken = get("/broken").await.unwrap();
    assert_eq!(broken.status().as_u16(), 500);
    assert_eq!(broken.body(), r#"{"message":"Internal Server Error"}"#);
    assert_eq!(*seen.lock().unwrap(), ["/fine", "/broken"]);
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_a_503() {
    let options =
        HttpApiOptions { timeout: Duration::from_millis(50), ..HttpApiOptions::default() };
    let handler = |_| std::future::pending::<Result<Value, String>>();
    let api = HttpApi::start(options, handler).await.unwrap();
    let late = exchange(Request::get(api.url()).body(String::new()).unwrap()).await.unwrap();
    assert_eq!(late.status().as_u16(), 503);
    assert_eq!(late.body(), r#"{"message":"Service Unavailable"}"#);
    assert_eq!(HttpApiOptions::default().timeout, Duration::from_secs(30));
}

#[tokio::test]
async fn a_body_beyond_ten_megabytes_never_reaches_the_function() {
    let api = HttpApi::start(HttpApiOptions::default(), |event: Value| {
        let length = event["body"].as_str().map_or(0, str::len);
        std::future::ready(Ok::<_, String>(json!({"statusCode": 200, "body": length.to_string()})))
    })
    .await
    .unwrap();
    let post = |bytes: usize| {
        let request = Request::post(api.url()).header("content-type", "text/plain");
        exchange(request.body("x".repeat(bytes)).unwrap())
    };
    let most = 10 * 1024 * 1024;
    assert_eq!(post(most).await.unwrap().body(), &most.to_string());
    let refused = post(most + 1).await.unwrap();
    assert_eq!(refused.status().as_u16(), 413);
    assert_eq!(refused.body(), r#"{"message":"Request Entity Too Large"}"#);
}
