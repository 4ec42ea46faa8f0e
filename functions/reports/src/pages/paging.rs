//! Moving through a list that is longer than a page.

use maud::{Markup, html};

use super::Links;
use super::links::Target;
use crate::answer::List;
use crate::format;

/// How many there are, which of them are shown, and the pages before and after.
pub(crate) fn paging<T>(
    links: &Links<'_>,
    list: &List<T>,
    nouns: (&str, &str),
    to: impl Fn(usize) -> Target,
) -> Markup {
    let first = (list.page - 1).saturating_mul(list.size).saturating_add(1);
    let last = first.saturating_add(list.rows.len().max(1) - 1);
    let previous = (list.page - 1).min(list.pages());
    html! {
        div.tcr-actions style="margin-top:8px;align-items:center" {
            span.tcr-muted {
                (format::count_of(list.total, nouns.0, nouns.1))
                @if list.pages() > 1 {
                    @if !list.rows.is_empty() { ", " (first) " to " (last) " shown" }
                }
                @if list.rows.is_empty() { "; there is no page " (list.page) ": the last is " (list.pages()) }
            }
            @if previous > 0 { (links.button("Previous", to(previous))) }
            @if list.page < list.pages() { (links.button("Next", to(list.page + 1))) }
        }
    }
}
