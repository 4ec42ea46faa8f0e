//! Invokes the functions in this process with the events that AWS would send.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use aws_stand_ins::Clock;
use consumer::Consumer;
use lambda_http::request::LambdaRequest;
use lambda_http::tower::Service as _;
use lambda_http::{Adapter, service_fn};
use lambda_runtime::{Context, LambdaEvent};
use reconciler::Reconciler;
use renewer::Renewer;
use serde_json::Value;
use tokio::time::Instant;
use webhook::Webhook;

/// The number of running invocations.
#[derive(Debug, Clone, Default)]
pub(super) struct RunningInvocations(Arc<AtomicUsize>);

impl RunningInvocations {
    /// Counts an invocation while it runs, also one that is dropped in the middle.
    pub(super) fn during<F: Future>(
        &self,
        invocation: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        let running = Arc::clone(&self.0);
        async move {
            let _running = Running::begin(running);
            invocation.await
        }
    }

    pub(super) fn is_busy(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }
}

struct Running(Arc<AtomicUsize>);

impl Running {
    fn begin(running: Arc<AtomicUsize>) -> Self {
        running.fetch_add(1, Ordering::SeqCst);
        Self(running)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The consumers of an event source. Each stands for a process of its own, with its own token and throttling
/// state.
#[derive(Clone)]
pub(super) struct Consumers {
    all: Arc<[Consumer]>,
    timeout: Duration,
    idle: Arc<Mutex<Vec<usize>>>,
}

impl Consumers {
    pub(super) fn new(all: Vec<Consumer>, timeout: Duration) -> Self {
        let idle = Arc::new(Mutex::new((0..all.len()).collect()));
        Self { all: all.into(), timeout, idle }
    }

    /// One of them, idle or not.
    pub(super) fn any(&self) -> &Consumer {
        &self.all[0]
    }

    /// The consumer that was used last, as Lambda prefers it.
    fn take(&self) -> Taken {
        let place = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        Taken { place, of: self.clone() }
    }
}

/// A consumer in exclusive use until this is dropped.
struct Taken {
    place: Option<usize>,
    of: Consumers,
}

impl Taken {
    fn consumer(&self) -> &Consumer {
        &self.of.all[self.place.unwrap_or_default()]
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.of.idle.lock().unwrap_or_else(PoisonError::into_inner).extend(self.place);
    }
}

/// The functions' timeouts in template.yaml.
pub const CONSUMER_TIMEOUT: Duration = Duration::from_secs(300);
pub const RENEWER_TIMEOUT: Duration = Duration::from_secs(60);
pub const RECONCILER_TIMEOUT: Duration = Duration::from_secs(900);

/// The batching window of the consumer's event source in template.yaml.
pub const CONSUMER_WINDOW: Duration = Duration::from_secs(20);

/// Invokes the webhook with an HTTP API event, as its `main` does.
pub(super) async fn webhook(
    webhook: Arc<Webhook>,
    clock: Clock,
    event: Value,
) -> anyhow::Result<Value> {
    let request: LambdaRequest = serde_json::from_value(event).context("not an HTTP API event")?;
    let mut adapter = Adapter::from(service_fn(move |request| {
        let (webhook, clock) = (Arc::clone(&webhook), clock.clone());
        async move { Ok::<_, std::convert::Infallible>(webhook.handle(request, clock.now()).await) }
    }));
    let answer = adapter.call(LambdaEvent::new(request, Context::default())).await?;
    Ok(serde_json::to_value(answer)?)
}

/// Invokes an idle consumer with an SQS event.
pub(super) async fn consumer(
    consumers: Consumers,
    clock: Clock,
    event: Value,
) -> anyhow::Result<Value> {
    let event = serde_json::from_value(event).context("not an SQS event")?;
    let deadline = Instant::now() + consumers.timeout;
    let now = clock.now();
    let taken = consumers.take();
    let answer = taken.consumer().handle(event, now, deadline).await;
    Ok(serde_json::to_value(answer)?)
}

pub(super) async fn renewer(
    renewer: Arc<Renewer>,
    clock: Clock,
    event: Value,
) -> anyhow::Result<Value> {
    let deadline = Instant::now() + RENEWER_TIMEOUT;
    Ok(renewer.handle(event, clock.now(), deadline).await?)
}

pub(super) async fn reconciler(
    reconciler: Reconciler,
    clock: Clock,
    event: Value,
) -> anyhow::Result<Value> {
    let deadline = Instant::now() + RECONCILER_TIMEOUT;
    Ok(reconciler.handle(event, clock.now(), deadline).await?)
}
