//! What is counted of one value.

use call_records::Quality;
use serde::{Deserialize, Serialize};

/// Streams and legs of people on one value of a dimension. A stream counts on the end of each person who
/// is on it: sent by one, received by the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "[u64; 12]", into = "[u64; 12]")]
pub struct Counts {
    /// Audio streams that were received and are good.
    pub received_good: u64,
    /// Audio streams that were received and are poor.
    pub received_poor: u64,
    /// Audio streams that were received and cannot be judged.
    pub received_unclassified: u64,
    /// Audio streams that were sent and are good.
    pub sent_good: u64,
    /// Audio streams that were sent and are poor.
    pub sent_poor: u64,
    /// Audio streams that were sent and cannot be judged.
    pub sent_unclassified: u64,
    /// Legs with a judged stream here, none of them poor.
    pub legs_good: u64,
    /// Legs with a poor stream here.
    pub legs_poor: u64,
    /// Legs with streams here, none of them judged.
    pub legs_unclassified: u64,
    /// Legs that were established; where the value changed during the leg, at the last one.
    pub established: u64,
    /// Legs that dropped, likewise.
    pub dropped: u64,
    /// Legs that failed to be set up, likewise.
    pub failed: u64,
}

impl Counts {
    /// All numbers, in the order of the fields: as they are stored.
    #[must_use]
    pub const fn to_array(self) -> [u64; 12] {
        [
            self.received_good,
            self.received_poor,
            self.received_unclassified,
            self.sent_good,
            self.sent_poor,
            self.sent_unclassified,
            self.legs_good,
            self.legs_poor,
            self.legs_unclassified,
            self.established,
            self.dropped,
            self.failed,
        ]
    }

    /// Adds a stream.
    pub(crate) fn add_stream(&mut self, sent: bool, quality: Quality) {
        let counted = match (sent, quality) {
            (false, Quality::Good) => &mut self.received_good,
            (false, Quality::Poor) => &mut self.received_poor,
            (false, Quality::Unclassified) => &mut self.received_unclassified,
            (true, Quality::Good) => &mut self.sent_good,
            (true, Quality::Poor) => &mut self.sent_poor,
            (true, Quality::Unclassified) => &mut self.sent_unclassified,
        };
        *counted = counted.saturating_add(1);
    }

    /// Adds a leg whose worst stream here is of this quality.
    pub(crate) fn add_leg(&mut self, quality: Quality) {
        let counted = match quality {
            Quality::Good => &mut self.legs_good,
            Quality::Poor => &mut self.legs_poor,
            Quality::Unclassified => &mut self.legs_unclassified,
        };
        *counted = counted.saturating_add(1);
    }

    /// Adds what another value, or the same on another day, has.
    pub fn add(&mut self, other: &Self) {
        let mut sum = self.to_array();
        for (sum, more) in sum.iter_mut().zip(other.to_array()) {
            *sum = sum.saturating_add(more);
        }
        *self = sum.into();
    }

    /// Poor streams, sent and received.
    #[must_use]
    pub const fn poor(&self) -> u64 {
        self.received_poor.saturating_add(self.sent_poor)
    }

    /// Streams that could be judged, sent and received.
    #[must_use]
    pub const fn judged(&self) -> u64 {
        self.poor().saturating_add(self.received_good).saturating_add(self.sent_good)
    }

    /// Legs that were attempted: established, or failed to be set up.
    #[must_use]
    pub const fn attempted(&self) -> u64 {
        self.established.saturating_add(self.failed)
    }

    /// Streams, sent and received, judged or not.
    #[must_use]
    pub const fn streams(&self) -> u64 {
        let unclassified = self.received_unclassified.saturating_add(self.sent_unclassified);
        self.judged().saturating_add(unclassified)
    }

    /// How much a value is used: streams and legs.
    pub(crate) fn use_of(&self) -> u64 {
        self.streams().saturating_add(self.attempted())
    }
}

impl From<[u64; 12]> for Counts {
    fn from(numbers: [u64; 12]) -> Self {
        let [
            received_good,
            received_poor,
            received_unclassified,
            sent_good,
            sent_poor,
            sent_unclassified,
            legs_good,
            legs_poor,
            legs_unclassified,
            established,
            dropped,
            failed,
        ] = numbers;
        Self {
            received_good,
            received_poor,
            received_unclassified,
            sent_good,
            sent_poor,
            sent_unclassified,
            legs_good,
            legs_poor,
            legs_unclassified,
            established,
            dropped,
            failed,
        }
    }
}

impl From<Counts> for [u64; 12] {
    fn from(counts: Counts) -> Self {
        counts.to_array()
    }
}
