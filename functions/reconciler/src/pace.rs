//! Requests at even distances.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, sleep_until};

/// Lets one request begin in each interval. Clones share it.
#[derive(Clone, Debug)]
pub struct Pace {
    interval: Duration,
    next: Arc<Mutex<Option<Instant>>>,
}

impl Pace {
    /// One request in each `interval`.
    pub fn new(interval: Duration) -> Self {
        Self { interval, next: Arc::default() }
    }

    /// Waits for the next slot. Missed slots are not made up for: a burst would exceed the limit.
    pub async fn wait(&self) {
        let mut next = self.next.lock().await;
        if let Some(at) = *next {
            sleep_until(at).await;
        }
        *next = Some(Instant::now() + self.interval);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn in_no_twenty_seconds_begin_more_than_forty_lists() {
        let pace = Pace::new(crate::Config::new(String::new()).list_interval);
        let mut begun = Vec::new();
        for request in 0..400_u32 {
            if request % 90 == 0 {
                tokio::time::sleep(Duration::from_secs(7)).await;
            }
            pace.wait().await;
            begun.push(Instant::now());
        }
        for pair in begun.windows(41) {
            assert!(pair[40] - pair[0] >= Duration::from_secs(20));
        }
    }
}
