//! Rankings of people.

use call_records::Seconds;
use call_records::definitions::{derived, person_day as person};
use maud::{Markup, html};

use super::card::{definition_tooltip, unit_caption, wide_card};
use super::paging::paging;
use super::text::plain;
use super::{Links, Page};
use crate::answer::{RankedPerson, Ranking};
use crate::charts::{Bar, bars};
use crate::format;
use crate::people::Person;
use crate::request::{Report, Sort};

/// Below this width a table has only its most important columns.
const NARROW: u32 = 740;

/// The page of people.
pub(crate) fn page(page: &Page<'_>, ranking: &Ranking) -> Markup {
    let links = &page.links;
    let here = links.here(page.request);
    html! {
        div.tcr-bar-of-links role="navigation" aria-label="Order" {
            span.tcr-muted { "Most" }
            @for sort in Sort::ALL {
                @if sort == ranking.sort { (Links::current_button(sort.title())) } @else { (links.button(sort.title(), here.clone().sort(sort))) }
            }
        }
        (wide_card(&format!("People by {}", ranking.sort.title()), &[
            &person::CALLS, &person::CALLS_PEER_TO_PEER, &person::CALLS_GROUP, &person::ANSWERED,
            &person::MISSED, &person::DROPPED, &person::TALK_MS, &derived::POOR_CALL_SHARE,
        ], &table(page, ranking)))
    }
}

/// A ranking as a table, with its pages.
pub(crate) fn table(page: &Page<'_>, ranking: &Ranking) -> Markup {
    let links = &page.links;
    if ranking.list.total == 0 {
        return empty_ranking(ranking.sort);
    }
    let narrow = page.request.widget.width() < NARROW;
    let here = links.here(page.request).sort(ranking.sort);
    // Where there is no room, only what people are ranked by; and their talk time takes that of one.
    let has = |sort: Sort| {
        let gives_way = narrow && ranking.sort == Sort::TalkTime && sort == Sort::Dropped;
        ranking.sort == sort || !(page.is_tiny() || gives_way)
    };
    html! {
        table {
            thead {
                tr {
                    th { "Person" }
                    th.tcr-number title=(definition_tooltip(&person::CALLS)) { "calls" }
                    @if !narrow {
                        th.tcr-number title=(definition_tooltip(&person::CALLS_PEER_TO_PEER)) { "peer-to-peer" }
                        th.tcr-number title=(definition_tooltip(&person::CALLS_GROUP)) { "group" }
                        th.tcr-number title=(definition_tooltip(&person::ANSWERED)) { "answered" }
                    }
                    @if has(Sort::Missed) { th.tcr-number title=(definition_tooltip(&person::MISSED)) { "missed" } }
                    @if has(Sort::Dropped) { th.tcr-number title=(definition_tooltip(&person::DROPPED)) { "dropped" } }
                    @if has(Sort::Poor) { th.tcr-number title=(definition_tooltip(&derived::POOR_CALL_SHARE)) { "poor" } }
                    @if !narrow || ranking.sort == Sort::TalkTime {
                        th.tcr-number title=(definition_tooltip(&person::TALK_MS)) { "talk time" }
                    }
                }
            }
            tbody {
                @for row in &ranking.list.rows {
                    tr {
                        td { (name(links, &row.person)) }
                        td.tcr-number { (format::count(row.calls)) }
                        @if !narrow {
                            td.tcr-number { (format::count(row.calls_peer_to_peer)) }
                            td.tcr-number { (format::count(row.calls_group)) }
                            td.tcr-number { (format::count(row.answered)) }
                        }
                        @if has(Sort::Missed) { td.tcr-number { (format::count(row.missed)) } }
                        @if has(Sort::Dropped) { td.tcr-number { (format::count(row.dropped)) } }
                        @if has(Sort::Poor) { td.tcr-number title=(poor_tooltip(row)) { (poor(row)) } }
                        @if !narrow || ranking.sort == Sort::TalkTime {
                            td.tcr-number { (talk_time(row.talk_seconds, "0 or not known: the list of people does not tell the two apart; the person’s page does")) }
                        }
                    }
                }
            }
        }
        (paging(links, &ranking.list, ("person", "people"), |to| here.clone().page(to)))
    }
}

/// The first of a ranking as bars, for the overview.
pub(crate) fn short_ranking(page: &Page<'_>, ranking: &Ranking, class: &str) -> Markup {
    let links = &page.links;
    if ranking.list.total == 0 {
        return empty_ranking(ranking.sort);
    }
    let rows: Vec<Bar> = ranking
        .list
        .rows
        .iter()
        .map(|row| {
            let (value, shown) = match ranking.sort {
                Sort::TalkTime => {
                    let talk = row.talk_seconds.unwrap_or_default();
                    (talk.as_millis(), format::duration(talk))
                }
                Sort::Calls => (row.calls, format::count(row.calls)),
                Sort::Missed => (row.missed, format::count(row.missed)),
                Sort::Dropped => (row.dropped, format::count(row.dropped)),
                Sort::Poor => (
                    row.poor_calls,
                    format!(
                        "{} of {}",
                        format::count(row.poor_calls),
                        format::count(row.judged_calls)
                    ),
                ),
            };
            let title = format!("{}: {shown} ({})", row.person.name, ranking.sort.title());
            Bar { name: name(links, &row.person), title, value, shown }
        })
        .collect();
    let unit = match ranking.sort {
        Sort::TalkTime => "talk time",
        Sort::Calls => "calls",
        Sort::Missed => "calls that they missed",
        Sort::Dropped => "calls from which they were dropped",
        Sort::Poor => "poor calls, of judged ones",
    };
    html! {
        (unit_caption(unit))
        (bars(class, &rows))
        div.tcr-actions style="margin-top:8px" {
            (links.button(&format!("All {}", format::count_of(ranking.list.total, "person", "people")), links.to(Report::People).sort(ranking.sort)))
        }
    }
}

/// Talk time, or why it is blank.
pub(crate) fn talk_time(seconds: Option<Seconds>, blank: &str) -> Markup {
    html! {
        @match seconds {
            Some(seconds) => (format::duration(seconds)),
            None => span title=(plain(blank)) { "–" },
        }
    }
}

/// A person's name, which leads to their page and shows their id on hover.
pub(crate) fn name(links: &Links<'_>, person: &Person) -> Markup {
    let id = person.id.as_deref().map(|id| format!("{} {id}", person.kind));
    let title = id.unwrap_or_else(|| person.kind.clone());
    links.link(&person.name, &title, links.to(Report::Person).person(&person.person))
}

fn poor(row: &RankedPerson) -> String {
    if row.judged_calls == 0 {
        "–".to_owned()
    } else {
        format!("{} of {}", format::count(row.poor_calls), format::count(row.judged_calls))
    }
}

fn poor_tooltip(row: &RankedPerson) -> String {
    if row.judged_calls == 0 {
        derived::POOR_CALL_SHARE.blank.to_owned()
    } else {
        format!(
            "{} calls with a poor leg of {} whose quality is known",
            row.poor_calls, row.judged_calls
        )
    }
}

fn empty_ranking(sort: Sort) -> Markup {
    super::card::no_data(match sort {
        Sort::TalkTime => "nobody talked on these days",
        Sort::Calls => "nobody had a call on these days",
        Sort::Missed => "nobody missed a call on these days",
        Sort::Dropped => "nobody was dropped on these days",
        Sort::Poor => "nobody had a call with poor audio on these days",
    })
}
