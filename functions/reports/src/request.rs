//! Requests: from a dashboard's widget, or by hand.

mod filter;
mod page;
mod raw;
mod widget;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use crate::period::{Period, Zone};
use crate::{Config, Error};

pub(crate) use filter::{Issue, LegFilter, Scope};
pub use page::Report;
pub(crate) use page::{Paging, PeopleFilter, Relations, Sort};
pub(crate) use raw::{CHOSEN, DASHBOARD, is_present};
use raw::{DEFAULT_RANGE, RawRequest};
pub(crate) use widget::{Theme, WidgetContext};

/// A parsed request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) report: Report,
    pub(crate) period: Period,
    /// The name of the range, when the request names one.
    pub(crate) range: Option<String>,
    /// The zone, when the request itself names one.
    pub(crate) time_zone: Option<String>,
    /// Whether the request itself says which days, and not only the dashboard.
    pub(crate) has_own_days: bool,
    pub(crate) format: Format,
    pub(crate) person: Option<String>,
    pub(crate) call: Option<String>,
    /// The text that is looked for.
    pub(crate) find: Option<String>,
    pub(crate) sort: Sort,
    /// Whom rankings hold.
    pub(crate) people: PeopleFilter,
    /// Which bad calls a list holds.
    pub(crate) legs: LegFilter,
    /// The only queue or attendant; none is all.
    pub(crate) queue: Option<String>,
    /// Seconds within which a call counts for the service level.
    pub(crate) within_seconds: u32,
    pub(crate) paging: Paging,
    /// Of the sessions of a call, beside its people.
    pub(crate) sessions_paging: Paging,
    pub(crate) widget: WidgetContext,
}

/// The one thing that was found, in the words of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Opened {
    /// A person by their reference.
    Person(String),
    /// A call by its id.
    Call(String),
}

/// How the answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Html,
    Json,
    Csv,
}

impl Request {
    /// Reads an event.
    pub(crate) fn read(event: Value, config: &Config, now: Timestamp) -> Result<Self, Error> {
        let raw = RawRequest::read(event)?;
        let widget = raw.widget()?;
        let format = match raw.format.as_deref() {
            None if raw.widget_context.is_some() => Format::Html,
            None | Some("json") => Format::Json,
            Some("html") => Format::Html,
            Some("csv") => Format::Csv,
            Some(_) => {
                return Err(Error::Request("\"format\" must be json, csv or html.".to_owned()));
            }
        };
        let zone = raw.zone(config, &widget)?;
        let is_chosen = raw.range.as_deref() == Some(CHOSEN);
        let has_days = is_chosen || raw.from.is_some() || raw.to.is_some();
        let range =
            raw.range.clone().filter(|range| ![DASHBOARD, CHOSEN].contains(&range.as_str()));
        // Without a dashboard there are no days but those of the request.
        let without_days = range.is_none() && !has_days && widget.time_range().is_none();
        let range = if without_days { Some(DEFAULT_RANGE.to_owned()) } else { range };
        let has_own_days = range.is_some() || has_days;
        let period = raw.period(&widget, now, zone)?;
        let report = raw.report()?;
        let sort = raw.sort.unwrap_or(match report {
            Report::Missed => Sort::Missed,
            _ => Sort::TalkTime,
        });
        // Who asks for a kind of identity means all of that kind.
        let default = if raw.kind.is_some() { Relations::All } else { Relations::default() };
        let people =
            PeopleFilter { relations: raw.relation.unwrap_or(default), kind: raw.kind.clone() };
        Ok(Self {
            report,
            period,
            range,
            time_zone: raw.time_zone.clone(),
            has_own_days,
            format,
            person: raw.person(),
            call: raw.call(),
            find: raw.find(&widget),
            sort,
            people,
            legs: raw.legs()?,
            queue: raw.queue.clone(),
            within_seconds: raw.within_seconds()?,
            paging: Paging::new(report, raw.page, raw.size, format)?,
            sessions_paging: Paging::new(report, raw.sessions_page, raw.size, format)?,
            widget,
        })
    }
}

impl Request {
    /// The same days, for the page of what was found.
    pub(crate) fn opened(&self, found: Opened) -> Self {
        let (report, person, call) = match found {
            Opened::Person(reference) => (Report::Person, Some(reference), None),
            Opened::Call(id) => (Report::Call, None, Some(id)),
        };
        Self { report, person, call, ..self.clone() }
    }

    /// The zone of the days of the report.
    pub(crate) fn zone_of_days(&self) -> Zone {
        if self.report.is_by_utc_days() { Zone::utc() } else { self.period.zone_of_days() }
    }
}

/// The day in text, or what is wrong with it.
fn day(name: &str, text: &str) -> Result<Date, Error> {
    text.parse().map_err(|_| {
        Error::Request(format!("\"{name}\" must be a day such as 2026-11-23, not {text:?}."))
    })
}

fn zone(name: &str) -> Result<Zone, Error> {
    name.parse().map_err(|_| {
        Error::Request(format!("\"time_zone\" must be a name such as Europe/Berlin, not {name:?}."))
    })
}

#[cfg(test)]
mod tests;
