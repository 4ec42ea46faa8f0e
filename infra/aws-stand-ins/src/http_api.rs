//! An API Gateway HTTP API with one route, `$default`, and one function behind it.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::client_config::{ACCOUNT, REGION};
use stand_in_kit::{Admission, Answer, Server, text};

/// The longest request body, in bytes (HTTP API quota).
const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// How an [`HttpApi`] is set up.
#[derive(Clone, Copy, Debug)]
pub struct HttpApiOptions {
    /// The port on loopback; 0 for a free one.
    pub port: u16,
    /// How long the function may take before the answer is 503; API Gateway allows 30 s at most.
    pub timeout: Duration,
}

impl Default for HttpApiOptions {
    fn default() -> Self {
        Self { port: 0, timeout: Duration::from_secs(30) }
    }
}

/// An HTTP API on loopback; dropping it stops it.
#[derive(Debug)]
pub struct HttpApi {
    server: Server,
}

impl HttpApi {
    /// Serves as `options` say: each request becomes an event of payload format 2.0 for `handler`, and
    /// its answer the response.
    pub async fn start<H, F, E>(options: HttpApiOptions, handler: H) -> anyhow::Result<Self>
    where
        H: Fn(Value) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Value, E>> + Send + 'static,
        E: Display + Send,
    {
        let HttpApiOptions { port, timeout } = options;
        let handler = Arc::new(handler);
        let server = Server::start(port, BODY_LIMIT, Admission::SameOrigin, move |request| {
            let handler = Arc::clone(&handler);
            async move {
                let answer = handler(http_event(&request));
                Ok(match tokio::time::timeout(timeout, answer).await {
                    Ok(Ok(answer)) => http_response(&answer),
                    Ok(Err(error)) => {
                        tracing::warn!(error = %error, "http_api.function_failed");
                        failure(StatusCode::INTERNAL_SERVER_ERROR)
                    }
                    Err(_) => failure(StatusCode::SERVICE_UNAVAILABLE),
                })
            }
        })
        .await
        .with_context(|| format!("the HTTP API cannot listen on port {port}"))?;
        Ok(Self { server })
    }

    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }
}

fn failure(status: StatusCode) -> Answer {
    let reason = status.canonical_reason().unwrap_or_default();
    text(status, json!({"message": reason}).to_string())
}

/// The event, in payload format 2.0, that an HTTP API makes of a request.
#[must_use]
pub fn http_event(request: &Request<Bytes>) -> Value {
    let headers = request.headers();
    let uri = request.uri();
    let query = uri.query().unwrap_or_default();
    let now = now();
    let domain = format!("stand-in.execute-api.{REGION}.amazonaws.com");
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": uri.path(),
        "rawQueryString": query,
        "headers": joined(headers),
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "stand-in",
            "domainName": domain,
            "domainPrefix": "stand-in",
            "http": {
                "method": request.method().as_str(),
                "path": uri.path(),
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": plain(headers.get(header::USER_AGENT)),
            },
            "requestId": Uuid::new_v4(),
            "routeKey": "$default",
            "stage": "$default",
            "time": now.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    let cookies: Vec<_> = headers
        .get_all(header::COOKIE)
        .iter()
        .flat_map(|cookies| plain(Some(cookies)).split("; ").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    if !query.is_empty() {
        let mut parameters: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            // A name that comes several times has its values joined, like a header.
            parameters
                .entry(name.into_owned())
                .and_modify(|values| *values = format!("{values},{value}"))
                .or_insert_with(|| value.clone().into_owned());
        }
        event["queryStringParameters"] = json!(parameters);
    }
    let body = request.body();
    if !body.is_empty() {
        match std::str::from_utf8(body).ok().filter(|_| is_text(headers)) {
            Some(text) => event["body"] = text.into(),
            None => {
                event["body"] = STANDARD.encode(body).into();
                event["isBase64Encoded"] = true.into();
            }
        }
    }
    event
}

fn plain(value: Option<&HeaderValue>) -> String {
    value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

/// Headers by their name in small letters, several of one name joined; cookies are apart.
fn joined(headers: &HeaderMap) -> BTreeMap<&str, String> {
    let mut joined: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in headers.iter().filter(|(name, _)| *name != header::COOKIE) {
        let value = plain(Some(value));
        joined
            .entry(name.as_str())
            .and_modify(|values| *values = format!("{values},{value}"))
            .or_insert(value);
    }
    joined.insert("x-forwarded-for", "127.0.0.1".to_owned());
    joined.insert("x-forwarded-port", "443".to_owned());
    joined.insert("x-forwarded-proto", "https".to_owned());
    joined
}

/// What an HTTP API hands over as text; everything else is Base64.
fn is_text(headers: &HeaderMap) -> bool {
    let kind = plain(headers.get(header::CONTENT_TYPE)).to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let named = ["application/json", "application/javascript", "application/xml"];
    kind.starts_with("text/")
        || named.contains(&kind)
        || kind.ends_with("+json")
        || kind.ends_with("+xml")
}

/// The response that an HTTP API makes of a function's answer: of its `statusCode`, `headers`,
/// `cookies`, `body` and `isBase64Encoded`; an answer without `statusCode` is itself the body.
#[must_use]
pub fn http_response(answer: &Value) -> Response<Full<Bytes>> {
    let Some(status) = answer.get("statusCode") else {
        let body = match answer {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        return text(StatusCode::OK, body);
    };
    let status = status.as_u64().and_then(|status| u16::try_from(status).ok());
    let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) else {
        return failure(StatusCode::INTERNAL_SERVER_ERROR);
    };
    let body = answer["body"].as_str().unwrap_or_default();
    let body = if answer["isBase64Encoded"] == true {
        match STANDARD.decode(body) {
            Ok(body) => body,
            Err(_) => return failure(StatusCode::INTERNAL_SERVER_ERROR),
        }
    } else {
        body.as_bytes().to_vec()
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let named = answer["headers"].as_object().into_iter().flatten();
    let mut named: Vec<_> = named.map(|(name, value)| (name.as_str(), value)).collect();
    let cookies = answer["cookies"].as_array().into_iter().flatten();
    named.extend(cookies.map(|cookie| ("set-cookie", cookie)));
    for (name, value) in named {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let name = HeaderName::from_bytes(name.as_bytes());
        let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) else {
            return failure(StatusCode::INTERNAL_SERVER_ERROR);
        };
        // The length is what it is.
        if name != header::CONTENT_LENGTH {
            headers.append(name, value);
        }
    }
    if !headers.contains_key(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=utf-8"));
    }
    response
}

#[expect(clippy::disallowed_methods, reason = "the gateway is the edge where time is read")]
fn now() -> Timestamp {
    Timestamp::now()
}
