//! One invocation: a batch of messages in, a partial batch response out.

use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use call_queue::ParseError;
use call_table::{PageKind, RawPage, TableError};
use futures::future::join_all;
use jiff::Timestamp;
use lambda_kit::partial_batch_response;
use msgraph::Error as GraphError;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::disposition::{self, Decision, Delivery, Disposition, Reason};
use crate::error::IngestError;
use crate::group::{CallGroup, group};
use crate::ingest::Ingested;
use crate::run_bounded::run_bounded;
use crate::settle::Decided;
use crate::unknown_budget::Reservation;
use crate::{Consumer, metrics};

/// A call is not begun with less time left.
const MIN_TIME_PER_CALL: Duration = Duration::from_secs(2);

impl Consumer {
    /// Handles one batch of messages and says which of them the queue must keep.
    ///
    /// It always answers: what could not be done in the time left is among the failures.
    pub async fn handle(
        &self,
        event: SqsEvent,
        now: Timestamp,
        deadline: Instant,
    ) -> SqsBatchResponse {
        let (groups, undecodable) = group(event);
        let mut decided = self.process(groups, now, deadline).await;
        decided.extend(undecodable.into_iter().map(|(message, error)| Decided {
            message,
            call_id: None,
            disposition: undecodable_message(&error),
        }));
        let settled = decided.into_iter().map(|decided| self.settle(decided, now));
        let kept = join_all(settled).await.into_iter().flatten();
        let response = partial_batch_response(kept);
        self.metrics.flush(now);
        response
    }

    /// Processes the calls of a batch concurrently and decides on every message.
    async fn process(
        &self,
        groups: Vec<CallGroup>,
        now: Timestamp,
        deadline: Instant,
    ) -> Vec<Decided> {
        let work_until = deadline.checked_sub(self.config.reserve).unwrap_or(deadline);
        // No request begins after `work_until`. One that began before it and hangs is cancelled
        // here, wherever it is: every write is idempotent, so that this equals a crash.
        let cancel_at = work_until + self.config.reserve / 2;
        let finished = run_bounded(groups, self.config.concurrency, |group| {
            let (call_id, only_notified) = (group.call_id.clone(), group.only_notified);
            let (message_ids, deliveries) = (group.message_ids(), group.deliveries(now));
            let span = tracing::info_span!("call", %call_id);
            // Boxed: the state of ingesting a call is large, and up to `concurrency` are in flight.
            let call = async move {
                let call = async {
                    let decisions =
                        self.one_call(&call_id, only_notified, &deliveries, now, work_until).await;
                    self.resolve(&call_id, &message_ids, decisions, now, work_until).await
                };
                timeout_at(cancel_at, call).await.unwrap_or_else(|_| {
                    deliveries.iter().copied().map(disposition::out_of_time).collect()
                })
            };
            Box::pin(call.instrument(span))
        })
        .await;
        let mut decided = Vec::new();
        for (group, dispositions) in finished {
            let dispositions = dispositions.unwrap_or_else(|| {
                tracing::error!(call_id = group.call_id, "call.panicked");
                group.deliveries(now).into_iter().map(disposition::after_panic).collect()
            });
            let CallGroup { call_id, messages, .. } = group;
            let messages = messages.into_iter().zip(dispositions);
            decided.extend(messages.map(|(request, disposition)| Decided {
                message: request.message,
                call_id: Some(call_id.clone()),
                disposition,
            }));
        }
        decided
    }

