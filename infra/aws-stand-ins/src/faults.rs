//! Faults that a test asks for, request by request.

use std::fmt;
use std::future::pending;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use stand_in_kit::{Answer, Hangup, text};

/// Which stand-in a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    DynamoDb,
    Sqs,
    SecretsManager,
    S3,
}

/// What a hook may know of a request.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// The stand-in that it came to.
    pub service: Service,
    /// The API action, such as `TransactWriteItems`.
    pub action: String,
    /// The number of the request among all that pass these [`Faults`], from 0.
    pub sequence: u64,
    /// The JSON that the client sent.
    pub body: Bytes,
}

impl RequestInfo {
    /// The body as JSON; null where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing: it is served.
    #[default]
    None,
    /// The connection is closed; the request has no effect.
    DropBefore,
    /// The request takes effect; then the connection is closed without an answer.
    DropAfter,
    /// An error with this HTTP status and AWS error code; the request has no effect.
    ErrorBefore(u16, &'static str),
    /// The request takes effect; then this error is the answer.
    ErrorAfter(u16, &'static str),
    /// Time passes (the real one), then it is served. A client that leaves meanwhile leaves no effect.
    Delay(Duration),
    /// It is served; the answer comes this much later.
    DelayAfter(Duration),
    /// The request takes effect and is never answered, until the client gives up.
    Hang,
    /// Another transaction is at work on the item: `TransactionConflictException` for a single write,
    /// a cancelled transaction whose first reason is `TransactionConflict` for a transaction. Without
    /// effect. DynamoDB only.
    TransactionConflict,
    /// The entries of a batch at these positions are not taken: `BatchWriteItem` and `BatchGetItem`
    /// return them unprocessed, an SQS batch reports them failed (`InternalError`, not the sender's
    /// fault). Positions of `BatchWriteItem` count through its tables in the order of their names.
    LeaveOut(Vec<usize>),
}

type Hook = Arc<dyn Fn(&RequestInfo) -> Fault + Send + Sync>;

/// Holds a hook that chooses the fault of each request. Clones share the hook and the
/// sequence, so that one hook can watch several stand-ins.
#[derive(Clone, Default)]
pub struct Faults(Arc<Inner>);

#[derive(Default)]
struct Inner {
    hook: Mutex<Option<Hook>>,
    sequence: AtomicU64,
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").field("requests", &self.requests()).finish_non_exhaustive()
    }
}

impl Faults {
    /// No faults until a hook is set.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Every later request is shown to `hook`, which says what happens to it.
    pub fn set(&self, hook: impl Fn(&RequestInfo) -> Fault + Send + Sync + 'static) {
        *self.0.hook.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(hook));
    }

    /// Serves every later request.
    pub fn clear(&self) {
        *self.0.hook.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// How many requests came so far, served or not.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.0.sequence.load(Ordering::SeqCst)
    }

    /// Restarts the count of requests at 0.
    pub fn restart_sequence(&self) {
        self.0.sequence.store(0, Ordering::SeqCst);
    }

    /// Decides the fault of a request.
    pub(crate) fn choose(&self, service: Service, action: &str, body: &Bytes) -> Fault {
        let sequence = self.0.sequence.fetch_add(1, Ordering::SeqCst);
        let hook = self.0.hook.lock().unwrap_or_else(PoisonError::into_inner).clone();
        hook.map_or(Fault::None, |hook| {
            hook(&RequestInfo { service, action: action.to_owned(), sequence, body: body.clone() })
        })
    }
}

/// Lets `fault` happen around `serve`. [`Fault::LeaveOut`] is the service's own to keep.
pub(crate) async fn around<F>(
    fault: Fault,
    request: &RequestShape<'_>,
    serve: F,
) -> Result<Answer, Hangup>
where
    F: Future<Output = Result<Answer, Hangup>>,
{
    match fault {
        Fault::None | Fault::LeaveOut(_) => serve.await,
        Fault::DropBefore => Err(Hangup),
        Fault::DropAfter => serve.await.and(Err(Hangup)),
        Fault::ErrorBefore(status, code) => Ok(refusal(request.service, status, code)),
        Fault::ErrorAfter(status, code) => {
            serve.await?;
            Ok(refusal(request.service, status, code))
        }
        Fault::Delay(time) => {
            tokio::time::sleep(time).await;
            serve.await
        }
        Fault::DelayAfter(time) => {
            let answer = serve.await;
            tokio::time::sleep(time).await;
            answer
        }
        Fault::Hang => {
            serve.await?;
            pending().await
        }
        Fault::TransactionConflict => Ok(conflict(request)),
    }
}

/// What [`around`] needs of a request to word its refusals.
pub(crate) struct RequestShape<'a> {
    pub(crate) service: Service,
    pub(crate) action: &'a str,
    pub(crate) body: &'a Bytes,
}

/// An error as the service words it.
pub(crate) fn refusal(service: Service, status: u16, code: &str) -> Answer {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let namespace = match service {
        Service::DynamoDb if code.starts_with("Throttling") => "com.amazon.coral.availability#",
        Service::DynamoDb => "com.amazonaws.dynamodb.v20120810#",
        Service::Sqs => "com.amazonaws.sqs#",
        Service::SecretsManager => "",
        Service::S3 => return s3_refusal(status, code),
    };
    let body = json!({"__type": format!("{namespace}{code}"), "message": "asked for by a test"});
    let mut answer = text(status, body.to_string());
    if service == Service::Sqs {
        let side = if status.is_server_error() { "Receiver" } else { "Sender" };
        if let Ok(value) = HeaderValue::from_str(&format!("{code};{side}")) {
            answer.headers_mut().insert("x-amzn-query-error", value);
        }
    }
    answer
}

/// S3 speaks XML.
fn s3_refusal(status: StatusCode, code: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code>\
         <Message>said by a stand-in</Message><RequestId>0</RequestId></Error>"
    );
    let mut answer = text(status, body);
    let xml = HeaderValue::from_static("application/xml");
    answer.headers_mut().insert(http::header::CONTENT_TYPE, xml);
    answer
}

/// DynamoDB's words for a write that met another transaction.
fn conflict(request: &RequestShape<'_>) -> Answer {
    if !matches!(request.action, "TransactWriteItems" | "TransactGetItems") {
        return refusal(Service::DynamoDb, 400, "TransactionConflictException");
    }
    let body: Value = serde_json::from_slice(request.body).unwrap_or_default();
    let items = body["TransactItems"].as_array().map_or(1, Vec::len).max(1);
    let mut reasons = vec![json!({"Code": "None"}); items];
    reasons[0] = json!({
        "Code": "TransactionConflict",
        "Message": "Transaction is ongoing for the item",
    });
    let codes: Vec<_> = reasons.iter().filter_map(|reason| reason["Code"].as_str()).collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": message,
        "CancellationReasons": reasons,
    });
    text(StatusCode::BAD_REQUEST, body.to_string())
}
