//! Pages of the organisation's totals.

use call_quality::Dimension;
use call_records::definitions::{
    Definition, derived, organisation_day as day, person_day as person,
};
use maud::{Markup, html};

use call_table::DayCompleteness;

use super::card::{
    card, compared_tiles, definition_tooltip, entry_bars, list_card, no_data, spaced_words, tag,
    tiles, wide_card,
};
use super::frame::Frame;
use super::{Page, calls_behind, people, targets};
use crate::answer::{Day, Figure, Mix, Organisation, Ranking};
use crate::charts::{Piece, Series, stack};
use crate::dimensions;
use crate::period::{Period, Zone};
use crate::request::{LegFilter, Report, Sort};

mod days;
pub(crate) use days::{
    ChartText, NO_CALL, OnDay, columns_of_days, days, hours, missed_by_day, title_per_column,
};

/// The numbers at the head of the overview; the others are behind them.
const HEADLINES: [&Definition; 7] = [
    &day::CALLS,
    &person::TALK_MS,
    &person::MISSED,
    &day::UNANSWERED,
    &derived::FAILURE_RATE,
    &derived::DROP_RATE,
    &derived::POOR_STREAM_SHARE,
];

/// The organisation at a glance: is everything here; how do these days compare; what is out of target; who.
pub(crate) fn overview(page: &Page<'_>, frame: &Frame<'_>, data: &Organisation) -> Markup {
    html! {
        (frame.cards(&html! {
            (wide_card("Is everything here?", &[], &completeness(page, data)))
            (wide_card("Compared with the same days before", &[], &compared(page, data)))
            (list_card(&title_per_column("Calls", &data.days), &[&day::CALLS, &day::CALLS_PEER_TO_PEER, &day::CALLS_GROUP, &day::CALLS_OTHER], page.links.to(Report::Days), &calls_per_day(frame, &data.days)))
            (wide_card("Out of target", &[&derived::POOR_STREAM_SHARE, &derived::DROP_RATE], &targets::out_of_target(page, data.targets.as_ref())))
            (rankings(page, data))
        }))
        details.tcr-more {
            summary { "All numbers of these days" }
            (tiles(page, &data.figures, None))
            (frame.cards(&html! {
                (hours(frame.chart_width(), &data.mix.hours, &data.mix.zone_of_hours, "calls"))
                (outcomes(&data.figures))
                (quality_card(&data.mix))
                (platforms(&data.mix, "people’s time · calls by platform"))
                (connections(&data.mix))
                (services(&data.mix))
                (feedback_card(&data.mix))
            }))
        }
    }
}

fn compared(page: &Page<'_>, data: &Organisation) -> Markup {
    let figures = figures_of(data, &HEADLINES);
    html! {
        @match &data.before {
            Some(before) => {
                (compared_tiles(page, &figures, &before.figures))
                @let is_over = data.days.last().is_none_or(|last| last.date < page.today());
                p.tcr-muted {
                    "Before: " (Period { from: before.from, to: before.to, zone: Zone::utc() }.display()) ", the same weekdays."
                    @if !is_over { " The last of these days is not over, and the one before it was." }
                }
            }
            None => {
                (tiles(page, &figures, None))
                p.tcr-muted { "At most 31 days are compared." }
            }
        }
    }
}

/// Whether the calls of these days are all there, and up to when.
fn completeness(page: &Page<'_>, data: &Organisation) -> Markup {
    let known = &data.completeness;
    let at = |at| page.request.period.zone.display(at, "%a %-d %b %Y %H:%M %Z");
    let of_days = || data.days.iter().map(|day| day.completeness);
    let verdict = if of_days().any(|day| matches!(day, Some(DayCompleteness::Missing(_)))) {
        tag("bad", "no")
    } else if of_days().all(|day| day == Some(DayCompleteness::Complete)) {
        tag("good", "yes")
    } else if of_days().any(|day| matches!(day, Some(DayCompleteness::UpTo(_)))) {
        tag("warn", "not yet")
    } else {
        tag("none", "not known of all days")
    };
    html! {
        p.tcr-complete title="Every call that began after the first time and ended before the second is stored: the reconciliation held the table against Graph's own list." {
            (verdict) " "
            @match (known.complete_up_to, known.complete_from) {
                (Some(up_to), Some(from)) => { "Complete up to " b { (at(up_to)) } span.tcr-muted { ", for calls that began since " (at(from)) } },
                (Some(up_to), None) => { "Complete up to " b { (at(up_to)) } },
                (None, _) => { "Complete up to – " span.tcr-muted { (known.null_reason.unwrap_or_default()) } },
            }
            @if known.missing > 0 { " " (tag("bad", &format!("{} missing or out of date", crate::format::count_of(known.missing, "call", "calls")))) }
        }
    }
}

