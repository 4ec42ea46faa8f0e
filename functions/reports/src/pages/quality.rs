//! The page of quality: the share of poor streams against target, what stands out, and the worst sites,
//! networks and devices.

use call_records::definitions::{derived, organisation_day as day, person_day as person};
use jiff::civil::Date;
use maud::{Markup, html};

use super::card::{no_data, tag, wide_card};
use super::frame::Frame;
use super::organisation::{CAVEAT, ChartText, OnDay, columns_of_days, title_per_column};
use super::text::breakable;
use super::{Page, targets};
use crate::answer::{
    Amount, DayOfQuality, FindingRow, PoorShare, QualityReport, RefusedFile, RollUp,
};
use crate::charts::Series;
use crate::format::{self, number};
use crate::request::{Issue, LegFilter, PeopleFilter, Report, Sort};

mod dimension;

/// The page, or that of one dimension.
pub(crate) fn page(page: &Page<'_>, frame: &Frame<'_>, data: &QualityReport) -> Markup {
    if page.request.legs.dimension.is_some() {
        return html! {
            (rolled_up(page, &data.roll_up))
            p.tcr-actions { (page.links.button("All of quality", page.links.to(Report::Quality))) }
            (frame.cards(&html! {
                @for table in &data.dimensions { (dimension::in_full(page, table)) }
            }))
        };
    }
    html! {
        (rolled_up(page, &data.roll_up))
        div.tcr-tiles { @for share in &data.shares { (tile(page, data, share)) } }
        (frame.cards(&html! {
            (wide_card("What stands out", &[], &findings(page, &data.findings)))
            (wide_card("Against Microsoft’s targets", &[&derived::POOR_STREAM_SHARE, &derived::DROP_RATE], &targets::table(page, &data.targets)))
            (wide_card(&title_per_column("Audio streams", &data.days), &[&person::JUDGED_RECEIVED, &person::JUDGED_SENT, &day::CLASSIFIER_CALLS], &chart(frame, &data.days)))
            @for table in data.dimensions.iter().filter(|it| dimension::is_worth_a_table(it)) { (dimension::worst(page, table)) }
            (dimension::without_table(&data.dimensions))
        }))
        p.tcr-actions {
            @for sort in [Sort::PoorReceived, Sort::PoorSent] {
                (page.links.button(&format!("People by {}", sort.title()), page.links.to(Report::People).sort(sort).people(&PeopleFilter::default())))
            }
        }
    }
}

/// Which days are in the numbers, and by which building file.
fn rolled_up(page: &Page<'_>, roll_up: &RollUp) -> Markup {
    html! {
        p.tcr-complete {
            "Rolled up: " b { (roll_up.days_rolled_up) " of " (format::count_of(roll_up.days, "day", "days")) } " (UTC). "
            @if let Some(file) = &roll_up.building_file {
                @let at = page.request.period.zone.display(file.loaded_at, "%-d %b %Y %H:%M");
                @let networks = usize::try_from(file.networks).unwrap_or(usize::MAX);
                span.tcr-muted { "Building file: " (breakable(&file.source)) ", " (format::count_of(networks, "network", "networks")) ", since " (at) "." }
            }
        }
        @for note in &roll_up.notes { p.tcr-complete { (tag("warn", "note")) " " (breakable(note)) } }
        @if let Some(refused) = &roll_up.refused_building_file { (errors(refused)) }
    }
}

fn errors(refused: &RefusedFile) -> Markup {
    html! {
        div.tcr-card.tcr-error {
            h3 { "Errors of the refused building file" }
            @for error in &refused.errors { p { (breakable(error)) } }
            @let shown = u64::try_from(refused.errors.len()).unwrap_or(u64::MAX);
            @if refused.errors_in_all > shown {
                p.tcr-muted { "and " (format::count(number(refused.errors_in_all - shown))) " more" }
            }
        }
    }
}

/// A headline, which leads to the calls behind it.
fn tile(page: &Page<'_>, data: &QualityReport, share: &PoorShare) -> Markup {
    let filter =
        LegFilter { issue: Some(Issue::Poor), scope: Some(share.scope), ..LegFilter::default() };
    let calls = page.links.to(Report::NotedCalls).legs(&filter);
    let before = match (share.before, data.before.days_rolled_up) {
        (Some(before), _) => format!("{} in the days before", format::amount(before)),
        (None, 0) => "the days before are not rolled up".to_owned(),
        (None, _) => "no judged stream in the days before".to_owned(),
    };
    let days = format!(
        "Poor audio streams of those that could be judged, sent and received. The days before: {} to {}.",
        data.before.from, data.before.to
    );
    html! {
        div.tcr-tile title=(days) {
            span { (share.title) }
            @match share.poor_streams {
                Some(Amount::Share { numerator, denominator }) => {
                    b { (page.links.link(&format::percent(numerator, denominator), "The calls behind it", calls)) }
                    span.tcr-why { (format::count(numerator)) " of " (format::count(denominator)) " streams poor" }
                }
                _ => { b { "–" } span.tcr-why { (share.null_reason.unwrap_or_default()) } }
            }
            span.tcr-why { (before) }
        }
    }
}

fn findings(page: &Page<'_>, findings: &[FindingRow]) -> Markup {
    if findings.is_empty() {
        return html! {
            p { "Nothing stands out: no site, network, device or client version has many more poor streams than the rest would lead to expect." }
        };
    }
    html! {
        @for (place, finding) in findings.iter().enumerate() {
            @let filter = LegFilter { issue: Some(Issue::Poor), ..dimension::filter(finding.dimension, &finding.row) };
            p {
                @if place == 0 { b { (breakable(&finding.sentence)) "." } } @else { (breakable(&finding.sentence)) "." }
                " " (page.links.link("Calls", "The calls behind it", page.links.to(Report::NotedCalls).legs(&filter)))
            }
        }
        p.tcr-muted { "Of each dimension the first. What one fault does shows in several: the streams of a bad access point are also those of its site. " (CAVEAT) }
    }
}

impl OnDay for DayOfQuality {
    fn date(&self) -> Date {
        self.date
    }

    fn has_calls(&self) -> bool {
        self.calls > 0
    }
}

fn chart(frame: &Frame<'_>, days: &[DayOfQuality]) -> Markup {
    if days.is_empty() {
        return no_data("no day is rolled up");
    }
    let series = [
        Series { name: "poor", class: "tcr-bad" },
        Series { name: "good", class: "tcr-good" },
        Series { name: "unclassified", class: "tcr-none" },
    ];
    let title = title_per_column("Audio streams", days);
    let texts = ChartText {
        title: &title,
        unit: "audio streams, sent and received",
        when_empty: "Graph sent no audio stream for these calls",
    };
    columns_of_days(frame.wide_chart_width(), &texts, days, &series, |day| {
        let counted = &day.counted;
        let unclassified = counted.received_unclassified.saturating_add(counted.sent_unclassified);
        let good = counted.judged().saturating_sub(counted.poor());
        [counted.poor(), good, unclassified].map(number).to_vec()
    })
}
