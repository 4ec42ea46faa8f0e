//! An HTTP server on loopback that can reset a connection instead of answering.
//!
//! axum must answer every request; a fault that resets the connection needs a service that may fail, so
//! the stand-ins use hyper directly.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

use crate::admission::Admission;
use crate::answer::{Answer, text};

/// The connection is reset instead of an answer.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the connection is reset without an answer")]
pub struct Hangup;

/// A server; dropping it closes the listener and every connection.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: AbortHandle,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Server {
    /// Serves `handle` on a port of loopback, a free one where `port` is 0, to requests that `admission`
    /// lets in. A body longer than `limit` bytes is answered 413 without a call.
    pub async fn start<H, F>(
        port: u16,
        limit: usize,
        admission: Admission,
        handle: H,
    ) -> std::io::Result<Self>
    where
        H: Fn(Request<Bytes>) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Answer, Hangup>> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let rules = Rules { port: address.port(), limit, admission };
        let accepting = tokio::spawn(accept(listener, rules, Arc::new(handle))).abort_handle();
        Ok(Self { address, accepting })
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// What a request must fulfil before it is handled.
#[derive(Clone, Copy, Debug)]
struct Rules {
    port: u16,
    limit: usize,
    admission: Admission,
}

async fn accept<H, F>(listener: TcpListener, rules: Rules, handle: Arc<H>)
where
    H: Fn(Request<Bytes>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Answer, Hangup>> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        // An accept fails when the process is out of file descriptors, which closing connections cure.
        let Ok((stream, _)) = accepted else {
            tokio::task::yield_now().await;
            continue;
        };
        // Small answers would otherwise wait for the peer's delayed acknowledgement.
        stream.set_nodelay(true).ok();
        let handle = Arc::clone(&handle);
        connections.spawn(async move {
            let service = service_fn(move |request| {
                let handle = Arc::clone(&handle);
                async move {
                    match collect(request, rules).await {
                        Ok(request) => handle(request).await,
                        Err(answer) => Ok(answer),
                    }
                }
            });
            let mut connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service);
            // An error is a peer that went away, or a hangup.
            if (&mut connection).await.is_err() {
                // Without time to linger, closing the socket sends RST rather than FIN.
                connection.into_parts().io.into_inner().set_zero_linger().ok();
            }
        });
    }
}

async fn collect(request: Request<Incoming>, rules: Rules) -> Result<Request<Bytes>, Answer> {
    if let Some(refusal) = rules.admission.refusal(&request, rules.port) {
        return Err(refusal);
    }
    let (parts, body) = request.into_parts();
    match Limited::new(body, rules.limit).collect().await {
        Ok(body) => Ok(Request::from_parts(parts, body.to_bytes())),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => {
            Err(text(StatusCode::PAYLOAD_TOO_LARGE, "{\"message\":\"Request Entity Too Large\"}"))
        }
        Err(_) => Err(text(StatusCode::BAD_REQUEST, "{\"message\":\"Bad Request\"}")),
    }
}

/// The action of a request of an AWS JSON protocol: what follows the dot in its target.
pub fn action(request: &Request<Bytes>) -> &str {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    target.and_then(|target| target.rsplit_once('.')).map_or("", |(_, action)| action)
}
