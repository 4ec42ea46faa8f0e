//! Waits until all queues are empty and nothing is running.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::time::Instant;

use super::System;

/// After this time without visible or in-flight work, the clock jumps to the next delayed message.
const QUIET_PERIOD: Duration = Duration::from_millis(150);

/// The clock's step while Graph has delayed notifications: its shortest delays are of this order.
const CLOCK_STEP: Duration = Duration::from_secs(30);

impl System {
    /// Waits until Graph has delivered all notifications and the queues are empty. If SQS is the stand-in,
    /// the clock is advanced over visibility timeouts and delays.
    ///
    /// # Errors
    ///
    /// When that takes longer than `timeout` of real time.
    pub async fn drained(&self, timeout: Duration) -> anyhow::Result<()> {
        self.drained_with(timeout, &async |_| {}).await
    }

    /// The same; `progress` is called repeatedly with the number of messages left.
    ///
    /// # Errors
    ///
    /// When that takes longer than `timeout` of real time.
    pub async fn drained_with(
        &self,
        timeout: Duration,
        progress: &impl AsyncFn(usize),
    ) -> anyhow::Result<()> {
        let until = Instant::now() + timeout;
        let mut idle_since: Option<Instant> = None;
        loop {
            let left = self.left().await?;
            progress(left.all).await;
            let quiet = self.graph().is_quiet_within(Duration::ZERO).await;
            if left.all == 0 && quiet {
                // Graph may have delivered between the two checks: count once more.
                if self.left().await?.all == 0 {
                    return Ok(());
                }
            }
            ensure!(
                Instant::now() < until,
                "after {timeout:?} there are still {} messages in the queues",
                left.all
            );
            if left.working || self.settings.sqs_url.is_some() {
                idle_since = None;
            } else if idle_since.get_or_insert_with(Instant::now).elapsed() >= QUIET_PERIOD {
                let jump = if quiet { self.until_next_visible()? } else { None };
                self.clock().advance(jump.unwrap_or(CLOCK_STEP));
                idle_since = None;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The clock's time until the next message becomes visible, if there is one.
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
                    .with_context(|| format!("the queue {queue} does not return its counts"))?,
            };
            left.all += counts.total();
            left.working |= counts.visible > 0;
        }
        left.working |= self.busy.is_busy();
        Ok(left)
    }
}

struct Left {
    /// Messages in all states.
    all: usize,
    /// Whether messages are visible or an invocation is running.
    working: bool,
}
