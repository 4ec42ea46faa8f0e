//! What every request passes before its handler: the journal, ordered and random faults, the token,
//! consent, and the limits.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use stand_in_kit::Hangup;
use uuid::Uuid;

use crate::faults::{Arrival, Failure, Target};
use crate::journal;
use crate::login::Access;
use crate::phone_logs::PhoneLog;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::throttle::Scope;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("client-request-id");

/// What a path is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Topic {
    Login,
    Record(String),
    List,
    PhoneLog(PhoneLog),
    Subscriptions,
    Subscription,
    Reauthorize,
    /// Under `/v1.0`, but nothing that the service has.
    Other,
}

impl Topic {
    fn of(path: &str) -> Option<Self> {
        let segments: Vec<_> = path.trim_matches('/').split('/').collect();
        Some(match segments.as_slice() {
            ["control", ..] => return None,
            ["v1.0", "communications", "callRecords"] => Self::List,
            ["v1.0", "communications", "callRecords", id, ..] => match PhoneLog::called_by(id) {
                Some(log) => Self::PhoneLog(log),
                None => Self::Record((*id).to_owned()),
            },
            ["v1.0", "subscriptions"] => Self::Subscriptions,
            ["v1.0", "subscriptions", _, "reauthorize"] => Self::Reauthorize,
            ["v1.0", "subscriptions", _] => Self::Subscription,
            ["v1.0", ..] => Self::Other,
            _ => Self::Login,
        })
    }

    fn targets(&self) -> Vec<Target> {
        match self {
            Self::Login => vec![Target::Login],
            Self::Record(id) => vec![Target::Record(id.clone()), Target::Records, Target::Graph],
            Self::List => vec![Target::List, Target::Graph],
            Self::Subscriptions | Self::Subscription | Self::Reauthorize => {
                vec![Target::Subscriptions, Target::Graph]
            }
            Self::PhoneLog(_) | Self::Other => vec![Target::Graph],
        }
    }

    fn scopes(&self, method: &Method) -> Vec<Scope> {
        let reads = *method == Method::GET;
        match self {
            Self::Record(id) => vec![Scope::Record(id.clone()), Scope::CallRecords],
            Self::List => vec![Scope::List, Scope::CallRecords],
            Self::PhoneLog(log) => vec![Scope::PhoneLog(*log), Scope::PhoneLogs],
            Self::Subscriptions if reads => vec![Scope::SubscriptionList],
            Self::Subscription if reads => vec![Scope::SubscriptionReads],
            Self::Subscriptions | Self::Subscription => vec![Scope::SubscriptionWrites],
            Self::Reauthorize => vec![Scope::Reauthorize],
            Self::Login | Self::Other => Vec::new(),
        }
    }
}

/// Counts an open request; the count goes down however the request ends.
struct Open<'a>(&'a Service);

impl<'a> Open<'a> {
    fn new(service: &'a Service) -> Self {
        service.lock().journal.open();
        Self(service)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.lock().journal.close();
    }
}

