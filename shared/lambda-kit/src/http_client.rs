//! The HTTP client below the SDK's clients.
//!
//! The SDK's own one reads the platform's root certificates anew for every client that is made of it, 2 ms
//! of CPU each time, and takes no TLS configuration from outside. This one shares the process's
//! configuration with the client of Graph. HTTP/1.1 only: it is what the services speak, and dropping a
//! request that is not answered closes its connection.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::connect::{
    CaptureConnection, HttpConnector as TcpConnector, capture_connection,
};
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;
use tower_service::Service;

/// How long an idle connection is kept. While a function is frozen its connections die unnoticed;
/// one that rested longer than this is not tried at all. What slips through is retried.
const IDLE_CONNECTION: Duration = Duration::from_secs(20);

/// A client that takes at most `connect` for one connection, TLS included. The other limits of a request
/// are the SDK's.
pub(crate) fn http_client(connect: Duration) -> Result<SharedHttpClient, tls::Error> {
    let mut tcp = TcpConnector::new();
    tcp.set_nodelay(true);
    tcp.enforce_http(false);
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls::client_config()?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    let client = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_CONNECTION)
        .build(ConnectWithin { limit: connect, https });
    let connector = SharedHttpConnector::new(Connector(client));
    Ok(http_client_fn(move |_, _| connector.clone()))
}

#[derive(Debug)]
struct Connector(Client<ConnectWithin, SdkBody>);

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        // The SDK leaves a connection whose answer was a server's failure.
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || Some(metadata(&connection)));
        }
        let answer = self.0.request(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await.map_err(failure)?;
            HttpResponse::try_from(answer.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn metadata(connection: &CaptureConnection) -> ConnectionMetadata {
    let connection = connection.clone();
    ConnectionMetadata::builder()
        .proxied(false)
        .poison_fn(move || {
            if let Some(connection) = connection.connection_metadata().as_ref() {
                connection.poison();
            }
        })
        .build()
}

/// A connection that failed or broke is worth a retry, and every request of ours may be repeated.
fn failure(error: ClientError) -> ConnectorError {
    if caused_by_timeout(&error) {
        ConnectorError::timeout(error.into())
    } else {
        ConnectorError::io(error.into())
    }
}

fn caused_by_timeout(error: &(dyn StdError + 'static)) -> bool {
    std::iter::successors(Some(error), |error| (*error).source())
        .any(<dyn StdError + 'static>::is::<tokio::time::error::Elapsed>)
}

/// Name resolution, TCP and TLS within one limit.
#[derive(Debug, Clone)]
struct ConnectWithin {
    limit: Duration,
    https: HttpsConnector<TcpConnector>,
}

type Connection = <HttpsConnector<TcpConnector> as Service<Uri>>::Response;
type BoxError = Box<dyn StdError + Send + Sync>;

impl Service<Uri> for ConnectWithin {
    type Response = Connection;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connection = timeout(self.limit, self.https.call(uri));
        Box::pin(async move { connection.await? })
    }
}

#[cfg(test)]
mod tests;
