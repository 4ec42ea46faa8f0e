//! The page of the logs of telephone calls, and that of everybody on the telephone.

use call_records::Seconds;
use call_records::definitions::{Definition, telephone_day as of};
use jiff::civil::Date;
use maud::{Markup, html};

use super::card::{
    card, column, definition_tooltip, list_card, no_data, tag, unit_caption, wide_card,
};
use super::frame::Frame;
use super::organisation::{ChartText, OnDay, columns_of_days, title_per_column};
use super::paging::paging;
use super::text::breakable;
use super::{Page, people};
use crate::answer::{DayOfTelephone, LegSums, Money, TelephoneReport, TypeRow, ValueOfLegs};
use crate::charts::Series;
use crate::format::{self, number};
use crate::request::Report;

mod of_call;
mod of_person;
mod trunks;

pub(crate) use of_call::of_call;
pub(crate) use of_person::of_person;

/// Below this width a table has only its most important columns.
const NARROW: u32 = 880;
/// Below this width only what was paid stands beside legs and time.
const WIDE_ENOUGH_FOR_FAILURES: u32 = 560;

/// What the columns of legs mean.
const COLUMNS: [&Definition; 8] = [
    &of::LEGS,
    &of::ESTABLISHED,
    &of::FAILED,
    &of::END_UNKNOWN,
    &of::SECONDS,
    &of::SETUP_SECONDS,
    &of::CONTRADICTORY,
    &of::CHARGES,
];

/// The page of all numbers.
pub(crate) fn page(page: &Page<'_>, frame: &Frame<'_>, data: &TelephoneReport) -> Markup {
    let title = title_per_column("Legs", &data.by_day);
    let values = [
        ("Countries", "country", &data.countries),
        ("Licences", "licence", &data.licenses),
        ("Operators", "operator", &data.operators),
    ];
    let all = page.links.here(page.request).report(Report::TelephonePeople);
    let people = html! {
        (table_of_people(page, data))
        @if data.people.total > data.people.rows.len() {
            p.tcr-actions { (page.links.button(&format!("All {}", format::count_of(data.people.total, "person", "people")), all.clone())) }
        }
    };
    html! {
        (read(page, data))
        (tiles(data))
        (frame.cards(&html! {
            (wide_card(&title, &[&of::LEGS, &of::ESTABLISHED, &of::FAILED, &of::END_UNKNOWN], &chart(frame, &data.by_day)))
            (list_card("Call types", &COLUMNS, page.links.here(page.request), &types(page, &data.types)))
            @for (title, one, rows) in values { (card(title, &COLUMNS, &values_table(page, one, rows))) }
            (trunks::card(page, &data.trunks))
            (list_card("People", &COLUMNS, all, &people))
        }))
    }
}

/// The page of everybody.
pub(crate) fn people_page(page: &Page<'_>, frame: &Frame<'_>, data: &TelephoneReport) -> Markup {
    let links = &page.links;
    html! {
        (read(page, data))
        (frame.cards(&list_card("People", &COLUMNS, links.here(page.request), &html! {
            (table_of_people(page, data))
            (paging(links, &data.people, ("person", "people"), |to| links.here(page.request).page(to)))
        })))
    }
}

/// Which days were read, and up to when the logs are complete.
fn read(page: &Page<'_>, data: &TelephoneReport) -> Markup {
    let known = &data.completeness;
    let at = |at| page.request.period.zone.display(at, "%a %-d %b %Y %H:%M %Z");
    html! {
        p.tcr-complete title="Every row that began after the first time and before the second is kept: rows come up to 48 hours late." {
            "Complete up to "
            @match known.complete_up_to {
                Some(up_to) => b { (at(up_to)) },
                None => { "– " span.tcr-muted { (known.null_reason.unwrap_or_default()) } },
            }
            @if let Some(first) = known.first_day { span.tcr-muted { ", for rows since " (first.strftime("%a %-d %b %Y")) } }
            ". Read: " b { (data.days_read) " of " (format::count_of(data.days, "day", "days")) } " (UTC). "
            span.tcr-muted { "A leg is a row of the logs: forwarding and transfer make several of one call." }
        }
        @for note in &data.notes { p.tcr-complete { (tag("warn", "note")) " " (breakable(note)) } }
    }
}

fn tiles(data: &TelephoneReport) -> Markup {
    let total = &data.total;
    let counts = [
        (&of::LEGS, total.legs),
        (&of::ESTABLISHED, total.established),
        (&of::FAILED, total.failed),
        (&of::CONTRADICTORY, total.contradictory),
        (&of::VANISHED, data.vanished),
        (&of::UNDATED, data.undated),
    ];
    let times = [(&of::SECONDS, total.seconds), (&of::SETUP_SECONDS, total.setup_seconds)];
    let is_read = data.days_read > 0;
    let tile = |definition: &Definition, value: &Markup| {
        html! {
            div.tcr-tile title=(definition_tooltip(definition)) {
                span { (definition.title) }
                @if is_read { (value) } @else { b { "–" } span.tcr-why { "not read" } }
            }
        }
    };
    html! {
        div.tcr-tiles {
            @for (definition, count) in counts { (tile(definition, &html! { b { (format::count(number(count))) } })) }
            @for (definition, seconds) in times { (tile(definition, &html! { b { (time(seconds)) } })) }
            @for money in &total.charges {
                (tile(&of::CHARGES, &html! { b { (money.amount) } span.tcr-why { (currency(money)) } }))
            }
        }
    }
}

