//! Rankings of people.

use call_records::Seconds;
use call_records::definitions::{Definition, person_day as person};
use maud::{Markup, html};

use super::card::{column, definition_tooltip, list_card, spaced_words, unit_caption};
use super::paging::paging;
use super::text::{breakable, plain};
use super::{Links, Page, calls_behind};
use crate::answer::{RankedPerson, Ranking};
use crate::charts::{Bar, bars};
use crate::format;
use crate::people::Person;
use crate::request::{Issue, PeopleFilter, Relations, Report, Sort};

/// Below this width a table has only its most important columns.
const NARROW: u32 = 880;

/// What the columns of a ranking mean.
const RANKED: [&Definition; 10] = [
    &person::CALLS,
    &person::CALLS_PEER_TO_PEER,
    &person::ANSWERED,
    &person::MISSED,
    &person::DROPPED,
    &person::POOR_RECEIVED,
    &person::JUDGED_RECEIVED,
    &person::POOR_SENT,
    &person::JUDGED_SENT,
    &person::TALK_MS,
];

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
        div.tcr-bar-of-links role="navigation" aria-label="Who" {
            span.tcr-muted { "Who" }
            @for relations in Relations::ALL {
                @let filter = PeopleFilter { relations, kind: ranking.kind.clone() };
                @if relations == ranking.relation { (Links::current_button(relations_title(relations))) } @else { (links.button(relations_title(relations), here.clone().people(&filter))) }
            }
            @if let Some(kind) = &ranking.kind {
                span.tcr-muted { "of the kind " (breakable(kind)) }
            }
        }
        (list_card(&format!("People by {}", ranking.sort.title()), &RANKED, here.clone(), &table(page, ranking)))
    }
}

fn relations_title(relations: Relations) -> &'static str {
    match relations {
        Relations::Internal => "internal people",
        Relations::Others => "everybody else",
        Relations::All => "everybody",
    }
}

/// A ranking as a table, with its pages and with whom it leaves out.
fn table(page: &Page<'_>, ranking: &Ranking) -> Markup {
    let links = &page.links;
    let here = links.here(page.request).sort(ranking.sort);
    if ranking.list.total == 0 {
        return html! {
            (super::card::no_data("no such person had a part in a call on these days"))
            (left_out(page, ranking))
        };
    }
    let narrow = page.request.widget.width() < NARROW;
    // Where there is no room, only what people are ranked by; and their time takes that of one.
    let has = |sort: Sort| {
        let gives_way = narrow && (sort == Sort::Dropped || sort == Sort::PoorSent);
        ranking.sort == sort || !(page.is_tiny() || gives_way)
    };
    // A column by which all people are ranked, and not only those of the page.
    let sortable = |sort: Sort, of: &Definition| {
        html! {
            @if sort == ranking.sort { th.tcr-number aria-sort="descending" title=(definition_tooltip(of)) { (of.title) " ▼" } } @else {
                th.tcr-number { (links.link(of.title, &definition_tooltip(of), here.clone().sort(sort))) }
            }
        }
    };
    html! {
        table {
            thead {
                tr {
                    th { "Person" }
                    @if !narrow { th { "relation" } }
                    (sortable(Sort::Calls, &person::CALLS))
                    @if !narrow { (column(&person::CALLS_PEER_TO_PEER)) (column(&person::ANSWERED)) }
                    @if has(Sort::Missed) { (sortable(Sort::Missed, &person::MISSED)) }
                    @if has(Sort::Dropped) { (sortable(Sort::Dropped, &person::DROPPED)) }
                    @if has(Sort::PoorReceived) { (sortable(Sort::PoorReceived, &person::POOR_RECEIVED)) }
                    @if has(Sort::PoorSent) { (sortable(Sort::PoorSent, &person::POOR_SENT)) }
                    @if !narrow || ranking.sort == Sort::TalkTime { (sortable(Sort::TalkTime, &person::TALK_MS)) }
                }
            }
            tbody {
                @for row in &ranking.list.rows {
                    tr {
                        td { (name(links, &row.person)) }
                        @if !narrow { td { (spaced_words(row.relation)) } }
                        td.tcr-number { (format::count(row.calls)) }
                        @if !narrow {
                            td.tcr-number { (format::count(row.calls_peer_to_peer)) }
                            td.tcr-number { (format::count(row.answered)) }
                        }
                        @if has(Sort::Missed) { td.tcr-number { (behind(page, row, Issue::Missed, row.missed)) } }
                        @if has(Sort::Dropped) { td.tcr-number { (behind(page, row, Issue::Dropped, row.dropped)) } }
                        @if has(Sort::PoorReceived) { td.tcr-number { (of_judged(page, row, row.poor_received, row.judged_received, &person::POOR_RECEIVED)) } }
                        @if has(Sort::PoorSent) { td.tcr-number { (of_judged(page, row, row.poor_sent, row.judged_sent, &person::POOR_SENT)) } }
                        @if !narrow || ranking.sort == Sort::TalkTime {
                            td.tcr-number { (talk_time(row.talk_seconds, person::TALK_MS.blank)) }
                        }
                    }
                }
            }
        }
        (paging(links, &ranking.list, ("person", "people"), |to| here.clone().page(to)))
        (left_out(page, ranking))
    }
}

