//! Columns side by side, such as days or hours, each stacked of series.

use maud::{Markup, html};

use super::scale::{coordinate, index, px, text_width, ticks};
use crate::format;

/// The height of the picture in pixels.
const HEIGHT: f64 = 170.0;
/// Room for the labels below.
const BELOW: f64 = 20.0;
/// Room above the highest tick.
const ABOVE: f64 = 10.0;
/// Room before the first column that a label may use.
const BEFORE: f64 = 20.0;
/// The widest column.
const WIDEST: f64 = 44.0;

/// One part of every column.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Series {
    pub(crate) name: &'static str,
    /// The style class of its colour.
    pub(crate) class: &'static str,
}

/// One column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Below it, where there is room.
    pub(crate) label: String,
    /// What it is about, in full.
    pub(crate) title: String,
    /// One number for each series, from the bottom up.
    pub(crate) values: Vec<i64>,
}

/// A picture of columns.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    /// What is counted, for screen readers and as the unit.
    pub(crate) title: String,
    pub(crate) unit: &'static str,
    pub(crate) series: Vec<Series>,
    /// Whether the picture is about the kinds of what is counted: with a legend, however few there
    /// are of them.
    pub(crate) of_kinds: bool,
    pub(crate) columns: Vec<Column>,
    pub(crate) width: f64,
}

impl Columns {
    /// The picture and its legend.
    pub(crate) fn draw(&self) -> Markup {
        let totals: Vec<i64> =
            self.columns.iter().map(|column| column.values.iter().sum()).collect();
        let ticks = ticks(totals.iter().copied().max().unwrap_or(0));
        let highest = coordinate(ticks.last().copied().unwrap_or(1).max(1));
        let labels: Vec<String> = ticks.iter().map(|tick| format::count(*tick)).collect();
        let left = labels.iter().map(|label| text_width(label)).fold(0.0, f64::max) + 8.0;
        let room = (self.width - left).max(1.0);
        let step = room / index(self.columns.len().max(1));
        let column_width = (step * 0.72).min(WIDEST);
        let bottom = HEIGHT - BELOW;
        let y = |value: i64| bottom - coordinate(value) / highest * (bottom - ABOVE);
        let every = self.label_every(step);
        html! {
            @if self.of_kinds { (self.legend()) }
            svg.tcr-chart role="img" aria-label=(self.title) viewBox=(format!("0 0 {} {}", px(self.width), px(HEIGHT)))
                width=(px(self.width)) height=(px(HEIGHT)) {
                title { (self.title) " (" (self.unit) ")" }
                @for (tick, label) in ticks.iter().zip(&labels) {
                    line.tcr-grid x1=(px(left)) x2=(px(self.width)) y1=(px(y(*tick))) y2=(px(y(*tick))) {}
                    text.tcr-axis x=(px(left - 5.0)) y=(px(y(*tick) + 4.0)) text-anchor="end" { (label) }
                }
                @for (place, column) in self.columns.iter().enumerate() {
                    @let middle = left + step * (index(place) + 0.5);
                    g {
                        title { (self.tooltip(column, totals[place])) }
                        rect.tcr-hover x=(px(middle - step / 2.0)) y=(px(ABOVE)) width=(px(step)) height=(px(bottom - ABOVE)) {}
                        @for (top, value, series) in stacked(column, &self.series) {
                            rect class=(series.class) x=(px(middle - column_width / 2.0)) width=(px(column_width))
                                y=(px(y(top))) height=(px(y(top - value) - y(top))) {}
                        }
                    }
                    @if place % every == 0 {
                        text.tcr-axis x=(px(middle)) y=(px(HEIGHT - 5.0)) text-anchor=(anchor(middle, &column.label, left, self.width)) { (column.label) }
                    }
                }
            }
        }
    }

    /// Every how many columns there is room for a label.
    fn label_every(&self, step: f64) -> usize {
        let widest =
            self.columns.iter().map(|column| text_width(&column.label)).fold(0.0, f64::max);
        // The first label begins at its column where there is no room before it.
        let shifted = if widest / 2.0 > step / 2.0 + BEFORE { widest / 2.0 } else { 0.0 };
        let mut every = 1;
        while index(every) * step < widest + shifted + 10.0 && every < self.columns.len() {
            every += 1;
        }
        every
    }

    fn tooltip(&self, column: &Column, total: i64) -> String {
        let mut text = format!("{}: {} {}", column.title, format::count(total), self.unit);
        if self.of_kinds {
            let parts = self.series.iter().zip(&column.values);
            let parts: Vec<_> = parts
                .map(|(series, value)| format!("{} {}", format::count(*value), series.name))
                .collect();
            text.push_str(&format!(" ({})", parts.join(", ")));
        }
        text
    }

    fn legend(&self) -> Markup {
        html! {
            div.tcr-legend {
                @for series in &self.series {
                    span { svg.tcr-key width="10" height="10" aria-hidden="true" { rect class=(series.class) width="10" height="10" {} } (series.name) }
                }
            }
        }
    }
}

/// The parts of a column that are there, each with where its top is.
fn stacked<'a>(
    column: &'a Column,
    series: &'a [Series],
) -> impl Iterator<Item = (i64, i64, &'a Series)> {
    let parts = column.values.iter().zip(series);
    parts
        .scan(0_i64, |top, (value, series)| {
            *top += value;
            Some((*top, *value, series))
        })
        .filter(|(_, value, _)| *value > 0)
}

/// A label at the edge must not be cut.
fn anchor(middle: f64, label: &str, left: f64, right: f64) -> &'static str {
    let half = text_width(label) / 2.0;
    if middle + half > right {
        "end"
    } else if middle - half < left - BEFORE {
        "start"
    } else {
        "middle"
    }
}
