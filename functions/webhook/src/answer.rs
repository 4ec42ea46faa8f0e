//! Every answer that the webhook can give.

use lambda_http::http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::{Body, Response, http::StatusCode};

/// What is answered. Of a request, only a validation token is ever sent back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The validation token, back to Graph.
    Validated(String),
    /// Everything acceptable is in the queues.
    Accepted,
    /// Something acceptable may not be: Graph has to send it again.
    Retry,
    /// Nothing that can be understood.
    BadRequest(&'static str),
    /// A longer body than Graph sends.
    TooLarge,
    /// No such path.
    NoSuchPath,
    /// No such method on this path.
    NoSuchMethod,
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Validated(_) => StatusCode::OK,
            Self::Accepted => StatusCode::ACCEPTED,
            Self::Retry => StatusCode::SERVICE_UNAVAILABLE,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoSuchPath => StatusCode::NOT_FOUND,
            Self::NoSuchMethod => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let status = self.status();
        let allow = self == Self::NoSuchMethod;
        let body = match self {
            Self::Validated(token) => Body::from(token),
            Self::BadRequest(why) => Body::from(why),
            Self::Accepted
            | Self::Retry
            | Self::TooLarge
            | Self::NoSuchPath
            | Self::NoSuchMethod => Body::Empty,
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        // The caller chooses the token. Sent as plain text with nosniff, no browser runs it.
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if allow {
            headers.insert(ALLOW, HeaderValue::from_static("GET, POST"));
        }
        response
    }
}
