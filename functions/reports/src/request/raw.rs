//! A request as it stands in the event.

use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Report, Sort, WidgetContext, day, is_person, zone};
use crate::period::{Period, Zone};
use crate::{Config, Error};

/// The parameters of a request. One that is not known is an error: a misspelt one would otherwise
/// give a report that looks like the one that was meant.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Raw {
    report: Option<String>,
    pub(super) range: Option<String>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    time_zone: Option<String>,
    pub(super) format: Option<String>,
    person: Option<String>,
    call: Option<String>,
    pub(super) sort: Option<Sort>,
    pub(super) page: Option<usize>,
    pub(super) size: Option<usize>,
    /// The field of a form that holds a call's or a person's id.
    find: bool,
    /// A dashboard asks what the widget does.
    pub(crate) describe: bool,
    #[serde(rename = "widgetContext")]
    pub(crate) widget_context: Option<Value>,
}

/// Which days: whoever gives one of them means none of those that the widget has.
const DAYS: [&str; 3] = ["range", "from", "to"];

impl Raw {
    /// Reads an event. What a link of a report says goes before what the widget's own parameters say.
    pub(crate) fn read(event: Value) -> Result<Self, Error> {
        let Value::Object(mut event) = event else {
            return Err(Error::Request("The event must be a JSON object.".to_owned()));
        };
        let params = event.get("widgetContext").and_then(|context| context.get("params"));
        if let Some(Value::Object(params)) = params.cloned() {
            let chose_days = DAYS.iter().any(|name| event.contains_key(*name));
            for (name, value) in params {
                if !(chose_days && DAYS.contains(&name.as_str())) {
                    event.entry(name).or_insert(value);
                }
            }
        }
        // A parameter that is empty says nothing, which is how forms and templates leave one out.
        let event: Map<_, _> =
            event.into_iter().filter(|(_, value)| says_something(value)).collect();
        serde_json::from_value(Value::Object(event))
            .map_err(|error| Error::Request(format!("The request cannot be read: {error}.")))
    }

    pub(super) fn widget(&self) -> Result<WidgetContext, Error> {
        let context = self.widget_context.clone().unwrap_or_else(|| Value::Object(Map::new()));
        serde_json::from_value(context).map_err(|error| {
            Error::Request(format!("The widgetContext is not what CloudWatch sends: {error}."))
        })
    }

    pub(super) fn zone(&self, config: &Config, widget: &WidgetContext) -> Result<Zone, Error> {
        if let Some(name) = &self.time_zone {
            return zone(name);
        }
        let of_dashboard = || widget.offset_minutes().and_then(Zone::fixed);
        Ok(config.time_zone.clone().or_else(of_dashboard).unwrap_or_else(Zone::utc))
    }

    pub(super) fn period(
        &self,
        widget: &WidgetContext,
        now: Timestamp,
        zone: Zone,
    ) -> Result<Period, Error> {
        match (&self.range, &self.from, &self.to) {
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => Err(Error::Request(
                "Give \"range\", or \"from\" and \"to\", but not both.".to_owned(),
            )),
            (Some(range), None, None) => Period::named(range, now, zone),
            (None, None, None) => match widget.time_range() {
                Some((start, end)) => Period::touched(start, end, zone),
                None => Period::named("last_7_days", now, zone),
            },
            (None, Some(from), None) => {
                let today = zone.day(now);
                let from = day("from", from)?;
                Period::new(from, today.max(from), zone)
            }
            (None, None, Some(to)) => {
                let to = day("to", to)?;
                Period::new(to.saturating_sub(6.days()), to, zone)
            }
            (None, Some(from), Some(to)) => Period::new(day("from", from)?, day("to", to)?, zone),
        }
    }

    /// Which report, and of whom or what.
    pub(super) fn subject(&self) -> Result<(Report, Option<String>, Option<String>), Error> {
        let report = match self.report.as_deref() {
            None => Report::default(),
            Some(name) => {
                let known = Report::ALL.into_iter().find(|report| report.as_str() == name);
                known.ok_or_else(|| {
                    let names = Report::ALL.map(Report::as_str).join(", ");
                    Error::Request(format!("\"report\" must be one of {names}."))
                })?
            }
        };
        if self.find {
            let widget = self.widget()?;
            let text = widget.field("find").ok_or_else(|| {
                Error::Request(
                    "Type the id of a call, or a person as user:<object id>, into the field."
                        .to_owned(),
                )
            })?;
            return Ok(if is_person(text) {
                (Report::Person, Some(text.to_owned()), None)
            } else {
                (Report::Call, None, Some(text.to_owned()))
            });
        }
        Ok((report, self.person.clone(), self.call.clone()))
    }
}

fn says_something(value: &Value) -> bool {
    !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty())
}
