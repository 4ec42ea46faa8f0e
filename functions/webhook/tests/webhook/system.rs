//! A webhook, its queues, and requests in API Gateway's form.

use std::io;
use std::sync::{Arc, Mutex};

use aws_stand_ins::{Clock, Sqs};
use call_queue::{CallMessage, LifecycleMessage};
use jiff::Timestamp;
use lambda_http::{Body, Request, Response};
use lambda_kit::{CapturedMetrics, ClientStates, Metrics, SecretValue as _, Secrets};
use serde_json::{Value, json};
use webhook::{Config, Webhook};

pub(crate) const STATE: &str = "invented-client-state";
pub(crate) const TENANT: &str = "84bd8158-6d4d-4958-8b9f-9d6445542f95";
pub(crate) const CLIENT_SECRET: &str = "invented-client-secret";

pub(crate) struct System {
    pub(crate) webhook: Webhook,
    pub(crate) sqs: Sqs,
    pub(crate) calls_queue: String,
    pub(crate) lifecycle_queue: String,
    pub(crate) metrics: CapturedMetrics,
}

pub(crate) fn secret_json(client_state: &str) -> String {
    json!({ "client_states": [client_state] }).to_string()
}

impl System {
    pub(crate) async fn start() -> Self {
        Self::with(Secrets::fixed(ClientStates::parse(&secret_json(STATE)).unwrap())).await
    }

    pub(crate) async fn with(client_states: Secrets<ClientStates>) -> Self {
        let sqs = Sqs::start(Clock::real()).await.unwrap();
        let calls_queue = sqs.create_queue("calls", &[]).unwrap();
        let lifecycle_queue = sqs.create_queue("lifecycle", &[]).unwrap();
        let config = Config {
            calls_queue_url: calls_queue.clone(),
            lifecycle_queue_url: lifecycle_queue.clone(),
            tenant_id: Some(TENANT.to_owned()),
        };
        let (metrics, captured) = Metrics::captured("webhook");
        let client = aws_stand_ins::sqs_client(&sqs.url());
        let webhook = Webhook::new(client, config, client_states, metrics);
        Self { webhook, sqs, calls_queue, lifecycle_queue, metrics: captured }
    }

    pub(crate) async fn handle(&self, request: Request) -> Response<Body> {
        self.webhook.handle(request, noon()).await
    }

    pub(crate) async fn post(&self, body: &str) -> u16 {
        self.handle(event("POST", "/notifications", "", Some(body))).await.status().as_u16()
    }

    pub(crate) async fn post_entries(&self, entries: &[Value]) -> u16 {
        self.post(&json!({ "value": entries }).to_string()).await
    }

    /// The ids of the calls in the calls queue, sorted, repetitions included.
    pub(crate) fn queued_calls(&self) -> Vec<String> {
        let messages = self.sqs.messages(&self.calls_queue).unwrap();
        let call_id = |body: &str| CallMessage::parse(body).unwrap().call_id;
        let mut ids: Vec<String> = messages.iter().map(|message| call_id(&message.body)).collect();
        ids.sort();
        ids
    }

    pub(crate) fn queued_events(&self) -> Vec<LifecycleMessage> {
        let messages = self.sqs.messages(&self.lifecycle_queue).unwrap();
        messages.iter().map(|message| LifecycleMessage::parse(&message.body).unwrap()).collect()
    }
}

pub(crate) fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// A request as an HTTP API hands it to a function: payload format 2.0.
pub(crate) fn event(method: &str, path: &str, raw_query: &str, body: Option<&str>) -> Request {
    event_with(method, path, raw_query, &json!({ "body": body, "isBase64Encoded": false }))
}

pub(crate) fn event_with(method: &str, path: &str, raw_query: &str, more: &Value) -> Request {
    let mut event = json!({
        "version": "2.0",
        "routeKey": format!("{method} {path}"),
        "rawPath": path,
        "rawQueryString": raw_query,
        "headers": {
            "content-type": "application/json; charset=utf-8",
            "host": "abcdefghij.execute-api.us-east-1.amazonaws.com",
            "x-forwarded-proto": "https",
        },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "abcdefghij",
            "domainName": "abcdefghij.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "abcdefghij",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "invented",
            },
            "requestId": "Zabcdefghijklmn=",
            "routeKey": format!("{method} {path}"),
            "stage": "$default",
            "time": "23/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1_795_435_200_000_i64,
        },
        "isBase64Encoded": false,
    });
    for (key, value) in more.as_object().unwrap() {
        event[key] = value.clone();
    }
    lambda_http::request::from_str(&event.to_string()).unwrap()
}

pub(crate) fn notification(call_id: &str) -> Value {
    json!({
        "subscriptionId": "e3898f08-5cd0-4a6a-80fc-6addbfb73b7b",
        "clientState": STATE,
        "changeType": "updated",
        "resource": format!("communications/callRecords/{call_id}"),
        "subscriptionExpirationDateTime": "2026-11-26T00:00:00.000+00:00",
        "resourceData": { "@odata.type": "#microsoft.graph.callrecord", "id": call_id },
        "tenantId": TENANT,
    })
}

pub(crate) fn lifecycle_event(name: &str) -> Value {
    json!({
        "lifecycleEvent": name,
        "subscriptionId": "e3898f08-5cd0-4a6a-80fc-6addbfb73b7b",
        "subscriptionExpirationDateTime": "2026-11-26T00:00:00.000+00:00",
        "clientState": STATE,
        "tenantId": TENANT,
    })
}

pub(crate) fn with(mut entry: Value, key: &str, value: impl Into<Value>) -> Value {
    entry[key] = value.into();
    entry
}

/// Every log line of this thread until the guard is dropped.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn capture() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let level = tracing::level_filters::LevelFilter::TRACE;
        let subscriber =
            lambda_kit::telemetry::subscriber("webhook", level, move || writer.clone());
        (log, tracing::subscriber::set_default(subscriber))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