impl OnDay for DayOfTelephone {
    fn date(&self) -> Date {
        self.date
    }

    fn has_calls(&self) -> bool {
        self.sums.legs > 0
    }
}

fn chart(frame: &Frame<'_>, days: &[DayOfTelephone]) -> Markup {
    let series = [
        Series { name: "established", class: "tcr-good" },
        Series { name: "failed", class: "tcr-bad" },
        Series { name: "of unknown end", class: "tcr-none" },
    ];
    if days.iter().all(|day| day.sums.legs == 0) {
        return no_data("no row of the logs on these days");
    }
    let title = title_per_column("Legs", days);
    let texts = ChartText { title: &title, unit: "legs", when_empty: "" };
    columns_of_days(frame.wide_chart_width(), &texts, days, &series, |day| {
        [day.sums.established, day.sums.failed, day.sums.end_unknown].map(number).to_vec()
    })
}

fn types(page: &Page<'_>, rows: &[TypeRow]) -> Markup {
    if rows.is_empty() {
        return no_data("no row of the logs on these days");
    }
    let narrow = is_narrow(page);
    html! {
        (unit_caption("call types are Microsoft's words, as they came"))
        table {
            thead { tr {
                th { "Call type" }
                @if has_failures(page) { th { "direction" } }
                @if !narrow { th { "log" } }
                (headings(page))
            } }
            tbody {
                @for row in rows {
                    tr {
                        td { (breakable(&row.call_type)) }
                        @if has_failures(page) { td { (row.direction.as_str()) } }
                        @if !narrow { td { (row.log.as_str().replace('_', " ")) } }
                        (cells(page, &row.sums))
                    }
                }
            }
        }
    }
}

/// Countries, licences or operators, in a card of one column.
fn values_table(page: &Page<'_>, one: &str, rows: &[ValueOfLegs]) -> Markup {
    if rows.is_empty() {
        return no_data("no row of the logs on these days");
    }
    html! {
        table {
            thead { tr {
                th { (one) }
                (column(&of::LEGS))
                @if !page.is_tiny() { th.tcr-number title=(definition_tooltip(&of::SECONDS)) { "time" } }
                (column(&of::CHARGES))
            } }
            tbody {
                @for row in rows {
                    tr {
                        td { (breakable(&row.value)) }
                        (count(row.sums.legs))
                        @if !page.is_tiny() { td.tcr-number { (time(row.sums.seconds)) } }
                        td style=(CHARGES) { (charges(&row.sums.charges)) }
                    }
                }
            }
        }
    }
}

fn table_of_people(page: &Page<'_>, data: &TelephoneReport) -> Markup {
    if let Some(why) = data.people_null_reason {
        return no_data(why);
    }
    if data.people.total == 0 {
        return no_data("no row of the logs names a user on these days");
    }
    html! {
        (unit_caption("legs of users, without conferences, queues and attendants; the longest time first"))
        table {
            thead { tr { th { "Person" } (headings(page)) } }
            tbody {
                @for row in &data.people.rows {
                    tr { td { (people::name(&page.links, &row.person)) } (cells(page, &row.sums)) }
                }
            }
        }
    }
}

/// The heads of the columns of [`cells`].
fn headings(page: &Page<'_>) -> Markup {
    html! {
        (column(&of::LEGS))
        @if !is_narrow(page) { (column(&of::ESTABLISHED)) }
        @if has_failures(page) { (column(&of::FAILED)) }
        th.tcr-number title=(definition_tooltip(&of::SECONDS)) { "time" }
        @if !is_narrow(page) { th.tcr-number title=(definition_tooltip(&of::SETUP_SECONDS)) { "set-up of failed" } }
        (column(&of::CHARGES))
    }
}

fn cells(page: &Page<'_>, sums: &LegSums) -> Markup {
    html! {
        (count(sums.legs))
        @if !is_narrow(page) { (count(sums.established)) }
        @if has_failures(page) { (count(sums.failed)) }
        td.tcr-number { (time(sums.seconds)) }
        @if !is_narrow(page) { td.tcr-number { (time(sums.setup_seconds)) } }
        td style=(CHARGES) { (charges(&sums.charges)) }
    }
}

fn is_narrow(page: &Page<'_>) -> bool {
    page.request.widget.width() < NARROW
}

fn has_failures(page: &Page<'_>) -> bool {
    page.request.widget.width() >= WIDE_ENOUGH_FOR_FAILURES
}

fn count(count: u64) -> Markup {
    html! { td.tcr-number { (format::count(number(count))) } }
}

fn time(seconds: u64) -> String {
    format::duration(Seconds::from_millis(number(seconds).saturating_mul(1_000)))
}

/// The style of a cell with amounts, whose currencies may stand below them.
const CHARGES: &str = "text-align:right";

/// Amounts, each of a currency, which are never added.
fn charges(charges: &[Money]) -> Markup {
    html! {
        @if charges.is_empty() { span title=(of::CHARGES.blank) { "–" } }
        @for (place, money) in charges.iter().enumerate() {
            @if place > 0 { br; }
            (money.amount) " " (currency(money))
        }
    }
}

fn currency(money: &Money) -> &str {
    if money.currency == "unknown" { "of no currency" } else { &money.currency }
}
