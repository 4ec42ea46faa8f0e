//! Delivers notifications, with retries.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::json;

use crate::health::Pace;
use crate::outbox::Parcel;
use crate::service::Service;
use stand_in_kit::later;

impl Service {
    /// Delivers for as long as the service runs.
    pub(crate) async fn deliver(self: Arc<Self>) {
        loop {
            let filled = self.outbox_filled.notified();
            let now = self.now();
            self.keep_agenda(now);
            loop {
                let parcel = self.lock().outbox.take(now, &self.delivery);
                let Some(parcel) = parcel else { break };
                tokio::spawn(Arc::clone(&self).attempt(parcel));
            }
            let next = {
                let state = self.lock();
                // With every slot taken, the next parcel waits for an attempt to end.
                let is_full = state.outbox.in_flight >= self.delivery.at_once.max(1);
                let due = state.outbox.next_due().filter(|_| !is_full);
                due.into_iter().chain(state.agenda.next_due()).min()
            };
            tokio::select! {
                () = filled => {}
                () = self.clock.wait_until(next.unwrap_or(Timestamp::MAX)), if next.is_some() => {}
            }
        }
    }

    async fn attempt(self: Arc<Self>, mut parcel: Parcel) {
        let is_retry = parcel.attempts > 0;
        let timeout = if is_retry { self.delivery.retry_timeout } else { self.delivery.timeout };
        let body = json!({ "value": parcel.notifications });
        let started = Instant::now();
        let sent = self.http.post(&parcel.url).timeout(timeout).json(&body).send().await;
        let took = started.elapsed();
        let delivered = sent.is_ok_and(|answer| answer.status().is_success());
        let now = self.now();
        parcel.attempts += 1;
        let first_sent_at = *parcel.first_sent_at.get_or_insert(now);
        {
            let mut state = self.lock();
            let state = &mut *state;
            state.outbox.in_flight -= 1;
            let counters = &mut state.journal.counters;
            counters.deliveries += 1;
            let pace = match took {
                _ if took >= self.delivery.retry_timeout => Pace::VerySlow,
                _ if took >= self.delivery.timeout => Pace::Slow,
                _ => Pace::Good,
            };
            counters.slow += u64::from(pace >= Pace::Slow);
            counters.very_slow += u64::from(pace == Pace::VerySlow);
            state.health.record(&parcel.url, pace, now);
            if delivered {
                counters.delivered += 1;
            } else {
                counters.refused += 1;
                let retry_at = later(now, self.delivery.wait(parcel.attempts));
                let give_up_after = self.delivery.give_up_after.mul_f64(self.delivery.time_scale);
                if retry_at > later(first_sent_at, give_up_after) {
                    counters.given_up += 1;
                } else {
                    state.outbox.put(retry_at, parcel);
                }
            }
        }
        self.outbox_filled.notify_one();
        self.outbox_moved.notify_waiters();
    }

    /// Waits until nothing is left to deliver; `false` when the bound passes first.
    pub(crate) async fn is_quiet_within(&self, bound: Duration) -> bool {
        let quiet = async {
            loop {
                let moved = self.outbox_moved.notified();
                if self.lock().outbox.len() == 0 {
                    return;
                }
                moved.await;
            }
        };
        tokio::time::timeout(bound, quiet).await.is_ok()
    }
}
