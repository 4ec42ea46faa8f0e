//! For the tests: AWS without a socket, so that tokio's clock may be paused.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use tokio::time::sleep;

/// What AWS answers from now on: after how long, with which status and body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wire(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    after: Duration,
    status: u16,
    body: String,
    requests: Vec<String>,
}

impl Wire {
    pub(crate) fn answers(&self, status: u16, body: impl Into<String>) {
        let mut state = self.0.lock().unwrap();
        state.status = status;
        state.body = body.into();
    }

    pub(crate) fn answers_after(&self, time: Duration) {
        self.0.lock().unwrap().after = time;
    }

    /// The bodies of the requests so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.0.lock().unwrap().requests.clone()
    }

    pub(crate) fn config(&self) -> SdkConfig {
        let wire = self.clone();
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "test", "test", None, None, "test",
            )))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(wire.clone())))
            .build()
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut state = self.0.lock().unwrap();
        let body = request.body().bytes().unwrap_or_default();
        state.requests.push(String::from_utf8_lossy(body).into_owned());
        let (after, status, body) = (state.after, state.status, state.body.clone());
        HttpConnectorFuture::new(async move {
            sleep(after).await;
            Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body)))
        })
    }
}
