//! A queue's event source, as Lambda runs it: poll, batch, invoke, delete what succeeded.

mod event;
mod verdict;

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, ensure};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

pub use self::event::sqs_event;
use self::verdict::Verdict;

/// How an [`EventSource`] is set up.
#[derive(Clone, Debug)]
pub struct EventSourceOptions {
    pub queue_url: String,
    /// The most messages in one event; up to 10,000.
    pub batch_size: usize,
    /// How long messages are gathered for one event, from the first on; up to 300 s.
    pub window: Duration,
    /// The most invocations at once.
    pub concurrency: usize,
    /// Whether the answer's `batchItemFailures` is heeded (`ReportBatchItemFailures`). If not, an
    /// answer of any kind means that the whole batch is done.
    pub report_batch_item_failures: bool,
    /// How long an empty queue is polled; stopping waits for it. Whole seconds, up to 20; zero asks
    /// anew every 20 ms instead.
    pub poll: Duration,
}

impl EventSourceOptions {
    /// Batches of up to ten without a window, two at a time, with partial answers.
    #[must_use]
    pub fn new(queue_url: impl Into<String>) -> Self {
        Self {
            queue_url: queue_url.into(),
            batch_size: 10,
            window: Duration::ZERO,
            concurrency: 2,
            report_batch_item_failures: true,
            poll: Duration::from_secs(1),
        }
    }
}

/// What an event source did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Events handed to the function.
    pub invocations: u64,
    pub messages: u64,
    /// Messages that were deleted as done.
    pub deleted: u64,
    /// Messages that were left in the queue for redelivery.
    pub left: u64,
    /// Events that failed as a whole.
    pub failed_invocations: u64,
}

/// A running event source. [`stop`](Self::stop) it to let what is under way end; dropping it cuts that
/// off, as the end of the process would.
#[derive(Debug)]
pub struct EventSource {
    stop: watch::Sender<bool>,
    polling: JoinHandle<()>,
    counters: Arc<Counters>,
}

impl Drop for EventSource {
    fn drop(&mut self) {
        self.polling.abort();
    }
}

#[derive(Debug, Default)]
struct Counters {
    invocations: AtomicU64,
    messages: AtomicU64,
    deleted: AtomicU64,
    left: AtomicU64,
    failed_invocations: AtomicU64,
}

/// An event's payload limit with room for the envelope, in bytes.
const EVENT_LIMIT: usize = 6 * 1024 * 1024 - 64 * 1024;

/// What lies between two questions to a queue that was empty.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

type Handler = Arc<dyn Fn(Value) -> BoxFuture<'static, Result<Value, String>> + Send + Sync>;

struct Source {
    client: Client,
    options: EventSourceOptions,
    arn: String,
    handler: Handler,
    counters: Arc<Counters>,
}

impl EventSource {
    /// Starts polling, and hands each event to `handler`.
    ///
    /// # Errors
    ///
    /// What Lambda refuses to set up: a batch of more than ten without a window of a second, a batch or
    /// a window beyond the limits; or the queue does not exist.
    pub async fn start<H, F, E>(
        client: Client,
        options: EventSourceOptions,
        handler: H,
    ) -> anyhow::Result<Self>
    where
        H: Fn(Value) -> F + Send + Sync + 'static,
        F: Future<Output = Result<Value, E>> + Send + 'static,
        E: Display,
    {
        let (size, window) = (options.batch_size, options.window);
        ensure!((1..=10_000).contains(&size), "a batch has 1 to 10,000 messages");
        ensure!(window <= Duration::from_secs(300), "a window is 300 s at most");
        ensure!(
            size <= 10 || window >= Duration::from_secs(1),
            "a batch of more than 10 needs a window of 1 s at least"
        );
        ensure!(options.concurrency > 0, "someone must work");
        let arn = QueueAttributeName::QueueArn;
        let attributes = client.get_queue_attributes().queue_url(&options.queue_url);
        let attributes = attributes.attribute_names(arn.clone()).send().await;
        let attributes =
            attributes.with_context(|| format!("no queue at {}", options.queue_url))?;
        let arn = attributes.attributes.and_then(|mut attributes| attributes.remove(&arn));

        let handler: Handler = Arc::new(move |event| {
            let answer = handler(event);
            Box::pin(async move { answer.await.map_err(|error| error.to_string()) })
        });
        let counters = Arc::new(Counters::default());
        let source = Arc::new(Source {
            client,
            options,
            arn: arn.context("the queue has no ARN")?,
            handler,
            counters: Arc::clone(&counters),
        });
        let (stop, stopped) = watch::channel(false);
        let polling = tokio::spawn(poll(source, stopped));
        Ok(Self { stop, polling, counters })
    }

    #[must_use]
    pub fn tally(&self) -> Tally {
        let read = |counter: &AtomicU64| counter.load(Ordering::SeqCst);
        Tally {
            invocations: read(&self.counters.invocations),
            messages: read(&self.counters.messages),
            deleted: read(&self.counters.deleted),
            left: read(&self.counters.left),
            failed_invocations: read(&self.counters.failed_invocations),
        }
    }

    /// Stops polling, and waits until every invocation has ended and its deletions are made.
    pub async fn stop(mut self) -> Tally {
        self.stop.send_replace(true);
        (&mut self.polling).await.ok();
        self.tally()
    }
}

