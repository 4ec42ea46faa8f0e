//! Keeping within a limit instead of running into it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::error::Error;

/// A number of requests that any window of this length may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many requests.
    pub requests: usize,
    /// In how long a time, wherever it begins.
    pub window: Duration,
}

impl RateLimit {
    /// What Graph allows one application in one tenant for all call records together
    /// (throttling-limits page, 2026-02-06).
    pub const CALL_RECORDS: Self = Self { requests: 1_500, window: Duration::from_secs(20) };
    /// What Graph allows for one call record, whichever parts of it are read (the same page).
    pub const ONE_RECORD: Self = Self { requests: 40, window: Duration::from_secs(20) };
    /// What Graph allows for each of the two logs of telephone calls (their documentation).
    pub const PHONE_LOG: Self = Self { requests: 50, window: Duration::from_secs(60) };

    /// An equal part of nine tenths of the limit, for each of `clients` that do not coordinate. The tenth is left to others of the same application, and to the difference between
    /// the time of sending and the time of arrival. Never less than one request.
    #[must_use]
    pub fn split_between(self, clients: usize) -> Self {
        let requests = self.requests * 9 / 10 / clients.max(1);
        Self { requests: requests.max(1), window: self.window }
    }
}

/// Hands out turns so that no window holds more requests than the limit.
///
/// A 429 stops all requests that share a limit, and itself counts against it: a client that runs into
/// the limit gets fewer requests through than one that keeps within it.
#[derive(Debug)]
pub(crate) struct RateLimiter {
    limit: RateLimit,
    /// The times of the latest turns, some of them still to come: as many as the limit has.
    turns: Mutex<VecDeque<Instant>>,
}

impl RateLimiter {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self { limit, turns: Mutex::default() }
    }

    /// Waits for the next turn.
    ///
    /// # Errors
    ///
    /// [`Error::Throttled`] at once, and no turn is used up, when the turn does not come before
    /// `latest`.
    pub(crate) async fn acquire(&self, latest: Instant) -> Result<(), Error> {
        let acquire = self.take(Instant::now(), latest)?;
        sleep_until(acquire).await;
        Ok(())
    }

    fn take(&self, now: Instant, latest: Instant) -> Result<Instant, Error> {
        // Plain times: a panic elsewhere cannot leave them half written.
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let full = turns.len() >= self.limit.requests.max(1);
        let free_at =
            turns.front().filter(|_| full).map_or(now, |acquire| *acquire + self.limit.window);
        let acquire = free_at.max(now);
        if acquire > latest {
            return Err(Error::Throttled { retry_after: acquire - now });
        }
        if full {
            turns.pop_front();
        }
        turns.push_back(acquire);
        Ok(acquire)
    }
}

#[cfg(test)]
mod tests;
