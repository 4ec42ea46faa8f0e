//! What became of a run.

use lambda_kit::Metrics;
use record_store::SubscriptionState;
use serde::Serialize;

use crate::gap::Gap;
use crate::metrics;

/// What a run found and did.
#[derive(Clone, Debug, Serialize)]
pub struct Outcome {
    /// Whether exactly one subscription is right now (or none, when none is wanted).
    pub healthy: bool,
    /// What was done to Graph's subscriptions, in order.
    pub actions: Vec<ActionTaken>,
    /// The time in which notifications may have been lost, if this run found that there was one.
    /// It is over: whoever lists the records of this time finds what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// What is wrong and what mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The state as it was written down.
    pub subscription: SubscriptionState,
}

/// One thing that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionTaken {
    /// A subscription was made.
    Created,
    /// Its expiry was moved.
    Renewed,
    /// Its notifications were sent to our URL.
    UrlChanged,
    /// One was deleted.
    Deleted,
}

impl Outcome {
    /// Counts what was done. Zeros are counted too: an alarm can tell them from silence.
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