fn rankings(page: &Page<'_>, data: &Organisation) -> Markup {
    html! {
        @for ranking in &data.rankings {
            @match ranking.sort {
                Sort::TalkTime | Sort::Calls => (card(ranking_title(ranking), &[&person::TALK_MS], &people::short_ranking(page, ranking, "tcr-one"))),
                Sort::Missed => (card(ranking_title(ranking), &[&person::MISSED], &people::short_ranking(page, ranking, "tcr-warn"))),
                Sort::Dropped => (card(ranking_title(ranking), &[&person::DROPPED], &people::short_ranking(page, ranking, "tcr-bad"))),
                Sort::PoorReceived => (card(ranking_title(ranking), &[&person::POOR_RECEIVED, &person::JUDGED_RECEIVED], &people::short_ranking(page, ranking, "tcr-bad"))),
                Sort::PoorSent => (card(ranking_title(ranking), &[&person::POOR_SENT, &person::JUDGED_SENT], &people::short_ranking(page, ranking, "tcr-bad"))),
            }
        }
        @if let Some(why) = &data.rankings_null_reason {
            (card("Busiest people, most missed and most poor audio", &[], &html! {
                (no_data(why))
                p.tcr-actions {
                    (page.links.button("Last 7 days", page.links.here(page.request).range("last_7_days")))
                    (page.links.button("Last 30 days", page.links.here(page.request).range("last_30_days")))
                }
            }))
        }
    }
}

/// Missed, failed and dropped calls.
pub(crate) fn missed(page: &Page<'_>, frame: &Frame<'_>, data: &Organisation) -> Markup {
    let series = [
        Series { name: "missed", class: "tcr-warn" },
        Series { name: "failed", class: "tcr-bad" },
        Series { name: "dropped", class: "tcr-none" },
    ];
    let title = title_per_column("Missed, failed and dropped calls", &data.days);
    let chart = columns_of_days(
        frame.wide_chart_width(),
        &ChartText {
            title: &title,
            unit: "calls",
            when_empty: "no call was missed, failed or dropped",
        },
        &data.days,
        &series,
        |day| vec![day.missed, day.failed, day.dropped],
    );
    html! {
        (frame.cards(&html! {
            (rankings(page, data))
            (outcomes(&data.figures))
            (wide_card(&title, &[&person::MISSED, &day::FAILED, &day::DROPPED], &chart))
            (missed_by_day(page, data))
        }))
    }
}

/// What a verdict of a classifier does not say, in the sense of Microsoft's own documentation of its
/// quality dashboard.
pub(crate) const CAVEAT: &str =
    "A poor stream does not prove that anyone heard it: the measurements say that it was likely.";

/// Those figures of a report, in this order.
fn figures_of(data: &Organisation, definitions: &[&Definition]) -> Vec<Figure> {
    let of = |id: &str| data.figures.iter().find(|figure| figure.id == id).cloned();
    definitions.iter().filter_map(|definition| of(definition.id)).collect()
}

fn ranking_title(ranking: &Ranking) -> &'static str {
    match ranking.sort {
        Sort::TalkTime => "Busiest people",
        Sort::Calls => "People with most calls",
        Sort::Missed => "Who missed most calls",
        Sort::Dropped => "Who was dropped most",
        Sort::PoorReceived => "Who received poor audio",
        Sort::PoorSent => "Who sent poor audio",
    }
}

