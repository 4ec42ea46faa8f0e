//! People and calls that a text may mean.

use maud::{Markup, html};

use super::card::{list_card, spaced_words};
use super::paging::paging;
use super::text::breakable;
use super::{Page, people};
use crate::answer::{Found, FoundPerson};
use crate::request::Report;

/// The page.
pub(crate) fn page(page: &Page<'_>, found: &Found) -> Markup {
    let nothing = found.list.total == 0 && found.call.is_none();
    list_card(
        &format!("“{}”", found.text),
        &[],
        page.links.here(page.request),
        &html! {
            @if nothing { p { b { "Nothing was found." } } } @else { (hits(page, found)) }
            p.tcr-muted { "Looked for in " (listed(&found.looked)) "." }
            @if nothing && !page.pseudonyms {
                p.tcr-muted { "A person who had no call on these days is not found by name: choose more days. An object id is found whatever the days." }
            }
            @for note in &found.notes { p.tcr-muted { (note) } }
        },
    )
}

fn hits(page: &Page<'_>, found: &Found) -> Markup {
    let links = &page.links;
    html! {
        @if let Some(call) = &found.call {
            p { "The call " (links.link(call, "This call", links.to(Report::Call).call(call))) }
        }
        @if found.list.total > 0 {
            table {
                thead { tr { th { "Person" } @if !page.pseudonyms { th { "sign-in name" } } th { "kind" } } }
                tbody { @for hit in &found.list.rows { (row(page, hit)) } }
            }
            (paging(links, &found.list, ("person", "people"), |to| links.here(page.request).page(to)))
        }
    }
}

fn row(page: &Page<'_>, hit: &FoundPerson) -> Markup {
    html! {
        tr {
            td { (people::name(&page.links, &hit.person)) }
            @if !page.pseudonyms {
                td {
                    @match &hit.sign_in_name {
                        Some(name) => (breakable(name)),
                        None => span.tcr-muted title="No record of these days says it" { "–" },
                    }
                }
            }
            td { (spaced_words(&hit.person.kind)) }
        }
    }
}

/// `a, b and c`.
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
