//! One execution environment: a process and the Runtime API that only it talks to.
//!
//! Each has a port of its own, so that a request that a killed process left behind can never take
//! the work of its successor.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot, watch};
use uuid::Uuid;

use super::process::{Kill, Output, Process};
use super::{FunctionOptions, InvokeError, PAYLOAD_LIMIT, lock};
use crate::client_config::{ACCOUNT, REGION};
use stand_in_kit::{Admission, Answer, Hangup, Server, text};

/// How long a process may take to end after it reported that it cannot start.
const OUTPUT_GRACE_PERIOD: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Environment {
    number: u64,
    invocations: Arc<Invocations>,
    server: Server,
    process: Option<Process>,
}

/// What the process and the invocations share.
#[derive(Debug)]
struct Invocations {
    arn: String,
    work: Mutex<Work>,
    arrived: Notify,
    /// Whether the process has asked for work yet.
    ready: watch::Sender<bool>,
    init_error: watch::Sender<Option<InvokeError>>,
}

#[derive(Debug, Default)]
struct Work {
    waiting: Option<Invocation>,
    active: Option<Invocation>,
}

#[derive(Debug)]
struct Invocation {
    id: String,
    payload: Bytes,
    deadline: i64,
    answer: oneshot::Sender<Result<Value, InvokeError>>,
}

impl Environment {
    /// An environment whose process someone else starts.
    pub(super) async fn external(options: &FunctionOptions) -> std::io::Result<Self> {
        Self::listen(options, options.port, 0).await
    }

    pub(super) async fn start(
        options: &FunctionOptions,
        number: u64,
        output: &Output,
    ) -> Result<Self, InvokeError> {
        let not_started = |error: std::io::Error| InvokeError::NotStarted(error.to_string());
        let mut environment = Self::listen(options, 0, number).await.map_err(not_started)?;
        if let Some(program) = &options.program {
            let address = environment.address();
            let process = Process::start(options, program, &address, number, output);
            environment.process = Some(process.map_err(|error| {
                InvokeError::NotStarted(format!("{}: {error}", program.display()))
            })?);
        }
        Ok(environment)
    }

    async fn listen(options: &FunctionOptions, port: u16, number: u64) -> std::io::Result<Self> {
        let invocations = Arc::new(Invocations {
            arn: format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{}", options.name),
            work: Mutex::default(),
            arrived: Notify::new(),
            ready: watch::Sender::new(false),
            init_error: watch::Sender::new(None),
        });
        let serving = Arc::clone(&invocations);
        // Room for an answer that is too long, which is refused in Lambda's words.
        let server =
            Server::start(port, 4 * PAYLOAD_LIMIT, Admission::SameOrigin, move |request| {
                let invocations = Arc::clone(&serving);
                async move { invocations.answer(&request).await }
            })
            .await?;
        Ok(Self { number, invocations, server, process: None })
    }

    pub(super) fn address(&self) -> String {
        self.server.address().to_string()
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn is_external(&self) -> bool {
        self.process.is_none()
    }

    pub(super) fn is_alive(&self) -> bool {
        self.process.as_ref().is_none_or(Process::is_alive)
    }

    pub(super) fn kill(&self) -> Option<Kill> {
        self.process.as_ref().map(Process::kill)
    }

    pub(super) fn process_id(&self) -> Option<u32> {
        self.kill().and_then(|kill| kill.process_id())
    }

    /// Waits until the process asks for work.
    pub(super) async fn ready(&self, timeout: Duration) -> Result<(), InvokeError> {
        let mut ready = self.invocations.ready.subscribe();
        let mut failed = self.invocations.init_error.subscribe();
        // What a channel lends must not be held while anything else is waited for.
        let ready = async { ready.wait_for(|ready| *ready).await.map(drop) };
        let failed =
            async { failed.wait_for(Option::is_some).await.ok().and_then(|error| error.clone()) };
        tokio::select! {
            biased;
            _ = ready => Ok(()),
            error = failed => {
                // It is about to exit by itself, and may have something to say on the way.
                tokio::time::timeout(OUTPUT_GRACE_PERIOD, self.ended()).await.ok();
                Err(error.unwrap_or(InvokeError::TimedOut { after: timeout }))
            }
            status = self.ended() => Err(InvokeError::Exited { status }),
            () = tokio::time::sleep(timeout) => Err(InvokeError::TimedOut { after: timeout }),
        }
    }

    /// Hands over an event and waits; also says whether the process took the event at all.
    pub(super) async fn invoke(
        &self,
        payload: Bytes,
        timeout: Duration,
    ) -> (Result<Value, InvokeError>, bool) {
        let (answer, answered) = oneshot::channel();
        let id = Uuid::new_v4().to_string();
        let milliseconds = i64::try_from(timeout.as_millis()).unwrap_or(i64::MAX);
        let deadline = now().saturating_add(milliseconds);
        // Should the caller leave, its work must not be found by the next one's process.
        let _clear = Clear(&self.invocations);
        lock(&self.invocations.work).waiting = Some(Invocation { id, payload, deadline, answer });
        self.invocations.arrived.notify_one();
        let result = tokio::select! {
            biased;
            Ok(answer) = answered => answer,
            status = self.ended() => Err(InvokeError::Exited { status }),
            () = tokio::time::sleep(timeout) => Err(InvokeError::TimedOut { after: timeout }),
        };
        let taken = lock(&self.invocations.work).waiting.is_none();
        (result, taken)
    }

    /// Kills the process and waits until it is gone and its last words are read.
    pub(super) async fn end(self) {
        if let Some(process) = &self.process {
            process.kill().now();
            process.ended().await;
        }
    }

    /// How the process ended; never, where it is someone else's.
    async fn ended(&self) -> String {
        match &self.process {
            Some(process) => process.ended().await,
            None => std::future::pending().await,
        }
    }
}

struct Clear<'a>(&'a Invocations);

