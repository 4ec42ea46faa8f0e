//! Session border controllers, with the network effectiveness ratio and its definition beside it.

use call_records::definitions::{Definition, trunk_day as of};
use maud::{Markup, html};
use pstn_logs::SipClass;

use super::super::Page;
use super::super::card::{column, definition_tooltip, list_card, no_data};
use super::super::text::{breakable, marked, plain};
use super::{count, is_narrow};
use crate::answer::TrunkRow;
use crate::format;

/// SIP codes of a trunk that are shown.
const TOP_CODES: usize = 5;

const COLUMNS: [&Definition; 9] = [
    &of::ATTEMPTS,
    &of::NETWORK_EFFECTIVENESS_RATIO,
    &of::ANSWERED,
    &of::USER_BUSY,
    &of::RING_NO_ANSWER,
    &of::TERMINAL_REJECT,
    &of::COMPLETED_ELSEWHERE,
    &of::UNLISTED,
    &of::CODES,
];

/// What a class means.
const fn definition(class: SipClass) -> &'static Definition {
    match class {
        SipClass::Answered => &of::ANSWERED,
        SipClass::UserBusy => &of::USER_BUSY,
        SipClass::RingNoAnswer => &of::RING_NO_ANSWER,
        SipClass::TerminalReject => &of::TERMINAL_REJECT,
        SipClass::CompletedElsewhere => &of::COMPLETED_ELSEWHERE,
        SipClass::Unlisted => &of::UNLISTED,
    }
}

pub(super) fn card(page: &Page<'_>, trunks: &[TrunkRow]) -> Markup {
    list_card("Trunks", &COLUMNS, page.links.here(page.request), &table(page, trunks))
}

fn table(page: &Page<'_>, trunks: &[TrunkRow]) -> Markup {
    if trunks.is_empty() {
        return no_data("no row of direct routing on these days");
    }
    let narrow = is_narrow(page);
    let ratio = &of::NETWORK_EFFECTIVENESS_RATIO;
    html! {
        p.tcr-muted { "NER: " (marked(ratio.meaning())) " Version " (ratio.version) "." }
        table {
            thead { tr {
                th { "Trunk" }
                (column(&of::ATTEMPTS))
                th.tcr-number title=(definition_tooltip(ratio)) { "NER" }
                @if !narrow { @for class in SipClass::ALL { (column(definition(class))) } }
                @if !page.is_tiny() { th title=(definition_tooltip(&of::CODES)) { "SIP codes" } }
            } }
            tbody {
                @for row in trunks {
                    tr {
                        td { (breakable(&row.trunk)) }
                        (count(row.attempts))
                        td.tcr-number {
                            @match row.network_effectiveness_ratio.value {
                                Some(value) => (format::amount(value)),
                                None => span title=(plain(ratio.blank)) { "–" },
                            }
                        }
                        @if !narrow { @for class in SipClass::ALL { (count(row.classes.get(&class).copied().unwrap_or_default())) } }
                        @if !page.is_tiny() { td { (codes(row)) } }
                    }
                }
            }
        }
    }
}

/// The most frequent final codes with Microsoft's subcodes.
fn codes(row: &TrunkRow) -> Markup {
    html! {
        @for (place, it) in row.codes.iter().take(TOP_CODES).enumerate() {
            @if place > 0 { ", " }
            span.tcr-nowrap { (it.code) ": " (it.legs) }
        }
        @if row.codes.len() > TOP_CODES { span.tcr-muted { ", and " (row.codes.len() - TOP_CODES) " more" } }
    }
}
