//! The page of queues and attendants, and that of their agents.

use call_records::definitions::{Definition, agent_day as agent, voice_app_day as of};
use jiff::civil::Date;
use maud::{Markup, html};
use voice_apps::AppKind;

use super::card::{card, definition_tooltip, no_data, tag, unit_caption, wide_card};
use super::frame::Frame;
use super::organisation::{ChartText, OnDay, columns_of_days, title_per_column};
use super::paging::paging;
use super::text::{breakable, plain};
use super::{Links, Page, people};
use crate::answer::{AgentRow, AppNumbers, AppRow, Bucket, DayOfQueues, List, QueuesReport};
use crate::charts::{Bar, Series, bars};
use crate::format::{self, number};
use crate::request::Report;

/// Below this width a table has only its most important columns.
const NARROW: u32 = 880;

/// Seconds for which a service level is a click away.
const USUAL_SECONDS: [u32; 5] = [10, 20, 30, 60, 120];

/// What the columns of queues mean.
const COLUMNS: [&Definition; 11] = [
    &of::OFFERED,
    &of::ANSWERED,
    &of::VOICEMAIL,
    &of::FORWARDED,
    &of::ABANDONED,
    &of::UNKNOWN,
    &of::NOT_FINAL,
    &of::MEAN_WAIT_ANSWERED,
    &of::LONGEST_WAIT,
    &of::SERVICE_LEVEL_OF_OFFERED,
    &of::SERVICE_LEVEL_OF_ANSWERED,
];

/// What the columns of agents mean.
const OF_AGENTS: [&Definition; 5] =
    [&agent::RUNG, &agent::ANSWERED, &agent::NOT_TAKEN, &agent::TOOK_OVER, &agent::MS];

/// The page of queues.
pub(crate) fn page(page: &Page<'_>, frame: &Frame<'_>, data: &QueuesReport) -> Markup {
    let agents = html! {
        (table_of_agents(page, &data.agents))
        @if data.agents.total > data.agents.rows.len() {
            p.tcr-actions {
                (page.links.button(&format!("All {}", format::count_of(data.agents.total, "agent", "agents")), page.links.here(page.request).report(Report::Agents)))
            }
        }
        (agents_left_out(data))
    };
    html! {
        (rolled_up(data))
        (choices(page, data))
        (tiles(data))
        (frame.cards(&html! {
            (wide_card(&title_per_column("Calls", &data.by_day), &[&of::OFFERED, &of::ANSWERED, &of::VOICEMAIL, &of::FORWARDED, &of::ABANDONED, &of::UNKNOWN, &of::NOT_FINAL], &chart(frame, &data.by_day)))
            (card("How long callers waited", &[&of::ANSWERED_WAIT, &of::ABANDONED_WAIT, &of::PASSED_ON_WAIT], &waits(&data.total)))
            @for (kind, title) in [(AppKind::Queue, "Queues"), (AppKind::AutoAttendant, "Attendants")] {
                @if data.only.as_ref().is_none_or(|only| only.kind == kind) {
                    (wide_card(title, &COLUMNS, &table(page, data, kind)))
                }
            }
            (wide_card("Agents", &OF_AGENTS, &agents))
        }))
    }
}

/// The page of all agents.
pub(crate) fn agents_page(page: &Page<'_>, frame: &Frame<'_>, data: &QueuesReport) -> Markup {
    let links = &page.links;
    html! {
        (rolled_up(data))
        (choices(page, data))
        (frame.cards(&wide_card("Agents", &OF_AGENTS, &html! {
            (table_of_agents(page, &data.agents))
            (paging(links, &data.agents, ("agent", "agents"), |to| links.here(page.request).page(to)))
            (agents_left_out(data))
        })))
    }
}

fn rolled_up(data: &QueuesReport) -> Markup {
    html! {
        p.tcr-complete {
            "Rolled up: " b { (data.days_rolled_up) " of " (format::count_of(data.days, "day", "days")) } " (UTC). "
            span.tcr-muted { "Of nested attendants a record shows the first only. Overflow from one queue to another counts in both." }
        }
        @for note in &data.notes { p.tcr-complete { (tag("warn", "note")) " " (breakable(note)) } }
    }
}

