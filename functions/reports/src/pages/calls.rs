//! A list of calls.

use call_records::definitions::organisation_day as day;
use maud::{Markup, html};

use super::card::{list_card, no_data};
use super::organisation::{call_tags, call_type_text};
use super::paging::paging;
use super::{Page, people};
use crate::answer::Calls;
use crate::format;
use crate::request::Report;

/// Below this width a list has only its most important columns.
const NARROW: u32 = 700;
/// Below this width the lengths of calls give way to what became of them.
const WIDE_ENOUGH_FOR_LENGTHS: u32 = 500;

/// The calls of some days, the newest first.
pub(crate) fn page(page: &Page<'_>, calls: &Calls) -> Markup {
    let links = &page.links;
    let zone = &page.request.period.zone;
    let narrow = page.request.widget.width() < NARROW;
    let has_length = page.request.widget.width() >= WIDE_ENOUGH_FOR_LENGTHS;
    list_card(
        "Calls",
        &[&day::CALLS, &day::POOR_CALLS, &day::DROPPED],
        links.here(page.request),
        &html! {
            @if calls.list.total == 0 {
                (no_data("no call began on these days"))
            } @else {
                table {
                    thead {
                        tr {
                            th { "Began" }
                            @if !narrow { th { "type" } }
                            th { "organised or placed by" }
                            @if !narrow { th.tcr-number { "people" } }
                            @if has_length { th.tcr-number { "length" } }
                            th { "how it went" }
                        }
                    }
                    tbody {
                        @for call in &calls.list.rows {
                            tr {
                                td.tcr-nowrap data-sort=(call.started_at) { (links.link(&zone.display(call.started_at, "%a %H:%M"), &call.call, links.to(Report::Call).call(&call.call))) }
                                @if !narrow { td { (call_type_text(&call.call_type)) } }
                                td {
                                    @match &call.organizer {
                                        Some(person) => (people::name(links, person)),
                                        None => span.tcr-muted title="The record names nobody" { "–" },
                                    }
                                }
                                @if !narrow { td.tcr-number { (call.people.map_or_else(|| "–".to_owned(), |people| format::count(people.into()))) } }
                                @if has_length {
                                    td.tcr-number {
                                        @match call.seconds {
                                            Some(seconds) => (format::duration(seconds)),
                                            None => span title="The end of the call is not known" { "–" },
                                        }
                                    }
                                }
                                td { (call_tags(call.outcome, call.dropped, call.poor)) }
                            }
                        }
                    }
                }
                (paging(links, &calls.list, ("call", "calls"), |to| links.here(page.request).page(to)))
            }
        },
    )
}