/// Lets a request through to its handler, or answers in its place.
pub(crate) async fn gate(
    State(service): State<Arc<Service>>,
    request: Request,
    next: Next,
) -> Response {
    let Some(topic) = Topic::of(request.uri().path()) else {
        return next.run(request).await;
    };
    let _open = (topic != Topic::Login).then(|| Open::new(&service));
    let at = service.now();
    service.keep_agenda(at);
    let (method, uri) = (request.method().clone(), request.uri().clone());
    let request_id = Uuid::new_v4();
    let client_request_id = request.headers().get(&CLIENT_REQUEST_ID).cloned();
    let access = service.access(request.headers());
    let arrival = Arrival {
        method: method.clone(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
    };
    let verdict = service.judge(&topic, &arrival, access);
    let response = match verdict {
        Verdict::Pass => next.run(request).await,
        Verdict::Refuse(refusal) => refusal.into_response(),
        Verdict::Fail(Failure::Slow(by)) => {
            tokio::time::sleep(by).await;
            match service.admit(&topic, &method, access) {
                Ok(()) => next.run(request).await,
                Err(refusal) => refusal.into_response(),
            }
        }
        Verdict::Fail(Failure::Reset) => Extension(Hangup).into_response(),
        Verdict::Fail(Failure::Lost) => {
            if service.admit(&topic, &method, access).is_ok() {
                next.run(request).await;
            }
            Extension(Hangup).into_response()
        }
        Verdict::Fail(failure) => answer_failure(failure),
    };
    let mut response = match response.extensions().get::<Refusal>() {
        Some(refusal) => refusal.answer(service.now(), request_id, service.retry_after),
        None => response,
    };
    let request_id = HeaderValue::from_str(&request_id.to_string());
    let headers = response.headers_mut();
    if let Some(id) = client_request_id.or_else(|| request_id.as_ref().ok().cloned()) {
        headers.insert(CLIENT_REQUEST_ID, id);
    }
    if let Ok(id) = request_id {
        headers.insert(REQUEST_ID, id);
    }
    let retry_after = response.headers().get(header::RETRY_AFTER);
    let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
    let is_reset = response.extensions().get::<Hangup>().is_some();
    let answered_at = service.now();
    let token = match access {
        Some(Access::Granted(token)) => Some(token.number),
        _ => None,
    };
    service.lock().journal.record(journal::Request {
        at,
        method: arrival.method,
        path: arrival.path,
        query: arrival.query,
        had_token: token.is_some(),
        token,
        answered_at,
        retry_after: retry_after.map(Duration::from_secs_f64),
        status: if is_reset { 0 } else { response.status().as_u16() },
    });
    response
}

enum Verdict {
    Pass,
    Refuse(Refusal),
    Fail(Failure),
}

fn answer_failure(failure: Failure) -> Response {
    let refusal = match failure {
        Failure::Status(status) => Refusal::failing(status, None),
        Failure::Refused(status, message) => Refusal::new(status, "UnknownError", message),
        Failure::UnavailableFor(wait) => {
            Refusal::failing(StatusCode::SERVICE_UNAVAILABLE, Some(wait))
        }
        Failure::Throttled(wait) => Refusal::throttled(wait),
        Failure::Unauthorized => expired(),
        Failure::NotFound => Refusal::new(StatusCode::NOT_FOUND, "NotFound", ""),
        Failure::Body(body) => {
            let json = [(header::CONTENT_TYPE, "application/json")];
            return (json, Body::from(body)).into_response();
        }
        Failure::Redirect(to) => {
            return (StatusCode::FOUND, [(header::LOCATION, to)]).into_response();
        }
        // These need the connection or the handler; the gate has dealt with them.
        Failure::Reset | Failure::Lost | Failure::Slow(_) => {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    refusal.into_response()
}

fn expired() -> Refusal {
    Refusal::bad_token("Lifetime validation failed, the token is expired.")
}

impl Service {
    fn access(&self, headers: &HeaderMap) -> Option<Access> {
        let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        let token = value.strip_prefix("Bearer ")?;
        Some(self.lock().login.access(token, self.now()))
    }

    fn judge(&self, topic: &Topic, arrival: &Arrival, access: Option<Access>) -> Verdict {
        // Not under the lock: a watcher may want to know something of the service.
        let watcher = self.lock().faults.watcher.clone();
        let seen = watcher.and_then(|watcher| watcher.see(arrival));
        if let Some(failure) = seen.or_else(|| self.lock().faults.strike(&topic.targets())) {
            return Verdict::Fail(failure);
        }
        match self.admit(topic, &arrival.method, access) {
            Ok(()) => Verdict::Pass,
            Err(refusal) => Verdict::Refuse(refusal),
        }
    }

    fn admit(&self, topic: &Topic, method: &Method, access: Option<Access>) -> Result<(), Refusal> {
        if *topic == Topic::Login {
            return Ok(());
        }
        let token = match access {
            None => return Err(Refusal::bad_token("Access token is empty.")),
            Some(Access::Unknown) => return Err(Refusal::bad_token("Invalid access token.")),
            Some(Access::Expired) => return Err(expired()),
            Some(Access::Granted(token)) => token,
        };
        // Subscribing to call records takes the same permission as reading them.
        let is_about_records = matches!(topic, Topic::Record(_) | Topic::List | Topic::PhoneLog(_))
            || (*topic == Topic::Subscriptions && *method == Method::POST);
        if is_about_records && !token.may_read_call_records {
            return Err(Refusal::no_consent());
        }
        let mut state = self.lock();
        let state = &mut *state;
        let waiting = state
            .limits
            .as_ref()
            .and_then(|limits| state.throttle.count(&topic.scopes(method), limits, self.now()));
        waiting.map_or(Ok(()), |wait| Err(Refusal::throttled(Some(wait))))
    }
}
