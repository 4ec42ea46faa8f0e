//! What the logs of telephone calls say of a person.

use call_records::definitions::telephone_day as of;
use maud::{Markup, html};

use super::super::Page;
use super::super::calls_behind::has_room;
use super::super::card::{card, no_data};
use super::{charges, time};
use crate::answer::TelephoneOfPerson;
use crate::format::{self, number};
use crate::request::Report;

/// The card of the person's page.
pub(crate) fn of_person(page: &Page<'_>, data: &TelephoneOfPerson) -> Markup {
    let content = match &data.sums {
        None => no_data(data.null_reason.unwrap_or_default()),
        Some(sums) => html! {
            dl {
                dt { "Legs" }
                dd { (format::count(number(sums.legs))) @if sums.failed > 0 { ", " (format::count(number(sums.failed))) " of them failed" } }
                dt { "Time" } dd { (time(sums.seconds)) }
                dt { "Charges" } dd { (charges(&sums.charges)) }
            }
        },
    };
    let definitions = [&of::LEGS, &of::FAILED, &of::SECONDS, &of::CHARGES];
    card(
        "Telephone",
        &definitions,
        &html! {
            (content)
            p.tcr-muted { "From the logs of telephone calls, of UTC days, without conferences." }
            @if has_room(page, Report::Telephone) {
                p.tcr-actions { (page.links.button("Telephone of everybody", page.links.to(Report::Telephone))) }
            }
        },
    )
}
