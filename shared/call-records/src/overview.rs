//! What only the list of calls can tell, because it cannot be added up from day to day.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{CallType, PersonKey, Seconds};

/// Graph publishes a record within 150 minutes and repeats a notification for four hours: what is
/// stored later than this was announced by no notification, but listed.
const MAX_LAG: SignedDuration = SignedDuration::from_hours(24);

/// A call as far as an [`Overview`] needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallTimes<'a> {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When its present version was stored.
    pub stored_at: Timestamp,
    /// What kind of call it was.
    pub call_type: &'a CallType,
    /// Who organised it.
    pub organizer: Option<&'a PersonKey>,
}

/// Reads the calls of a range in the order in which they began, one after the other.
///
/// Memory is bounded by the calls that run at one moment and by the people who organise, not by
/// the number of calls. What it gives is defined at
/// [`derived`](crate::definitions::derived): `peak_concurrency`, `top_organisers`, `lag`,
/// `busy_hour` in any time zone.
#[derive(Clone, Debug)]
pub struct Overview {
    from: Timestamp,
    time_zone: TimeZone,
    running: BinaryHeap<Reverse<Timestamp>>,
    peak: Option<Peak>,
    organised: BTreeMap<PersonKey, u64>,
    hours: [u64; 24],
    calls: u64,
    lag: Lag,
    stored_late: u64,
}

/// The most calls that ran at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peak {
    /// How many.
    pub calls: u64,
    /// The first moment at which so many ran.
    pub at: Timestamp,
}

/// From the ends of calls to when they were stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    /// Calls whose end is known and that were stored within a day of it: what the rest is about.
    pub calls: u64,
    /// The sum; divided by `calls`, the mean.
    pub sum_ms: i64,
    /// The longest.
    pub longest: Seconds,
    /// How many were stored within 30 minutes, what Graph calls typical.
    pub within_30_minutes: u64,
    /// How many were stored within 150 minutes, what Graph promises at most.
    pub within_150_minutes: u64,
}

impl Overview {
    /// Calls that began before `from` count for nothing but concurrency: give those of the day
    /// before, so that what ran over midnight is seen. Hours are of `time_zone`.
    #[must_use]
    pub fn new(from: Timestamp, time_zone: TimeZone) -> Self {
        Self {
            from,
            time_zone,
            running: BinaryHeap::new(),
            peak: None,
            organised: BTreeMap::new(),
            hours: [0; 24],
            calls: 0,
            lag: Lag::default(),
            stored_late: 0,
        }
    }

    /// Takes the next call; none began later than it.
    pub fn add(&mut self, call: &CallTimes<'_>) {
        if let Some(end) = call.ended_at.filter(|end| *end > call.started_at) {
            self.add_running(call.started_at, end);
        }
        if call.started_at < self.from {
            return;
        }
        self.calls += 1;
        let hour = self.time_zone.to_datetime(call.started_at).hour();
        if let Some(calls) = usize::try_from(hour).ok().and_then(|hour| self.hours.get_mut(hour)) {
            *calls += 1;
        }
        if let Some(organizer) = call.organizer.filter(|_| *call.call_type != CallType::PeerToPeer)
        {
            *self.organised.entry(organizer.clone()).or_default() += 1;
        }
        if let Some(end) = call.ended_at {
            let lag = call.stored_at.duration_since(end);
            if lag > MAX_LAG {
                self.stored_late += 1;
            } else {
                self.lag.add(lag.as_millis());
            }
        }
    }

    fn add_running(&mut self, start: Timestamp, end: Timestamp) {
        self.running.push(Reverse(end));
        // What ran over into the range is at its most when the range begins.
        let at = start.max(self.from);
        while self.running.peek().is_some_and(|Reverse(end)| *end <= at) {
            self.running.pop();
        }
        let calls = u64::try_from(self.running.len()).unwrap_or(u64::MAX);
        if calls > self.peak.map_or(0, |peak| peak.calls) {
            self.peak = Some(Peak { calls, at });
        }
    }

    /// How many calls began in the range.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// The most calls that ran at one moment; none when no call that ran has an end.
    #[must_use]
    pub fn peak_concurrency(&self) -> Option<Peak> {
        self.peak
    }

    /// How many calls began in each hour of the day.
    #[must_use]
    pub fn hours(&self) -> &[u64; 24] {
        &self.hours
    }

    /// The hour in which most calls began, of equal ones the earliest, and how many.
    #[must_use]
    pub fn busy_hour(&self) -> Option<(usize, u64)> {
        let hours = self.hours.iter().copied().enumerate().filter(|(_, calls)| *calls > 0);
        hours.max_by_key(|(hour, calls)| (*calls, Reverse(*hour)))
    }

    /// Who organised most calls that are not peer-to-peer, and how many; of equals, by key. At most
    /// `most` of them.
    #[must_use]
    pub fn top_organisers(&self, most: usize) -> Vec<(&PersonKey, u64)> {
        let mut organisers: Vec<_> =
            self.organised.iter().map(|(person, calls)| (person, *calls)).collect();
        organisers.sort_by_key(|(person, calls)| (Reverse(*calls), *person));
        organisers.truncate(most);
        organisers
    }

    /// Calls that were stored later than a day after their end, which the lag leaves out.
    #[must_use]
    pub fn stored_late(&self) -> u64 {
        self.stored_late
    }

    /// From the ends of calls to when they were stored; none when no call that has an end was stored
    /// within a day of it.
    #[must_use]
    pub fn lag(&self) -> Option<Lag> {
        (self.lag.calls > 0).then_some(self.lag)
    }
}

impl Lag {
    fn add(&mut self, milliseconds: i128) {
        const MINUTE_MS: i64 = 60_000;
        // Clocks differ: nothing is stored before it ended.
        let milliseconds = i64::try_from(milliseconds.max(0)).unwrap_or(i64::MAX);
        self.calls += 1;
        self.sum_ms = self.sum_ms.saturating_add(milliseconds);
        self.longest = self.longest.max(Seconds::from_millis(milliseconds));
        self.within_30_minutes += u64::from(milliseconds <= 30 * MINUTE_MS);
        self.within_150_minutes += u64::from(milliseconds <= 150 * MINUTE_MS);
    }
}
