//! The state of one run and its outcome.
//!
//! Invariant: only the run that holds the lease changes the subscription and its item. Lambda runs as
//! many renewers at once as there are events; the others wait for the lease.

use std::sync::Arc;

use call_table::SubscriptionState;
use jiff::Timestamp;
use lambda_kit::{ClientStates, Metrics};
use msgraph::Graph;
use reconciliation::SubscriptionLease;
use serde::Serialize;
use tokio::time::Instant;
use words::words;

use crate::error::RunError;
use crate::gap::Gap;
use crate::goal::RunInput;
use crate::plan::Desired;
use crate::tracked::TrackedSubscription;
use crate::{Renewer, metrics};

pub(crate) struct Run<'a> {
    pub(crate) renewer: &'a Renewer,
    pub(crate) deadline: Instant,
    pub(crate) memory: TrackedSubscription,
    pub(crate) actions: Vec<ActionTaken>,
    /// Ids that are no more, whatever the list says.
    pub(crate) gone: Vec<String>,
    /// The id that Graph named when it refused to make another.
    pub(crate) conflicting_id: Option<String>,
    pub(crate) input: &'a RunInput,
    began: (Timestamp, Instant),
    /// None while the state is unknown: then it is not overwritten.
    pub(crate) lease: Option<SubscriptionLease>,
}

/// What a run works with, once it has its secrets.
pub(crate) struct RunContext {
    pub(crate) graph: Graph,
    pub(crate) client_states: Arc<ClientStates>,
    pub(crate) desired: Desired,
}

/// How to go on after an action.
pub(crate) enum Step {
    Next,
    /// The plan is out of date.
    Replan,
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        renewer: &'a Renewer,
        input: &'a RunInput,
        now: Timestamp,
        deadline: Instant,
    ) -> Self {
        Self {
            renewer,
            deadline,
            memory: TrackedSubscription::default(),
            actions: Vec::new(),
            gone: Vec::new(),
            conflicting_id: None,
            input,
            began: (now, Instant::now()),
            lease: None,
        }
    }

    /// The time, as it goes on from the `now` that the run was given.
    pub(crate) fn now(&self) -> Timestamp {
        self.began.0 + self.began.1.elapsed()
    }

    /// Writes the state into the table, unless it could not be read: what is unknown is not overwritten.
    pub(crate) async fn save_state(&self) -> Result<(), RunError> {
        let Some(lease) = &self.lease else { return Ok(()) };
        if lease.put(self.memory.state()).await? { Ok(()) } else { Err(RunError::TakenOver) }
    }

    /// The same at the end, and gives the lease back.
    async fn release(&mut self) -> Result<(), RunError> {
        let Some(lease) = self.lease.take() else { return Ok(()) };
        if lease.release(self.memory.state()).await? { Ok(()) } else { Err(RunError::TakenOver) }
    }

    pub(crate) async fn conclude(mut self, mut result: Result<(), RunError>) -> Outcome {
        let now = self.now();
        let state_is_known = self.lease.is_some();
        self.memory.checked(now);
        match &result {
            Ok(()) => self.memory.succeeded(),
            Err(error) => self.memory.failed(&error.to_string(), now),
        }
        if let Err(error) = self.release().await {
            result = result.and(Err(error));
        }
        let error = result.err().map(|error| error.to_string());
        if let Some(error) = &error {
            tracing::error!(error, actions = ?self.actions, "subscription.unhealthy");
        }
        let outcome = Outcome {
            healthy: error.is_none(),
            error,
            gap: self.memory.gap(),
            subscription: self.memory.state().clone(),
            actions: self.actions,
        };
        if let Some(gap) = &outcome.gap {
            tracing::warn!(
                from = %gap.from,
                to = %gap.to,
                reason = gap.reason.as_str(),
                "subscription.gap"
            );
            if let Some(gaps) = &self.renewer.gaps {
                gaps.send(gap, self.deadline).await;
            }
        }
        // Only of a subscription that is known to be healthy: the alarm on it rings when no run
        // could say so for two hours.
        let is_confirmed =
            outcome.healthy && state_is_known && outcome.subscription.unsubscribed_at.is_none();
        let left = is_confirmed.then(|| self.memory.minutes_left(now));
        outcome.measure(&self.renewer.metrics, left);
        self.renewer.warn_of_expiry(now);
        outcome
    }
}

/// What a run found and did.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Whether there is exactly one healthy subscription (or none, when none is wanted).
    pub healthy: bool,
    /// What was done to Graph's subscriptions, in order.
    pub actions: Vec<ActionTaken>,
    /// The time in which notifications may have been lost, if this run found that there was one.
    /// It is over: listing the records of this time finds what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// What is wrong and how to fix it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The state as it was stored.
    pub subscription: SubscriptionState,
}

words! { closed
    /// One change to Graph's subscriptions.
    pub ActionTaken {
        /// A subscription was created.
        Created = "created",
        /// Its expiry was moved.
        Renewed = "renewed",
        /// Its notifications were directed to our URL.
        UrlChanged = "url_changed",
        /// One was deleted.
        Deleted = "deleted",
    }
}

impl Outcome {
    /// Counts what was done.
    pub(crate) fn measure(&self, metrics: &Metrics, minutes_left: Option<i64>) {
        let times = |what| self.actions.iter().filter(|did| **did == what).count();
        let minutes = |minutes: i64| usize::try_from(minutes).unwrap_or(0);
        metrics.count(metrics::CREATED, times(ActionTaken::Created));
        metrics.count(metrics::RENEWED, times(ActionTaken::Renewed));
        metrics.count(metrics::FAILED, usize::from(!self.healthy));
        metrics
            .count(metrics::GAP_MINUTES, self.gap.as_ref().map_or(0, |gap| minutes(gap.minutes())));
        if let Some(left) = minutes_left {
            metrics.count(metrics::SUBSCRIPTION_MINUTES_LEFT, minutes(left));
        }
    }
}