/// How many of a person's calls went wrong, which leads to them.
fn behind(page: &Page<'_>, row: &RankedPerson, issue: Issue, count: i64) -> Markup {
    let calls = calls_behind::of_issue(page, issue, Some(&row.person.person));
    calls_behind::number(page, &format::count(count), count > 0, calls)
}

/// Who is not in the list, and the way to them.
fn left_out(page: &Page<'_>, ranking: &Ranking) -> Markup {
    let everybody = PeopleFilter { relations: Relations::All, kind: None };
    html! {
        @if ranking.left_out > 0 {
            p.tcr-muted.tcr-actions {
                span { "Left out: " (format::count_of(ranking.left_out, "person who is", "people who are")) " not " (whom(ranking)) ". " }
                (page.links.button("Everybody", page.links.to(Report::People).sort(ranking.sort).people(&everybody)))
            }
        }
    }
}

fn whom(ranking: &Ranking) -> String {
    let relations = match ranking.relation {
        Relations::Internal => "internal",
        Relations::Others => "from outside the organisation",
        Relations::All => "",
    };
    let kind = ranking.kind.as_ref().map(|kind| format!("of the kind {kind}"));
    let words = [relations.to_owned(), kind.unwrap_or_default()];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" and ")
}

/// The first of a ranking as bars, for the overview.
pub(crate) fn short_ranking(page: &Page<'_>, ranking: &Ranking, class: &str) -> Markup {
    let links = &page.links;
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
                Sort::PoorReceived => shown_of(row.poor_received, row.judged_received),
                Sort::PoorSent => shown_of(row.poor_sent, row.judged_sent),
            };
            let title = format!("{}: {shown} ({})", row.person.name, ranking.sort.title());
            Bar { name: name(links, &row.person), title, value, shown }
        })
        .filter(|bar| bar.value > 0)
        .collect();
    let unit = match ranking.sort {
        Sort::TalkTime => "time in calls",
        Sort::Calls => "calls",
        Sort::Missed => "calls that they missed",
        Sort::Dropped => "calls from which they were dropped",
        Sort::PoorReceived => "poor audio streams received, of judged ones",
        Sort::PoorSent => "poor audio streams sent, of judged ones",
    };
    html! {
        @if rows.is_empty() { (nothing_ranked(ranking.sort)) } @else {
            (unit_caption(unit))
            (bars(class, &rows))
        }
        div.tcr-actions style="margin-top:8px" {
            (links.button(&format!("All {}", format::count_of(ranking.list.total, "person", "people")), links.to(Report::People).sort(ranking.sort).people(&page.request.people)))
        }
        (left_out(page, ranking))
    }
}

fn shown_of(poor: Option<i64>, judged: i64) -> (i64, String) {
    let poor = poor.unwrap_or_default();
    (poor, format!("{} of {}", format::count(poor), format::count(judged)))
}

/// Time in calls, or why it is blank.
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

fn of_judged(
    page: &Page<'_>,
    row: &RankedPerson,
    poor: Option<i64>,
    judged: i64,
    definition: &Definition,
) -> Markup {
    html! {
        @match poor {
            Some(poor) => { (behind(page, row, Issue::Poor, poor)) " of " (format::count(judged)) },
            None => span title=(plain(definition.blank)) { "–" },
        }
    }
}

fn nothing_ranked(sort: Sort) -> Markup {
    super::card::no_data(match sort {
        Sort::TalkTime => "none of them is known to have been in a call on these days",
        Sort::Calls => "none of them had a call on these days",
        Sort::Missed => "none of them missed a call on these days",
        Sort::Dropped => "none of them was dropped on these days",
        Sort::PoorReceived => "none of them received poor audio on these days",
        Sort::PoorSent => "none of them sent poor audio on these days",
    })
}
