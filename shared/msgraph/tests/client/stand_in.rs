//! A login host and a Graph host on loopback, and a client that is in a hurry.

use std::time::Duration;

use msgraph::{Credential, Endpoints, Graph, Options};
use serde_json::{Value, json};
use tokio::time::Instant;
use wiremock::matchers::{header, method, path, query_param};
use wiremock::{Mock, MockBuilder, MockServer, Request, ResponseTemplate};

pub(crate) const TENANT: &str = "contoso.example";
pub(crate) const CLIENT: &str = "8f0e6c39-51cf-44ba-b1be-f2e5a2ad7f3c";
pub(crate) const SECRET: &str = "word-nobody-may-read";
pub(crate) const TOKEN: &str = "opaque-access-token";
pub(crate) const CALL: &str = "3cf3bbc8-b21d-4f2e-bfd0-b13603ae6c65";

/// Both hosts and the client.
pub(crate) struct StandIn {
    pub(crate) graph_host: MockServer,
    pub(crate) login_host: MockServer,
    pub(crate) graph: Graph,
}

impl StandIn {
    /// With a login host that always gives [`TOKEN`].
    pub(crate) async fn start() -> Self {
        let stand_in = Self::without_login().await;
        token_request().respond_with(token(TOKEN)).mount(&stand_in.login_host).await;
        stand_in
    }

    pub(crate) async fn without_login() -> Self {
        let (graph_host, login_host) = (MockServer::start().await, MockServer::start().await);
        let graph = client(&login_host.uri(), &graph_host.uri(), hurried());
        Self { graph_host, login_host, graph }
    }

    /// What Graph was asked, as `METHOD /path?query`.
    pub(crate) async fn asked(&self) -> Vec<String> {
        let requests = self.graph_host.received_requests().await.unwrap();
        requests.iter().map(line).collect()
    }

    pub(crate) async fn token_requests(&self) -> usize {
        self.login_host.received_requests().await.unwrap().len()
    }

    /// A link on the Graph host.
    pub(crate) fn link(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.graph_host.uri())
    }

    /// Answers the call record's requests: `$expand=participants_v2`, `$expand=sessions(…)`, and
    /// the question for the version.
    pub(crate) async fn answer_record(&self, participants: Value, sessions: Value, version: Value) {
        for (query, answer) in [
            (("$expand", "participants_v2"), participants),
            (("$expand", "sessions($expand=segments)"), sessions),
            (("$select", "id,version"), version),
        ] {
            record_request(query).respond_with(json_answer(&answer)).mount(&self.graph_host).await;
        }
    }
}

pub(crate) fn client(login: &str, graph: &str, options: Options) -> Graph {
    let endpoints = Endpoints::parse(login, graph).unwrap();
    let credential = Credential::Secret(SECRET.to_owned().into());
    Graph::new(endpoints, TENANT, CLIENT, credential, options).unwrap()
}

/// Short pauses, so that the tests are short.
pub(crate) fn hurried() -> Options {
    Options {
        initial_backoff: Duration::from_millis(5),
        default_retry_after: Duration::from_millis(20),
        min_attempt_time: Duration::from_millis(50),
        ..Options::default()
    }
}

pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

pub(crate) fn line(request: &Request) -> String {
    let url = &request.url;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    format!("{} {}{query}", request.method, url.path())
}

pub(crate) fn token_request() -> MockBuilder {
    Mock::given(method("POST")).and(path(format!("/{TENANT}/oauth2/v2.0/token")))
}

pub(crate) fn token(text: &str) -> ResponseTemplate {
    json_answer(&json!({ "token_type": "Bearer", "expires_in": 3599, "access_token": text }))
}

pub(crate) fn record_request((name, value): (&str, &str)) -> MockBuilder {
    Mock::given(method("GET"))
        .and(path(format!("/v1.0/communications/callRecords/{CALL}")))
        .and(query_param(name, value))
        .and(header("authorization", format!("Bearer {TOKEN}")))
}

pub(crate) fn json_answer(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

pub(crate) fn record(version: i64) -> Value {
    json!({
        "id": CALL,
        "version": version,
        "type": "groupCall",
        "modalities": ["audio"],
        "startDateTime": "2026-11-20T09:28:38Z",
        "endDateTime": "2026-11-20T09:58:41Z",
    })
}

/// The record with some of its participants or sessions inline, and perhaps a link to more.
pub(crate) fn record_with(version: i64, member: &str, value: Value, link: Option<&str>) -> Value {
    let mut record = record(version);
    record[member] = value;
    if let Some(link) = link {
        record[format!("{member}@odata.nextLink")] = link.into();
    }
    record
}

pub(crate) fn session(number: usize) -> Value {
    json!({
        "id": format!("session-{number}"),
        "modalities": ["audio"],
        "startDateTime": "2026-11-20T09:28:38Z",
        "endDateTime": "2026-11-20T09:58:41Z",
        "caller": {
            "userAgent": { "platform": "windows" },
            "associatedIdentity": { "id": "821809f5-0000-0000-0000-3b5136c0e777" },
        },
        "callee": { "userAgent": { "platform": "unknown" } },
    })
}

pub(crate) fn participant(id: &str) -> Value {
    json!({ "id": id, "identity": { "user": { "id": id } } })
}

pub(crate) fn payload(name: &str) -> String {
    let path = format!("{}/../../tests/payloads/{name}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}
