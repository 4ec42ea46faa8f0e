//! S3: objects that functions read whole.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderValue, Method, Request, StatusCode};
use md5::{Digest, Md5};

use crate::faults::{Faults, RequestShape, Service, around, refusal};
use stand_in_kit::{Admission, Answer, Hangup, Server, text};

/// Requests that are served have no body.
const BODY_LIMIT: usize = 1024;

/// An S3 on loopback, whose buckets are in the path; dropping it stops it.
#[derive(Debug)]
pub struct S3 {
    store: Store,
    server: Server,
}

#[derive(Clone, Debug, Default)]
struct Store {
    faults: Faults,
    /// By bucket and key, as `bucket/key`.
    objects: Arc<Mutex<BTreeMap<String, Object>>>,
}

#[derive(Clone, Debug)]
struct Object {
    content: Bytes,
    etag: String,
}

impl S3 {
    /// Starts on a free port.
    pub async fn start() -> anyhow::Result<Self> {
        let store = Store::default();
        let serving = store.clone();
        let server = Server::start(0, BODY_LIMIT, Admission::AccessKey, move |request| {
            let store = serving.clone();
            async move { store.answer(&request).await }
        })
        .await
        .context("S3 cannot listen")?;
        Ok(Self { store, server })
    }

    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The faults that its requests meet.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.store.faults
    }

    /// Puts an object in place of any other; the answer is its `ETag`, with the quotation marks.
    pub fn put(&self, bucket: &str, key: &str, content: impl Into<Bytes>) -> String {
        let content = content.into();
        let mut etag = String::from('"');
        for byte in Md5::digest(&content) {
            write!(etag, "{byte:02x}").ok();
        }
        etag.push('"');
        let object = Object { content, etag: etag.clone() };
        self.store.objects().insert(format!("{bucket}/{key}"), object);
        etag
    }

    /// Deletes an object, if it is there.
    pub fn delete(&self, bucket: &str, key: &str) {
        self.store.objects().remove(&format!("{bucket}/{key}"));
    }
}

impl Store {
    fn objects(&self) -> MutexGuard<'_, BTreeMap<String, Object>> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: &Request<Bytes>) -> Result<Answer, Hangup> {
        let action = if *request.method() == Method::GET { "GetObject" } else { "" };
        let body = request.body();
        let fault = self.faults.choose(Service::S3, action, body);
        let shape = RequestShape { service: Service::S3, action, body };
        around(fault, &shape, async {
            Ok(match action {
                "GetObject" => self.get(request),
                _ => refusal(Service::S3, 501, "NotImplemented"),
            })
        })
        .await
    }

    fn get(&self, request: &Request<Bytes>) -> Answer {
        let name = decoded(request.uri().path().trim_start_matches('/'));
        let objects = self.objects();
        let Some(object) = objects.get(&name) else {
            let bucket = name.split('/').next().unwrap_or_default();
            let has_bucket = objects.keys().any(|name| name.split('/').next() == Some(bucket));
            let code = if has_bucket { "NoSuchKey" } else { "NoSuchBucket" };
            return refusal(Service::S3, 404, code);
        };
        let known = request.headers().get(IF_NONE_MATCH).and_then(|etag| etag.to_str().ok());
        let mut answer = match known == Some(&*object.etag) {
            true => text(StatusCode::NOT_MODIFIED, Bytes::new()),
            false => text(StatusCode::OK, object.content.clone()),
        };
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("binary/octet-stream"));
        if let Ok(etag) = HeaderValue::from_str(&object.etag) {
            headers.insert(ETAG, etag);
        }
        answer
    }
}

/// A path without its escapes.
fn decoded(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| *first == b'%');
        let escaped = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
