//! One call's page.

use call_records::definitions::{organisation_day as day, person_day as numbers};
use maud::{Markup, html};

use super::card::{card, list_card, no_data, spaced_words, tag, wide_card};
use super::frame::Frame;
use super::organisation::{CAVEAT, call_tags, call_type_text};
use super::paging::paging;
use super::text::breakable;
use super::{Page, people, telephone};
use crate::answer::{CallReport, PersonInCall, ServiceInCall};
use crate::format;

mod ends;
mod sessions;
mod streams;

/// Below this width a list has only its most important columns.
const NARROW: u32 = 780;

/// The page.
pub(crate) fn page(page: &Page<'_>, frame: &Frame<'_>, data: &CallReport) -> Markup {
    html! {
        p { b { (breakable(&data.summary)) } }
        (frame.cards(&html! {
            (card("Why", &[&numbers::LEGS_POOR, &numbers::LEGS], &why(data)))
            (card("The call", &[&day::CALL_MS], &facts(page, data)))
            (card("Versions of the record", &[], &versions(page, data)))
            (list_card("People", &[&numbers::TALK_MS, &numbers::LEGS_POOR, &numbers::LEGS], page.links.here(page.request), &in_call(page, data)))
            @if !data.services.is_empty() { (wide_card("Services", &[&day::SERVICE_CALLS, &day::SERVICE_MS], &services(&data.services))) }
            (telephone::of_call(page, &data.telephone_log))
            (wide_card("Sessions on a time line", &[], &sessions::time_line(page, data)))
            (wide_card("Networks and devices", &[], &ends::list(page, data)))
            (wide_card("Streams and what they were judged by", &[&numbers::AUDIO_STREAMS_POOR, &numbers::AUDIO_STREAMS_UNCLASSIFIED], &html! { p.tcr-muted { (CAVEAT) } (streams::table(page, data)) }))
        }))
    }
}

fn why(data: &CallReport) -> Markup {
    html! {
        (call_tags(data.call.outcome, data.call.dropped, data.call.poor))
        @if data.call.is_test { " " (tag("none", "test call, counted in no total")) }
        @for sentence in &data.explanation { p { (breakable(sentence)) } }
    }
}

fn facts(page: &Page<'_>, data: &CallReport) -> Markup {
    let zone = &page.request.period.zone;
    let at = |at| zone.display(at, "%a %-d %b %Y %H:%M:%S");
    html! {
        dl {
            dt { "Began" } dd { (at(data.call.started_at)) " " span.tcr-muted { (zone) } }
            dt { "Ended" } dd { (data.ended_at.map_or_else(|| "– the record does not say".to_owned(), at)) }
            dt { "Length" } dd { (data.call.seconds.map_or_else(|| "– the end is not known".to_owned(), format::duration)) }
            dt { "Type" } dd { (call_type_text(&data.call.call_type)) }
            dt { "Modalities" } dd { (data.modalities.iter().map(|word| spaced_words(word)).collect::<Vec<_>>().join(", ")) }
            dt { "Organised or placed by" }
            dd {
                @match &data.call.organizer {
                    Some(person) => (people::name(&page.links, person)),
                    None => "– the record names nobody",
                }
            }
            @if let Some(url) = &data.join_web_url {
                // Not a link: a click would take part in the meeting.
                dt { "Meeting" } dd { code { (url) } }
            }
            dt { "Id" } dd { code { (data.call.call) } }
        }
    }
}

/// The versions that were seen, the stored one first.
fn versions(page: &Page<'_>, data: &CallReport) -> Markup {
    let zone = &page.request.period.zone;
    let at = |at| zone.display(at, "%a %-d %b %Y %H:%M:%S");
    let made = |made: Option<_>| made.map_or_else(|| "– not said".to_owned(), at);
    html! {
        table {
            thead { tr { th { "Version" } th { "made by Graph" } th { "stored" } } }
            tbody {
                @if let Some(newer) = data.being_replaced_by {
                    tr { td { (newer) } td colspan="2" { "is being written; people may be of either meanwhile" } }
                }
                tr {
                    td { b { (data.version) } }
                    td { (made(data.last_modified_at)) }
                    td { (at(data.stored_at)) " " (tag("good", "counted")) }
                }
                @for before in data.replaced.iter().rev() {
                    tr.tcr-muted {
                        td { (before.version) }
                        td { (made(before.last_modified_at)) }
                        td { (at(before.stored_at)) ", replaced" }
                    }
                }
            }
        }
        p.tcr-muted { (versions_not_seen(data)) }
    }
}

