//! The sessions of a call on a line of time.

use jiff::Timestamp;
use maud::{Markup, html};

use super::super::card::{no_data, spaced_words};
use super::super::paging::paging;
use super::super::text::breakable;
use super::super::{Page, people};
use crate::answer::{CallReport, SessionRow};
use crate::charts::{Span, timeline_bar};
use crate::format;

/// A row for each session of the page, all on the same line.
pub(super) fn time_line(page: &Page<'_>, data: &CallReport) -> Markup {
    let sessions = &data.sessions;
    if sessions.total == 0 {
        return no_data("the record has no sessions yet: Graph may send a newer version");
    }
    let zone = &page.request.period.zone;
    let (first, last) = bounds(data);
    html! {
        table {
            thead {
                tr {
                    th { "Who" }
                    th.tcr-of-time {
                        div style="display:flex;justify-content:space-between;gap:8px" {
                            span { (zone.display(first, "%H:%M:%S")) }
                            span { (zone.display(last, "%H:%M:%S")) }
                        }
                    }
                    @if !page.is_tiny() { th.tcr-number { "length" } }
                    th { "what" }
                }
            }
            tbody {
                @for session in &sessions.rows {
                    tr {
                        td { (who(page, session)) }
                        td style="padding-top:8px" { (bar(page, session, (first, last))) }
                        @if !page.is_tiny() { td.tcr-number { (session.seconds.map_or_else(|| "–".to_owned(), format::duration)) } }
                        td {
                            (session.modalities.iter().map(|word| spaced_words(word)).collect::<Vec<_>>().join(", "))
                            @if let Some(failure) = &session.failure { " " span.tcr-muted { (breakable(failure)) } }
                        }
                    }
                }
            }
        }
        (paging(&page.links, sessions, ("session", "sessions"), |to| page.links.here(page.request).page(data.participants.page).sessions_page(to)))
    }
}

/// From the first start to the last end of what is shown, and of the call.
fn bounds(data: &CallReport) -> (Timestamp, Timestamp) {
    let rows = &data.sessions.rows;
    let starts = rows.iter().filter_map(|session| session.started_at);
    let ends = rows.iter().filter_map(|session| session.ended_at);
    let first = starts.fold(data.call.started_at, Timestamp::min);
    let last = ends.chain(data.ended_at).fold(first, Timestamp::max);
    (first, last)
}

fn who(page: &Page<'_>, session: &SessionRow) -> Markup {
    html! {
        @if session.people.is_empty() { span.tcr-muted { "a service" } }
        @for (place, person) in session.people.iter().enumerate() {
            @if place > 0 { " ↔ " }
            (people::name(&page.links, person))
        }
    }
}

fn bar(page: &Page<'_>, session: &SessionRow, (first, last): (Timestamp, Timestamp)) -> Markup {
    let (Some(start), Some(end)) = (session.started_at, session.ended_at) else {
        return html! { span.tcr-muted { "– its start or end is not known" } };
    };
    let (class, quality) = if session.audio_poor > 0 {
        ("tcr-bad", "poor audio")
    } else if session.audio_good > 0 {
        ("tcr-good", "good audio")
    } else {
        ("tcr-none", "audio that could not be judged, or none")
    };
    let zone = &page.request.period.zone;
    let title = format!(
        "{} to {}, {}, {quality}",
        zone.display(start, "%H:%M:%S"),
        zone.display(end, "%H:%M:%S"),
        session.seconds.map_or_else(|| "of unknown length".to_owned(), format::duration)
    );
    let around = (first.as_millisecond(), last.as_millisecond());
    timeline_bar(class, &title, Span::within(start.as_millisecond(), end.as_millisecond(), around))
}
