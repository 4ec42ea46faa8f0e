//! The published limits, kept exactly.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use crate::phone_logs::PhoneLog;
use stand_in_kit::later;

/// The limits that Microsoft publishes for call records and subscriptions, per application and
/// tenant (throttling-limits page, 2026-02-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The window that every limit is over but those of the logs of telephone calls: 20 s.
    pub window: Duration,
    /// Requests about one call record, whichever part of it: 40.
    pub per_record: usize,
    /// Requests about call records altogether: 1,500.
    pub call_records: usize,
    /// Lists of call records: 40.
    pub list: usize,
    /// Creating, changing and deleting subscriptions: 500.
    pub subscription_writes: usize,
    /// Reading one subscription: 500.
    pub subscription_reads: usize,
    /// Lists of subscriptions: 25.
    pub subscription_list: usize,
    /// Reauthorizing: 1,000.
    pub reauthorize: usize,
    /// The window of the next two: 60 s.
    pub phone_log_window: Duration,
    /// Requests to both logs of telephone calls: 200.
    pub phone_logs: usize,
    /// Requests to one of them: 50.
    pub phone_log: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(20),
            per_record: 40,
            call_records: 1_500,
            list: 40,
            subscription_writes: 500,
            subscription_reads: 500,
            subscription_list: 25,
            reauthorize: 1_000,
            phone_log_window: Duration::from_secs(60),
            phone_logs: 200,
            phone_log: 50,
        }
    }
}

/// What a limit counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    Record(String),
    CallRecords,
    List,
    SubscriptionWrites,
    SubscriptionReads,
    SubscriptionList,
    Reauthorize,
    PhoneLogs,
    PhoneLog(PhoneLog),
}

impl Scope {
    fn limit(&self, limits: &Limits) -> usize {
        match self {
            Self::Record(_) => limits.per_record,
            Self::CallRecords => limits.call_records,
            Self::List => limits.list,
            Self::SubscriptionWrites => limits.subscription_writes,
            Self::SubscriptionReads => limits.subscription_reads,
            Self::SubscriptionList => limits.subscription_list,
            Self::Reauthorize => limits.reauthorize,
            Self::PhoneLogs => limits.phone_logs,
            Self::PhoneLog(_) => limits.phone_log,
        }
    }

    fn window(&self, limits: &Limits) -> Duration {
        match self {
            Self::PhoneLogs | Self::PhoneLog(_) => limits.phone_log_window,
            _ => limits.window,
        }
    }
}

/// The latest requests of each scope: as many as its limit, because no older one can matter.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    latest: HashMap<Scope, VecDeque<Timestamp>>,
    /// The number of scopes after idle ones were last removed.
    in_use: usize,
}

impl Throttle {
    /// Counts a request. `Some` says how long to wait when a limit is passed.
    ///
    /// Refused requests count as well, as the documents say: who hammers stays out.
    pub(crate) fn count(
        &mut self,
        scopes: &[Scope],
        limits: &Limits,
        now: Timestamp,
    ) -> Option<Duration> {
        self.forget_idle(limits, now);
        scopes.iter().filter_map(|scope| self.count_one(scope, limits, now)).max()
    }

    fn count_one(&mut self, scope: &Scope, limits: &Limits, now: Timestamp) -> Option<Duration> {
        let limit = scope.limit(limits).max(1);
        let window = scope.window(limits);
        let latest = self.latest.entry(scope.clone()).or_default();
        let full =
            latest.len() >= limit && latest.front().is_some_and(|at| later(*at, window) > now);
        latest.push_back(now);
        while latest.len() > limit {
            latest.pop_front();
        }
        let free_at = later(*latest.front()?, window);
        full.then(|| now.duration_until(free_at).unsigned_abs())
    }

    /// A burst over many records must not leave a window behind for each.
    fn forget_idle(&mut self, limits: &Limits, now: Timestamp) {
        const FEW: usize = 4_096;
        if self.latest.len() > 2 * self.in_use.max(FEW) {
            self.latest.retain(|scope, latest| {
                latest.back().is_some_and(|at| later(*at, scope.window(limits)) > now)
            });
            self.in_use = self.latest.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forty_first_request_in_twenty_seconds_waits_for_the_first_to_leave_the_window() {
        let limits = Limits::default();
        let start = Timestamp::UNIX_EPOCH;
        let mut throttle = Throttle::default();
        let scopes = [Scope::Record("a".into()), Scope::CallRecords];
        for n in 0..40 {
            let at = later(start, Duration::from_millis(n * 100));
            assert_eq!(throttle.count(&scopes, &limits, at), None, "request {n}");
        }
        let at = later(start, Duration::from_secs(5));
        // The refused request counts, so the second of the forty has to leave as well.
        assert_eq!(throttle.count(&scopes, &limits, at), Some(Duration::from_millis(15_100)));
        assert_eq!(
            throttle.count(&scopes, &limits, later(at, Duration::from_millis(15_100))),
            None
        );
    }

    #[test]
    fn one_record_does_not_use_up_the_limit_of_another() {
        let limits = Limits::default();
        let mut throttle = Throttle::default();
        for _ in 0..41 {
            throttle.count(&[Scope::Record("a".into())], &limits, Timestamp::UNIX_EPOCH);
        }
        let other = [Scope::Record("b".into())];
        assert_eq!(throttle.count(&other, &limits, Timestamp::UNIX_EPOCH), None);
    }
}
