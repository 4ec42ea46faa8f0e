//! What is around every page: heading, menu, days, and what the page cost.

use maud::{Markup, html};

use super::{Links, Page, style};
use crate::answer::Answer;
use crate::format;
use crate::period::Period;
use crate::request::Report;

/// The reports of the menu. The others are reached from these.
const MENU: [Report; 9] = [
    Report::Overview,
    Report::People,
    Report::Missed,
    Report::Quality,
    Report::Equipment,
    Report::Feedback,
    Report::Days,
    Report::Traffic,
    Report::Definitions,
];

/// The space of the widget that is not for content: its padding and a scroll bar.
const AROUND: f64 = 20.0 + 17.0;
/// Between two cards.
const GAP: f64 = 12.0;
/// The padding and border of a card.
const OF_CARD: f64 = 26.0;
/// The narrowest card in which charts and tables can be read.
const NARROWEST: f64 = 370.0;

/// How a page is laid out in the widget.
pub(crate) struct Frame<'a> {
    page: &'a Page<'a>,
    inner: f64,
    columns: u32,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(page: &'a Page<'a>) -> Self {
        let inner = f64::from(page.request.widget.width()) - AROUND;
        let fits =
            |columns: u32| inner >= f64::from(columns) * NARROWEST + f64::from(columns - 1) * GAP;
        let columns = [3, 2].into_iter().find(|columns| fits(*columns)).unwrap_or(1);
        Self { page, inner, columns }
    }

    /// The width of a picture in a card of one column.
    pub(crate) fn picture(&self) -> f64 {
        let columns = f64::from(self.columns);
        (self.inner - (columns - 1.0) * GAP) / columns - OF_CARD
    }

    /// The width of a picture in a card over all columns.
    pub(crate) fn wide_picture(&self) -> f64 {
        self.inner - OF_CARD
    }

    /// Cards in as many columns as there is room for.
    pub(crate) fn cards(&self, cards: &Markup) -> Markup {
        let columns = format!("grid-template-columns:repeat({},minmax(0,1fr))", self.columns);
        html! { div.tcr-grid-of-cards style=(columns) { (cards) } }
    }

    /// The whole page.
    pub(crate) fn around(&self, answer: &Answer, content: &Markup) -> Markup {
        let request = self.page.request;
        let links = &self.page.links;
        let zone = if answer.period.days_are == answer.period.time_zone {
            format!("days and times in {}", answer.period.time_zone)
        } else {
            format!("days in {}, times in {}", answer.period.days_are, answer.period.time_zone)
        };
        style::root(
            request.widget.theme(),
            &html! {
                div.tcr-head {
                    h2 { (answer.report.title()) }
                    @if about_days(answer.report) {
                        span { (request.period.shown()) }
                        span.tcr-muted title=[answer.period.days_note] { (zone) }
                    }
                }
                div.tcr-bar-of-links role="navigation" aria-label="Reports" {
                    @for report in MENU {
                        @if report == answer.report { (Links::button_here(report.title())) } @else { (links.button(report.title(), links.to(report))) }
                    }
                }
                @if about_days(answer.report) { (self.days()) }
                (content)
                (foot(answer))
            },
        )
    }

    /// Other days for the same page.
    fn days(&self) -> Markup {
        let (request, links) = (self.page.request, &self.page.links);
        let here = links.here(request);
        html! {
            div.tcr-bar-of-links role="navigation" aria-label="Days" {
                @if request.chose_days {
                    (links.button("Dashboard's days", here.clone().of_the_dashboard()))
                    @if request.range.is_none() { (Links::button_here("Chosen days")) }
                } @else {
                    (Links::button_here("Dashboard's days"))
                }
                @for (name, title) in Period::NAMES {
                    @if request.range.as_deref() == Some(name) { (Links::button_here(title)) } @else { (links.button(title, here.clone().range(name))) }
                }
            }
        }
    }
}

/// Whether a report is about days at all.
fn about_days(report: Report) -> bool {
    !matches!(report, Report::Call | Report::Definitions)
}

fn foot(answer: &Answer) -> Markup {
    let meta = &answer.meta;
    let items = format::count(i64::try_from(meta.items_read).unwrap_or(i64::MAX));
    html! {
        div.tcr-foot {
            "Made at " (meta.generated_at.strftime("%Y-%m-%d %H:%M:%S UTC")) " from "
            (items) " items of the table (" (format::decimal(meta.capacity_units)) " read capacity units). Calls appear when Graph publishes their records, up to 150 minutes after they end."
        }
    }
}
