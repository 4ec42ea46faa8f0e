//! Waiting until everything that was begun is done.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::time::Instant;

use super::System;

/// How long nothing may be visible or in flight before the clock is moved to the next message that
/// waits for its time.
const QUIET_PERIOD: Duration = Duration::from_millis(150);

/// How far the clock is moved at once while Graph waits to tell something: the shortest of its waits
/// are of this order.
const STEP: Duration = Duration::from_secs(30);

impl System {
    /// Waits until Graph has told everything and both queues are empty. Messages that wait for
    /// their time do not make anybody wait: the clock is moved on, if SQS is the stand-in.
    ///
    /// # Errors
    ///
    /// When that takes longer than `patience` of real time.
    pub async fn drained(&self, patience: Duration) -> anyhow::Result<()> {
        self.drained_with(patience, &async |_| {}).await
    }

    /// The same; `progress` is told now and then how many messages are left.
    ///
    /// # Errors
    ///
    /// When that takes longer than `patience` of real time.
    pub async fn drained_with(
        &self,
        patience: Duration,
        progress: &impl AsyncFn(usize),
    ) -> anyhow::Result<()> {
        let until = Instant::now() + patience;
        let mut idle_since: Option<Instant> = None;
        loop {
            let left = self.left().await?;
            progress(left.all).await;
            let quiet = self.graph().is_quiet_within(Duration::ZERO).await;
            if left.all == 0 && quiet {
                // Graph fell silent before or after the queues were looked at: look once more.
                if self.left().await?.all == 0 {
                    return Ok(());
                }
            }
            ensure!(
                Instant::now() < until,
                "after {patience:?} there are still {} messages in the queues",
                left.all
            );
            if left.working || self.settings.sqs_url.is_some() {
                idle_since = None;
            } else if idle_since.get_or_insert_with(Instant::now).elapsed() >= QUIET_PERIOD {
                let jump = if quiet { self.until_next_visible()? } else { None };
                self.clock().advance(jump.unwrap_or(STEP));
                idle_since = None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How far the clock is from the next message that comes into sight, if any will.
    fn until_next_visible(&self) -> anyhow::Result<Option<Duration>> {
        let queues = [&self.queues().calls, &self.queues().lifecycle];
        let mut next = None;
        for queue in queues {
            next = next.into_iter().chain(self.sqs().next_visible(queue)?).min();
        }
        Ok(next.and_then(|next| self.now().duration_until(next).try_into().ok()))
    }

    async fn left(&self) -> anyhow::Result<Left> {
        let mut left = Left { all: 0, working: false };
        for queue in [&self.queues().calls, &self.queues().lifecycle, &self.queues().gaps] {
            let counts = match self.settings.sqs_url {
                None => self.sqs.counts(queue)?,
                Some(_) => aws_stand_ins::queue_counts(&self.sqs_client, queue)
                    .await
                    .with_context(|| format!("the queue {queue} does not say what it holds"))?,
            };
            left.all += counts.total();
            left.working |= counts.visible > 0;
        }
        left.working |= self.busy.is_busy();
        Ok(left)
    }
}

struct Left {
    /// Messages that are not done.
    all: usize,
    /// Some are being worked on or could be at once.
    working: bool,
}
