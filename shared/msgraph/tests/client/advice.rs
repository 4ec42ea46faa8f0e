//! Every error that the contract names, as the sentence that is shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use msgraph::Error;
use serde_json::json;
use wiremock::matchers::any;
use wiremock::{Mock, ResponseTemplate};

use crate::stand_in::*;
use crate::subscriptions::new_subscription;

/// What is asked when the answer comes.
#[derive(Clone, Copy)]
enum Ask {
    Token,
    Record,
    List,
    NextPage,
    Create,
    Renew,
}

/// An answer: what was asked, its status, headers, and body: the name of a payload, or the text.
struct Case(&'static str, Ask, u16, &'static [(&'static str, &'static str)], &'static str);

const CASES: &[Case] = &[
    Case("record not there", Ask::Record, 404, &[], "error-404-callrecord-capture"),
    Case("record not there, no words", Ask::Record, 404, &[], "error-404-empty-message-capture"),
    Case("throttled", Ask::Record, 429, &[("retry-after", "30.128")], "error-429-throttled"),
    Case("busy", Ask::List, 503, &[("retry-after", "120")], ""),
    Case("down", Ask::List, 500, &[], "Object reference not set to an instance of an object"),
    Case("refused for good", Ask::List, 400, &[], "error-generic-graph"),
    Case("no permission", Ask::List, 403, &[], r#"{"error": {"code": "Forbidden"}}"#),
    Case("no permission to subscribe", Ask::Create, 403, &[], FORBIDDEN),
    Case(
        "token not taken",
        Ask::List,
        401,
        &[],
        r#"{"error": {"code": "InvalidAuthenticationToken"}}"#,
    ),
    Case("cloud without call records", Ask::List, 400, &[], NO_SEGMENT),
    Case("address unknown", Ask::List, 404, &[], r#"{"error": {"code": "ResourceNotFound"}}"#),
    Case("redirect", Ask::List, 302, &[("location", "https://elsewhere.example")], ""),
    Case("page gone", Ask::NextPage, 410, &[], ""),
    Case("no record", Ask::List, 200, &[], r#"{"value": [{"version": 1}]}"#),
    Case("subscription exists", Ask::Create, 409, &[], "error-409-subscription-exists-capture"),
    Case("subscription limit", Ask::Create, 403, &[], "error-403-subscription-limit-capture"),
    Case("handshake failed", Ask::Create, 400, &[], "error-400-validation-failed-capture"),
    Case("expiry too far", Ask::Create, 400, &[], "error-400-expiration-too-far"),
    Case("expiry too far, other words", Ask::Renew, 400, &[], BEYOND_MAX),
    Case("subscription gone", Ask::Renew, 404, &[], "error-404-empty-message-capture"),
    Case("token: scope of another cloud", Ask::Token, 400, &[], "token-error-invalid_scope"),
    Case("token: secret wrong", Ask::Token, 401, &[], "AADSTS7000215 invalid_client"),
    Case("token: secret expired", Ask::Token, 401, &[], "AADSTS7000222 invalid_client"),
    Case("token: application unknown", Ask::Token, 400, &[], "AADSTS700016 unauthorized_client"),
    Case("token: application disabled", Ask::Token, 400, &[], "AADSTS7000112 unauthorized_client"),
    Case("token: tenant unknown", Ask::Token, 400, &[], "AADSTS90002 invalid_request"),
    Case("token: assertion not matched", Ask::Token, 401, &[], "AADSTS70021 invalid_client"),
    Case("token: forbidden by policy", Ask::Token, 400, &[], "AADSTS53003 access_denied"),
    Case("token: something new", Ask::Token, 400, &[], "AADSTS9999999 brand_new"),
    Case("token: passing", Ask::Token, 400, &[], "AADSTS90033 temporarily_unavailable"),
    Case("token: throttled", Ask::Token, 429, &[("retry-after", "60")], ""),
    Case("token: not a login host", Ask::Token, 200, &[], "<html>"),
];

const FORBIDDEN: &str = r#"{"error": {"code": "ExtensionError",
    "message": "Operation: Create; Exception: [Status Code: Forbidden; Reason: Forbidden]"}}"#;
const NO_SEGMENT: &str = r#"{"error": {"code": "BadRequest",
    "message": "Resource not found for the segment 'callRecords'."}}"#;
const BEYOND_MAX: &str = r#"{"error": {"code": "InvalidRequest",
    "message": "Expiration time '2026-12-25' is beyond allowed max '3.00:00:00'."}}"#;

fn body_of(text: &str) -> String {
    if let Some(number) = text.strip_prefix("AADSTS") {
        let (number, error) = number.split_once(' ').unwrap();
        let description = format!("AADSTS{number}: Words of Microsoft.\r\nTrace ID: 1");
        return json!({ "error": error, "error_description": description }).to_string();
    }
    let is_payload = text.starts_with("error-") || text.starts_with("token-error-");
    if is_payload { payload(text) } else { text.to_owned() }
}

async fn error_of(Case(_, ask, status, headers, body): &Case) -> Error {
    let stand_in = match ask {
        Ask::Token => StandIn::without_login().await,
        _ => StandIn::start().await,
    };
    let mut answer = ResponseTemplate::new(*status).set_body_string(body_of(body));
    for (name, value) in *headers {
        answer = answer.insert_header(*name, *value);
    }
    let host = match ask {
        Ask::Token => &stand_in.login_host,
        _ => &stand_in.graph_host,
    };
    Mock::given(any()).respond_with(answer).mount(host).await;
    let graph = &stand_in.graph;
    let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
    match ask {
        Ask::Token => graph.log_in(soon()).await.unwrap_err(),
        Ask::Record => graph.call_record(CALL, soon()).await.unwrap_err(),
        Ask::List => graph.list_call_records(from, to, None, soon()).await.unwrap_err(),
        Ask::NextPage => {
            let link = stand_in.link("/v1.0/page");
            graph.list_call_records(from, to, Some(&link), soon()).await.unwrap_err()
        }
        Ask::Create => graph.create_subscription(&new_subscription(), soon()).await.unwrap_err(),
        Ask::Renew => graph.renew_subscription("an-id", to, soon()).await.unwrap_err(),
    }
}

#[tokio::test]
async fn every_error_of_the_contract_is_a_sentence_that_says_how_to_fix_it() {
    let mut sentences = BTreeMap::new();
    for case in CASES {
        let sentence = error_of(case).await.to_string();
        assert!(!sentence.contains(SECRET) && !sentence.contains(TOKEN), "{sentence}");
        sentences.insert(case.0, without_pause(&sentence));
    }
    insta::assert_yaml_snapshot!(sentences);
}

/// A pause is shown as what is left of it, which is another in each run.
fn without_pause(sentence: &str) -> String {
    match sentence.split_once("asks to wait ").and_then(|(_, rest)| rest.split_once(" s ")) {
        Some((pause, _)) => sentence.replacen(pause, "[pause]", 1),
        None => sentence.to_owned(),
    }
}

#[test]
fn every_error_among_the_published_payloads_has_its_sentence() {
    let directory = format!("{}/../../tests/payloads", env!("CARGO_MANIFEST_DIR"));
    let names = std::fs::read_dir(directory).unwrap().map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.trim_end_matches(".json").to_owned()
    });
    let errors: Vec<_> = names
        .filter(|name| name.starts_with("error-") || name.starts_with("token-error-"))
        .collect();
    assert!(errors.len() >= 8, "{errors:?}");
    for name in errors {
        assert!(CASES.iter().any(|case| case.4 == name), "{name} is in no case");
    }
}