    /// One call for all its messages: one decision for each of them.
    async fn one_call(
        &self,
        call_id: &str,
        only_notified: bool,
        deliveries: &[Delivery],
        now: Timestamp,
        work_until: Instant,
    ) -> Vec<(Delivery, Decision)> {
        let all = |decide: &dyn Fn(Delivery) -> Decision| {
            deliveries.iter().map(|delivery| (*delivery, decide(*delivery))).collect()
        };
        if work_until.saturating_duration_since(Instant::now()) < MIN_TIME_PER_CALL {
            return all(&|delivery| disposition::out_of_time(delivery).into());
        }
        let reservation = match self.reserve(call_id, only_notified, now).await {
            Ok(Fetch::Allowed(reservation)) => reservation,
            Ok(Fetch::BeyondBudget(free)) => {
                return all(&|delivery| disposition::beyond_budget(free, delivery).into());
            }
            Err(error) => {
                return all(&|delivery| disposition::after_store(&error, delivery).into());
            }
        };
        let redelivered = deliveries.iter().any(|delivery| delivery.receive_count > 1);
        match self.ingest(call_id, redelivered, now, work_until).await {
            Ok(ingested) => {
                self.measure(ingested);
                all(&|delivery| disposition::after_storing(ingested.version(), delivery))
            }
            Err(IngestError::Secret(error)) => {
                tracing::error!(%error, "secret.unusable");
                all(&|delivery| disposition::without_secret(delivery).into())
            }
            Err(IngestError::Graph(error)) => {
                self.after_refusal(&error).await;
                if let (GraphError::NotFoundYet, Some(reservation)) = (&error, reservation) {
                    reservation.spend(now);
                }
                if let GraphError::Undecodable { body, source } = &error {
                    // Quarantined before the message is dead-lettered: if the table does not accept
                    // the bytes, the message stays in the queue.
                    let pages = [RawPage {
                        kind: PageKind::from("undecodable"),
                        number: 0,
                        body: body.to_vec(),
                    }];
                    let reason = source.to_string();
                    let kept = self.writer.quarantine(call_id, &reason, &pages, now, work_until);
                    if let Err(error) = kept.await {
                        return all(&|delivery| disposition::after_store(&error, delivery).into());
                    }
                }
                all(&|delivery| disposition::after_graph(&error, delivery))
            }
            Err(IngestError::Table(error)) => {
                tracing::warn!(%error, "call.not_stored");
                all(&|delivery| disposition::after_store(&error, delivery).into())
            }
            Err(IngestError::Continued) => {
                tracing::info!("call.continued");
                all(&|delivery| disposition::continued(delivery).into())
            }
            Err(IngestError::Incomplete(error)) => all(&|_| {
                let reason = Reason::UndecodableRecord;
                Disposition::DeadLetter { reason, detail: error.to_string() }.into()
            }),
        }
    }

    /// Whether a call may be fetched. Only once the budget is used up does it cost a request to know
    /// whether the call is stored.
    async fn reserve(
        &self,
        call_id: &str,
        only_notified: bool,
        now: Timestamp,
    ) -> Result<Fetch<'_>, TableError> {
        if !only_notified {
            return Ok(Fetch::Allowed(None));
        }
        match self.unknown_budget.reserve(now) {
            Ok(reservation) => Ok(Fetch::Allowed(Some(reservation))),
            Err(_) if self.writer.table().version(call_id).await?.is_some() => {
                Ok(Fetch::Allowed(None))
            }
            Err(free_after) => Ok(Fetch::BeyondBudget(free_after)),
        }
    }

    fn measure(&self, ingested: Ingested) {
        match ingested {
            Ingested::Stored { replaced, lag, .. } => {
                self.metrics.count(metrics::STORED, 1);
                match (replaced, lag) {
                    (Some(_), _) => self.metrics.count(metrics::REPLACED, 1),
                    // Of the first version only: Graph publishes newer ones for days, and their lag
                    // says nothing about this system.
                    (None, Some(lag)) => self.metrics.duration(metrics::STORED_LAG, lag),
                    (None, None) => {}
                }
                tracing::info!(replaced, lag_s = lag.map(|lag| lag.as_secs()), "call.stored");
            }
            Ingested::AlreadyStored { .. } => self.metrics.count(metrics::ALREADY_STORED, 1),
        }
    }

    /// A refused credential may be one that was rotated: the secret is read again, and the next call
    /// uses it.
    async fn after_refusal(&self, error: &GraphError) {
        if !matches!(error, GraphError::Unauthorized { .. } | GraphError::Login { .. }) {
            tracing::info!(%error, "call.not_fetched");
            return;
        }
        let replaced = self.access.refresh_secret().await;
        tracing::error!(%error, replaced, "graph.unauthorized");
    }
}

/// What the budget for calls that Graph does not know says.
enum Fetch<'a> {
    /// The call may be fetched; with a reservation where it may turn out to be unknown.
    Allowed(Option<Reservation<'a>>),
    /// Not before so much time has passed.
    BeyondBudget(Duration),
}

fn undecodable_message(error: &ParseError) -> Disposition {
    Disposition::DeadLetter { reason: Reason::UndecodableMessage, detail: error.to_string() }
}
