//! One invocation: a batch of messages in, a partial batch response out.

use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use call_queue::CallMessage;
use call_table::{PageKind, RawPage};
use futures::future::join_all;
use jiff::Timestamp;
use msgraph::Error as GraphError;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::disposition::{self, Delivery, Disposition, Reason};
use crate::ingest::{Failure, Ingested};
use crate::run_bounded::run_bounded;
use crate::{Consumer, metrics};

/// A call that cannot have this much time is not begun.
const MIN_TIME_PER_CALL: Duration = Duration::from_secs(2);

/// The longest that SQS hides a message for.
const MAX_VISIBILITY_TIMEOUT: Duration = Duration::from_secs(12 * 3600 - 60);

/// Messages of one batch that speak of the same call: one fetch serves them all.
struct CallGroup {
    call_id: String,
    messages: Vec<Asked>,
}

/// A message, with the version that it asks for.
struct Asked {
    message: SqsMessage,
    wanted: Option<i64>,
}

impl CallGroup {
    fn deliveries(&self, now: Timestamp) -> Vec<Delivery> {
        let delivery =
            |asked: &Asked| Delivery { wanted: asked.wanted, ..delivery(&asked.message, now) };
        self.messages.iter().map(delivery).collect()
    }
}

pub(crate) async fn handle(
    consumer: &Consumer,
    event: SqsEvent,
    now: Timestamp,
    deadline: Instant,
) -> SqsBatchResponse {
    let work_until = deadline.checked_sub(consumer.config.reserve).unwrap_or(deadline);
    // Nothing begins after `work_until`; what began before it and hangs is left here. A call may be
    // left anywhere, as if the process had died.
    let leave_at = work_until + consumer.config.reserve / 2;
    let (groups, mut judged) = sort(event);

    let finished = run_bounded(groups, consumer.config.concurrency, |group| {
        let (consumer, call_id) = (consumer.clone(), group.call_id.clone());
        let deliveries = group.deliveries(now);
        let span = tracing::info_span!("call", %call_id);
        async move {
            let call = consumer.one_call(&call_id, &deliveries, now, work_until);
            timeout_at(leave_at, call).await.unwrap_or_else(|_| out_of_time(&deliveries))
        }
        .instrument(span)
    })
    .await;
    for (group, dispositions) in finished {
        let dispositions = dispositions.unwrap_or_else(|| {
            tracing::error!(call_id = %group.call_id, "the consumer panicked on this call");
            group.deliveries(now).into_iter().map(disposition::after_panic).collect()
        });
        let messages = group.messages.into_iter().map(|asked| asked.message);
        judged.extend(messages.zip(dispositions));
    }

    let settled = judged.into_iter().map(|(message, disposition)| async move {
        let leaves = consumer.settle(&message, disposition, now).await;
        (!leaves).then(|| message.message_id.unwrap_or_default())
    });
    let mut response = SqsBatchResponse::default();
    for kept in join_all(settled).await.into_iter().flatten() {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = kept;
        response.batch_item_failures.push(failure);
    }
    response
}

/// Groups the messages by call; those that are not ours are judged at once.
fn sort(event: SqsEvent) -> (Vec<CallGroup>, Vec<(SqsMessage, Disposition)>) {
    let mut groups: Vec<CallGroup> = Vec::new();
    let mut judged = Vec::new();
    for message in event.records {
        match CallMessage::parse(message.body.as_deref().unwrap_or_default()) {
            Ok(CallMessage { call_id, version: wanted, .. }) => {
                let asked = Asked { message, wanted };
                match groups.iter_mut().find(|group| group.call_id == call_id) {
                    Some(group) => group.messages.push(asked),
                    None => groups.push(CallGroup { call_id, messages: vec![asked] }),
                }
            }
            Err(error) => judged.push((
                message,
                Disposition::DeadLetter {
                    reason: Reason::UndecodableMessage,
                    detail: error.to_string(),
                },
            )),
        }
    }
    (groups, judged)
}

/// What SQS says of a message; what it does not say is taken as "new".
fn delivery(message: &SqsMessage, now: Timestamp) -> Delivery {
    let attribute = |name: &str| message.attributes.get(name)?.parse::<i64>().ok();
    let sent_ms = attribute("SentTimestamp").unwrap_or_else(|| now.as_millisecond());
    let receive_count = attribute("ApproximateReceiveCount").unwrap_or(1);
    Delivery {
        receive_count: u32::try_from(receive_count).unwrap_or(u32::MAX),
        age: Duration::from_millis(
            u64::try_from(now.as_millisecond().saturating_sub(sent_ms)).unwrap_or(0),
        ),
        wanted: None,
    }
}

fn out_of_time(deliveries: &[Delivery]) -> Vec<Disposition> {
    let judge = |delivery| disposition::after_graph(&GraphError::OutOfTime, delivery);
    deliveries.iter().copied().map(judge).collect()
}

