//! The values of each dimension.

use std::cmp::Reverse;

use call_quality::{DayQuality, Dimension, Standing, ranked};

use super::QueryContext;
use crate::answer::{Counted, DimensionTable, List, OthersRow, ValueRow};
use crate::dimensions;
use crate::people::shown_value;
use crate::request::{Format, Paging, Request};

/// Values of each dimension on the page of all.
const ROWS_ON_PAGE: usize = 10;

/// In the order in which they are shown: what can be changed in the building first. What targets are made of
/// comes last.
const ORDER: [Dimension; Dimension::ALL.len()] = [
    Dimension::Site,
    Dimension::Subnet,
    Dimension::AccessPoint,
    Dimension::Device,
    Dimension::ApplicationVersion,
    Dimension::PublicNetwork,
    Dimension::Vpn,
    Dimension::Transport,
    Dimension::Connection,
    Dimension::WifiBand,
    Dimension::DnsSuffix,
    Dimension::Platform,
    Dimension::Reason,
    Dimension::Class,
];

/// The tables of all dimensions, or of the one that the request names.
pub(super) fn of(
    reader: QueryContext<'_>,
    request: &Request,
    quality: &DayQuality,
) -> Vec<DimensionTable> {
    let asked = request.legs.dimension;
    let paging = match (request.format, asked) {
        (Format::Html, None) => Paging::first(ROWS_ON_PAGE),
        _ => request.paging,
    };
    let dimensions = ORDER.into_iter().filter(|it| asked.is_none_or(|asked| asked == *it));
    dimensions.map(|dimension| table(reader, dimension, quality, paging)).collect()
}

fn table(
    reader: QueryContext<'_>,
    dimension: Dimension,
    quality: &DayQuality,
    paging: Paging,
) -> DimensionTable {
    let mut standings = ranked(quality, dimension);
    if dimension == Dimension::Reason {
        // Reasons have no streams.
        standings.sort_by_key(|it| Reverse(it.counts.dropped.saturating_add(it.counts.failed)));
    }
    let others = quality.others(dimension);
    let List { total, page, size, rows } = List::page_of(standings.iter(), paging);
    let rows = rows.into_iter().map(|standing| value_row(reader, dimension, standing)).collect();
    DimensionTable {
        dimension,
        title: dimensions::title(dimension),
        is_told_apart: standings.iter().any(|it| it.value.known().is_some()),
        list: List { total, page, size, rows },
        others: (others.values > 0)
            .then(|| OthersRow { values: others.values, counted: Counted::from(&others.counts) }),
    }
}

pub(super) fn value_row(
    reader: QueryContext<'_>,
    dimension: Dimension,
    standing: &Standing,
) -> ValueRow {
    let Standing { value, counts, excess_milli, chi_squared: _, few, stands_out } = standing;
    let excess =
        i64::try_from(*excess_milli).unwrap_or(if *excess_milli < 0 { i64::MIN } else { i64::MAX });
    ValueRow {
        value: shown_value(reader.privacy, dimension, value),
        few: *few,
        stands_out: *stands_out,
        poor_beyond_expectation_thousandths: (counts.judged() > 0).then_some(excess),
        counted: Counted::from(counts),
    }
}
