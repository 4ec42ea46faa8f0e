//! What stands out: values with many more poor streams than the rest would lead to expect.

use std::cmp::Reverse;

use serde::Serialize;

use crate::{Counts, DayQuality, Dimension, Value};

/// With fewer judged streams a value gets no verdict.
pub const MIN_STREAMS: u64 = 100;

/// The least `chi_squared` of a value that stands out: five standard deviations. By chance one value in
/// three million does, and a day has some thousands of values in all dimensions.
pub const MIN_CHI_SQUARED: u64 = 25;

/// How a value of a dimension stands to the rest of its dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The value.
    pub value: Value,
    /// What was counted of it.
    pub counts: Counts,
    /// How many of its poor streams there would not be if it had the rest's share of them: thousandths,
    /// below 0 where it is better than the rest.
    pub excess_milli: i128,
    /// How surprising the excess is if the value were like the rest: its square by the variance, so 9 is
    /// three standard deviations. 0 where it is not worse than the rest.
    pub chi_squared: u64,
    /// Whether it has too few judged streams for a verdict.
    pub few: bool,
    /// Whether it stands out: at least half as poor again as the rest, and by more than chance does
    /// ([`MIN_CHI_SQUARED`]).
    pub stands_out: bool,
}

/// A value that stands out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Of which dimension.
    pub dimension: Dimension,
    /// The value, and what was counted of it.
    #[serde(flatten)]
    pub standing: Standing,
}

/// The values of a dimension, those with the most poor streams beyond what the rest leads to expect
/// first; those with too few streams for a verdict behind all others.
#[must_use]
pub fn ranked(quality: &DayQuality, dimension: Dimension) -> Vec<Standing> {
    let sum = quality.sum(dimension);
    let mut standings: Vec<_> =
        quality.rows(dimension).map(|(value, counts)| standing(value, counts, &sum)).collect();
    // Stable: equal ones stay in the order of their values.
    standings.sort_by_key(|it| (it.few, Reverse(it.excess_milli)));
    standings
}

fn standing(value: &Value, counts: &Counts, sum: &Counts) -> Standing {
    let [poor, judged] = [counts.poor(), counts.judged()].map(i128::from);
    let rest_poor = i128::from(sum.poor()) - poor;
    let rest_judged = i128::from(sum.judged()) - judged;
    // Nothing to compare with: nothing is expected of the rest.
    let expected_milli = match rest_judged {
        1.. => judged * rest_poor * 1_000 / rest_judged,
        _ => poor * 1_000,
    };
    let excess_milli = poor * 1_000 - expected_milli;
    let few = counts.judged() < MIN_STREAMS;
    let is_worse_by_half = excess_milli * 2 >= expected_milli && excess_milli > 0;
    let chi_squared = match excess_milli {
        1.. => chi_squared(excess_milli, expected_milli, judged, rest_judged),
        _ => 0,
    };
    let stands_out =
        !few && is_worse_by_half && chi_squared >= MIN_CHI_SQUARED && value.known().is_some();
    Standing { value: value.clone(), counts: *counts, excess_milli, chi_squared, few, stands_out }
}

/// The square of an excess by its variance.
///
/// The variance of a count is about the count that is expected. Here it is twice that, because streams
/// come in pairs: one between two people of the organisation is on both of their ends, and both streams
/// of a leg share its network. It is larger where the rest is small, whose share is then uncertain; and
/// by one stream, so that a rest without any poor stream does not make every other one a surprise.
fn chi_squared(excess_milli: i128, expected_milli: i128, judged: i128, rest_judged: i128) -> u64 {
    let rest = rest_judged.max(1);
    let variance_milli = 2 * (expected_milli + 1_000) * (judged + rest) / rest;
    u64::try_from(excess_milli * excess_milli / (variance_milli * 1_000)).unwrap_or(u64::MAX)
}

/// The dimensions in which something can be found, the most particular first: of a finding that shows in
/// several, the access point says more than its building.
const SEARCHED: [Dimension; 11] = [
    Dimension::AccessPoint,
    Dimension::Device,
    Dimension::ApplicationVersion,
    Dimension::Subnet,
    Dimension::Site,
    Dimension::PublicNetwork,
    Dimension::DnsSuffix,
    Dimension::Transport,
    Dimension::WifiBand,
    Dimension::Connection,
    Dimension::Platform,
];

/// What stands out, the most surprising first, at most one of each dimension.
///
/// Not the largest excess first: whatever contains a bad access point, such as its floor, its building
/// and Wi-Fi as a whole, has the same excess, and by chance a larger one. The more else a value contains,
/// the less surprising the excess is. Those that are about as surprising, within a tenth, contain hardly
/// anything else, and of them the most particular is first.
#[must_use]
pub fn findings(quality: &DayQuality) -> Vec<Finding> {
    let most_surprising = |dimension: &Dimension| {
        let standings = ranked(quality, *dimension).into_iter().filter(|it| it.stands_out);
        // Of equals the first: with the larger excess.
        let standing = standings.min_by_key(|it| Reverse(it.chi_squared))?;
        Some(Finding { dimension: *dimension, standing })
    };
    let mut found: Vec<_> = SEARCHED.iter().filter_map(most_surprising).collect();
    let mut findings = Vec::new();
    let chi_squared = |finding: &Finding| u128::from(finding.standing.chi_squared);
    while let Some(most) = found.iter().map(chi_squared).max() {
        let next = found.iter().position(|it| chi_squared(it) * 10 >= most * 9).unwrap_or_default();
        findings.push(found.remove(next));
    }
    findings
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn counts(poor: u64, good: u64) -> Counts {
        Counts { received_poor: poor, received_good: good, ..Counts::default() }
    }

    fn of(value: Counts, rest: Counts) -> Standing {
        let mut sum = value;
        sum.add(&rest);
        standing(&Value::Known("it".to_owned()), &value, &sum)
    }

    #[rstest]
    #[case::as_the_rest(counts(10, 90), counts(100, 900), 0, false)]
    #[case::better(counts(0, 100), counts(100, 900), 0, false)]
    // 50 are expected: 110 are 60 more, of a variance of 2 · 51 · 1.1.
    #[case::poor(counts(110, 390), counts(500, 4_500), 32, true)]
    // 50 are expected: 90 are 40 more.
    #[case::chance(counts(90, 410), counts(500, 4_500), 14, false)]
    // 2,000 are expected: surprising, and not worse by half.
    #[case::little(counts(2_600, 17_400), counts(2_000, 18_000), 44, false)]
    #[case::few(counts(99, 0), counts(0, 10_000), 4_854, false)]
    #[case::nothing_is_expected(counts(12, 100), counts(0, 10_000), 71, true)]
    #[case::no_rest(counts(50, 50), counts(0, 0), 0, false)]
    fn a_value_stands_out_by_more_than_chance(
        #[case] value: Counts,
        #[case] rest: Counts,
        #[case] chi_squared: u64,
        #[case] stands_out: bool,
    ) {
        let standing = of(value, rest);
        assert_eq!((standing.chi_squared, standing.stands_out), (chi_squared, stands_out));
    }

    #[test]
    fn a_value_that_nobody_knows_does_not_stand_out() {
        let sum = counts(200, 10_000);
        assert!(standing(&Value::Known("it".to_owned()), &counts(150, 50), &sum).stands_out);
        assert!(!standing(&Value::Unknown, &counts(150, 50), &sum).stands_out);
    }
}