impl Consumer {
    /// One call for all its messages: one disposition for each of them.
    async fn one_call(
        &self,
        call_id: &str,
        deliveries: &[Delivery],
        now: Timestamp,
        work_until: Instant,
    ) -> Vec<Disposition> {
        let all = |judge: &dyn Fn(Delivery) -> Disposition| -> Vec<Disposition> {
            deliveries.iter().map(|delivery| judge(*delivery)).collect()
        };
        if work_until.saturating_duration_since(Instant::now()) < MIN_TIME_PER_CALL {
            return out_of_time(deliveries);
        }
        let redelivered = deliveries.iter().any(|delivery| delivery.receive_count > 1);
        match self.ingest(call_id, redelivered, now, work_until).await {
            Ok(ingested) => {
                self.measure(ingested);
                all(&|delivery| disposition::after_storing(ingested.version(), delivery))
            }
            Err(Failure::Graph(error)) => {
                self.after_refusal(&error).await;
                if let GraphError::Undecodable { body, source } = &error {
                    // The bytes are kept before the message goes: what cannot be kept is tried again.
                    let pages = [RawPage {
                        kind: PageKind::from("undecodable"),
                        number: 0,
                        body: body.to_vec(),
                    }];
                    let reason = source.to_string();
                    let kept = self.writer.quarantine(call_id, &reason, &pages, now, work_until);
                    if let Err(error) = kept.await {
                        return all(&|delivery| disposition::after_store(&error, delivery));
                    }
                }
                all(&|delivery| disposition::after_graph(&error, delivery))
            }
            Err(Failure::Table(error)) => {
                tracing::warn!(%error, "the table did not take the call");
                all(&|delivery| disposition::after_store(&error, delivery))
            }
            Err(Failure::Incomplete(error)) => all(&|_| Disposition::DeadLetter {
                reason: Reason::UndecodableRecord,
                detail: error.to_string(),
            }),
        }
    }

    fn measure(&self, ingested: Ingested) {
        match ingested {
            Ingested::Stored { replaced, lag, .. } => {
                self.metrics.count(metrics::STORED, 1);
                match (replaced, lag) {
                    (Some(_), _) => self.metrics.count(metrics::REPLACED, 1),
                    // Of the first version only: Graph makes newer ones for days, and their age
                    // says nothing about us.
                    (None, Some(lag)) => self.metrics.duration(metrics::STORED_LAG, lag),
                    (None, None) => {}
                }
                tracing::info!(replaced, lag_s = lag.map(|lag| lag.as_secs()), "stored");
            }
            Ingested::AlreadyStored { .. } => self.metrics.count(metrics::ALREADY_STORED, 1),
        }
    }

    /// Acts on a disposition; true when the message may leave the queue.
    async fn settle(&self, message: &SqsMessage, disposition: Disposition, now: Timestamp) -> bool {
        match disposition {
            Disposition::Done => true,
            Disposition::RetryLater { after, reason } => {
                self.metrics.count(metrics::RETRIED, 1);
                // SQS leaves messages that were received more than three times out of its own age
                // of the oldest message: those that wait are seen here only.
                self.metrics.duration(metrics::RETRIED_AGE, delivery(message, now).age);
                if let Some(metric) = reason.retried_metric() {
                    self.metrics.count(metric, 1);
                }
                self.hide(message, after).await;
                false
            }
            Disposition::DeadLetter { reason, detail } => {
                tracing::error!(reason = reason.as_str(), detail, "dead-lettered");
                let body = message.body.as_deref().unwrap_or_default();
                let dead_lettered = call_queue::dead_letter(
                    &self.sqs,
                    &self.config.dead_letter_queue_url,
                    body,
                    call_queue::Cause { reason: reason.as_str(), detail: &detail },
                    now,
                )
                .await;
                match dead_lettered {
                    Ok(()) => {
                        self.metrics.count(metrics::DEAD_LETTERED, 1);
                        if let Some(metric) = reason.dead_lettered_metric() {
                            self.metrics.count(metric, 1);
                        }
                        true
                    }
                    Err(error) => {
                        tracing::error!(%error, "the dead-letter queue did not take the message");
                        false
                    }
                }
            }
        }
    }

    /// Hides a message for a while. When that fails, the queue's own visibility time-out serves.
    async fn hide(&self, message: &SqsMessage, after: Duration) {
        let jittered = after.min(MAX_VISIBILITY_TIMEOUT).mul_f64(1.0 + fastrand::f64() / 10.0);
        // Rounded up: a record must not be asked for before its time.
        let seconds = jittered.as_secs() + u64::from(jittered.subsec_nanos() > 0);
        let seconds = i32::try_from(seconds).unwrap_or(i32::MAX);
        let changed = self
            .sqs
            .change_message_visibility()
            .queue_url(&self.config.calls_queue_url)
            .set_receipt_handle(message.receipt_handle.clone())
            .visibility_timeout(seconds)
            .send()
            .await;
        if let Err(error) = changed {
            tracing::warn!(
                error = %aws_sdk_sqs::error::DisplayErrorContext(&error),
                "the visibility of a message was not changed; it comes again after the queue's own time-out"
            );
        }
    }

    /// A refused credential may only be an old one: the secret is read again, and used from the
    /// next call on.
    async fn after_refusal(&self, error: &GraphError) {
        if !matches!(error, GraphError::Unauthorized { .. } | GraphError::Login { .. }) {
            tracing::info!(%error, "Graph did not give the call record");
            return;
        }
        self.metrics.count(metrics::UNAUTHORIZED, 1);
        let replaced = self.access.refresh_secret().await;
        tracing::error!(%error, replaced, "Graph refuses the credentials");
    }
}
