//! Sending gaps to the reconciler.

use std::time::Duration;

use call_queue::{Entry, GapMessage, send_all};
use tokio::time::Instant;

use crate::gap::Gap;

/// The least time that sending is given, also at the end of a run that took long.
const MIN_SEND_TIME: Duration = Duration::from_secs(2);

/// The queue that the reconciler receives gaps from.
#[derive(Debug, Clone)]
pub(crate) struct GapsQueue {
    pub(crate) sqs: aws_sdk_sqs::Client,
    pub(crate) url: String,
}

impl GapsQueue {
    /// Sends a gap. Should that fail, the reconciler finds it in the subscription's item within a
    /// quarter of an hour, so a failure is no more than a delay.
    pub(crate) async fn send(&self, gap: &Gap, deadline: Instant) {
        let message =
            GapMessage { from: gap.from, to: gap.to, reason: gap.reason.as_str().to_owned() };
        let deadline = deadline.max(Instant::now() + MIN_SEND_TIME);
        let entries = vec![Entry::new(message.to_json())];
        if let Err(error) = send_all(&self.sqs, &self.url, entries, deadline).await {
            tracing::warn!(%error, "subscription.gap_not_sent");
        }
    }
}
