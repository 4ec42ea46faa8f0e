//! SQS: standard queues over the AWS JSON protocol.

mod administration;
mod batch;
mod in_flight;
mod message;
mod move_task;
mod names;
mod queue;
mod queues;
mod receive;
mod redrive;
mod refusal;
mod send;
mod settings;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::Context;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Request, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

pub use self::queue::Counts;
pub use self::queues::Disorder;

use self::names::{arn_of, name_in_url};
use self::queues::Queues;
use self::refusal::Refusal;
use crate::client_config::ACCOUNT;
use crate::faults::{Fault, Faults, RequestShape, Service, around};
use stand_in_kit::Clock;
use stand_in_kit::{Admission, Answer, Hangup, Server, action, text};

/// The longest request that is read, in bytes: a batch of 1 MiB whose characters are all escaped.
const BODY_LIMIT: usize = 8 * 1024 * 1024;

/// How an [`Sqs`] is set up.
#[derive(Clone, Debug, Default)]
pub struct SqsOptions {
    /// The port on loopback; 0 for a free one.
    pub port: u16,
    /// What visibility, delays and retention are reckoned by.
    pub clock: Clock,
    pub faults: Faults,
    /// How untidily messages are delivered.
    pub disorder: Disorder,
}

/// An SQS on loopback; dropping it stops it.
#[derive(Debug)]
pub struct Sqs {
    shared: Shared,
    faults: Faults,
    server: Server,
}

/// A message in a queue, for tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMessage {
    /// The id that SQS gave it.
    pub message_id: String,
    pub body: String,
    /// How often it was received.
    pub receive_count: u32,
    pub attributes: BTreeMap<String, String>,
}

impl Sqs {
    /// Starts on a free port, on `clock`.
    pub async fn start(clock: Clock) -> anyhow::Result<Self> {
        Self::start_with(SqsOptions { clock, ..SqsOptions::default() }).await
    }

    pub async fn start_with(options: SqsOptions) -> anyhow::Result<Self> {
        let shared = Shared {
            clock: options.clock,
            url: Arc::default(),
            queues: Arc::new(Mutex::new(Queues::new(options.disorder))),
            arrivals: watch::Sender::new(()),
        };
        let faults = options.faults;
        let (serving, chosen) = (shared.clone(), faults.clone());
        let server =
            Server::start(options.port, BODY_LIMIT, Admission::AccessKey, move |request| {
                let (shared, faults) = (serving.clone(), chosen.clone());
                async move { answer(&shared, &faults, &request).await }
            })
            .await
            .with_context(|| format!("SQS cannot listen on port {}", options.port))?;
        shared.url.set(server.url()).ok();
        Ok(Self { shared, faults, server })
    }

    #[must_use]
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The faults that its requests meet.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    /// Creates a queue with attributes as `CreateQueue` takes them; the answer is its URL.
    pub fn create_queue(&self, name: &str, attributes: &[(&str, &str)]) -> anyhow::Result<String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let attributes = attributes.iter().map(owned).collect();
        let now = self.shared.clock.milliseconds();
        self.shared.queues().create(name, &attributes, now)?;
        Ok(self.queue_url(name))
    }

    /// Creates a queue and its dead letters, called `{name}-dead-letters`, to which a message goes that
    /// was received `maximum_receives` times; the answer is both URLs.
    pub fn create_queue_with_dead_letters(
        &self,
        name: &str,
        maximum_receives: u32,
        attributes: &[(&str, &str)],
    ) -> anyhow::Result<(String, String)> {
        let dead_letters = format!("{name}-dead-letters");
        let dead_letters_url =
            self.create_queue(&dead_letters, &[("MessageRetentionPeriod", "1209600")])?;
        let redrive = serde_json::json!({
            "deadLetterTargetArn": arn_of(&dead_letters),
            "maxReceiveCount": maximum_receives,
        })
        .to_string();
        let mut attributes = attributes.to_vec();
        attributes.push(("RedrivePolicy", &redrive));
        Ok((self.create_queue(name, &attributes)?, dead_letters_url))
    }

    /// The URL of a queue, whether it exists or not.
    #[must_use]
    pub fn queue_url(&self, name: &str) -> String {
        self.shared.url_of(name)
    }

    /// The ARN of a queue, whether it exists or not.
    #[must_use]
    pub fn queue_arn(&self, name: &str) -> String {
        arn_of(name)
    }

    /// How many messages the queue at `url` (or of that name) holds now.
    pub fn counts(&self, url: &str) -> anyhow::Result<Counts> {
        let now = self.shared.clock.milliseconds();
        Ok(self.shared.queues().queue(name_in_url(url), now)?.counts())
    }

    /// When the next delayed or flying message of the queue at `url` (or of that name) becomes visible:
    /// how far a test must [advance](Clock::advance) the clock for something to happen.
    pub fn next_visible(&self, url: &str) -> anyhow::Result<Option<Timestamp>> {
        let now = self.shared.clock.milliseconds();
        let mut queues = self.shared.queues();
        let next = queues.queue(name_in_url(url), now)?.next_visible();
        Ok(next.and_then(|next| Timestamp::from_millisecond(next).ok()))
    }

    /// What lies in the queue at `url` (or of that name) now, oldest first, without receiving it.
    pub fn messages(&self, url: &str) -> anyhow::Result<Vec<QueuedMessage>> {
        let now = self.shared.clock.milliseconds();
        let mut queues = self.shared.queues();
        let queue = queues.queue(name_in_url(url), now)?;
        let shown = |message: &queue::Message| QueuedMessage {
            message_id: message.id.to_string(),
            body: message.content.body.to_string(),
            receive_count: message.receives,
            attributes: message
                .content
                .attributes
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.string_value.clone()?)))
                .collect(),
        };
        Ok(queue.messages().map(shown).collect())
    }
}