/// Which queue, and for how many seconds service levels are.
fn choices(page: &Page<'_>, data: &QueuesReport) -> Markup {
    let links = &page.links;
    let here = || links.here(page.request);
    html! {
        @if let Some(only) = &data.only {
            div.tcr-bar-of-links role="navigation" aria-label="Queue" {
                span.tcr-muted { "Only" }
                (Links::current_button(&only.name))
                (links.button("All queues", here().of_all_queues()))
            }
        }
        @if page.request.report == Report::Queues {
            div.tcr-bar-of-links role="navigation" aria-label="Service level" {
                span.tcr-muted { "Answered within" }
                @for seconds in USUAL_SECONDS {
                    @let label = format!("{seconds} s");
                    @if seconds == data.within_seconds { (Links::current_button(&label)) } @else { (links.button(&label, here().within(seconds))) }
                }
                @if !USUAL_SECONDS.contains(&data.within_seconds) { (Links::current_button(&format!("{} s", data.within_seconds))) }
            }
        }
    }
}

fn tiles(data: &QueuesReport) -> Markup {
    let numbers = &data.total;
    let counts = [
        (&of::OFFERED, numbers.offered),
        (&of::VOICEMAIL, numbers.voicemail),
        (&of::FORWARDED, numbers.forwarded),
        (&of::NOT_FINAL, numbers.not_final),
    ];
    let figures = [
        &of::ANSWERED_SHARE,
        &of::ABANDONED_SHARE,
        &of::SERVICE_LEVEL_OF_OFFERED,
        &of::MEAN_WAIT_ANSWERED,
        &of::LONGEST_WAIT,
    ];
    html! {
        div.tcr-tiles {
            @for (definition, count) in counts {
                div.tcr-tile title=(definition_tooltip(definition)) {
                    span { (definition.title) }
                    b { (format::count(number(count))) }
                    @if data.only.is_none() { span.tcr-why { "of all queues" } }
                }
            }
            @for definition in figures {
                div.tcr-tile title=(definition_tooltip(definition)) {
                    span { (with_seconds(definition, data)) }
                    @match numbers.figure(definition.id).and_then(|figure| figure.value) {
                        Some(value) => b { (format::amount(value)) },
                        None => { b { "–" } span.tcr-why { (plain(definition.blank)) } }
                    }
                }
            }
        }
    }
}

/// A title with its number of seconds.
fn with_seconds(definition: &Definition, data: &QueuesReport) -> String {
    definition.title.replace("N s", &format!("{} s", data.within_seconds))
}

impl OnDay for DayOfQueues {
    fn date(&self) -> Date {
        self.date
    }

    fn has_calls(&self) -> bool {
        self.numbers.offered > 0
    }
}

fn chart(frame: &Frame<'_>, days: &[DayOfQueues]) -> Markup {
    let series = [
        Series { name: "answered", class: "tcr-good" },
        Series { name: "to voicemail", class: "tcr-two" },
        Series { name: "forwarded", class: "tcr-one" },
        Series { name: "abandoned", class: "tcr-bad" },
        Series { name: "unknown", class: "tcr-none" },
        Series { name: "not final yet", class: "tcr-warn" },
    ];
    let title = title_per_column("Calls of queues", days);
    let texts = ChartText {
        title: &title,
        unit: "calls offered to queues",
        when_empty: "no call was offered to a queue on these days",
    };
    columns_of_days(frame.wide_chart_width(), &texts, days, &series, |day| {
        let of = &day.numbers;
        [of.answered, of.voicemail, of.forwarded, of.abandoned, of.unknown, of.not_final]
            .map(number)
            .to_vec()
    })
}

fn waits(numbers: &AppNumbers) -> Markup {
    let buckets = numbers.buckets();
    if buckets.iter().all(|bucket| bucket.calls == 0) {
        return no_data(of::MEAN_WAIT.blank);
    }
    let last = buckets.iter().rposition(|bucket| bucket.calls > 0).unwrap_or_default();
    let bar = |bucket: &Bucket| {
        let name = match bucket.at_most_seconds {
            Some(seconds) => format!("at most {seconds} s"),
            None => "longer".to_owned(),
        };
        let shown = format::count(number(bucket.calls));
        let title = format!("{name}: {shown}");
        Bar { name: html! { (name) }, title, value: number(bucket.calls), shown }
    };
    let rows: Vec<Bar> = buckets.iter().take(last + 1).map(bar).collect();
    html! {
        (unit_caption("calls, each in the first row that fits"))
        (bars("tcr-one", &rows))
    }
}

