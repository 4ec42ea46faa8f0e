//! For the tests: an SQS without a socket, so that tokio's clock may be paused.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_sqs::config::http::{HttpRequest, HttpResponse};
use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sqs::{Client, Config};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use tokio::time::sleep;

type Respond = dyn Fn(usize, &Value) -> Answer + Send + Sync;

/// An SQS that answers as a function of the request's number and body, and remembers the requests.
#[derive(Clone)]
pub(crate) struct Wire {
    respond: Arc<Respond>,
    requests: Arc<Mutex<Vec<Value>>>,
}

/// One answer.
pub(crate) struct Answer {
    pub(crate) after: Duration,
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn ok(body: Value) -> Self {
        Self { after: Duration::from_millis(10), status: 200, body }
    }

    pub(crate) fn error(status: u16, code: &str) -> Self {
        let body = json!({ "__type": format!("com.amazonaws.sqs#{code}"), "message": "invented" });
        Self { status, ..Self::ok(body) }
    }

    pub(crate) fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }
}

impl Wire {
    pub(crate) fn new(respond: impl Fn(usize, &Value) -> Answer + Send + Sync + 'static) -> Self {
        Self { respond: Arc::new(respond), requests: Arc::default() }
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.requests.lock().unwrap().clone()
    }

    /// A client that never retries by itself: what is retried here is ours.
    pub(crate) fn client(&self) -> Client {
        let wire = self.clone();
        let config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .retry_config(RetryConfig::disabled())
            .endpoint_url("http://sqs.example")
            .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(wire.clone())))
            .build();
        Client::from_conf(config)
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let number = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(Value::clone(&body));
            requests.len() - 1
        };
        let answer = (self.respond)(number, &body);
        HttpConnectorFuture::new(async move {
            sleep(answer.after).await;
            let body = SdkBody::from(answer.body.to_string());
            Ok(HttpResponse::new(answer.status.try_into().unwrap(), body))
        })
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}
