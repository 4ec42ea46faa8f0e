//! One person's page.

use call_records::TakenBy;
use call_records::definitions::{organisation_day as day, person_day as numbers};
use maud::{Markup, html};

use super::card::{
    card, column, entry_bars, list_card, no_data, spaced_words, tag, tiles, wide_card,
};
use super::frame::Frame;
use super::organisation::{
    ChartText, NO_CALL, call_tags, call_type_text, columns_of_days, connections, feedback_card,
    hours, platforms, quality_card, title_per_column,
};
use super::paging::paging;
use super::text::breakable;
use super::{Page, people, telephone};
use crate::answer::{CallOfPerson, Device, PersonReport};
use crate::charts::{Bar, Series, bars};
use crate::format;
use crate::request::Report;

/// Below this width a list has only its most important columns.
const NARROW: u32 = 780;

/// The page.
pub(crate) fn page(page: &Page<'_>, frame: &Frame<'_>, data: &PersonReport) -> Markup {
    let series = [
        Series { name: "peer-to-peer", class: "tcr-one" },
        Series { name: "group", class: "tcr-two" },
        Series { name: "unknown type", class: "tcr-none" },
    ];
    let title = title_per_column("Calls", &data.days);
    let per_day = columns_of_days(
        frame.wide_chart_width(),
        &ChartText { title: &title, unit: "calls", when_empty: NO_CALL },
        &data.days,
        &series,
        |day| {
            vec![
                day.calls_peer_to_peer,
                day.calls_group,
                (day.calls - day.calls_peer_to_peer - day.calls_group).max(0),
            ]
        },
    );
    html! {
        div.tcr-head {
            h2 { (breakable(&data.person.name)) }
            span.tcr-muted { (data.person.kind) @if let Some(id) = &data.person.id { " " code { (id) } } }
        }
        (tiles(page, &data.figures, Some(&data.person.person)))
        (frame.cards(&html! {
            (list_card("Calls, the newest first", &[&numbers::CALLS, &numbers::TALK_MS, &numbers::LEGS_POOR, &numbers::LEGS], page.links.here(page.request), &calls(page, data)))
            (wide_card(&title, &[&numbers::CALLS, &day::CALLS_PEER_TO_PEER, &day::CALLS_GROUP], &per_day))
            (hours(frame.chart_width(), &data.mix.hours, &data.mix.zone_of_hours, "calls"))
            @if let Some(telephone) = &data.telephone { (telephone::of_person(page, telephone)) }
            (quality_card(&data.mix))
            (platforms(&data.mix, "time · calls by platform"))
            (connections(&data.mix))
            (card("Modalities", &[&numbers::MODALITY_MS], &entry_bars("tcr-one", "time", &numbers::MODALITY_MS, &data.mix.modalities)))
            (feedback_card(&data.mix))
            (card("Microphones and cameras", &[], &devices(data, &data.microphones)))
            (card("Loudspeakers and screens", &[], &devices(data, &data.loudspeakers)))
        }))
    }
}

fn calls(page: &Page<'_>, data: &PersonReport) -> Markup {
    if data.calls.total == 0 {
        return no_data("this person had no call on these days");
    }
    let links = &page.links;
    let narrow = page.request.widget.width() < NARROW;
    let period = page.request.period.in_zone_of_days();
    let zone = &period.zone;
    let began =
        if period.needs_years() { "%-d\u{a0}%b\u{a0}%Y %H:%M" } else { "%-d\u{a0}%b %H:%M" };
    html! {
        @if let Some(note) = &data.calls_note { p.tcr-muted { (note) } }
        table {
            thead {
                tr {
                    th { "Began" }
                    th { "with" }
                    @if !narrow { th { "type" } th { "as" } th { "on" } }
                    @if !page.is_tiny() { (column(&numbers::TALK_MS)) }
                    th { "how it went" }
                }
            }
            tbody {
                @for call in &data.calls.rows {
                    tr {
                        td data-sort=(call.started_at) { (links.link(&zone.display(call.started_at, began), &call.call, links.to(Report::Call).call(&call.call))) }
                        td { (with(page, call)) }
                        @if !narrow {
                            td { (call_type_text(&call.call_type)) }
                            td { (call.role) }
                            td { (list(&call.platforms, "the endpoint does not say its platform")) }
                        }
                        @if !page.is_tiny() { td.tcr-number { (people::talk_time(call.talk_seconds, "the record does not say when the person came or left")) } }
                        td { (outcome_cell(call, narrow)) }
                    }
                }
            }
        }
        (paging(links, &data.calls, ("call", "calls"), |to| links.here(page.request).page(to)))
    }
}

fn with(page: &Page<'_>, call: &CallOfPerson) -> Markup {
    html! {
        @if call.with.is_empty() {
            span.tcr-nowrap {
                (format::count_of(usize::try_from(call.others).unwrap_or(usize::MAX), "other", "others"))
            }
        } @else {
            @for (place, person) in call.with.iter().enumerate() {
                @if place > 0 { ", " }
                (people::name(&page.links, person))
            }
        }
    }
}

fn outcome_cell(call: &CallOfPerson, narrow: bool) -> Markup {
    let poor = call.poor_legs.map(|poor| poor > 0);
    let reasons = [&call.outcome_reason, &call.drop_reason];
    html! {
        (call_tags(Some(call.outcome), call.dropped, poor))
        @if call.outcome == "listed" { span.tcr-muted { " only invited" } }
        @if let Some(taken_by) = call.taken_by.filter(|_| !narrow) { span.tcr-muted { " " (taken_by_text(taken_by)) } }
        @if call.is_test { " " (tag("none", "test call")) }
        @for reason in reasons.into_iter().flatten() { span.tcr-muted { " " (breakable(reason)) } }
        @if !call.ratings.is_empty() { span.tcr-muted { " rated " (call.ratings.join(", ")) } }
    }
}

/// What became of a call that the person missed.
fn taken_by_text(taken_by: TakenBy) -> &'static str {
    match taken_by {
        TakenBy::Voicemail => "went to voicemail",
        TakenBy::AnotherPerson => "another person took it",
        TakenBy::NoOne => "no person took it",
    }
}

fn list(words_of: &[String], blank: &str) -> Markup {
    html! {
        @if words_of.is_empty() { span.tcr-muted title=(blank) { "–" } } @else {
            (words_of.iter().map(|word| spaced_words(word)).collect::<Vec<_>>().join(", "))
        }
    }
}

fn devices(data: &PersonReport, devices: &[Device]) -> Markup {
    if devices.is_empty() {
        return no_data(data.devices_note.unwrap_or("the records name no device"));
    }
    let rows: Vec<Bar> = devices
        .iter()
        .map(|device| Bar {
            title: device.name.clone(),
            name: breakable(&device.name),
            value: device.calls,
            shown: format::count_of(usize::try_from(device.calls).unwrap_or(0), "call", "calls"),
        })
        .collect();
    html! {
        (bars("tcr-one", &rows))
        @if let Some(note) = data.devices_note { p.tcr-muted { (note) } }
    }
}