fn table(page: &Page<'_>, data: &QueuesReport, kind: AppKind) -> Markup {
    let rows: Vec<&AppRow> = data.queues.iter().filter(|row| row.app.kind == kind).collect();
    if rows.is_empty() {
        return no_data("no call came to one on these days");
    }
    let narrow = page.request.widget.width() < NARROW;
    let level = &of::SERVICE_LEVEL_OF_OFFERED;
    html! {
        table {
            thead { tr {
                th { "Name" }
                @for definition in [&of::OFFERED, &of::ANSWERED] { (heading(definition, definition.title)) }
                @if !narrow {
                    @for definition in [&of::VOICEMAIL, &of::FORWARDED] { (heading(definition, definition.title)) }
                }
                (heading(&of::ABANDONED, of::ABANDONED.title))
                @if !narrow {
                    @for definition in [&of::UNKNOWN, &of::NOT_FINAL] { (heading(definition, definition.title)) }
                }
                @if !page.is_tiny() {
                    (heading(&of::MEAN_WAIT_ANSWERED, "mean wait"))
                    @if !narrow { (heading(&of::LONGEST_WAIT, "longest")) }
                    (heading(level, &format!("within {} s", data.within_seconds)))
                }
            } }
            tbody {
                @for row in rows {
                    @let of_row = &row.numbers;
                    tr {
                        td { (page.links.link(&row.app.name, "Only this one", page.links.here(page.request).queue(&row.app.queue))) }
                        (count(of_row.offered)) (count(of_row.answered))
                        @if !narrow { (count(of_row.voicemail)) (count(of_row.forwarded)) }
                        (count(of_row.abandoned))
                        @if !narrow { (count(of_row.unknown)) (count(of_row.not_final)) }
                        @if !page.is_tiny() {
                            (figure(of_row, &of::MEAN_WAIT_ANSWERED))
                            @if !narrow { (figure(of_row, &of::LONGEST_WAIT)) }
                            (figure(of_row, level))
                        }
                    }
                }
            }
        }
    }
}

fn heading(definition: &Definition, title: &str) -> Markup {
    html! { th.tcr-number title=(definition_tooltip(definition)) { (title) } }
}

fn count(count: u64) -> Markup {
    html! { td.tcr-number { (format::count(number(count))) } }
}

fn figure(numbers: &AppNumbers, definition: &Definition) -> Markup {
    html! {
        td.tcr-number {
            @match numbers.figure(definition.id).and_then(|figure| figure.value) {
                Some(value) => (format::amount(value)),
                None => span title=(plain(definition.blank)) { "–" },
            }
        }
    }
}

fn table_of_agents(page: &Page<'_>, agents: &List<AgentRow>) -> Markup {
    if agents.total == 0 {
        return no_data("no agent is known to have been called on these days");
    }
    html! {
        table {
            thead { tr {
                th { "Agent" }
                @for definition in OF_AGENTS.into_iter().filter(|it| !page.is_tiny() || **it != agent::TOOK_OVER) {
                    (heading(definition, definition.title))
                }
            } }
            tbody {
                @for row in &agents.rows {
                    tr {
                        td { (people::name(&page.links, &row.person)) }
                        (count(row.rung)) (count(row.answered)) (count(row.not_taken))
                        @if !page.is_tiny() { (count(row.took_over)) }
                        td.tcr-number { (format::duration(row.seconds)) }
                    }
                }
            }
        }
    }
}

fn agents_left_out(data: &QueuesReport) -> Markup {
    html! {
        @if data.agents_left_out > 0 {
            @let left_out = usize::try_from(data.agents_left_out).unwrap_or(usize::MAX);
            p.tcr-muted { "Left out: " (format::count_of(left_out, "agent of a day", "agents of a day")) ", who were rung least: a day keeps 200 of each queue." }
        }
    }
}
