//! From an event to a run, and from its result to an answer.

use aws_lambda_events::sqs::SqsBatchResponse;
use call_queue::GapMessage;
use jiff::Timestamp;
use lambda_kit::Batch;
use reconciliation::ReconciliationRun;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::event::Event;
use crate::run::Run;
use crate::{Error, Reconciler, Trigger, agenda, silence};

impl Reconciler {
    /// Handles one event: a schedule's, a batch of gaps, or a window by hand. The README says what
    /// each is answered.
    ///
    /// # Errors
    ///
    /// Each makes Lambda retry the event, and says what to fix.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Value, Error> {
        let answer = handle(self, event, now, deadline).await;
        self.metrics.flush(now);
        answer
    }

    /// Stores what the trigger requests and then works on it, and on whatever earlier runs have left,
    /// until all is listed or little time is left. None when another run holds the lease: it takes up
    /// the requests.
    ///
    /// [`ReconciliationRun::has_more`] says that windows are left, and
    /// [`ReconciliationRun::error`] why a run ended early.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] when nothing could be done at all, because the table failed.
    pub async fn run(
        &self,
        trigger: Trigger,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Option<ReconciliationRun>, Error> {
        // Boxed: it is awaited at several places, each of which would hold all of its state.
        Box::pin(run(self, &trigger, now, deadline)).await
    }
}

async fn handle(
    reconciler: &Reconciler,
    event: Value,
    now: Timestamp,
    deadline: Instant,
) -> Result<Value, Error> {
    match Event::parse(event)? {
        Event::Schedule(trigger) => match reconciler.run(trigger, now, deadline).await? {
            // An error makes Lambda try again twice, within minutes instead of a quarter of an hour.
            Some(run) => match run.error {
                Some(sentence) => Err(Error::Incomplete(sentence)),
                None => Ok(json!(run)),
            },
            None => Ok(busy()),
        },
        Event::ByHand(trigger) => Ok(match reconciler.run(trigger, now, deadline).await? {
            Some(run) => json!(run),
            None => busy(),
        }),
        Event::Gaps(batch) => Ok(json!(gaps(reconciler, batch, now, deadline).await)),
    }
}

async fn run(
    reconciler: &Reconciler,
    trigger: &Trigger,
    now: Timestamp,
    deadline: Instant,
) -> Result<Option<ReconciliationRun>, Error> {
    // First of all, so that no request is lost if this run dies or another one holds the lease.
    for request in agenda::requests(trigger, now) {
        reconciler.reconciliation.add_request(&request).await?;
    }
    let Some(mut run) = Run::start(reconciler, now, deadline).await? else {
        tracing::info!("reconciliation.busy");
        return Ok(None);
    };
    let due = *trigger == Trigger::Due;
    let outcome = run.work(due).await;
    if due && let Err(error) = silence::measure(reconciler, run.state.listed_from, now).await {
        tracing::warn!(%error, "reconciliation.silence_unknown");
    }
    Ok(Some(run.conclude(outcome).await?))
}

fn busy() -> Value {
    json!({"busy": "another run is under way; it takes up the requests within a minute"})
}

/// A message is done when its window is stored as a request: whatever becomes of this run, another
/// one goes on.
async fn gaps(
    reconciler: &Reconciler,
    batch: Batch<GapMessage>,
    now: Timestamp,
    deadline: Instant,
) -> SqsBatchResponse {
    let (gaps, processed, failed) = batch.split();
    if gaps.is_empty() {
        return processed;
    }
    match reconciler.run(Trigger::Gaps(gaps), now, deadline).await {
        Ok(_) => processed,
        Err(error) => {
            tracing::error!(%error, "gap.not_stored");
            failed
        }
    }
}