/// How many lower numbers are not in the list: Graph counts upwards.
fn versions_not_seen(data: &CallReport) -> String {
    let seen = i64::try_from(data.replaced.len()).unwrap_or(i64::MAX).saturating_add(1);
    let missing = usize::try_from(data.version.saturating_sub(seen)).unwrap_or_default();
    if missing == 0 && data.replaced.is_empty() {
        return "It is the first. A newer one takes its place.".to_owned();
    }
    if missing == 0 {
        return "Each took the place of the one before: the call is counted once.".to_owned();
    }
    format!(
        "{} not listed: Graph gave no such version, a newer one was there first, or it is more than \
         twenty versions ago.",
        format::count_of(missing, "lower number is", "lower numbers are")
    )
}

fn in_call(page: &Page<'_>, data: &CallReport) -> Markup {
    let links = &page.links;
    let narrow = page.request.widget.width() < NARROW;
    if data.participants.total == 0 {
        return no_data("the record names nobody");
    }
    html! {
        table {
            thead {
                tr {
                    th { "Person" }
                    @if !narrow { th { "relation" } th { "role" } }
                    @if !page.is_tiny() { th { "on" } }
                    @if !narrow { th { "connection" } }
                    th.tcr-number { "time" }
                    th { "how it went" }
                }
            }
            tbody {
                @for row in &data.participants.rows {
                    tr {
                        td { (people::name(links, &row.person)) }
                        @if !narrow { td { (spaced_words(row.relation)) } td { (row.role) } }
                        @if !page.is_tiny() { td { (joined(&row.platforms)) } }
                        @if !narrow { td { (joined(&row.connections)) } }
                        td.tcr-number { (people::talk_time(row.talk_seconds, "the record does not say when the person came or left")) }
                        td { (outcome_cell(row)) }
                    }
                }
            }
        }
        (paging(links, &data.participants, ("person", "people"), |to| links.here(page.request).page(to).sessions_page(data.sessions.page)))
    }
}

/// The services of the call, which are in no number of people.
fn services(services: &[ServiceInCall]) -> Markup {
    html! {
        table {
            thead { tr { th { "Service" } th { "kind" } th.tcr-number { "sessions" } th.tcr-number { "time" } } }
            tbody {
                @for service in services {
                    tr {
                        td { (breakable(service.name.as_deref().or(service.service.as_deref()).unwrap_or("–"))) }
                        td { (service.kind.replace('_', " ")) }
                        td.tcr-number { (format::count(service.sessions.into())) }
                        td.tcr-number { (people::talk_time(service.seconds, "the record does not say how long its sessions were")) }
                    }
                }
            }
        }
    }
}

fn outcome_cell(row: &PersonInCall) -> Markup {
    let poor = row.poor_legs.map(|poor| poor > 0);
    html! {
        @if row.outcome == "listed" { span.tcr-muted { "only invited" } } @else { (call_tags(Some(row.outcome), row.dropped, poor)) }
        @for reason in [&row.outcome_reason, &row.drop_reason].into_iter().flatten() { span.tcr-muted { " " (breakable(reason)) } }
        @if !row.ratings.is_empty() { span.tcr-muted { " rated " (row.ratings.join(", ")) } }
    }
}

fn joined(list: &[String]) -> Markup {
    html! {
        @if list.is_empty() { span.tcr-muted title="The record does not say" { "–" } } @else {
            (list.iter().map(|word| spaced_words(word)).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A mark for a quality.
fn quality(quality: &str) -> Markup {
    match quality {
        "poor" => tag("bad", "poor"),
        "good" => tag("good", "good"),
        other => tag("none", other),
    }
}
