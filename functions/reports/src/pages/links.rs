//! Links: a button and, right behind it, what CloudWatch does when it is clicked. A button and not an anchor:
//! without an address an anchor cannot be reached by keyboard, and there is no address in a dashboard. The
//! console of the laptop, where a page has one, makes anchors of them.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_interactivity.html>

use jiff::civil::Date;
use maud::{Markup, html};
use serde_json::{Map, Value};

use super::text::breakable;
use crate::period::Period;
use crate::request::{CHOSEN, DASHBOARD, LegFilter, PeopleFilter, Report, Request, Sort};

/// Makes links that call the function again.
pub(crate) struct Links<'a> {
    own_arn: &'a str,
    /// The days that the request chose, else those of the dashboard, and the zone that it named.
    days: Map<String, Value>,
}

/// Where a link leads: the parameters of the next request.
#[derive(Debug, Clone)]
pub(crate) struct Target(Map<String, Value>);

impl<'a> Links<'a> {
    pub(crate) fn new(request: &Request, own_arn: &'a str) -> Self {
        let mut days = Map::new();
        if let Some(range) = &request.range {
            days.insert("range".to_owned(), range.as_str().into());
        } else if request.has_own_days {
            days.insert("from".to_owned(), request.period.from.to_string().into());
            days.insert("to".to_owned(), request.period.to.to_string().into());
        } else {
            // Said, because the widget's own parameters may choose days.
            days.insert("range".to_owned(), DASHBOARD.into());
        }
        if let Some(zone) = &request.time_zone {
            days.insert("time_zone".to_owned(), zone.as_str().into());
        }
        Self { own_arn, days }
    }

    /// To a report of the same days.
    pub(crate) fn to(&self, report: Report) -> Target {
        let mut target = self.days.clone();
        target.insert("report".to_owned(), report.as_str().into());
        Target(target)
    }

    /// To what the request was about, in other days or another order.
    pub(crate) fn here(&self, request: &Request) -> Target {
        let mut target = self.to(request.report);
        let find = request.find.clone().filter(|_| request.report == Report::Found);
        for (name, value) in [("person", &request.person), ("call", &request.call), ("find", &find)]
        {
            if let Some(value) = value {
                target.0.insert(name.to_owned(), value.as_str().into());
            }
        }
        if let Some(size) = request.paging.chosen_size(request.report) {
            target.0.insert("size".to_owned(), size.into());
        }
        if let Some(queue) = &request.queue {
            target = target.queue(queue);
        }
        if request.report.is_of_queues() {
            target = target.within(request.within_seconds);
        }
        target.sort(request.sort).people(&request.people).legs(&request.legs)
    }

    /// A link in text.
    pub(crate) fn link(&self, label: &str, title: &str, target: Target) -> Markup {
        html! { button.tcr-link type="button" title=(title) { (breakable(label)) } (self.action(target)) }
    }

    /// A link that looks like a button.
    pub(crate) fn button(&self, label: &str, target: Target) -> Markup {
        html! { button.tcr-chip type="button" { (label) } (self.action(target)) }
    }

    /// A button that is there to show where one is.
    pub(crate) fn current_button(label: &str) -> Markup {
        html! { span.tcr-chip.tcr-here aria-current="true" { (label) } }
    }

    /// A form of one line, with a button that does what the target says of its fields. Enter in a field is a
    /// click on the button; the form itself is sent nowhere, which in a dashboard would leave the page.
    pub(crate) fn form(&self, name: &str, fields: &Markup, label: &str, target: Target) -> Markup {
        html! {
            form.tcr-bar-of-links method="dialog" aria-label=(name) {
                (fields)
                button.tcr-chip type="submit" formmethod="dialog" { (label) }
                (self.action(target))
            }
        }
    }

    /// What CloudWatch does when the element before this is clicked.
    fn action(&self, target: Target) -> Markup {
        html! {
            cwdb-action action="call" display="widget" endpoint=(self.own_arn) { (target.json()) }
        }
    }

    /// Something that opens beside the page, without another request.
    pub(crate) fn popup(label: &str, title: &str, content: &Markup) -> Markup {
        html! {
            button.tcr-info type="button" title=(title) aria-label=(title) { (label) }
            cwdb-action action="html" display="popup" { (content) }
        }
    }
}

impl Target {
    /// The request as JSON.
    pub(crate) fn json(self) -> String {
        Value::Object(self.0).to_string()
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn person(self, reference: &str) -> Self {
        self.with("person", reference)
    }

    pub(crate) fn call(self, id: &str) -> Self {
        self.with("call", id)
    }

    pub(crate) fn sort(self, sort: Sort) -> Self {
        self.with("sort", sort.as_str())
    }

    /// Of these people.
    pub(crate) fn people(mut self, people: &PeopleFilter) -> Self {
        self.0.remove("kind");
        if let Some(kind) = &people.kind {
            self.0.insert("kind".to_owned(), kind.as_str().into());
        }
        self.with("relation", people.relations.as_str())
    }

    /// Of these bad calls.
    pub(crate) fn legs(mut self, filter: &LegFilter) -> Self {
        let LegFilter { issue, dimension, value, scope, kind, minutes } = filter;
        let parameters = [
            ("issue", issue.map(|issue| issue.as_str().into())),
            ("dimension", dimension.map(|dimension| dimension.as_str().into())),
            ("value", value.as_deref().map(Value::from)),
            ("scope", scope.map(|scope| scope.as_str().into())),
            ("type", kind.map(|kind| kind.as_str().into())),
            ("minutes", minutes.map(Value::from)),
        ];
        for (name, value) in parameters {
            match value {
                Some(value) => self = self.with(name, value),
                None => drop(self.0.remove(name)),
            }
        }
        self
    }

    /// Another report of the same.
    pub(crate) fn report(self, report: Report) -> Self {
        self.with("report", report.as_str())
    }

    /// Of this queue or attendant.
    pub(crate) fn queue(self, reference: &str) -> Self {
        self.with("queue", reference)
    }

    /// Of every queue and attendant.
    pub(crate) fn of_all_queues(mut self) -> Self {
        self.0.remove("queue");
        self
    }

    /// With service levels for so many seconds.
    pub(crate) fn within(self, seconds: u32) -> Self {
        self.with("within", seconds)
    }

    /// Of whichever person.
    pub(crate) fn of_everybody(mut self) -> Self {
        self.0.remove("person");
        self
    }

    pub(crate) fn page(self, page: usize) -> Self {
        self.with("page", page)
    }

    pub(crate) fn sessions_page(self, page: usize) -> Self {
        self.with("sessions_page", page)
    }

    pub(crate) fn find(self) -> Self {
        self.with("find", true)
    }

    /// Of these days instead of those of the request.
    pub(crate) fn range(self, name: &str) -> Self {
        self.of_the_dashboard().with("range", name)
    }

    /// Of the days that are chosen in the fields of a form.
    pub(crate) fn chosen_days(self) -> Self {
        self.of_the_dashboard().with("range", CHOSEN)
    }

    /// Of one day of a period, in the zone of its days.
    pub(crate) fn day(mut self, day: Date, of: &Period) -> Self {
        self.0.remove("range");
        let day = day.to_string();
        let target = self.with("from", day.as_str()).with("to", day);
        let zone = of.zone_of_days();
        if zone == of.zone { target } else { target.with("time_zone", zone.to_string()) }
    }

    /// Of the days of the dashboard, in its zone.
    pub(crate) fn of_the_dashboard(mut self) -> Self {
        for name in ["from", "to", "time_zone"] {
            self.0.remove(name);
        }
        self.with("range", DASHBOARD)
    }
}
