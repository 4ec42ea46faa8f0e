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
    here: &Target,
) -> Markup {
    let first = (list.page - 1) * list.size + 1;
    let last = first + list.rows.len().max(1) - 1;
    html! {
        div.tcr-actions style="margin-top:8px;align-items:center" {
            span.tcr-muted {
                (format::counted(list.total, nouns.0, nouns.1))
                @if list.pages() > 1 {
                    @if list.rows.is_empty() { "; there is no page " (list.page) } @else { ", " (first) " to " (last) " shown" }
                }
            }
            @if list.page > 1 { (links.button("Previous", here.clone().page(list.page - 1))) }
            @if list.page < list.pages() { (links.button("Next", here.clone().page(list.page + 1))) }
        }
    }
}
