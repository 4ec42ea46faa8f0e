//! The page of the traffic: when calls ran, who organised them, and how soon they were stored.

use call_records::definitions::derived;
use call_records::{Lag, Peak};
use maud::{Markup, html};

use super::card::{card, list_card, no_data, tiles, unit_caption};
use super::frame::Frame;
use super::organisation::hours;
use super::paging::paging;
use super::{Page, people};
use crate::answer::{Organiser, Traffic};
use crate::charts::{Bar, Piece, bars, stack};
use crate::format;

/// The page.
pub(crate) fn page(page: &Page<'_>, frame: &Frame<'_>, data: &Traffic) -> Markup {
    let zone = page.request.period.zone.to_string();
    html! {
        (tiles(page, &data.figures, None))
        (frame.cards(&html! {
            (hours(frame.chart_width(), &data.hours, &zone, "calls"))
            (card("Calls at the same time", &[&derived::PEAK_CONCURRENCY], &peak(page, data.peak)))
            (card("From the end of a call to its record", &[&derived::LAG], &html! { (lag(data.lag)) (stored_late(data.stored_late)) }))
            (list_card("Who organised most calls", &[&derived::TOP_ORGANISERS], page.links.here(page.request), &organisers(page, data)))
        }))
    }
}

fn peak(page: &Page<'_>, peak: Option<Peak>) -> Markup {
    let Some(peak) = peak else { return no_data("no call has an end") };
    let at = page.request.period.zone.display(peak.at, "%a %-d %b %Y %H:%M:%S");
    let calls = usize::try_from(peak.calls).unwrap_or(usize::MAX);
    html! {
        p { "At most " b { (format::count_of(calls, "call", "calls")) } " ran at one moment, first at " (at) "." }
        p.tcr-muted { "Also counted is what ran over from the day before." }
    }
}

fn organisers(page: &Page<'_>, data: &Traffic) -> Markup {
    let links = &page.links;
    if data.organisers.total == 0 {
        return no_data("no call that is not peer-to-peer says who organised it");
    }
    let bar = |Organiser { person, calls }: &Organiser| Bar {
        name: people::name(links, person),
        title: format!("{}: {} organised", person.name, format::count(*calls)),
        value: *calls,
        shown: format::count(*calls),
    };
    let rows: Vec<Bar> = data.organisers.rows.iter().map(bar).collect();
    html! {
        (unit_caption("calls that they organised"))
        (bars("tcr-two", &rows))
        (paging(links, &data.organisers, ("organiser", "organisers"), |to| links.here(page.request).page(to)))
    }
}

fn lag(lag: Option<Lag>) -> Markup {
    let Some(lag) = lag else {
        return no_data("no call that has an end was stored within a day of it");
    };
    let piece = |name: &str, calls: u64, class| Piece {
        name: name.to_owned(),
        value: format::number(calls),
        class,
    };
    let pieces = [
        piece("within 30 minutes", lag.within_30_minutes, "tcr-good"),
        piece(
            "within 150",
            lag.within_150_minutes.saturating_sub(lag.within_30_minutes),
            "tcr-warn",
        ),
        piece("later", lag.calls.saturating_sub(lag.within_150_minutes), "tcr-bad"),
    ];
    let pieces: Vec<Piece> = pieces.into_iter().filter(|piece| piece.value > 0).collect();
    html! {
        (stack("calls", &pieces))
        p { "The longest took " (format::duration(lag.longest)) "." }
        p.tcr-muted { "A newer version counts from the call’s end to when that version was stored." }
    }
}

fn stored_late(calls: u64) -> Markup {
    let calls = usize::try_from(calls).unwrap_or(usize::MAX);
    html! {
        @if calls > 0 {
            p.tcr-muted {
                "Left out: " (format::count_of(calls, "call", "calls"))
                " stored more than a day after the end, by an import, a backfill or a first comparison."
            }
        }
    }
}