impl Drop for Clear<'_> {
    fn drop(&mut self) {
        *lock(&self.0.work) = Work::default();
    }
}

impl Invocations {
    async fn answer(&self, request: &Request<Bytes>) -> Result<Answer, Hangup> {
        let path = request.uri().path().trim_start_matches("/2018-06-01/runtime/");
        let parts: Vec<_> = path.split('/').collect();
        Ok(match (request.method(), parts.as_slice()) {
            (&Method::GET, ["invocation", "next"]) => self.next().await,
            (&Method::POST, ["invocation", id, "response"]) => {
                self.finish(id, response(request.body()))
            }
            (&Method::POST, ["invocation", id, "error"]) => {
                self.finish(id, (Err(function_error(request)), accepted()))
            }
            (&Method::POST, ["init", "error"]) => {
                self.init_error.send_replace(Some(function_error(request)));
                accepted()
            }
            _ => text(StatusCode::NOT_FOUND, "{}"),
        })
    }

    async fn next(&self) -> Answer {
        self.ready.send_replace(true);
        loop {
            let arrived = self.arrived.notified();
            {
                let mut work = lock(&self.work);
                if let Some(invocation) = work.waiting.take() {
                    let answer = self.hand_over(&invocation);
                    work.active = Some(invocation);
                    return answer;
                }
            }
            arrived.await;
        }
    }

    fn hand_over(&self, invocation: &Invocation) -> Answer {
        let seconds = invocation.deadline / 1000;
        let trace = format!("Root=1-{seconds:08x}-{:.24};Sampled=0", Uuid::new_v4().simple());
        let mut answer = Response::new(Full::new(invocation.payload.clone()));
        let headers = answer.headers_mut();
        for (name, value) in [
            ("content-type", "application/json"),
            ("lambda-runtime-aws-request-id", &invocation.id),
            ("lambda-runtime-deadline-ms", &invocation.deadline.to_string()),
            ("lambda-runtime-invoked-function-arn", &self.arn),
            ("lambda-runtime-trace-id", &trace),
        ] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        answer
    }

    fn finish(&self, id: &str, (result, answer): (Result<Value, InvokeError>, Answer)) -> Answer {
        let mut work = lock(&self.work);
        match work.active.take_if(|active| active.id == id) {
            Some(invocation) => {
                invocation.answer.send(result).ok();
                answer
            }
            None => refused(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID"),
        }
    }
}

fn accepted() -> Answer {
    text(StatusCode::ACCEPTED, "{\"status\":\"OK\"}")
}

fn refused(status: StatusCode, kind: &str, message: &str) -> Answer {
    text(status, json!({"errorType": kind, "errorMessage": message}).to_string())
}

/// What a function's answer comes to: for who invoked it, and for the function itself.
fn response(body: &Bytes) -> (Result<Value, InvokeError>, Answer) {
    if body.len() > PAYLOAD_LIMIT {
        let kind = "Function.ResponseSizeTooLarge".to_owned();
        let message = format!(
            "Response payload size ({} bytes) exceeded maximum allowed payload size ({PAYLOAD_LIMIT} bytes).",
            body.len()
        );
        let refused = refused(StatusCode::PAYLOAD_TOO_LARGE, &kind, &message);
        return (Err(InvokeError::FunctionError { kind, message }), refused);
    }
    let result = if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(body) };
    let result = result.map_err(|error| InvokeError::FunctionError {
        kind: "Function.InvalidJson".to_owned(),
        message: format!("the answer is not JSON: {error}"),
    });
    (result, accepted())
}

fn function_error(request: &Request<Bytes>) -> InvokeError {
    let body: Value = serde_json::from_slice(request.body()).unwrap_or_default();
    let header = request.headers().get("lambda-runtime-function-error-type");
    let header = header.and_then(|kind| kind.to_str().ok());
    let kind = body["errorType"].as_str().or(header).unwrap_or("Unhandled").to_owned();
    let message = body["errorMessage"].as_str().unwrap_or_default().to_owned();
    InvokeError::FunctionError { kind, message }
}

#[expect(clippy::disallowed_methods, reason = "a process compares the deadline with its own clock")]
fn now() -> i64 {
    Timestamp::now().as_millisecond()
}
