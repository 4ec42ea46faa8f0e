//! Answers as the servers send them: whole, not streamed.

use std::convert::Infallible;

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::{BodyExt, Full};

pub type Answer = Response<Full<Bytes>>;

/// A JSON answer from text.
pub fn text(status: StatusCode, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    let json = http::HeaderValue::from_static("application/json");
    answer.headers_mut().insert(http::header::CONTENT_TYPE, json);
    answer
}

/// The bytes of an answer that is in memory already.
pub async fn body_of(answer: &mut Answer) -> Bytes {
    let Ok(body) = answer.body_mut().collect().await.map_err(|never: Infallible| match never {});
    body.to_bytes()
}
