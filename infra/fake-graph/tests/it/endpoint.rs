//! A notification endpoint with configurable answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri, header};
use serde_json::Value;
use tokio::net::TcpListener;

/// How the endpoint answers a handshake.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Handshake {
    Right,
    WrongToken,
    StillEncoded,
    AsJson,
    WithWrongType,
    WithStatus(u16),
    TooLate,
}

/// What it has seen and what it will do.
#[derive(Debug)]
struct Script {
    handshake: Handshake,
    handshakes: Vec<String>,
    bodies: Vec<(String, Value)>,
    /// Statuses of the next answers; 202 when there is none left.
    answers: Vec<u16>,
    delay: Duration,
}

#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
    script: Arc<Mutex<Script>>,
}

impl Endpoint {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/notifications", listener.local_addr().expect("an address"));
        let script = Script {
            handshake: Handshake::Right,
            handshakes: Vec::new(),
            bodies: Vec::new(),
            answers: Vec::new(),
            delay: Duration::ZERO,
        };
        let endpoint = Self { url, script: Arc::new(Mutex::new(script)) };
        let app = Router::new().fallback(answer).with_state(endpoint.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        endpoint
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().expect("no test panics in here")
    }

    pub(crate) fn shake(&self, how: Handshake) {
        self.script().handshake = how;
    }

    /// The next bodies are answered with these statuses.
    pub(crate) fn answer_with(&self, statuses: &[u16]) {
        self.script().answers = statuses.to_vec();
    }

    /// Bodies are answered this much later.
    pub(crate) fn delay(&self, by: Duration) {
        self.script().delay = by;
    }

    /// Paths whose handshakes came.
    pub(crate) fn handshakes(&self) -> Vec<String> {
        self.script().handshakes.clone()
    }

    /// The bodies that came, with the path and query that they came to.
    pub(crate) fn bodies(&self) -> Vec<(String, Value)> {
        self.script().bodies.clone()
    }

    /// The notifications of all bodies, in order.
    pub(crate) fn notifications(&self) -> Vec<Value> {
        let bodies = self.bodies();
        let values = bodies.iter().filter_map(|(_, body)| body["value"].as_array());
        values.flatten().cloned().collect()
    }

    /// The ids of the records that notifications were about, in order.
    pub(crate) fn ids(&self) -> Vec<String> {
        let id =
            |notification: &Value| notification["resourceData"]["id"].as_str().map(str::to_owned);
        self.notifications().iter().filter_map(id).collect()
    }
}

async fn answer(
    State(endpoint): State<Endpoint>,
    Query(query): Query<HashMap<String, String>>,
    uri: Uri,
    body: Bytes,
) -> Response {
    if let Some(token) = query.get("validationToken") {
        let how = {
            let mut script = endpoint.script();
            script.handshakes.push(uri.path().to_owned());
            script.handshake
        };
        let plain = [(header::CONTENT_TYPE, "text/plain")];
        return match how {
            Handshake::Right => (plain, token.clone()).into_response(),
            Handshake::WrongToken => (plain, format!("{token}x")).into_response(),
            Handshake::StillEncoded => {
                let raw = uri.query().unwrap_or_default().split_once('=').expect("a token").1;
                (plain, raw.to_owned()).into_response()
            }
            Handshake::AsJson => (plain, format!("{token:?}")).into_response(),
            Handshake::WithWrongType => {
                ([(header::CONTENT_TYPE, "text/html")], token.clone()).into_response()
            }
            Handshake::WithStatus(status) => {
                (StatusCode::from_u16(status).expect("a status"), plain, token.clone())
                    .into_response()
            }
            Handshake::TooLate => {
                tokio::time::sleep(Duration::from_secs(30)).await;
                (plain, token.clone()).into_response()
            }
        };
    }
    let body = serde_json::from_slice(&body).expect("notifications are JSON");
    let (status, delay) = {
        let mut script = endpoint.script();
        script.bodies.push((uri.to_string(), body));
        let status = if script.answers.is_empty() { 202 } else { script.answers.remove(0) };
        (status, script.delay)
    };
    tokio::time::sleep(delay).await;
    StatusCode::from_u16(status).expect("a status").into_response()
}
