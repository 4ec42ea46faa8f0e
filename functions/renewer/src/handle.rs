//! From an event to a run, and from its outcome to an answer.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use aws_lambda_events::sqs::SqsBatchResponse;
use call_queue::LifecycleMessage;
use futures::FutureExt;
use jiff::Timestamp;
use lambda_kit::Batch;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::event::Event;
use crate::goal::{Goal, RunInput};
use crate::run::{Outcome, Run};
use crate::stack::{self, StackRequest, StackResult};
use crate::{Error, Renewer};

/// What is kept back of an invocation's time to store the outcome.
const RESERVE: Duration = Duration::from_secs(3);

impl Renewer {
    /// Handles one event: the schedule's, a lifecycle batch, a stack's request, or one by hand.
    /// The README says what each is answered.
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

    /// Makes sure that exactly one healthy subscription exists.
    pub async fn check(&self, now: Timestamp, deadline: Instant) -> Outcome {
        self.run(&RunInput::default(), now, deadline).await
    }

    async fn run(&self, input: &RunInput, now: Timestamp, deadline: Instant) -> Outcome {
        // Boxed: it is awaited at three places, each of which would hold all of its state.
        Box::pin(Run::new(self, input, now, deadline).converge()).await
    }
}

async fn handle(
    renewer: &Renewer,
    event: Value,
    now: Timestamp,
    deadline: Instant,
) -> Result<Value, Error> {
    match Event::parse(event)? {
        Event::Schedule => {
            let outcome = renewer.check(now, before(deadline, RESERVE)).await;
            // An error makes Lambda try again twice, within minutes instead of an hour.
            match &outcome.error {
                Some(sentence) => Err(Error::Unhealthy(sentence.clone())),
                None => Ok(json!(outcome)),
            }
        }
        Event::Check => Ok(json!(renewer.check(now, before(deadline, RESERVE)).await)),
        Event::Lifecycle(batch) => Ok(json!(lifecycle(renewer, batch, now, deadline).await)),
        Event::Stack(request) => stack_request(renewer, &request, now, deadline).await,
    }
}

/// One run for the whole batch: bursts are common, and one repair serves all of their events. If it
/// fails, the messages stay in the queue.
async fn lifecycle(
    renewer: &Renewer,
    batch: Batch<LifecycleMessage>,
    now: Timestamp,
    deadline: Instant,
) -> SqsBatchResponse {
    let (messages, processed, failed) = batch.split();
    if messages.is_empty() {
        return processed;
    }
    for message in &messages {
        tracing::info!(
            event = %message.event,
            subscription_id = message.subscription_id,
            "lifecycle.received"
        );
    }
    let input = RunInput { goal: Goal::Maintain, messages };
    let outcome = renewer.run(&input, now, before(deadline, RESERVE)).await;
    if outcome.healthy { processed } else { failed }
}

/// The stack is answered whatever happens: without an answer it hangs until its own time-out. A request
/// that does not come from CloudFormation does nothing.
async fn stack_request(
    renewer: &Renewer,
    request: &StackRequest,
    now: Timestamp,
    deadline: Instant,
) -> Result<Value, Error> {
    let url = request.response_url(&renewer.response_hosts)?;
    let result = match request.goal() {
        None => None,
        Some(goal) => {
            let input = RunInput { goal, ..RunInput::default() };
            let latest = before(deadline, stack::RESERVE);
            let run = renewer.run(&input, now, before(latest, RESERVE));
            Some(match AssertUnwindSafe(timeout_at(latest, run)).catch_unwind().await {
                Ok(Ok(outcome)) => stack_result(goal, &outcome),
                Ok(Err(_)) => StackResult::status_only("it took too long; the next run goes on"),
                Err(_) => StackResult::status_only(
                    "it failed for a reason that only the function's log shows",
                ),
            })
        }
    };
    request.answer(&url, result.as_ref(), before(deadline, Duration::from_millis(500))).await?;
    Ok(json!({ "answered": result }))
}

fn stack_result(goal: Goal, outcome: &Outcome) -> StackResult {
    let state = &outcome.subscription;
    let expires_at = state.expires_at.map(|at| at.to_string());
    match (&outcome.error, goal) {
        (None, Goal::Subscribe | Goal::Maintain) => StackResult {
            status: "subscribed".to_owned(),
            subscription_id: state.id.clone(),
            expires_at,
        },
        (None, Goal::Unsubscribe) => StackResult::status_only("unsubscribed"),
        (Some(error), Goal::Subscribe | Goal::Maintain) => StackResult::status_only(format!(
            "not subscribed yet, the schedule tries again: {error}"
        )),
        (Some(error), Goal::Unsubscribe) => StackResult::status_only(match expires_at {
            Some(at) => format!("a subscription may be left, which expires at {at}: {error}"),
            None => format!("a subscription may be left, which expires within 3 days: {error}"),
        }),
    }
}

/// So long before the deadline; now, if that has passed.
fn before(deadline: Instant, reserve: Duration) -> Instant {
    let now = Instant::now();
    now + deadline.saturating_duration_since(now).saturating_sub(reserve)
}
