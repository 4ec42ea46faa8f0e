//! What stands out: values with many more poor streams than the rest would lead to expect.

use std::cmp::Reverse;

use serde::Serialize;

use crate::{Counts, DayQuality, Dimension, Value};

/// With fewer judged streams a value gets no verdict.
pub const MIN_STREAMS: u64 = 100;

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
    /// Whether it has too few judged streams for a verdict.
    pub few: bool,
    /// Whether it stands out: at least half as poor again as the rest, and by more than chance does (three
    /// standard deviations of a count).
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
    // Of a count n the standard deviation is about the root of n; one more, where nothing is expected.
    let is_no_chance = excess_milli * excess_milli >= 9 * (expected_milli + 1_000) * 1_000;
    let stands_out = !few && is_worse_by_half && is_no_chance && value.known().is_some();
    Standing { value: value.clone(), counts: *counts, excess_milli, few, stands_out }
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

/// What stands out, the most poor streams beyond expectation first, at most one of each dimension.
#[must_use]
pub fn findings(quality: &DayQuality) -> Vec<Finding> {
    let mut findings: Vec<_> = SEARCHED
        .iter()
        .filter_map(|dimension| {
            let standing = ranked(quality, *dimension).into_iter().find(|it| it.stands_out)?;
            Some(Finding { dimension: *dimension, standing })
        })
        .collect();
    findings.sort_by_key(|finding| Reverse(finding.standing.excess_milli));
    findings
}
