//! The page of the reports on a laptop: only who was given its address gets an answer.

use reqwest::{Client, Method, StatusCode, Url};
use serde_json::json;
use teams_calls::system::{Settings, System};

async fn status(method: Method, url: &str, headers: &[(&'static str, &str)]) -> StatusCode {
    let mut request = Client::builder().build().unwrap().request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.json(&json!({ "describe": true })).send().await.unwrap();
    for permission in ["access-control-allow-origin", "access-control-allow-methods"] {
        assert!(!answer.headers().contains_key(permission), "{url}");
    }
    answer.status()
}

#[tokio::test]
async fn the_reports_are_for_who_has_their_address_and_for_their_own_page() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let page = system.reports_url();
    let invoke = format!("{page}invoke");
    let origin = Url::parse(&page).unwrap().origin().ascii_serialization();

    assert_eq!(status(Method::GET, &page, &[]).await, StatusCode::OK);
    assert_eq!(status(Method::POST, &invoke, &[("origin", &origin)]).await, StatusCode::OK);
    for path in ["/", "/invoke", "/another/invoke"] {
        let guessed = format!("{origin}{path}");
        assert_eq!(status(Method::POST, &guessed, &[]).await, StatusCode::NOT_FOUND, "{path}");
    }
    for (name, value) in [
        ("host", "attacker.example"),
        ("origin", "http://attacker.example"),
        ("origin", "http://127.0.0.1:1"),
        ("origin", "null"),
    ] {
        for (method, url) in
            [(Method::GET, &page), (Method::POST, &invoke), (Method::OPTIONS, &invoke)]
        {
            let status = status(method.clone(), url, &[(name, value)]).await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{method} with {name} {value}");
        }
    }
}

#[tokio::test]
async fn the_address_of_the_reports_is_not_told_to_pages_that_they_link_to() {
    let system = System::start(Settings::quiet()).await.unwrap();
    let client = Client::builder().build().unwrap();
    let answer = client.get(system.reports_url()).send().await.unwrap();
    assert_eq!(answer.headers()["referrer-policy"], "no-referrer");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["x-frame-options"], "DENY");
}