/// What calls were made with.
pub(crate) fn equipment(page: &Page<'_>, frame: &Frame<'_>, data: &Organisation) -> Markup {
    frame.cards(&html! {
        (platforms(&data.mix, "people’s time · calls by platform"))
        (connections(&data.mix))
        (card("Modalities", &[&person::MODALITY_MS], &entry_bars("tcr-one", "people’s time", &person::MODALITY_MS, &data.mix.modalities)))
        (services(&data.mix))
        (card("Relations", &[&day::RELATION_CALLS], &entry_bars("tcr-one", "calls", &day::RELATION_CALLS, &data.mix.relations)))
        (card("Devices", &[], &html! {
            p { "How well each sounds is rolled up for the organisation; a person’s page shows theirs." }
            @if calls_behind::has_room(page, Report::Quality) {
                p.tcr-actions {
                    @for dimension in [Dimension::Device, Dimension::ApplicationVersion, Dimension::Subnet] {
                        @let all = LegFilter { dimension: Some(dimension), ..LegFilter::default() };
                        (page.links.button(&format!("{} by quality", dimensions::title(dimension)), page.links.to(Report::Quality).legs(&all)))
                    }
                }
            }
        }))
    })
}

/// What people said.
pub(crate) fn feedback(page: &Page<'_>, frame: &Frame<'_>, data: &Organisation) -> Markup {
    let series = [
        Series { name: "rated", class: "tcr-one" },
        Series { name: "not rated", class: "tcr-none" },
    ];
    let title = title_per_column("Sessions with a feedback object", &data.days);
    let chart = columns_of_days(
        frame.wide_chart_width(),
        &ChartText {
            title: &title,
            unit: "sessions",
            when_empty: "no session has a feedback object",
        },
        &data.days,
        &series,
        |day| vec![day.feedback_rated, (day.feedback_objects - day.feedback_rated).max(0)],
    );
    let rate = figures_of(data, &[&derived::FEEDBACK_RATED_SHARE]);
    html! {
        (tiles(page, &rate, None))
        (frame.cards(&html! {
            (wide_card(&title, &[&person::FEEDBACK_OBJECTS, &person::FEEDBACK_RATED], &chart))
            (feedback_card(&data.mix))
            (card("What was said", &[&person::TOKEN], &entry_bars("tcr-warn", "sessions", &person::TOKEN, &data.mix.tokens)))
        }))
    }
}

fn calls_per_day(frame: &Frame<'_>, days: &[Day]) -> Markup {
    let series = [
        Series { name: "peer-to-peer", class: "tcr-one" },
        Series { name: "group", class: "tcr-two" },
        Series { name: "unknown type", class: "tcr-none" },
    ];
    let title = title_per_column("Calls", days);
    let texts = ChartText { title: &title, unit: "calls", when_empty: NO_CALL };
    columns_of_days(frame.wide_chart_width(), &texts, days, &series, |day| {
        vec![day.calls_peer_to_peer, day.calls_group, day.calls_other]
    })
}

fn outcomes(figures: &[Figure]) -> Markup {
    let of = |id: &str| {
        let figure = figures.iter().find(|figure| figure.id == id);
        match figure.and_then(|figure| figure.value) {
            Some(crate::answer::Amount::Count(count)) => count,
            _ => 0,
        }
    };
    let piece = |id: &str, name: &str, class| Piece { name: name.to_owned(), value: of(id), class };
    let pieces = [
        piece(day::ANSWERED.id, "answered", "tcr-good"),
        piece(day::VOICEMAIL.id, "voicemail", "tcr-two"),
        piece(day::UNANSWERED.id, "unanswered", "tcr-warn"),
        piece(day::FAILED.id, "failed", "tcr-bad"),
        piece(day::OUTCOME_UNKNOWN.id, "unknown", "tcr-none"),
    ];
    // What is rare is shown only where it happened.
    let pieces: Vec<Piece> = pieces.into_iter().filter(|piece| piece.value > 0).collect();
    let any = !pieces.is_empty();
    let definitions =
        [&day::ANSWERED, &day::VOICEMAIL, &day::UNANSWERED, &day::FAILED, &day::OUTCOME_UNKNOWN];
    card(
        "What became of peer-to-peer calls",
        &definitions,
        &html! {
            @if any { (stack("calls", &pieces)) } @else { (no_data("no peer-to-peer call on these days")) }
        },
    )
}

