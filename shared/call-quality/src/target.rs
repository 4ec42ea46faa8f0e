//! Microsoft's suggested targets, and how a range stands to them.

use serde::Serialize;

use crate::{CallKind, Class, Counts, DayQuality, Dimension, Link, Location};

/// Of which streams and legs a target is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TargetScope {
    /// Only of this kind of call; of all without it.
    pub kind: Option<CallKind>,
    /// Only of people inside the corporate network.
    pub inside: bool,
    /// Only of these connections; of all when it is empty.
    pub links: &'static [Link],
}

/// A target and what was measured. Shares are in thousandths, and are compared as whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Target {
    /// What it is of.
    pub scope: TargetScope,
    /// The most poor streams, of the judged ones.
    pub poor_permille: u64,
    /// The most legs that failed to be set up, of those that were attempted.
    pub failed_permille: u64,
    /// The most legs that dropped, of those that were established.
    pub dropped_permille: u64,
    /// What was counted.
    pub counts: Counts,
}

const WIRED_OR_5: &[Link] = &[Link::Wired, Link::Wifi5];
const WIFI_24: &[Link] = &[Link::Wifi24];

/// Poor, failed and dropped in thousandths, as Microsoft's *quality of experience review guide* suggests
/// them (learn.microsoft.com/microsoftteams/quality-of-experience-review-guide). They are of streams, and
/// were set for the classifier `cqd-classic`; failures and drops here are of legs.
const TARGETS: [(TargetScope, [u64; 3]); 10] = [
    (scope(None, true, &[]), [20, 5, 20]),
    (scope(None, false, &[]), [30, 10, 30]),
    (scope(Some(CallKind::Meeting), true, &[]), [20, 5, 20]),
    (scope(Some(CallKind::Meeting), true, WIRED_OR_5), [10, 5, 10]),
    (scope(Some(CallKind::Meeting), true, WIFI_24), [20, 5, 20]),
    (scope(Some(CallKind::Meeting), false, &[]), [20, 5, 30]),
    (scope(Some(CallKind::PeerToPeer), true, &[]), [20, 5, 20]),
    (scope(Some(CallKind::PeerToPeer), true, WIRED_OR_5), [10, 5, 10]),
    (scope(Some(CallKind::PeerToPeer), false, WIRED_OR_5), [20, 10, 10]),
    (scope(Some(CallKind::PeerToPeer), false, &[]), [20, 10, 30]),
];

const fn scope(kind: Option<CallKind>, inside: bool, links: &'static [Link]) -> TargetScope {
    TargetScope { kind, inside, links }
}

impl TargetScope {
    /// Whether a class belongs to it. People of other organisations belong to none.
    #[must_use]
    pub fn holds(&self, class: Class) -> bool {
        class.location != Location::External
            && self.kind.is_none_or(|kind| kind == class.kind)
            && (!self.inside || class.location == Location::Inside)
            && (self.links.is_empty() || self.links.contains(&class.link))
    }

    /// What a range counts for it.
    #[must_use]
    pub fn counts(&self, quality: &DayQuality) -> Counts {
        let mut sum = Counts::default();
        for (value, counts) in quality.rows(Dimension::Class) {
            if Class::of(value).is_some_and(|class| self.holds(class)) {
                sum.add(counts);
            }
        }
        sum
    }
}

impl Target {
    /// Whether the poor streams are within the target; none when no stream could be judged.
    #[must_use]
    pub fn poor_is_met(&self) -> Option<bool> {
        is_met(self.counts.poor(), self.counts.judged(), self.poor_permille)
    }

    /// Whether the failures are; none when no leg was attempted.
    #[must_use]
    pub fn failed_is_met(&self) -> Option<bool> {
        is_met(self.counts.failed, self.counts.attempted(), self.failed_permille)
    }

    /// Whether the drops are; none when no leg was established.
    #[must_use]
    pub fn dropped_is_met(&self) -> Option<bool> {
        is_met(self.counts.dropped, self.counts.established, self.dropped_permille)
    }
}

fn is_met(part: u64, whole: u64, permille: u64) -> Option<bool> {
    (whole > 0).then(|| u128::from(part) * 1_000 <= u128::from(whole) * u128::from(permille))
}

/// Every target with what a range counts for it.
#[must_use]
pub fn targets(quality: &DayQuality) -> Vec<Target> {
    let targets = TARGETS.iter().map(|(scope, [poor, failed, dropped])| Target {
        scope: *scope,
        poor_permille: *poor,
        failed_permille: *failed,
        dropped_permille: *dropped,
        counts: scope.counts(quality),
    });
    targets.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_compared_as_whole_numbers() {
        assert_eq!(is_met(2, 100, 20), Some(true), "the target itself is met");
        assert_eq!(is_met(3, 100, 20), Some(false));
        assert_eq!(is_met(200_001, 10_000_000, 20), Some(false));
        assert_eq!(is_met(0, 0, 20), None);
    }

    #[test]
    fn people_of_other_organisations_are_in_no_target() {
        let class = |location, link| Class { kind: CallKind::Meeting, location, link };
        for (scope, _) in &TARGETS {
            assert!(!scope.holds(class(Location::External, Link::Wired)));
        }
        let inside = scope(Some(CallKind::Meeting), true, WIRED_OR_5);
        assert!(inside.holds(class(Location::Inside, Link::Wifi5)));
        assert!(!inside.holds(class(Location::Vpn, Link::Wired)), "a VPN is not wired internal");
        assert!(!inside.holds(class(Location::Inside, Link::Wifi24)));
    }
}
