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

    /// The whole page of an answer.
    pub(crate) fn around(&self, answer: &Answer, content: &Markup) -> Markup {
        let period = &answer.period;
        // A person's list is of the days that are counted, and so are its times.
        let times = match answer.report {
            Report::Person => &period.days_are,
            _ => &period.time_zone,
        };
        let zone = if period.days_are == *times {
            format!("days and times in {times}")
        } else {
            format!("days in {}, times in {times}", period.days_are)
        };
        self.whole(
            Some(answer.report),
            &html! { span.tcr-muted title=[period.days_note] { (zone) } },
            &html! { (content) (foot(answer)) },
        )
    }

    /// What is shown in place of a page, with the ways to others. Of a request that was not
    /// understood nothing is known but the widget.
    pub(crate) fn around_error(&self, understood: bool, content: &Markup) -> Markup {
        self.whole(understood.then_some(self.page.request.report), &html! {}, content)
    }

    fn whole(&self, report: Option<Report>, zone: &Markup, content: &Markup) -> Markup {
        let request = self.page.request;
        let links = &self.page.links;
        style::root(
            request.widget.theme(),
            self.page.is_tiny(),
            &html! {
                @if let Some(report) = report {
                    div.tcr-head {
                        h2 { (report.title()) }
                        @if about_days(report) { span { (request.period.shown()) } (zone) }
                    }
                }
                div.tcr-bar-of-links role="navigation" aria-label="Reports" {
                    @for other in MENU {
                        @if report == Some(other) { (Links::button_here(other.title())) } @else { (links.button(other.title(), links.to(other))) }
                    }
                }
                @if report.is_none_or(about_days) { (self.days()) }
                (content)
            },
        )
    }

    /// Other days for the same page, of those of which there is one.
    fn days(&self) -> Markup {
        let (request, links) = (self.page.request, &self.page.links);
        let here = links.here(request);
        let fits = |days: usize| request.report.most_days().is_none_or(|most| days <= most);
        html! {
            div.tcr-bar-of-links role="navigation" aria-label="Days" {
                @if request.chose_days {
                    (links.button("Dashboard's days", here.clone().of_the_dashboard()))
                    @if request.range.is_none() { (Links::button_here("Chosen days")) }
                } @else {
                    (Links::button_here("Dashboard's days"))
                }
                @for (name, title, days) in Period::NAMES {
                    @if request.range.as_deref() == Some(name) {
                        (Links::button_here(title))
                    } @else if fits(days) {
                        (links.button(title, here.clone().range(name)))
                    }
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
    let items = usize::try_from(meta.items_read).unwrap_or(usize::MAX);
    let items = format::counted(items, "item", "items");
    html! {
        div.tcr-foot {
            "Made at " (meta.generated_at.strftime("%Y-%m-%d %H:%M:%S UTC")) " from "
            (items) " of the table (" (format::decimal(meta.capacity_units)) " read capacity units). Calls appear when Graph publishes their records, up to 150 minutes after they end."
        }
    }
}
