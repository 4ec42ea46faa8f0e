//! The calls behind the numbers of quality.

use call_quality::{CallKind, Dimension};
use maud::{Markup, html};

use super::card::{list_card, no_data, tag};
use super::links::{Links, Target};
use super::organisation::call_type_text;
use super::paging::paging;
use super::text::breakable;
use super::{Page, people};
use crate::answer::{NotedCalls, NotedRow, ShownFilter};
use crate::dimensions;
use crate::format;
use crate::request::{Issue, LegFilter, Report};

/// Below this width a list has only its most important columns.
const NARROW: u32 = 860;
/// Below this width the columns of the place are left out.
const WIDE_ENOUGH_FOR_SITES: u32 = 500;

/// The lengths that are offered, in minutes.
const MINUTES: [u64; 3] = [1, 5, 30];

/// The page.
pub(crate) fn page(page: &Page<'_>, data: &NotedCalls) -> Markup {
    html! {
        (choices(page))
        (chosen(page, &data.filter))
        @for note in &data.notes { p.tcr-complete { (tag("warn", "note")) " " (breakable(note)) } }
        (list_card(&title(&data.filter), &[], page.links.here(page.request), &html! {
            @if data.list.total == 0 { (no_data("no such leg on these days")) } @else { (table(page, data)) }
        }))
    }
}

fn title(filter: &ShownFilter) -> String {
    let what = match filter.issue {
        None => "Legs that were poor, dropped, failed or missed",
        Some(Issue::Poor) => "Legs with poor audio",
        Some(Issue::Dropped) => "Legs that dropped",
        Some(Issue::Failed) => "Legs that failed to be set up",
        Some(Issue::Missed) => "Missed calls",
    };
    what.to_owned()
}

/// The same list with another filter.
fn with(page: &Page<'_>, change: impl FnOnce(&mut LegFilter)) -> Target {
    let mut filter = page.request.legs.clone();
    change(&mut filter);
    page.links.here(page.request).legs(&filter)
}

fn choice(page: &Page<'_>, label: &str, is_here: bool, to: Target) -> Markup {
    if is_here { Links::current_button(label) } else { page.links.button(label, to) }
}

fn choices(page: &Page<'_>) -> Markup {
    let legs = &page.request.legs;
    let kinds = [(CallKind::PeerToPeer, "peer-to-peer"), (CallKind::Meeting, "meetings")];
    html! {
        div.tcr-bar-of-links role="navigation" aria-label="What was bad" {
            span.tcr-muted { "What" }
            (choice(page, "anything", legs.issue.is_none(), with(page, |it| it.issue = None)))
            @for issue in Issue::ALL {
                (choice(page, issue.as_str(), legs.issue == Some(issue), with(page, |it| it.issue = Some(issue))))
            }
        }
        div.tcr-bar-of-links role="navigation" aria-label="Which calls" {
            span.tcr-muted { "Calls" }
            (choice(page, "all", legs.kind.is_none(), with(page, |it| it.kind = None)))
            @for (kind, label) in kinds {
                (choice(page, label, legs.kind == Some(kind), with(page, |it| it.kind = Some(kind))))
            }
            span.tcr-muted { "of" }
            (choice(page, "any length", legs.minutes.is_none(), with(page, |it| it.minutes = None)))
            @for minutes in MINUTES {
                (choice(page, &format!("{minutes} min and more"), legs.minutes == Some(minutes), with(page, |it| it.minutes = Some(minutes))))
            }
        }
    }
}

/// What a link chose, and the way back from it.
fn chosen(page: &Page<'_>, filter: &ShownFilter) -> Markup {
    html! {
        @if filter.at.is_some() || filter.scope.is_some() || filter.person.is_some() {
            div.tcr-bar-of-links role="navigation" aria-label="Only" {
                span.tcr-muted { "Only" }
                @if let Some(person) = &filter.person {
                    b { (people::name(&page.links, person)) }
                    (page.links.button("of everybody", page.links.here(page.request).of_everybody()))
                }
                @if let Some(at) = &filter.at {
                    b { (breakable(&dimensions::named(at.dimension, &at.value.text))) }
                    (page.links.button("of all", with(page, |it| (it.dimension, it.value) = (None, None))))
                }
                @if let Some(scope) = filter.scope {
                    b { (scope.title()) }
                    (page.links.button("anywhere", with(page, |it| it.scope = None)))
                }
            }
        }
    }
}

fn table(page: &Page<'_>, data: &NotedCalls) -> Markup {
    let links = &page.links;
    let narrow = page.request.widget.width() < NARROW;
    let has_site = has_site(page);
    html! {
        table {
            thead { tr {
                th { "Began" }
                @if !narrow { th { "type" } th.tcr-number { "length" } }
                th { "person" }
                th { "what was bad" }
                @if has_site { th { "where" } }
                @if !narrow { th { "network" } th { "device" } }
            } }
            tbody { @for row in &data.list.rows { (leg(page, row, narrow)) } }
        }
        (paging(links, &data.list, ("leg", "legs"), |to| links.here(page.request).page(to)))
    }
}

fn has_site(page: &Page<'_>) -> bool {
    page.request.widget.width() >= WIDE_ENOUGH_FOR_SITES
}

fn leg(page: &Page<'_>, row: &NotedRow, narrow: bool) -> Markup {
    let links = &page.links;
    let has_site = has_site(page);
    let began = page.request.period.zone.display(row.started_at, "%-d\u{a0}%b %H:%M");
    html! {
        tr {
            td data-sort=(row.started_at) { (links.link(&began, &row.call, links.to(Report::Call).call(&row.call))) }
            @if !narrow {
                td { (call_type_text(&row.call_type)) }
                td.tcr-number { (row.seconds.map_or_else(|| "–".to_owned(), format::duration)) }
            }
            td { (people::name(links, &row.person)) }
            td { (what(row)) }
            @if has_site { td { (texts(row, &[Dimension::Site, Dimension::Subnet])) } }
            @if !narrow {
                td { (texts(row, &[Dimension::Connection, Dimension::WifiBand, Dimension::Transport, Dimension::AccessPoint])) }
                td { (texts(row, &[Dimension::Device])) }
            }
        }
    }
}

fn what(row: &NotedRow) -> Markup {
    let ways = [("received", row.poor_received), ("sent", row.poor_sent)];
    let ways: Vec<String> = ways
        .into_iter()
        .filter(|(_, poor)| *poor > 0)
        .map(|(way, poor)| format!("{} {way}", format::count(poor.into())))
        .collect();
    html! {
        @if !ways.is_empty() {
            (tag("bad", "poor")) " " (ways.join(", ")) span.tcr-muted { " of " (format::count(row.judged.into())) " judged" } " "
        }
        @if row.dropped { (tag("bad", "dropped")) " " }
        @if row.failed { (tag("bad", "failed")) " " }
        @if row.missed { (tag("warn", "missed")) " " }
        @for reason in row.texts(Dimension::Reason) { span.tcr-muted { (breakable(reason)) } }
    }
}

/// The values of some dimensions below each other; none of a call that was missed without a leg.
fn texts(row: &NotedRow, dimensions: &[Dimension]) -> Markup {
    let mut texts: Vec<&str> = dimensions.iter().flat_map(|of| row.texts(*of)).collect();
    texts.dedup();
    html! {
        @if texts.is_empty() { span.tcr-muted title="The record does not say" { "–" } }
        @for (place, text) in texts.iter().enumerate() {
            @if place > 0 { br; }
            @if place == 0 { (breakable(text)) } @else { span.tcr-muted { (breakable(text)) } }
        }
    }
}
