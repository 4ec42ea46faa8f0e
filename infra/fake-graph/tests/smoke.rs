//! The way of one call record through the service.

use fake_graph::{CLIENT_ID, CLIENT_SECRET, FakeGraph, Options, TENANT_ID};
use serde_json::{Value, json};

fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().build().expect("a client")
}

#[tokio::test]
async fn a_record_put_by_control_is_read_with_a_token() {
    let graph = FakeGraph::start(Options::default()).await.unwrap();
    let http = client();
    let id = "e523d2ed-2966-4b6b-925b-754a88034cc5";
    let sessions: Vec<_> = (0..61).map(|n| json!({"id": n.to_string(), "segments": []})).collect();
    let record = json!({
        "id": id, "version": 1, "type": "groupCall", "modalities": ["audio"],
        "sessions": sessions, "sessions@odata.nextLink": "https://elsewhere.example/",
    });
    let url = format!("{}/control/callRecords/{id}", graph.url());
    let put = http.put(&url).json(&record).send().await.unwrap();
    assert_eq!(put.status(), 200);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let login = format!("{}/{TENANT_ID}/oauth2/v2.0/token", graph.login_url());
    let token: Value = http.post(login).form(&form).send().await.unwrap().json().await.unwrap();
    let token = token["access_token"].as_str().unwrap();
    let url = format!(
        "{}/v1.0/communications/callRecords/{id}?$expand=sessions($expand=segments)",
        graph.url()
    );
    let first: Value = http.get(url).bearer_auth(token).send().await.unwrap().json().await.unwrap();
    assert_eq!(first["sessions"].as_array().unwrap().len(), 60);
    let next = first["sessions@odata.nextLink"].as_str().unwrap();
    let second: Value =
        http.get(next).bearer_auth(token).send().await.unwrap().json().await.unwrap();
    assert_eq!(second["value"][0]["id"], "60");
    assert_eq!(second["@odata.nextLink"], Value::Null);
}
