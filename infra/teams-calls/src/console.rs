//! A page that stands in for the CloudWatch console: it invokes the reports as a dashboard invokes a custom
//! widget, removes scripts from the answer, shows it, and executes its `cwdb-action`s.
//!
//! The page is one widget. Its query sets the widget context (`theme`, `width`, `offset` in minutes,
//! `start` and `end` as ISO 8601) and the widget's parameters (everything else, such as
//! `report=missed&range=last_week`).

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use anyhow::Context as _;
use aws_stand_ins::Clock;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use reports::Reports;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

const PAGE: &str = include_str!("console/page.html");

/// Lambda's limit for an event.
const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;

/// The console on loopback; dropping it stops it.
#[derive(Debug)]
pub struct Console {
    address: SocketAddr,
    serving: AbortHandle,
}

#[derive(Clone)]
struct Function {
    reports: Arc<Reports>,
    clock: Clock,
    arn: Arc<str>,
}

impl Console {
    /// Serves the page on a port of loopback, a free one where `port` is 0.
    pub async fn start(port: u16, reports: Arc<Reports>, clock: Clock) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .with_context(|| format!("the reports cannot listen on port {port}"))?;
        let address = listener.local_addr()?;
        let (region, account) = (aws_stand_ins::REGION, aws_stand_ins::ACCOUNT);
        let arn = format!("arn:aws:lambda:{region}:{account}:function:reports");
        let function = Function { reports, clock, arn: arn.into() };
        let router = Router::new()
            .route("/", get(async || Html(PAGE)))
            .route("/invoke", post(invoke))
            .layer(DefaultBodyLimit::max(MAX_EVENT_BYTES))
            .with_state(function);
        let serving = tokio::spawn(async move {
            // Ends when `Console` is dropped.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { address, serving: serving.abort_handle() })
    }

    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn invoke(State(function): State<Function>, Json(event): Json<Value>) -> Json<Value> {
    let Function { reports, clock, arn } = function;
    Json(reports.handle(event, &arn, clock.now()).await)
}
