//! Shares beside Microsoft's targets.

use call_records::definitions::derived;
use maud::{Markup, html};

use super::Page;
use super::card::{definition_tooltip, no_data, tag};
use crate::answer::{Amount, Measured, TargetRow, TargetsOfDays};
use crate::format;
use crate::request::{Issue, LegFilter, Report};

/// All targets with what was measured.
pub(crate) fn table(page: &Page<'_>, targets: &[TargetRow]) -> Markup {
    html! {
        table {
            thead { tr {
                th { "Of" }
                th title=(definition_tooltip(&derived::POOR_STREAM_SHARE)) { "poor streams" }
                @if !page.is_tiny() { th { "failed legs" } }
                th title=(definition_tooltip(&derived::DROP_RATE)) { "dropped legs" }
            } }
            tbody {
                @for target in targets {
                    tr {
                        td { (target.title) }
                        (measured(page, target, Issue::Poor, &target.poor_streams))
                        @if !page.is_tiny() { (measured(page, target, Issue::Failed, &target.failed_legs)) }
                        (measured(page, target, Issue::Dropped, &target.dropped_legs))
                    }
                }
            }
        }
        p.tcr-muted { "Microsoft suggests these targets for streams, and set them for the classifier cqd-classic. Failures and drops are counted here by legs. People of other organisations are in none." }
    }
}

fn measured(page: &Page<'_>, target: &TargetRow, issue: Issue, measured: &Measured) -> Markup {
    let permille = i32::try_from(measured.target_permille).unwrap_or(i32::MAX);
    let most = format!("at most {} %", format::decimal(f64::from(permille) / 10.0));
    let filter = LegFilter {
        issue: Some(issue),
        scope: target.scope,
        kind: target.kind,
        ..LegFilter::default()
    };
    html! {
        td {
            @if let Some(Amount::Share { numerator, denominator }) = measured.value {
                @let shown = format::percent(numerator, denominator);
                @match measured.is_met {
                    Some(true) => (tag("good", &shown)),
                    _ => (tag("bad", &shown)),
                }
                " " span.tcr-muted { (most) } br;
                @let counts = format!("{} of {}", format::count(numerator), format::count(denominator));
                @if numerator > 0 {
                    (page.links.link(&counts, "The calls behind it", page.links.to(Report::NotedCalls).legs(&filter)))
                } @else { span.tcr-muted { (counts) } }
            } @else {
                span title=[measured.null_reason] { "–" } " " span.tcr-muted { (most) }
            }
        }
    }
}

/// The targets that are not met, each with the way to the calls behind it.
pub(crate) fn out_of_target(page: &Page<'_>, targets: Option<&TargetsOfDays>) -> Markup {
    let Some(TargetsOfDays { days_rolled_up, rows }) = targets else {
        return no_data("targets are worked out for at most 31 days");
    };
    if *days_rolled_up == 0 {
        return no_data("no day is rolled up yet, which happens every hour");
    }
    let measured = |row: &TargetRow| {
        [
            ("poor streams", Issue::Poor, row.poor_streams),
            ("failed legs", Issue::Failed, row.failed_legs),
            ("dropped legs", Issue::Dropped, row.dropped_legs),
        ]
    };
    let of_rows = rows.iter().flat_map(|row| measured(row).map(|measured| (row, measured)));
    let missed: Vec<_> = of_rows.filter(|(_, (.., it))| it.is_met == Some(false)).collect();
    html! {
        @if missed.is_empty() {
            p { (tag("good", "nothing")) " Whatever could be measured is within Microsoft’s suggested targets." }
        } @else {
            table {
                thead { tr { th { "Of" } th { "what" } th { "measured" } } }
                tbody {
                    @for (row, (what, issue, measured)) in missed {
                        tr { td { (row.title) } td { (what) } (self::measured(page, row, issue, &measured)) }
                    }
                }
            }
        }
        @let days = page.request.period.length();
        p.tcr-actions {
            @if *days_rolled_up < days { span.tcr-muted { (days_rolled_up) " of " (days) " days are rolled up." } }
            (page.links.button("Quality", page.links.to(Report::Quality)))
        }
    }
}
