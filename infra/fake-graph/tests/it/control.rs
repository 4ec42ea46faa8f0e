//! The control paths, as a script would use them.

use rstest::rstest;
use serde_json::{Value, json};

use crate::endpoint::Endpoint;
use crate::tenant::{Answer, Tenant, record};

async fn control(tenant: &Tenant, method: &str, path: &str, body: &str) -> Answer {
    let method = method.parse().expect("a method");
    let url = format!("{}/{path}", tenant.graph.control_url());
    Answer::of(tenant.http.request(method, url).body(body.to_owned()).send().await.unwrap()).await
}

#[rstest]
#[case::object("{}")]
#[case::array("[{}]")]
#[case::list("{\"value\": [{}]}")]
#[tokio::test]
async fn a_record_is_loaded_bare_or_wrapped(#[case] form: &str) {
    let tenant = Tenant::start().await;
    let body = form.replace("{}", &record("a", 4, 2, 3).to_string());
    let answer = control(&tenant, "PUT", "callRecords/a", &body).await;
    let loaded = json!({ "id": "a", "version": 4, "sessions": 2, "participants": 3 });
    assert_eq!((answer.status, answer.json()), (200, loaded));
    assert_eq!(tenant.graph.call_records(), [("a".to_owned(), Some(4))]);
}

#[rstest]
#[case::other_id(&record("b", 1, 0, 0).to_string(), "the path names call record a, the body is call record b")]
#[case::no_id("{\"version\": 1}", "the call record has no \"id\"")]
#[case::not_json("{", "expected a call record")]
#[case::no_object("[1]", "a call record is a JSON object")]
#[case::two("[{}, {}]", "expected one call record, found 2")]
#[tokio::test]
async fn what_is_no_record_is_refused_with_a_sentence(#[case] body: &str, #[case] sentence: &str) {
    let tenant = Tenant::start().await;
    let answer = control(&tenant, "PUT", "callRecords/a", body).await;
    assert_eq!(answer.status, 400);
    let body = answer.json();
    let said = body["error"].as_str().unwrap();
    assert!(said.starts_with(sentence), "{said}");
    assert!(tenant.graph.call_records().is_empty());
}

#[tokio::test]
async fn the_last_state_that_was_put_is_shown_whatever_its_version() {
    let tenant = Tenant::start().await;
    for version in [2, 1] {
        control(&tenant, "PUT", "callRecords/a", &record("a", version, 0, 0).to_string()).await;
        let shown = tenant.get("/communications/callRecords/a").await.json();
        assert_eq!(shown["version"], version);
    }
    let removed = control(&tenant, "DELETE", "callRecords/a", "").await;
    assert_eq!(removed.json(), json!({ "id": "a", "removed": true }));
    assert_eq!(tenant.get("/communications/callRecords/a").await.status, 404);
}

#[tokio::test]
async fn a_subscriber_is_notified_of_an_unknown_record() {
    let tenant = Tenant::start().await;
    let endpoint = Endpoint::start().await;
    tenant.subscribe(&endpoint.url).await;
    let answer = control(&tenant, "POST", "notify/unheard-of", "").await;
    assert_eq!(answer.json(), json!({ "id": "unheard-of", "notifications": 1 }));
    tenant.quiet().await;
    assert_eq!(endpoint.ids(), ["unheard-of"]);
    let sent = control(&tenant, "POST", "lifecycle/missed", "").await;
    assert_eq!(sent.json(), json!({ "event": "missed", "notifications": 1 }));
}

#[tokio::test]
async fn the_state_is_counted_and_control_is_not() {
    let tenant = Tenant::start().await;
    control(&tenant, "PUT", "callRecords/a", &record("a", 1, 0, 0).to_string()).await;
    tenant.get("/communications/callRecords/a").await;
    let state: Value = control(&tenant, "GET", "state", "").await.json();
    assert_eq!(state["call_records"], 1);
    assert_eq!(state["requests"], 2, "the token and the record");
    assert_eq!(state["answers"], json!({ "200": 2 }));
    assert_eq!(state["undelivered"], 0);
}

#[tokio::test]
async fn the_control_paths_are_for_who_has_their_address() {
    let tenant = Tenant::start().await;
    let graph = tenant.graph.url();
    for path in ["control/state", "control/another/state"] {
        let answer = tenant.http.get(format!("{graph}/{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    for (name, value) in [("host", "attacker.example"), ("origin", "http://attacker.example")] {
        let url = format!("{}/notify/a", tenant.graph.control_url());
        let answer = tenant.http.post(url).header(name, value).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{name}");
    }
}
