//! Days and hours.

use call_records::definitions::{derived, organisation_day as day, person_day as person};
use call_table::DayCompleteness;
use jiff::civil::Date;
use maud::{Markup, html};

use super::super::card::{card, column, list_card, no_data, tag};
use super::super::people::talk_time;
use super::super::{Page, calls_behind, paging::paging};
use crate::answer::{Day, List, Organisation};
use crate::charts::{Column, Columns, Series};
use crate::format;
use crate::request::{Issue, LegFilter, Report};

/// More columns than this are weeks, and more weeks are months.
const MAX_COLUMNS: usize = 62;
/// The narrowest widget whose table of days has all columns.
const NARROW: u32 = 880;

/// Why a chart of calls is empty.
pub(crate) const NO_CALL: &str = "no call on these days";

/// What a chart of days says in words.
pub(crate) struct ChartText<'a> {
    pub(crate) title: &'a str,
    pub(crate) unit: &'static str,
    /// What is said where there were calls and nothing of what is counted.
    pub(crate) when_empty: &'static str,
}

/// The title of a chart of days: per day, week or month.
pub(crate) fn title_per_column<D>(what: &str, days: &[D]) -> String {
    let column = match days.len() {
        ..=MAX_COLUMNS => "day",
        days if days <= MAX_COLUMNS * 7 => "week",
        _ => "month",
    };
    format!("{what} per {column}")
}

/// What a day of a chart has to say of itself.
pub(crate) trait OnDay {
    fn date(&self) -> Date;
    fn has_calls(&self) -> bool;
}

impl OnDay for Day {
    fn date(&self) -> Date {
        self.date
    }

    fn has_calls(&self) -> bool {
        self.calls > 0
    }
}

/// Columns of days, of weeks or of months, whichever there is room for.
pub(crate) fn columns_of_days<D: OnDay>(
    width: f64,
    texts: &ChartText<'_>,
    days: &[D],
    series: &[Series],
    values: impl Fn(&D) -> Vec<i64>,
) -> Markup {
    let all: Vec<(Date, Vec<i64>)> = days.iter().map(|day| (day.date(), values(day))).collect();
    if all.iter().flat_map(|(_, values)| values).all(|value| *value == 0) {
        let any_call = days.iter().any(OnDay::has_calls);
        return no_data(if any_call { texts.when_empty } else { NO_CALL });
    }
    // What never happens needs no colour in the legend.
    let is_there = |place: usize| all.iter().any(|(_, values)| values[place] > 0);
    let kept: Vec<usize> = (0..series.len()).filter(|place| is_there(*place)).collect();
    let of_kinds = series.len() > 1;
    let series = kept.iter().map(|place| series[*place]).collect();
    let years =
        [days.first(), days.last()].map(|day| day.map(|day| day.date().iso_week_date().year()));
    let one_year = years[0] == years[1];
    let mut columns: Vec<Column> = Vec::new();
    for (date, values) in all {
        let values: Vec<i64> = kept.iter().map(|place| values[*place]).collect();
        let (label, name) = column_of(date, days.len(), one_year);
        match columns.last_mut().filter(|column| column.title == name) {
            Some(column) => {
                for (sum, value) in column.values.iter_mut().zip(values) {
                    *sum += value;
                }
            }
            None => columns.push(Column { label, title: name, values }),
        }
    }
    Columns { title: texts.title.to_owned(), unit: texts.unit, series, of_kinds, columns, width }
        .draw()
}

/// The label and the name of the column to which a day belongs. Where the weeks are not all of one
/// year, their labels have it.
fn column_of(date: Date, days: usize, one_year: bool) -> (String, String) {
    if days <= MAX_COLUMNS {
        let label = if days <= 10 { "%a %-d %b" } else { "%-d %b" };
        (date.strftime(label).to_string(), date.strftime("%A %-d %B %Y").to_string())
    } else if days <= MAX_COLUMNS * 7 {
        let week = date.iso_week_date();
        let (number, year) = (week.week(), week.year());
        let label =
            if one_year { format!("W{number}") } else { format!("W{number} ’{:02}", year % 100) };
        (label, format!("week {number} of {year}"))
    } else {
        (date.strftime("%b %y").to_string(), date.strftime("%B %Y").to_string())
    }
}

