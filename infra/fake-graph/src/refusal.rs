//! Error answers of Graph.

use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::options::RetryAfter;
use stand_in_kit::later;

/// A request that Graph does not serve.
///
/// Handlers return it bare; the gate, which knows the time and the form of Retry-After, makes the
/// answer from it.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) retry_after: Option<Duration>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// The same body whether the record is not there yet, too old, or never was.
    pub(crate) fn no_such_record() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "NotFound",
            "Could not find the requested call record. Records about calls or online meetings \
             that started more than 30 days ago are not available.",
        )
    }

    pub(crate) fn no_such_resource() -> Self {
        Self::new(StatusCode::NOT_FOUND, "ResourceNotFound", "Resource could not be discovered.")
    }

    pub(crate) fn bad_token(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    pub(crate) fn no_consent() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Forbidden",
            "The application lacks the permission CallRecords.Read.All.",
        )
    }

    pub(crate) fn throttled(retry_after: Option<Duration>) -> Self {
        Self {
            retry_after,
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequests",
                "Please retry again later.",
            )
        }
    }

    pub(crate) fn failing(status: StatusCode, retry_after: Option<Duration>) -> Self {
        let code = match status {
            StatusCode::SERVICE_UNAVAILABLE => "serviceNotAvailable",
            StatusCode::GATEWAY_TIMEOUT => "timeout",
            _ => "UnknownError",
        };
        Self { retry_after, ..Self::new(status, code, "") }
    }

    /// The answer on the wire.
    pub(crate) fn answer(&self, now: Timestamp, request_id: Uuid, form: RetryAfter) -> Response {
        let request_id = request_id.to_string();
        let date = now.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let inner = if self.status == StatusCode::TOO_MANY_REQUESTS {
            json!({
                "code": "429",
                "date": date,
                "message": "Please retry after",
                "request-id": request_id,
                "status": "429",
            })
        } else {
            json!({ "date": date, "request-id": request_id, "client-request-id": request_id })
        };
        let body = json!({
            "error": { "code": self.code, "message": self.message, "innerError": inner },
        });
        let mut answer = Response::new(Body::from(body.to_string()));
        *answer.status_mut() = self.status;
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(value) = self.retry_after.and_then(|wait| retry_after(wait, now, form)) {
            headers.insert(header::RETRY_AFTER, value);
        }
        answer
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn retry_after(wait: Duration, now: Timestamp, form: RetryAfter) -> Option<HeaderValue> {
    let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let text = match form {
        // Rounded up: a client that keeps to it must not be throttled.
        RetryAfter::Fraction => {
            let wait =
                Duration::from_millis(u64::try_from(wait.as_nanos().div_ceil(1_000_000)).ok()?);
            format!("{:.3}", wait.as_secs_f64())
        }
        RetryAfter::Seconds => whole.to_string(),
        RetryAfter::Date => {
            let at = later(now, Duration::from_secs(whole + 1));
            at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
        }
        RetryAfter::Absent => return None,
    };
    HeaderValue::from_str(&text).ok()
}