#[derive(Clone, Debug)]
struct Shared {
    clock: Clock,
    /// Known once the server listens.
    url: Arc<OnceLock<String>>,
    queues: Arc<Mutex<Queues>>,
    /// Wakes the receivers that wait for a message.
    arrivals: watch::Sender<()>,
}

impl Shared {
    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn url_of(&self, name: &str) -> String {
        format!("{}/{ACCOUNT}/{name}", self.url.get().map_or("", String::as_str))
    }

    fn announce(&self) {
        self.arrivals.send_replace(());
    }

    fn arrivals(&self) -> watch::Receiver<()> {
        self.arrivals.subscribe()
    }
}

/// The queue that a request names.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct QueueUrl {
    queue_url: Option<String>,
}

impl QueueUrl {
    fn name(&self) -> Result<&str, Refusal> {
        self.queue_url.as_deref().map(name_in_url).ok_or_else(|| Refusal::missing("QueueUrl"))
    }
}

async fn answer(
    shared: &Shared,
    faults: &Faults,
    request: &Request<Bytes>,
) -> Result<Answer, Hangup> {
    let (action, body) = (action(request), request.body());
    let fault = faults.choose(Service::Sqs, action, body);
    let left_out = match &fault {
        Fault::LeaveOut(positions) => positions.clone(),
        _ => Vec::new(),
    };
    let shape = RequestShape { service: Service::Sqs, action, body };
    let mut answer = around(fault, &shape, async {
        Ok(match serve(shared, action, body, &left_out).await {
            Ok(value) => text(StatusCode::OK, value.to_string()),
            Err(refusal) => refusal.answer(),
        })
    })
    .await?;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
    if let Ok(id) = HeaderValue::from_str(&Uuid::new_v4().to_string()) {
        headers.insert("x-amzn-requestid", id);
    }
    Ok(answer)
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    // serde's words name the place and the type, never the value of a text.
    serde_json::from_slice(body).map_err(|error| Refusal::serialization(error.to_string()))
}

async fn serve(
    shared: &Shared,
    action: &str,
    body: &Bytes,
    left_out: &[usize],
) -> Result<Value, Refusal> {
    let queue: QueueUrl = parse(body)?;
    match action {
        "CancelMessageMoveTask" => redrive::cancel(shared, &parse(body)?),
        "ChangeMessageVisibility" => in_flight::change(shared, &queue, &parse(body)?),
        "ChangeMessageVisibilityBatch" => {
            in_flight::change_batch(shared, &queue, &parse(body)?, left_out)
        }
        "CreateQueue" => administration::create(shared, &parse(body)?),
        "DeleteMessage" => in_flight::delete(shared, &queue, &parse(body)?),
        "DeleteMessageBatch" => in_flight::delete_batch(shared, &queue, &parse(body)?, left_out),
        "DeleteQueue" => administration::delete(shared, &queue),
        "GetQueueAttributes" => administration::attributes(shared, &queue, &parse(body)?),
        "GetQueueUrl" => administration::url(shared, &parse(body)?),
        "ListDeadLetterSourceQueues" => administration::list_sources(shared, &queue, &parse(body)?),
        "ListMessageMoveTasks" => redrive::list(shared, &parse(body)?),
        "ListQueues" => administration::list(shared, &parse(body)?),
        "PurgeQueue" => administration::purge(shared, &queue),
        "ReceiveMessage" => receive::receive(shared, &queue, &parse(body)?).await,
        "SendMessage" => send::single(shared, &queue, &parse(body)?),
        "SendMessageBatch" => send::batch(shared, &queue, &parse(body)?, left_out),
        "SetQueueAttributes" => administration::set_attributes(shared, &queue, &parse(body)?),
        "StartMessageMoveTask" => redrive::start(shared, parse(body)?),
        _ => Err(Refusal::unknown_operation(format!("The action {action} is not served here."))),
    }
}
