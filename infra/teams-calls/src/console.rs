//! A page that stands in for the CloudWatch console: it invokes the reports as a dashboard invokes a custom
//! widget, removes scripts from the answer, shows it, and executes its `cwdb-action`s.
//!
//! The page is one widget without a dashboard's days. Its query is the view: how it is seen (`theme`, `width`, and
//! `zone`, the time zone where a link names no other) and the request (everything else, such as
//! `report=missed&range=last_week`). Links have such addresses.
//!
//! Beside it are the reports as files, `people.csv?range=last_month`, for curl and spreadsheets.

mod export;

use std::sync::Arc;

use anyhow::Context as _;
use aws_stand_ins::Clock;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_FRAME_OPTIONS};
use http::{HeaderValue, Method, Request, StatusCode};
use reports::Reports;
use stand_in_kit::{Admission, Answer, Server, path_below_token, run_token, text};

use export::File;

/// The page and what it is made of: path, type and text.
const PAGE: [(&str, &str, &str); 3] = [
    ("", "text/html; charset=utf-8", include_str!("console/page.html")),
    ("console.css", "text/css; charset=utf-8", include_str!("console/console.css")),
    ("console.js", "text/javascript; charset=utf-8", include_str!("console/console.js")),
];

/// Lambda's limit for an event.
const MAX_EVENT_BYTES: usize = 6 * 1024 * 1024;

/// The console on loopback; dropping it stops it.
#[derive(Debug)]
pub struct Console {
    server: Server,
}

struct Function {
    reports: Arc<Reports>,
    clock: Clock,
    arn: String,
}

impl Console {
    /// Serves the page on a port of loopback, a free one where `port` is 0.
    pub async fn start(port: u16, reports: Arc<Reports>, clock: Clock) -> anyhow::Result<Self> {
        let (region, account) = (aws_stand_ins::REGION, aws_stand_ins::ACCOUNT);
        let arn = format!("arn:aws:lambda:{region}:{account}:function:reports");
        let function = Arc::new(Function { reports, clock, arn });
        let admission = Admission::PathSegment;
        let server = Server::start(port, MAX_EVENT_BYTES, admission, move |request| {
            let function = Arc::clone(&function);
            async move { Ok(function.answer(&request).await) }
        })
        .await
        .with_context(|| format!("the reports cannot listen on port {port}"))?;
        Ok(Self { server })
    }

    /// The address of the page, which holds the token that it asks for.
    #[must_use]
    pub fn url(&self) -> String {
        format!("{}/{}/", self.server.url(), run_token())
    }
}

impl Function {
    async fn answer(&self, request: &Request<Bytes>) -> Answer {
        let path = path_below_token(request.uri().path());
        if let (&Method::GET, Some(file)) = (request.method(), path.and_then(File::of)) {
            let query = request.uri().query().unwrap_or_default();
            return private(file.answer(&self.reports, query, self.clock.now()).await);
        }
        let part = PAGE.iter().find(|(name, ..)| path == Some(*name));
        if let (&Method::GET, Some((_, kind, body))) = (request.method(), part) {
            return private(part_of_page(kind, body));
        }
        match (request.method(), path) {
            (&Method::POST, Some("invoke")) => match serde_json::from_slice(request.body()) {
                Ok(event) => {
                    let answer = self.reports.handle(event, &self.arn, self.clock.now()).await;
                    private(text(StatusCode::OK, answer.to_string()))
                }
                Err(_) => text(StatusCode::BAD_REQUEST, "{\"message\":\"The event is not JSON.\"}"),
            },
            (&Method::GET, Some(_)) => private(export::no_such_file()),
            _ => text(StatusCode::NOT_FOUND, "{\"message\":\"Not Found\"}"),
        }
    }
}

fn part_of_page(kind: &'static str, body: &'static str) -> Answer {
    let mut answer = text(StatusCode::OK, body);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// Keeps an answer, and the token in its address, from caches, from pages that a link leads to and from
/// pages that would frame it.
fn private(mut answer: Answer) -> Answer {
    let headers = answer.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(policy, HeaderValue::from_static("same-origin"));
    answer
}
