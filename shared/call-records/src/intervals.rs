use jiff::Timestamp;

use crate::Seconds;

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
        let (mut start, mut end) = (start.as_nanosecond(), end.as_nanosecond());
        if end <= start {
            return;
        }
        // Those that overlap or touch the new one stand next to each other.
        let first = self.merged.partition_point(|(_, other_end)| *other_end < start);
        let last = self.merged.partition_point(|(other_start, _)| *other_start <= end);
        if first < last {
            start = start.min(self.merged[first].0);
            end = end.max(self.merged[last - 1].1);
        }
        self.merged.splice(first..last, [(start, end)]);
    }

    /// The length, exact until it is cut to milliseconds here.
    pub(crate) fn seconds(&self) -> Seconds {
        Seconds::from_nanos(self.merged.iter().map(|(start, end)| end - start).sum())
    }
}
