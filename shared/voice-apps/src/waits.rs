//! How long callers waited, in sums and buckets that add.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Upper bounds of the buckets in seconds, each included. A service level is exact for any of them.
pub const BOUNDS: [u32; 18] =
    [5, 10, 15, 20, 25, 30, 40, 45, 60, 90, 120, 180, 240, 300, 600, 900, 1_800, 3_600];

/// The key of the bucket of waits that are longer than the last bound.
const LONGER: u32 = 0;

/// Whether a service level is exact for so many seconds.
#[must_use]
pub fn is_bound(seconds: u32) -> bool {
    BOUNDS.contains(&seconds)
}

/// The waits of several calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waits {
    /// Of how many it is known.
    pub known: u64,
    /// Of how many it is not known.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unknown: u64,
    /// The sum in milliseconds.
    pub ms: u64,
    /// The longest in milliseconds.
    pub longest_ms: u64,
    /// How many waited longer than the next smaller bound and at most this one, in seconds; 0 stands for
    /// longer than the last.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    buckets: BTreeMap<u32, u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Waits {
    pub(crate) fn add(&mut self, ms: Option<u64>) {
        let Some(ms) = ms else {
            self.unknown += 1;
            return;
        };
        self.known += 1;
        self.ms += ms;
        self.longest_ms = self.longest_ms.max(ms);
        let bound = BOUNDS.into_iter().find(|bound| ms <= u64::from(*bound) * 1_000);
        *self.buckets.entry(bound.unwrap_or(LONGER)).or_default() += 1;
    }

    /// Adds those of others.
    pub fn merge(&mut self, other: &Self) {
        self.known += other.known;
        self.unknown += other.unknown;
        self.ms += other.ms;
        self.longest_ms = self.longest_ms.max(other.longest_ms);
        for (bound, calls) in &other.buckets {
            *self.buckets.entry(*bound).or_default() += calls;
        }
    }

    /// How many waited at most so many seconds, which are one of [`BOUNDS`].
    #[must_use]
    pub fn within(&self, seconds: u32) -> u64 {
        let within = self.buckets.iter().filter(|(bound, _)| (1..=seconds).contains(*bound));
        within.map(|(_, calls)| calls).sum()
    }

    /// Each bucket with its bound in seconds, the last without one: longer than all.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<u32>, u64)> {
        let calls = |bound| self.buckets.get(&bound).copied().unwrap_or_default();
        let bounds = BOUNDS.into_iter().map(move |bound| (Some(bound), calls(bound)));
        bounds.chain(std::iter::once((None, calls(LONGER))))
    }
}