/// Calls by the hour in which they began.
pub(crate) fn hours(width: f64, hours: &[i64], zone: &str, unit: &'static str) -> Markup {
    let title = format!("Calls per hour ({zone})");
    let content = if hours.iter().all(|calls| *calls == 0) {
        no_data(if hours.is_empty() {
            "hours are worked out for at most 31 days of a person"
        } else {
            NO_CALL
        })
    } else {
        let columns = hours.iter().enumerate().map(|(hour, calls)| Column {
            label: format!("{hour:02}"),
            title: format!("{hour:02}:00 to {hour:02}:59"),
            values: vec![*calls],
        });
        let series = vec![Series { name: "calls", class: "tcr-one" }];
        let columns = columns.collect();
        let drawn = Columns { title: title.clone(), unit, series, of_kinds: false, columns, width };
        html! {
            (drawn.draw())
            @if zone != "UTC" {
                p.tcr-muted { "The hours are of " (zone) ", worked out of single calls; the stored totals are of UTC hours." }
            }
        }
    };
    card(&title, &[&day::HOUR], &content)
}

/// Day by day, the newest first; a day leads to its calls.
pub(crate) fn days(page: &Page<'_>, data: &Organisation) -> Markup {
    let narrow = page.request.widget.width() < NARROW;
    let links = &page.links;
    let list = List::page_of(data.days.iter().rev(), page.request.paging);
    let definitions = [
        &day::CALLS,
        &day::CALLS_PEER_TO_PEER,
        &day::CALLS_GROUP,
        &day::ANSWERED,
        &person::MISSED,
        &day::FAILED,
        &day::DROPPED,
        &day::LEGS_POOR,
        &day::LEGS,
        &person::TALK_MS,
    ];
    list_card(
        "Day by day",
        &definitions,
        links.here(page.request),
        &html! {
            table {
                thead {
                    tr {
                        th { "Day" }
                        th title="Whether every call that began on this day is stored, by the reconciliation with Graph's own list" { "complete" }
                        (column(&day::CALLS))
                        @if !narrow {
                            (column(&day::CALLS_PEER_TO_PEER)) (column(&day::CALLS_GROUP)) (column(&day::ANSWERED))
                        }
                        (column(&person::MISSED))
                        @if !narrow { (column(&day::FAILED)) (column(&day::DROPPED)) }
                        @if !page.is_tiny() { (column(&derived::POOR_LEG_SHARE)) }
                        @if !narrow { (column(&person::TALK_MS)) }
                    }
                }
                tbody {
                    @for row in &list.rows {
                        tr {
                            td.tcr-nowrap data-sort=(row.date) { (links.link(&row.date.strftime(if narrow { "%a %-d %b" } else { "%a %-d %b %Y" }).to_string(), "The calls of this day", links.to(Report::Calls).day(row.date, &page.request.period))) }
                            td { (completeness_tag(page, row)) }
                            td.tcr-number { (format::count(row.calls)) }
                            @if !narrow {
                                td.tcr-number { (format::count(row.calls_peer_to_peer)) }
                                td.tcr-number { (format::count(row.calls_group)) }
                                td.tcr-number { (format::count(row.answered)) }
                            }
                            td.tcr-number { (format::count(row.missed)) }
                            @if !narrow { td.tcr-number { (format::count(row.failed)) } }
                            @if !narrow { td.tcr-number { (format::count(row.dropped)) } }
                            @if !page.is_tiny() {
                                td.tcr-number {
                                    @match row.legs_poor {
                                        Some(poor) => { (format::count(poor)) " of " (format::count(row.legs)) },
                                        None => span title=(day::LEGS_POOR.blank) { "–" },
                                    }
                                }
                            }
                            @if !narrow { td.tcr-number { (talk_time(row.talk_seconds, person::TALK_MS.blank)) } }
                        }
                    }
                }
            }
            (paging(links, &list, ("day", "days"), |to| links.here(page.request).page(to)))
        },
    )
}

