//! Which requests a listener on loopback answers.
//!
//! Every page in a browser of this machine can send requests to loopback. `Origin` says where such a page
//! is from, and `Host` shows the page's own name when that name was made to resolve to loopback (DNS
//! rebinding). Neither is there to be chosen by the page. No answer carries a CORS permission.

use std::sync::LazyLock;

use bytes::Bytes;
use http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, ORIGIN};
use http::uri::Authority;
use http::{Request, StatusCode};
use uuid::Uuid;

use crate::answer::{Answer, text};

/// What a request needs besides its own `Host` and `Origin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Nothing: the protocol has no place for a token, or the service checks one of its own.
    SameOrigin,
    /// The [token](run_token) as the access key id of an AWS signature, which is not checked itself.
    AccessKey,
    /// The [token](run_token) as the first segment of the path.
    PathSegment,
}

/// The random token of this process. It is known to the process and to what it is printed or passed to.
#[must_use]
pub fn run_token() -> &'static str {
    static TOKEN: LazyLock<String> = LazyLock::new(|| Uuid::new_v4().simple().to_string());
    &TOKEN
}

/// What follows the token in the path of a request; none where the path begins otherwise.
#[must_use]
pub fn path_below_token(path: &str) -> Option<&str> {
    path.strip_prefix('/')?.strip_prefix(run_token())?.strip_prefix('/')
}

impl Admission {
    /// The refusal of what the listener on `port` must not answer.
    pub(crate) fn refusal<B>(self, request: &Request<B>, port: u16) -> Option<Answer> {
        let headers = request.headers();
        if !is_same_origin(headers, port) {
            return Some(refused(
                "Forbidden",
                "Only programs and pages of this machine that name this address are answered.",
            ));
        }
        match self {
            Self::SameOrigin => None,
            Self::AccessKey if access_key(headers) == Some(run_token()) => None,
            Self::AccessKey => Some(refused(
                "com.amazon.coral.service#UnrecognizedClientException",
                "The security token included in the request is invalid.",
            )),
            Self::PathSegment if path_below_token(request.uri().path()).is_some() => None,
            Self::PathSegment => Some(text(
                StatusCode::NOT_FOUND,
                "{\"message\":\"Open the whole address, as it was printed at the start.\"}",
            )),
        }
    }
}

fn refused(kind: &str, message: &str) -> Answer {
    let body = format!("{{\"__type\":\"{kind}\",\"message\":\"{message}\"}}");
    text(StatusCode::FORBIDDEN, Bytes::from(body))
}

/// Whether the one `Host` is this listener, and so is the `Origin` if there is one.
fn is_same_origin(headers: &HeaderMap, port: u16) -> bool {
    let is_own_host = only(headers, &HOST).is_some_and(|host| is_own(host, port));
    let is_own_origin = |origin: &str| {
        origin.strip_prefix("http://").is_some_and(|authority| is_own(authority, port))
    };
    is_own_host
        && (!headers.contains_key(ORIGIN) || only(headers, &ORIGIN).is_some_and(is_own_origin))
}

fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok()
}

fn is_own(authority: &str, port: u16) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let is_loopback = ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|name| authority.host().eq_ignore_ascii_case(name));
    is_loopback && !authority.as_str().contains('@') && authority.port_u16().unwrap_or(80) == port
}

/// The access key id of a signed request: `Credential=<key>/<date>/<region>/<service>/aws4_request`.
fn access_key(headers: &HeaderMap) -> Option<&str> {
    let authorization = only(headers, &AUTHORIZATION)?;
    let (_, credential) = authorization.split_once("Credential=")?;
    credential.split_once('/').map(|(key, _)| key)
}

#[cfg(test)]
mod tests {
    use http::{Method, Request};

    use super::*;

    const PORT: u16 = 8_000;

    fn status(admission: Admission, path: &str, headers: &[(&str, &str)]) -> Option<StatusCode> {
        let mut request = Request::builder().method(Method::POST).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(()).expect("a request");
        admission.refusal(&request, PORT).map(|answer| answer.status())
    }

    #[test]
    fn only_loopback_at_this_port_is_a_host() {
        for host in ["127.0.0.1:8000", "localhost:8000", "LOCALHOST:8000", "[::1]:8000"] {
            assert_eq!(status(Admission::SameOrigin, "/", &[("host", host)]), None, "{host}");
        }
        for host in [
            "127.0.0.1",
            "127.0.0.1:8001",
            "attacker.example:8000",
            "localhost.attacker.example:8000",
            "localhost:8000@attacker.example",
            "x@localhost:8000",
            "0.0.0.0:8000",
            "",
        ] {
            let status = status(Admission::SameOrigin, "/", &[("host", host)]);
            assert_eq!(status, Some(StatusCode::FORBIDDEN), "{host}");
        }
        let twice = [("host", "localhost:8000"), ("host", "attacker.example")];
        assert_eq!(status(Admission::SameOrigin, "/", &twice), Some(StatusCode::FORBIDDEN));
        assert_eq!(status(Admission::SameOrigin, "/", &[]), Some(StatusCode::FORBIDDEN));
    }

    #[test]
    fn an_origin_is_absent_or_this_listener() {
        let of = |origin: &str| {
            let headers = [("host", "127.0.0.1:8000"), ("origin", origin)];
            status(Admission::SameOrigin, "/", &headers)
        };
        for origin in ["http://127.0.0.1:8000", "http://localhost:8000"] {
            assert_eq!(of(origin), None, "{origin}");
        }
        for origin in [
            "null",
            "",
            "https://localhost:8000",
            "http://localhost:3000",
            "http://attacker.example",
        ] {
            assert_eq!(of(origin), Some(StatusCode::FORBIDDEN), "{origin}");
        }
    }

    #[test]
    fn an_access_key_is_the_token_and_nothing_else() {
        let of = |key: &str| {
            let authorization = format!(
                "AWS4-HMAC-SHA256 Credential={key}/20261128/us-east-1/dynamodb/aws4_request, \
                 SignedHeaders=host, Signature=0"
            );
            let headers = [("host", "127.0.0.1:8000"), ("authorization", authorization.as_str())];
            status(Admission::AccessKey, "/", &headers)
        };
        assert_eq!(of(run_token()), None);
        for key in ["test", "", &run_token()[1..], &format!("{}0", run_token())] {
            assert_eq!(of(key), Some(StatusCode::FORBIDDEN), "{key}");
        }
        let unsigned = [("host", "127.0.0.1:8000")];
        assert_eq!(status(Admission::AccessKey, "/", &unsigned), Some(StatusCode::FORBIDDEN));
    }

    #[test]
    fn a_path_begins_with_the_token() {
        let host = [("host", "127.0.0.1:8000")];
        let token = run_token();
        assert_eq!(status(Admission::PathSegment, &format!("/{token}/invoke"), &host), None);
        assert_eq!(path_below_token(&format!("/{token}/invoke")), Some("invoke"));
        for path in ["/", "/invoke", &format!("/{token}"), &format!("/{token}0/invoke")] {
            let status = status(Admission::PathSegment, path, &host);
            assert_eq!(status, Some(StatusCode::NOT_FOUND), "{path}");
        }
    }
}
