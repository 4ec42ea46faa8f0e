//! What is around every page: heading, menu, days, and what the page cost.

use jiff::civil::Date;
use maud::{Markup, html};

use super::{Links, Page, style};
use crate::answer::Answer;
use crate::format;
use crate::period::Period;
use crate::request::Report;

/// The reports of the menu. The others are reached from these.
const MENU: [Report; 12] = [
    Report::Overview,
    Report::People,
    Report::Missed,
    Report::Quality,
    Report::NotedCalls,
    Report::Queues,
    Report::Telephone,
    Report::Equipment,
    Report::Feedback,
    Report::Days,
    Report::Traffic,
    Report::Definitions,
];

/// The space of the widget that is not for content: its padding and a scroll bar.
const WIDGET_PADDING: f64 = 20.0 + 17.0;
/// Between two cards.
const GAP: f64 = 12.0;
/// The padding and border of a card.
const CARD_PADDING: f64 = 26.0;
/// The narrowest card in which charts and tables can be read.
const MIN_CARD_WIDTH: f64 = 370.0;

/// How a page is laid out in the widget.
pub(crate) struct Frame<'a> {
    page: &'a Page<'a>,
    inner: f64,
    columns: u32,
}

impl<'a> Frame<'a> {
    pub(crate) fn new(page: &'a Page<'a>) -> Self {
        let inner = f64::from(page.request.widget.width()) - WIDGET_PADDING;
        let fits = |columns: u32| {
            inner >= f64::from(columns) * MIN_CARD_WIDTH + f64::from(columns - 1) * GAP
        };
        let columns = [3, 2].into_iter().find(|columns| fits(*columns)).unwrap_or(1);
        Self { page, inner, columns }
    }

    /// The width of a picture in a card of one column.
    pub(crate) fn chart_width(&self) -> f64 {
        let columns = f64::from(self.columns);
        (self.inner - (columns - 1.0) * GAP) / columns - CARD_PADDING
    }

    /// The width of a picture in a card over all columns.
    pub(crate) fn wide_chart_width(&self) -> f64 {
        self.inner - CARD_PADDING
    }

    /// Cards in as many columns as there is room for.
    pub(crate) fn cards(&self, cards: &Markup) -> Markup {
        let columns = format!("grid-template-columns:repeat({},minmax(0,1fr))", self.columns);
        html! { div.tcr-grid-of-cards style=(columns) { (cards) } }
    }

    /// The whole page of an answer.
    pub(crate) fn answer_page(&self, answer: &Answer, content: &Markup) -> Markup {
        let period = &answer.period;
        // A person's list is of the days that are counted, and so are its times.
        let times = match answer.report {
            Report::Person => &period.zone_of_days,
            _ => &period.time_zone,
        };
        let zone = if period.zone_of_days == *times {
            format!("days and times in {times}")
        } else {
            format!("days in {}, times in {times}", period.zone_of_days)
        };
        self.layout(
            Some(answer.report),
            &html! { span.tcr-muted title=[period.zone_note] { (zone) } },
            &html! { (content) (footer(answer)) },
        )
    }

    /// What is shown in place of a page, with the ways to others. Of a request that was not
    /// understood nothing is known but the widget.
    pub(crate) fn error_frame(&self, understood: bool, content: &Markup) -> Markup {
        self.layout(understood.then_some(self.page.request.report), &html! {}, content)
    }

    fn layout(&self, report: Option<Report>, zone: &Markup, content: &Markup) -> Markup {
        let request = self.page.request;
        let links = &self.page.links;
        style::root(
            request.widget.theme(),
            self.page.is_tiny(),
            &html! {
                div.tcr-head {
                    h2 { (report.map_or("Reports", Report::title)) }
                    @if let Some(report) = report {
                        @if about_days(report) { span { (request.period.display()) } (zone) }
                    }
                    (self.find())
                }
                div.tcr-bar-of-links role="navigation" aria-label="Reports" {
                    @for other in MENU {
                        @if report == Some(other) { (Links::current_button(other.title())) } @else { (links.button(other.title(), links.to(other))) }
                    }
                }
                @if report.is_none_or(about_days) { (self.days()) }
                (content)
            },
        )
    }

    /// A field for a person or a call.
    fn find(&self) -> Markup {
        let kinds = if self.page.pseudonyms {
            "pseudonym, sealed:… or id of a call"
        } else {
            "name, sign-in name, number or id"
        };
        let (request, links) = (self.page.request, &self.page.links);
        let typed = request.find.as_deref().unwrap_or_default();
        let field = html! {
            label {
                "Find"
                input type="search" name="find" value=(typed) placeholder=(kinds) autocomplete="off" title="A person or a call";
            }
        };
        links.form("Find a person or a call", &field, "Find", links.to(Report::Found).find())
    }

    /// Other days for the same page, of those of which there is one.
    fn days(&self) -> Markup {
        let (request, links) = (self.page.request, &self.page.links);
        let here = links.here(request);
        let fits = |days: usize| request.report.max_days().is_none_or(|most| days <= most);
        let day = |name: &str, label: &str, value: Date| {
            html! { label { (label) input type="date" name=(name) value=(value); } }
        };
        let fields = html! { (day("from", "From", request.period.from)) (day("to", "to", request.period.to)) };
        html! {
            div.tcr-bar-of-links role="navigation" aria-label="Days" {
                @if request.widget.time_range().is_some() {
                    @if request.has_own_days {
                        (links.button("Dashboard's days", here.clone().of_the_dashboard()))
                    } @else {
                        (Links::current_button("Dashboard's days"))
                    }
                }
                @for (name, title, days) in Period::NAMES {
                    @if request.range.as_deref() == Some(name) {
                        (Links::current_button(title))
                    } @else if fits(days) {
                        (links.button(title, here.clone().range(name)))
                    }
                }
                (links.form("Other days", &fields, "Show", here.chosen_days()))
            }
        }
    }
}

/// Whether a report is about days at all.
fn about_days(report: Report) -> bool {
    !matches!(report, Report::Call | Report::Definitions)
}

fn footer(answer: &Answer) -> Markup {
    let meta = &answer.meta;
    let items = usize::try_from(meta.items_read).unwrap_or(usize::MAX);
    let items = format::count_of(items, "item", "items");
    html! {
        div.tcr-footer {
            "Made at " (meta.generated_at.strftime("%Y-%m-%d %H:%M:%S UTC")) " from "
            (items) " of the table (" (format::decimal(meta.capacity_units)) " read capacity units). Calls appear when Graph publishes their records, up to 150 minutes after they end."
        }
    }
}