/// What was missed, what became of it, and what failed or dropped, day by day.
pub(crate) fn missed_by_day(page: &Page<'_>, data: &Organisation) -> Markup {
    let narrow = page.request.widget.width() < NARROW;
    let links = &page.links;
    let list = List::page_of(data.days.iter().rev(), page.request.paging);
    let definitions = [
        &person::MISSED,
        &person::MISSED_VOICEMAIL,
        &person::MISSED_TAKEN,
        &day::UNANSWERED,
        &day::FAILED,
        &day::FAILED_JOINS,
        &day::DROPPED,
    ];
    let content = html! {
        table {
            thead {
                tr {
                    th { "Day" }
                    (column(&person::MISSED))
                    @if !narrow { (column(&person::MISSED_VOICEMAIL)) (column(&person::MISSED_TAKEN)) (column(&day::UNANSWERED)) }
                    (column(&day::FAILED))
                    @if !page.is_tiny() { (column(&day::FAILED_JOINS)) }
                    (column(&day::DROPPED))
                }
            }
            tbody {
                @for row in &list.rows {
                    @let legs = |issue, count: i64| {
                        let filter = LegFilter { issue: Some(issue), ..LegFilter::default() };
                        let of_day = links.to(Report::NotedCalls).legs(&filter).day(row.date, &page.request.period);
                        calls_behind::number(page, &format::count(count), count > 0, Some(of_day))
                    };
                    tr {
                        td.tcr-nowrap data-sort=(row.date) { (row.date.strftime(if narrow { "%a %-d %b" } else { "%a %-d %b %Y" }).to_string()) }
                        td.tcr-number { (legs(Issue::Missed, row.missed)) }
                        @if !narrow {
                            td.tcr-number { (format::count(row.missed_voicemail)) }
                            td.tcr-number { (format::count(row.missed_taken)) }
                            td.tcr-number { (format::count(row.unanswered)) }
                        }
                        td.tcr-number { (legs(Issue::Failed, row.failed)) }
                        @if !page.is_tiny() { td.tcr-number { (format::count(row.failed_joins)) } }
                        td.tcr-number { (legs(Issue::Dropped, row.dropped)) }
                    }
                }
            }
        }
        (paging(links, &list, ("day", "days"), |to| links.here(page.request).page(to)))
    };
    list_card(
        "Missed, failed and dropped, day by day",
        &definitions,
        links.here(page.request),
        &content,
    )
}

/// Whether all calls of a day are there.
fn completeness_tag(page: &Page<'_>, day: &Day) -> Markup {
    let zone = &page.request.period.zone;
    match day.completeness {
        Some(DayCompleteness::Complete) => tag("good", "complete"),
        Some(DayCompleteness::Missing(calls)) => tag("bad", &format!("{calls} missing")),
        Some(DayCompleteness::UpTo(at)) => html! {
            @let until = format!("up to {}", zone.display(at, "%-d %b %H:%M"));
                span title="The calls of this day that ended before this are stored. Longer ones may be still to come: a call may take 30 hours, and its record comes after its end." {
                    (tag("warn", &until))
                }
        },
        Some(DayCompleteness::Unknown) | None => html! {
            span title="The reconciliation has not come to this day yet, or began after it" { (tag("none", "not known")) }
        },
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn many_days_are_shown_as_weeks_and_more_as_months() {
        let day = date(2026, 11, 23);
        assert_eq!(column_of(day, 7, true).0, "Mon 23 Nov");
        assert_eq!(column_of(day, 31, true).0, "23 Nov");
        assert_eq!(column_of(day, 100, true), ("W48".to_owned(), "week 48 of 2026".to_owned()));
        assert_eq!(column_of(day, 365, false).0, "W48 ’26");
        assert_eq!(column_of(day, 700, false).1, "November 2026");
    }
}