async fn poll(source: Arc<Source>, stopped: watch::Receiver<bool>) {
    let permits = Arc::new(Semaphore::new(source.options.concurrency));
    let mut working = JoinSet::new();
    while !*stopped.borrow() {
        // Receives only when a handler is free: a message that waited here would use up its visibility timeout.
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
            break;
        };
        if *stopped.borrow() {
            break;
        }
        while working.try_join_next().is_some() {}
        let mut permit = Some(permit);
        for batch in source.gather(&stopped).await {
            let free = match permit.take() {
                Some(permit) => permit,
                None => match Arc::clone(&permits).acquire_owned().await {
                    Ok(permit) => permit,
                    Err(_) => break,
                },
            };
            let source = Arc::clone(&source);
            working.spawn(async move {
                source.invoke(batch).await;
                drop(free);
            });
        }
    }
    while working.join_next().await.is_some() {}
}

impl Source {
    /// The messages of the next event; of several, where they are too long for one.
    async fn gather(&self, stopped: &watch::Receiver<bool>) -> Vec<Vec<Message>> {
        let mut messages = self.receive(self.options.batch_size, self.options.poll).await;
        if messages.is_empty() && self.options.poll.is_zero() {
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        let closes = Instant::now() + self.options.window;
        while !messages.is_empty()
            && messages.len() < self.options.batch_size
            && Instant::now() < closes
            && !*stopped.borrow()
        {
            let room = self.options.batch_size - messages.len();
            let more = self.receive(room, Duration::ZERO).await;
            if more.is_empty() {
                tokio::time::sleep(POLL_INTERVAL).await;
            }
            messages.extend(more);
        }
        let mut batches: Vec<Vec<Message>> = Vec::new();
        let mut size = 0;
        for message in messages {
            let weight = event::weight(&message);
            match batches.last_mut().filter(|_| size + weight <= EVENT_LIMIT) {
                Some(batch) => batch.push(message),
                None => {
                    batches.push(vec![message]);
                    size = 0;
                }
            }
            size += weight;
        }
        batches
    }

    async fn receive(&self, most: usize, wait: Duration) -> Vec<Message> {
        let wait = i32::try_from(wait.as_secs()).unwrap_or(20).min(20);
        let received = self
            .client
            .receive_message()
            .queue_url(&self.options.queue_url)
            .max_number_of_messages(i32::try_from(most.min(10)).unwrap_or(10))
            .wait_time_seconds(wait)
            .message_system_attribute_names(MessageSystemAttributeName::All)
            .message_attribute_names("All")
            .send()
            .await;
        match received {
            Ok(received) => received.messages.unwrap_or_default(),
            Err(error) => {
                let error = aws_sdk_sqs::error::DisplayErrorContext(error);
                tracing::warn!(error = %error, "event_source.poll_failed");
                tokio::time::sleep(Duration::from_millis(100)).await;
                Vec::new()
            }
        }
    }

    async fn invoke(&self, batch: Vec<Message>) {
        let count = |counter: &AtomicU64, by: usize| {
            counter.fetch_add(u64::try_from(by).unwrap_or(0), Ordering::SeqCst);
        };
        count(&self.counters.invocations, 1);
        count(&self.counters.messages, batch.len());
        let event = sqs_event(&batch, &self.arn);
        // In a task of its own, so that a panic is a failed invocation and not the end of the source.
        let mut task = JoinSet::new();
        let handler = Arc::clone(&self.handler);
        task.spawn(async move { handler(event).await });
        let answer = task.join_next().await;
        let verdict = match answer {
            Some(Ok(Ok(answer))) if self.options.report_batch_item_failures => {
                verdict::of(&answer, &batch)
            }
            Some(Ok(Ok(_))) => Verdict::done(),
            Some(Ok(Err(error))) => Verdict::Retry(error),
            Some(Err(_)) | None => Verdict::Retry("the handler panicked".to_owned()),
        };
        let done = match verdict {
            Verdict::Except(failed) => {
                let kept =
                    |message: &&Message| message.message_id().is_none_or(|id| !failed.contains(id));
                batch.iter().filter(kept).collect()
            }
            Verdict::Retry(reason) => {
                count(&self.counters.failed_invocations, 1);
                tracing::warn!(reason, messages = batch.len(), "event_source.batch_failed");
                Vec::new()
            }
        };
        let deleted = self.delete(&done).await;
        count(&self.counters.deleted, deleted);
        count(&self.counters.left, batch.len() - deleted);
    }

    /// Deletes processed messages and returns their number. A failed delete means redelivery, which SQS allows.
    async fn delete(&self, done: &[&Message]) -> usize {
        let mut deleted = 0;
        for chunk in done.chunks(10) {
            let entry = |(place, message): (usize, &&Message)| {
                let entry = DeleteMessageBatchRequestEntry::builder().id(place.to_string());
                entry.set_receipt_handle(message.receipt_handle.clone()).build().ok()
            };
            let mut entries: Vec<_> = chunk.iter().enumerate().filter_map(entry).collect();
            for _ in 0..3 {
                let delete = self.client.delete_message_batch().queue_url(&self.options.queue_url);
                let sent = entries.len();
                let Ok(result) = delete.set_entries(Some(entries.clone())).send().await else {
                    continue;
                };
                let failed = |entry: &DeleteMessageBatchRequestEntry| {
                    result.failed().iter().any(|failed| failed.id() == entry.id())
                };
                entries.retain(failed);
                deleted += sent - entries.len();
                if entries.is_empty() {
                    break;
                }
            }
        }
        deleted
    }
}
