use jiff::{SignedDuration, Timestamp};

use crate::Seconds;
use crate::course::SessionTime;

/// A union of time intervals.
///
/// Kept merged, so that its size follows the gaps and not the number of intervals added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Intervals {
    /// Sorted, apart from each other, none empty; nanoseconds since 1970.
    merged: Vec<(i128, i128)>,
}

impl Intervals {
    /// Adds an interval; an empty one changes nothing.
    pub(crate) fn add(&mut self, (start, end): (Timestamp, Timestamp)) {
        self.add_nanos((start.as_nanosecond(), end.as_nanosecond()));
    }

    fn add_nanos(&mut self, (mut start, mut end): (i128, i128)) {
        if end <= start {
            return;
        }
        // Those that overlap or touch the new one stand next to each other.
        let first = self.merged.partition_point(|(_, other_end)| *other_end < start);
        let last = self.merged.partition_point(|(other_start, _)| *other_start <= end);
        if first < last {
            // A session is added for each of its media.
            if last - first == 1 && self.merged[first].0 <= start && end <= self.merged[first].1 {
                return;
            }
            start = start.min(self.merged[first].0);
            end = end.max(self.merged[last - 1].1);
        }
        // Most people are there once.
        self.merged.reserve_exact(usize::from(self.merged.is_empty()));
        self.merged.splice(first..last, [(start, end)]);
    }

    /// The length, exact until it is cut to milliseconds here.
    fn seconds(&self) -> Seconds {
        Seconds::from_nanos(self.merged.iter().map(|(start, end)| end - start).sum())
    }
}

/// How long sessions were together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Length {
    known: Intervals,
    /// A session does not say how long it was.
    incomplete: bool,
}

impl Length {
    /// Adds what a session adds to the time.
    pub(crate) fn add(&mut self, time: SessionTime) {
        match time {
            SessionTime::None => {}
            SessionTime::Open => self.incomplete = true,
            SessionTime::Interval(start, end) => self.known.add((start, end)),
        }
    }

    /// Adds all that `other` has.
    pub(crate) fn add_all(&mut self, other: &Self) {
        for interval in &other.known.merged {
            self.known.add_nanos(*interval);
        }
        self.incomplete |= other.incomplete;
    }

    /// Whether there is a time that goes on after the instant, or begins within `within` of it.
    pub(crate) fn goes_on_after(&self, at: Timestamp, within: SignedDuration) -> bool {
        let at = at.as_nanosecond();
        let latest = at + within.as_nanos();
        self.known.merged.iter().any(|(start, end)| *end > at && *start <= latest)
    }

    /// The length of the union of the intervals that are known. Beside a session that does not say
    /// how long it was, this is the least that it can be; when that is nothing, it is not known.
    pub(crate) fn seconds(&self) -> Option<Seconds> {
        self.lasted().map(|_| self.known.seconds())
    }

    /// Whether there is a length at all.
    pub(crate) fn lasted(&self) -> Option<bool> {
        match (self.known.merged.is_empty(), self.incomplete) {
            (false, _) => Some(true),
            (true, false) => Some(false),
            (true, true) => None,
        }
    }
}
