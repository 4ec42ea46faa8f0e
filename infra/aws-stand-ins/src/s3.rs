//! S3: objects that functions read whole, write, list and delete.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderValue, Request, StatusCode};
use md5::{Digest, Md5};

use crate::client_config::{REGION, SECRET_ACCESS_KEY, access_key_id};
use crate::faults::{Faults, RequestShape, Service, around, refusal};
use stand_in_kit::{Admission, Answer, Hangup, Server, text};

/// The longest part of an upload that is taken. S3 takes more.
const BODY_LIMIT: usize = 32 * 1024 * 1024;

/// How many objects one page of a list has, as S3's.
const MAX_LISTED: usize = 1_000;

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
    uploads: Arc<Mutex<BTreeMap<String, Upload>>>,
}

/// A multipart upload that was begun: its parts by number. No reader sees them.
type Upload = BTreeMap<u32, Bytes>;

#[derive(Clone, Debug)]
struct Object {
    content: Bytes,
    etag: String,
}

impl Object {
    fn new(content: Bytes) -> Self {
        let mut etag = String::from('"');
        for byte in Md5::digest(&content) {
            write!(etag, "{byte:02x}").ok();
        }
        etag.push('"');
        Self { content, etag }
    }
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
        let object = Object::new(content.into());
        let etag = object.etag.clone();
        self.store.objects().insert(format!("{bucket}/{key}"), object);
        etag
    }

    /// An object's content, if it is there.
    #[must_use]
    pub fn object(&self, bucket: &str, key: &str) -> Option<Bytes> {
        let objects = self.store.objects();
        objects.get(&format!("{bucket}/{key}")).map(|object| object.content.clone())
    }

    /// The keys of a bucket's objects, in their order.
    #[must_use]
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        let objects = self.store.objects();
        let below = format!("{bucket}/");
        objects.keys().filter_map(|name| name.strip_prefix(&below)).map(str::to_owned).collect()
    }

    /// How many multipart uploads were begun and neither completed nor aborted.
    #[must_use]
    pub fn open_uploads(&self) -> usize {
        self.store.uploads().len()
    }

    /// The variables that lead a function here.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("AWS_ENDPOINT_URL_S3", self.url()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", access_key_id().to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY.to_owned()),
        ]
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

    fn uploads(&self) -> MutexGuard<'_, BTreeMap<String, Upload>> {
        self.uploads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, request: &Request<Bytes>) -> Result<Answer, Hangup> {
        let query = Query::of(request);
        let has = |name: &str| query.get(name).is_some();
        let action = match request.method().as_str() {
            "GET" if has("list-type") => "ListObjectsV2",
            "GET" => "GetObject",
            "PUT" if has("uploadId") => "UploadPart",
            "PUT" => "PutObject",
            "POST" if has("uploads") => "CreateMultipartUpload",
            "POST" if has("uploadId") => "CompleteMultipartUpload",
            "DELETE" if has("uploadId") => "AbortMultipartUpload",
            "DELETE" => "DeleteObject",
            _ => "",
        };
        let body = request.body();
        let fault = self.faults.choose(Service::S3, action, body);
        let shape = RequestShape { service: Service::S3, action, body };
        let name = decoded(request.uri().path().trim_start_matches('/'));
        around(fault, &shape, async {
            Ok(match action {
                "GetObject" => self.get(request),
                "ListObjectsV2" => self.list(name.trim_end_matches('/'), &query),
                "PutObject" => self.put(name, body.clone()),
                "DeleteObject" => self.delete(&name),
                "CreateMultipartUpload" => self.create_upload(),
                "UploadPart" => self.put_part(&query, body.clone()),
                "CompleteMultipartUpload" => self.complete_upload(name, &query),
                "AbortMultipartUpload" => self.abort_upload(&query),
                _ => refusal(Service::S3, 501, "NotImplemented"),
            })
        })
        .await
    }

    fn put(&self, name: String, content: Bytes) -> Answer {
        let object = Object::new(content);
        let answer = with_etag(text(StatusCode::OK, Bytes::new()), &object.etag);
        self.objects().insert(name, object);
        answer
    }

    fn delete(&self, name: &str) -> Answer {
        self.objects().remove(name);
        text(StatusCode::NO_CONTENT, Bytes::new())
    }

    fn list(&self, bucket: &str, query: &Query) -> Answer {
        let prefix = format!("{bucket}/{}", query.get("prefix").unwrap_or_default());
        let after =
            query.get("continuation-token").or(query.get("start-after")).unwrap_or_default();
        let after = format!("{bucket}/{after}");
        let objects = self.objects();
        let mut listed =
            objects.iter().filter(|(name, _)| name.starts_with(&prefix) && **name > after);
        let mut xml = String::from("<ListBucketResult>");
        let mut last = None;
        for (name, object) in listed.by_ref().take(MAX_LISTED) {
            let key = &name[bucket.len() + 1..];
            write!(
                xml,
                "<Contents><Key>{}</Key><Size>{}</Size><ETag>{}</ETag>\
                 <LastModified>2026-11-24T00:00:00.000Z</LastModified></Contents>",
                escaped(key),
                object.content.len(),
                escaped(&object.etag),
            )
            .ok();
            last = Some(key);
        }
        if let Some(last) = last.filter(|_| listed.next().is_some()) {
            let last = escaped(last);
            write!(xml, "<NextContinuationToken>{last}</NextContinuationToken>").ok();
        }
        xml.push_str("</ListBucketResult>");
        text(StatusCode::OK, xml)
    }

    fn create_upload(&self) -> Answer {
        let id = uuid::Uuid::new_v4().simple().to_string();
        let xml = format!(
            "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
        );
        self.uploads().insert(id, Upload::new());
        text(StatusCode::OK, xml)
    }

    fn put_part(&self, query: &Query, content: Bytes) -> Answer {
        let number = query.get("partNumber").and_then(|number| number.parse().ok());
        let mut uploads = self.uploads();
        let upload = query.get("uploadId").and_then(|id| uploads.get_mut(id));
        let (Some(number), Some(upload)) = (number, upload) else {
            return refusal(Service::S3, 404, "NoSuchUpload");
        };
        let answer =
            with_etag(text(StatusCode::OK, Bytes::new()), &Object::new(content.clone()).etag);
        upload.insert(number, content);
        answer
    }

    fn complete_upload(&self, name: String, query: &Query) -> Answer {
        let Some(parts) = query.get("uploadId").and_then(|id| self.uploads().remove(id)) else {
            return refusal(Service::S3, 404, "NoSuchUpload");
        };
        let object = Object::new(parts.into_values().collect::<Vec<_>>().concat().into());
        let xml = format!(
            "<CompleteMultipartUploadResult><ETag>{}</ETag></CompleteMultipartUploadResult>",
            escaped(&object.etag)
        );
        self.objects().insert(name, object);
        text(StatusCode::OK, xml)
    }

    fn abort_upload(&self, query: &Query) -> Answer {
        match query.get("uploadId").and_then(|id| self.uploads().remove(id)) {
            Some(_) => text(StatusCode::NO_CONTENT, Bytes::new()),
            None => refusal(Service::S3, 404, "NoSuchUpload"),
        }
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
        let binary = HeaderValue::from_static("binary/octet-stream");
        answer.headers_mut().insert(CONTENT_TYPE, binary);
        with_etag(answer, &object.etag)
    }
}

fn with_etag(mut answer: Answer, etag: &str) -> Answer {
    if let Ok(etag) = HeaderValue::from_str(etag) {
        answer.headers_mut().insert(ETAG, etag);
    }
    answer
}

/// The query of a request, decoded.
struct Query(BTreeMap<String, String>);

impl Query {
    fn of(request: &Request<Bytes>) -> Self {
        let query = request.uri().query().unwrap_or_default();
        Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

/// Text within XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
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