/// Queues, attendants, voicemail, bots: time of their own, which is no person's.
fn services(mix: &Mix) -> Markup {
    let list = entry_bars("tcr-two", "their time · calls", &day::SERVICE_CALLS, &mix.services);
    card("Services", &[&day::SERVICE_CALLS, &day::SERVICE_MS], &list)
}

pub(crate) fn quality_card(mix: &Mix) -> Markup {
    let pieces: Vec<Piece> = mix
        .audio_streams
        .iter()
        .map(|entry| Piece {
            name: entry.name.clone(),
            value: entry.count.unwrap_or_default(),
            class: match entry.name.as_str() {
                "good" => "tcr-good",
                "poor" => "tcr-bad",
                _ => "tcr-none",
            },
        })
        .collect();
    let any = pieces.iter().any(|piece| piece.value > 0);
    let definitions = [
        &person::AUDIO_STREAMS_GOOD,
        &person::AUDIO_STREAMS_POOR,
        &person::AUDIO_STREAMS_UNCLASSIFIED,
        &derived::POOR_STREAM_SHARE,
    ];
    let by: Vec<String> =
        mix.classifiers.iter().map(|entry| entry.name.replace('_', "-")).collect();
    card(
        "Audio streams",
        &definitions,
        &html! {
            @if any {
                (stack("audio streams", &pieces))
                p.tcr-muted title=(definition_tooltip(&day::CLASSIFIER_CALLS)) {
                    @if by.is_empty() { "No call could be judged." } @else { "Judged by " (by.join(", ")) ". " (CAVEAT) }
                }
            } @else { (no_data("Graph sent no audio stream for these calls")) }
        },
    )
}

pub(crate) fn platforms(mix: &Mix, unit: &str) -> Markup {
    let definitions = [&person::PLATFORM_MS, &person::PLATFORM_CALLS];
    card(
        "Platforms",
        &definitions,
        &entry_bars("tcr-one", unit, &person::PLATFORM_MS, &mix.platforms),
    )
}

pub(crate) fn connections(mix: &Mix) -> Markup {
    let list = entry_bars("tcr-one", "people’s time", &person::CONNECTION_MS, &mix.connections);
    card("Connection", &[&person::CONNECTION_MS], &list)
}

pub(crate) fn feedback_card(mix: &Mix) -> Markup {
    const ORDER: [(&str, &str); 5] = [
        ("excellent", "good"),
        ("good", "good"),
        ("fair", "warn"),
        ("poor", "bad"),
        ("bad", "bad"),
    ];
    let mut ratings = mix.ratings.clone();
    let place = |name: &str| ORDER.iter().position(|(known, _)| *known == name);
    ratings.sort_by_key(|entry| (place(&entry.name).unwrap_or(ORDER.len()), entry.name.clone()));
    card(
        "Ratings",
        &[&person::RATING, &person::FEEDBACK_RATED],
        &html! {
            @if ratings.is_empty() { (no_data(person::RATING.blank)) } @else {
                (entry_bars("tcr-one", "sessions", &person::RATING, &ratings))
            }
        },
    )
}

/// Marks of a call that went wrong.
pub(crate) fn call_tags(outcome: Option<&str>, dropped: bool, poor: Option<bool>) -> Markup {
    html! {
        @match outcome {
            Some("missed") => { (tag("warn", "missed")) " " },
            Some("unanswered") => { (tag("warn", "unanswered")) " " },
            Some("voicemail") => { (tag("none", "voicemail")) " " },
            Some("rung") => { (tag("none", "rung, not taken")) " " },
            Some("failed") => { (tag("bad", "failed")) " " },
            _ => {},
        }
        @if dropped { (tag("bad", "dropped")) " " }
        @match poor {
            Some(true) => (tag("bad", "poor audio")),
            Some(false) => (tag("good", "good audio")),
            None => span title=(derived::POOR_CALL_SHARE.blank) { (tag("none", "audio unknown")) },
        }
    }
}

/// The type of a call in words.
pub(crate) fn call_type_text(call_type: &str) -> String {
    match call_type {
        "groupCall" => "group call".to_owned(),
        other => spaced_words(other),
    }
}
