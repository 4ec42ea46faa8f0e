//! The rows of the logs of telephone calls that belong to a call.

use call_records::definitions::{telephone_day as of, trunk_day};
use maud::{Markup, html};
use pstn_logs::Joined;

use super::super::card::{no_data, tag, wide_card};
use super::super::text::{breakable, plain};
use super::super::{Page, people};
use super::{CHARGES, charges, is_narrow, time};
use crate::answer::{LogRowOfCall, LogRowsOfCall, ShownNumber};
use crate::request::Report;

/// Below this width numbers stand without user and charge.
const WIDE_ENOUGH_FOR_PEOPLE: u32 = 700;

/// The card of the call's page; none of a call that has neither a telephone nor a row.
pub(crate) fn of_call(page: &Page<'_>, data: &LogRowsOfCall) -> Markup {
    if !data.has_telephone && data.rows.is_empty() {
        return html! {};
    }
    let definitions = [&of::SECONDS, &of::SETUP_SECONDS, &of::CHARGES, &trunk_day::CODES];
    wide_card(
        "Telephone log",
        &definitions,
        &html! {
            @if data.rows.is_empty() { (no_data(data.note.as_deref().unwrap_or("the logs have no row of this call"))) } @else {
                (table(page, &data.rows))
                @if let Some(note) = &data.note { p.tcr-muted { (note) } }
            }
            p.tcr-actions { (page.links.button("Telephone", page.links.to(Report::Telephone))) }
        },
    )
}

fn table(page: &Page<'_>, rows: &[LogRowOfCall]) -> Markup {
    let narrow = is_narrow(page);
    let has_people = page.request.widget.width() >= WIDE_ENOUGH_FOR_PEOPLE;
    let zone = &page.request.period.zone;
    html! {
        table {
            thead { tr {
                th { "Began" }
                @if has_people { th { "user" } }
                th { "from, to" }
                @if !narrow { th { "type" } th { "country" } }
                th.tcr-number { "duration" }
                @if has_people { th.tcr-number { "charge" } }
                th { "how it ended" }
            } }
            tbody {
                @for row in rows {
                    @let at = row.started_at.or(row.invited_at).or(row.failed_at);
                    tr {
                        td { (at.map_or_else(|| "–".to_owned(), |at| zone.display(at, "%H:%M:%S"))) " " (joined(row.joined)) }
                        @if has_people { td { @match &row.user { Some(user) => (people::name(&page.links, user)), None => "–" } } }
                        td { (telephone(page, row.caller_number.as_ref())) ", " (telephone(page, row.callee_number.as_ref())) }
                        @if !narrow {
                            td { (breakable(row.call_type.as_deref().unwrap_or("–"))) }
                            td { (row.country.as_deref().unwrap_or("–")) }
                        }
                        td.tcr-number { (row.duration_seconds.map_or_else(|| "–".to_owned(), |seconds| time(seconds.into()))) }
                        @if has_people { td style=(CHARGES) { (charges(row.charge.as_slice())) } }
                        td { (ended(row)) }
                    }
                }
            }
        }
    }
}

fn joined(joined: Joined) -> Markup {
    match joined {
        Joined::Matched => {
            html! { span title="The row names this call." { (tag("good", "matched")) } }
        }
        Joined::Inferred => html! {
            span title="The row does not name the call: number, user and start, within 60 s, fit this call and no other." { (tag("warn", "inferred")) }
        },
    }
}

/// A number, which leads to its page where it is that of a telephone in the call.
fn telephone(page: &Page<'_>, number: Option<&ShownNumber>) -> Markup {
    html! {
        @match number {
            Some(number) if number.is_in_call => (people::name(&page.links, &number.person)),
            Some(number) => (breakable(&number.person.name)),
            None => "–",
        }
    }
}

/// What became of the leg: its SIP codes, its trunk, and what is odd of the row.
fn ended(row: &LogRowOfCall) -> Markup {
    html! {
        @match row.established {
            Some(true) => (tag("good", "established")),
            Some(false) => { (tag("bad", "failed")) @if row.duration_seconds.is_some() { span.tcr-muted { " the duration is its set-up" } } },
            None => (tag("none", "unknown")),
        }
        @if let Some(code) = &row.sip_code {
            " " span.tcr-nowrap { "SIP " (code) }
            @if let Some(class) = row.sip_class { span.tcr-muted { " " (class.as_str().replace('_', " ")) } }
        }
        @if let Some(phrase) = &row.sip_phrase { span.tcr-muted { " " (breakable(phrase)) } }
        @if let Some(trunk) = &row.trunk { span.tcr-muted { " on " (breakable(trunk)) } }
        @if row.contradicts_itself { " " span title=(plain(of::CONTRADICTORY.meaning())) { (tag("warn", "contradictory")) } }
        @if row.vanished { " " span title=(plain(of::VANISHED.meaning())) { (tag("warn", "vanished")) } }
    }
}
