//! Carrying out a disposition: a message is deleted, hidden for a backoff, or dead-lettered.

use std::time::Duration;

use aws_lambda_events::sqs::SqsMessage;
use aws_sdk_sqs::error::ProvideErrorMetadata;
use jiff::Timestamp;

use crate::disposition::{Disposition, Reason};
use crate::group::delivery;
use crate::{Consumer, metrics};

/// The longest visibility time-out that SQS accepts is 12 hours from the receipt; a minute less
/// leaves room for the time since then.
const MAX_VISIBILITY_TIMEOUT: Duration = Duration::from_secs(12 * 3600 - 60);

/// A message whose fate is decided.
pub(crate) struct Decided {
    pub(crate) message: SqsMessage,
    /// None when the message could not be decoded.
    pub(crate) call_id: Option<String>,
    pub(crate) disposition: Disposition,
}

impl Consumer {
    /// Carries out a disposition. Returns the id of a message that must stay in the queue.
    pub(crate) async fn settle(&self, decided: Decided, now: Timestamp) -> Option<String> {
        let Decided { message, call_id, disposition } = decided;
        let stays = match disposition {
            Disposition::Done => false,
            Disposition::RetryLater { after, reason } => {
                // SQS's own metric of the oldest message's age leaves out messages that were
                // received more than three times, so the age of retried messages is measured here.
                self.metrics.duration(metrics::RETRIED_AGE, delivery(&message, now).age);
                if let Some(metric) = reason.retried_metric() {
                    self.metrics.count(metric, 1);
                }
                self.hide(&message, after).await;
                true
            }
            Disposition::DeadLetter { reason, detail } => {
                tracing::error!(call_id, reason = reason.as_str(), detail, "message.dead_lettered");
                !self.dead_letter(&message, reason, &detail, now).await
            }
        };
        stays.then(|| message.message_id.unwrap_or_default())
    }

    /// Whether the dead-letter queue accepted the message. Only then may it leave its own queue.
    async fn dead_letter(
        &self,
        message: &SqsMessage,
        reason: Reason,
        detail: &str,
        now: Timestamp,
    ) -> bool {
        let dead_lettered = call_queue::dead_letter(
            &self.sqs,
            &self.config.dead_letter_queue_url,
            message.body.as_deref().unwrap_or_default(),
            call_queue::Cause { reason: reason.as_str(), detail },
            now,
        )
        .await;
        if let Err(error) = dead_lettered {
            tracing::error!(%error, "message.not_dead_lettered");
            return false;
        }
        self.metrics.count(metrics::DEAD_LETTERED, 1);
        true
    }

    /// Hides a message for the backoff. If that fails, the queue's own visibility time-out applies.
    async fn hide(&self, message: &SqsMessage, after: Duration) {
        let changed = self
            .sqs
            .change_message_visibility()
            .queue_url(&self.config.calls_queue_url)
            .set_receipt_handle(message.receipt_handle.clone())
            .visibility_timeout(visibility_timeout(after))
            .send()
            .await;
        if let Err(error) = changed {
            // The code alone: the error's debug text repeats the request and the response.
            let error = error.code().unwrap_or("SQS could not be reached");
            tracing::warn!(error, "message.visibility_unchanged");
        }
    }
}

/// The seconds for which a message that waits for `after` is hidden: with jitter, so that messages that
/// failed together do not come back together, and rounded up, because Graph must not be asked before
/// the time of its Retry-After.
fn visibility_timeout(after: Duration) -> i32 {
    let jittered = backoff::stretched(after).min(MAX_VISIBILITY_TIMEOUT);
    let seconds = jittered.as_secs() + u64::from(jittered.subsec_nanos() > 0);
    i32::try_from(seconds).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visibility_timeout_is_rounded_up() {
        // A tenth more is still less than a second.
        assert!((0..100).all(|_| visibility_timeout(Duration::from_millis(900)) == 1));
        assert_eq!(visibility_timeout(Duration::ZERO), 0);
    }

    #[test]
    fn messages_that_wait_equally_long_come_back_at_different_times_and_none_too_early() {
        let timeouts: Vec<i32> =
            (0..100).map(|_| visibility_timeout(Duration::from_mins(30))).collect();
        assert!(timeouts.iter().all(|timeout| (1_800..=1_980).contains(timeout)), "{timeouts:?}");
        assert!(timeouts.iter().any(|timeout| *timeout != timeouts[0]), "{timeouts:?}");
    }

    #[test]
    fn no_visibility_timeout_is_longer_than_sqs_accepts() {
        assert!(visibility_timeout(Duration::from_hours(13)) < 12 * 3_600);
    }
}
