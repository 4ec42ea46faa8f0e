//! The streams of a call with their measurements and limits.

use call_records::Measurement;
use maud::{Markup, html};

use super::super::card::no_data;
use super::super::{Page, people};
use super::{NARROW, quality};
use crate::answer::{CallReport, StreamRow};
use crate::format;

/// The poor streams first.
pub(super) fn table(page: &Page<'_>, data: &CallReport) -> Markup {
    if data.streams.is_empty() {
        return no_data(data.streams_note.as_deref().unwrap_or("there is no stream"));
    }
    let narrow = page.request.widget.width() < NARROW;
    html! {
        p.tcr-muted {
            @if data.streams_partial { "Of the streams that were read: " } @else { "Of the streams: " }
            (data.streams_poor) " poor, " (data.streams_good) " good, "
            (data.streams_unclassified) " unclassified."
            @if let Some(classifier) = &data.classifier { " Audio was judged by " (classifier) "." }
            @if let Some(note) = &data.streams_note { " " (note) }
        }
        table {
            thead { tr { th { "Whose" } th { "stream" } @if !page.is_tiny() { th { "quality" } } th { "measured (limit)" } } }
            tbody {
                @for stream in &data.streams {
                    tr {
                        td {
                            @if stream.people.is_empty() { span.tcr-muted { "a service" } }
                            @for (place, person) in stream.people.iter().enumerate() {
                                @if place > 0 { " ↔ " }
                                (people::name(&page.links, person))
                            }
                        }
                        td {
                            (stream.content)
                            @if let Some(way) = direction(stream) { br; span.tcr-muted { (way) } }
                            @if page.is_tiny() { br; (quality(stream.quality)) }
                        }
                        @if !page.is_tiny() { td { (quality(stream.quality)) } }
                        td { (measurements(stream, narrow)) }
                    }
                }
            }
        }
    }
}

fn direction(stream: &StreamRow) -> Option<&str> {
    Some(match stream.direction.as_deref()? {
        "callerToCallee" => "from the caller",
        "calleeToCaller" => "to the caller",
        other => other,
    })
}

fn measurements(stream: &StreamRow, narrow: bool) -> Markup {
    let known: Vec<&Measurement> =
        stream.measurements.iter().filter(|measured| measured.value.is_some()).collect();
    html! {
        @if known.is_empty() { span.tcr-muted { "– Graph sent no measurement" } }
        @for (place, measured) in known.into_iter().enumerate() {
            @if place > 0 { ", " }
            span.tcr-nowrap[!narrow] {
                @if !measured.used {
                    span.tcr-muted { (measurement_text(measured)) ", not used" }
                } @else if measured.crossed {
                    b { (measurement_text(measured)) }
                } @else {
                    (measurement_text(measured))
                }
            }
        }
    }
}

/// `jitter 45 ms (at most 30)`.
fn measurement_text(measured: &Measurement) -> String {
    let bound = if measured.at_least { "more than" } else { "at most" };
    let value = format::decimal(measured.value.unwrap_or_default());
    let limit = format::decimal(measured.limit);
    if measured.unit == measured.name {
        format!("{value} {} ({bound} {limit})", measured.unit)
    } else {
        format!("{} {value} {} ({bound} {limit})", measured.name, measured.unit)
    }
}
