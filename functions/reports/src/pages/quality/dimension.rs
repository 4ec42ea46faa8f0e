//! The values of a dimension as a table.

use call_quality::Dimension;
use maud::{Markup, html};

use super::super::Page;
use super::super::card::{list_card, no_data, tag};
use super::super::links::Target;
use super::super::paging::paging;
use crate::answer::{Counted, DimensionTable, ValueRow};
use crate::dimensions;
use crate::format::{self, number};
use crate::request::{Issue, LegFilter, Report};

/// Below this width what was sent and what was received is one number.
const NARROW: u32 = 780;
/// Below this width drops and failures give way to streams.
const WIDE_ENOUGH_FOR_DROPS: u32 = 600;

/// Whether a dimension has a table on the page of all: the record says a value, and targets show the others.
pub(super) fn is_worth_a_table(table: &DimensionTable) -> bool {
    table.is_told_apart && table.dimension != Dimension::Class
}

/// The first values, and the way to all.
pub(super) fn worst(page: &Page<'_>, table: &DimensionTable) -> Markup {
    let content = html! {
        (rows(page, table))
        @if table.list.total > table.list.rows.len() {
            p.tcr-actions {
                (page.links.button(&format!("All {} {}", format::count(number_of(table.list.total)), dimensions::many(table.dimension)), of_dimension(page, table)))
            }
        }
    };
    list_card(table.title, &[], of_dimension(page, table), &content)
}

/// The table of the dimension alone.
fn of_dimension(page: &Page<'_>, table: &DimensionTable) -> Target {
    let all = LegFilter { dimension: Some(table.dimension), ..LegFilter::default() };
    page.links.to(Report::Quality).legs(&all)
}

/// All values, page by page.
pub(super) fn in_full(page: &Page<'_>, table: &DimensionTable) -> Markup {
    let links = &page.links;
    let content = if table.list.total == 0 {
        no_data("no stream and no leg on these days")
    } else {
        html! {
            (rows(page, table))
            (paging(links, &table.list, ("value", "values"), |to| links.here(page.request).page(to)))
        }
    };
    list_card(table.title, &[], of_dimension(page, table), &content)
}

/// Dimensions of which no record says anything.
pub(super) fn without_table(tables: &[DimensionTable]) -> Markup {
    let names: Vec<&str> =
        tables.iter().filter(|it| !it.is_told_apart).map(|it| it.title).collect();
    html! {
        @if !names.is_empty() {
            div.tcr-card.tcr-wide { (no_data(&format!("the records of these days say nothing of: {}", names.join("; ")))) }
        }
    }
}

/// The legs of a value.
pub(super) fn filter(dimension: Dimension, row: &ValueRow) -> LegFilter {
    LegFilter {
        dimension: Some(dimension),
        value: Some(row.value.value.clone()),
        ..LegFilter::default()
    }
}

fn rows(page: &Page<'_>, table: &DimensionTable) -> Markup {
    let narrow = page.request.widget.width() < NARROW;
    let has_streams = table.dimension != Dimension::Reason;
    let others = table.others.as_ref();
    html! {
        table {
            thead { tr {
                th { (dimensions::one(table.dimension)) }
                @if has_streams {
                    @if narrow { th.tcr-number { "poor streams" } } @else {
                        th.tcr-number { "poor received" } th.tcr-number { "poor sent" } th.tcr-number { "share" }
                    }
                    th.tcr-number title="How many of the poor streams there would not be if it had the share of the rest" { "beyond the rest" }
                }
                @if has_drops(page, table.dimension) { th.tcr-number { "dropped" } th.tcr-number { "failed" } }
            } }
            tbody {
                @for row in &table.list.rows { (value_row(page, table.dimension, row, narrow)) }
                @if let Some(others) = others {
                    tr.tcr-muted {
                        td { "Others: " (format::count(number(others.values))) " rarely used, each day by itself" }
                        @if has_streams { (streams(&others.counted, narrow)) td.tcr-number {} }
                        @if has_drops(page, table.dimension) {
                            td.tcr-number { (of(others.counted.legs_dropped, others.counted.legs_established)) }
                            td.tcr-number { (of(others.counted.legs_failed, others.counted.legs_attempted)) }
                        }
                    }
                }
            }
        }
    }
}

/// Of reasons nothing else is counted.
fn has_drops(page: &Page<'_>, dimension: Dimension) -> bool {
    page.request.widget.width() >= WIDE_ENOUGH_FOR_DROPS || dimension == Dimension::Reason
}

fn value_row(page: &Page<'_>, dimension: Dimension, row: &ValueRow, narrow: bool) -> Markup {
    let has_streams = dimension != Dimension::Reason;
    let issue = (row.counted.poor() > 0).then_some(Issue::Poor);
    let legs = |issue| {
        page.links.to(Report::NotedCalls).legs(&LegFilter { issue, ..filter(dimension, row) })
    };
    let ended = |issue: Issue, part: Option<u64>, whole| match part {
        Some(1..) => page.links.link(&of(part, whole), "The calls behind it", legs(Some(issue))),
        _ => html! { (of(part, whole)) },
    };
    html! {
        tr {
            td {
                (page.links.link(&row.value.text, "The calls behind it", legs(issue)))
                @if row.stands_out { " " (tag("bad", "stands out")) }
                @if row.few && has_streams { " " span title="Fewer than 100 judged streams: no verdict" { (tag("none", "few")) } }
            }
            @if has_streams {
                (streams(&row.counted, narrow))
                td.tcr-number { (beyond(row)) }
            }
            @if has_drops(page, dimension) {
                td.tcr-number { (ended(Issue::Dropped, row.counted.legs_dropped, row.counted.legs_established)) }
                td.tcr-number { (ended(Issue::Failed, row.counted.legs_failed, row.counted.legs_attempted)) }
            }
        }
    }
}

fn streams(counted: &Counted, narrow: bool) -> Markup {
    let (poor, judged) = (counted.poor(), counted.judged());
    let share = match judged {
        0 => "–".to_owned(),
        _ => format::percent(number(poor), number(judged)),
    };
    html! {
        @if narrow {
            td.tcr-number { (of((judged > 0).then_some(poor), judged)) @if judged > 0 { br; (share) } }
        } @else {
            td.tcr-number { (of(counted.received_poor, counted.received_judged)) }
            td.tcr-number { (of(counted.sent_poor, counted.sent_judged)) }
            td.tcr-number { (share) }
        }
    }
}

/// `+58`, in whole streams.
fn beyond(row: &ValueRow) -> String {
    let Some(beyond) = row.poor_beyond_expectation_thousandths.filter(|_| !row.few) else {
        return "–".to_owned();
    };
    match (beyond.saturating_add(beyond.signum() * 500)) / 1_000 {
        more @ 1.. => format!("+{}", format::count(more)),
        other => format::count(other),
    }
}

/// `60 of 64`; of reasons there is no whole.
fn of(part: Option<u64>, whole: u64) -> String {
    match (part, whole) {
        (None, _) => "–".to_owned(),
        (Some(part), 0) => format::count(number(part)),
        (Some(part), whole) => {
            format!("{} of {}", format::count(number(part)), format::count(number(whole)))
        }
    }
}

fn number_of(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
