//! A request as it stands in the event.

use call_quality::{CallKind, Dimension};
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value};

use super::{Issue, LegFilter, Relations, Report, Scope, Sort, WidgetContext, day, zone};
use crate::period::{Period, Zone};
use crate::{Config, Error};

/// The parameters of a request. One that is not known is an error: a misspelt one would otherwise
/// give a report that looks like the one that was meant.
#[derive(Debug, Clone, Default)]
pub(crate) struct RawRequest {
    report: Option<String>,
    pub(super) range: Option<String>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) format: Option<String>,
    person: Option<String>,
    call: Option<String>,
    pub(super) sort: Option<Sort>,
    pub(super) kind: Option<String>,
    pub(super) relation: Option<Relations>,
    pub(super) page: Option<usize>,
    pub(super) sessions_page: Option<usize>,
    pub(super) size: Option<usize>,
    find: Option<Find>,
    legs: LegFilter,
    pub(super) queue: Option<String>,
    within: Option<usize>,
    pub(crate) widget_context: Option<Value>,
}

/// Where the text stands that is looked for.
#[derive(Debug, Clone)]
enum Find {
    /// In the field of the widget's form.
    FormField,
    /// In the request itself.
    Text(String),
}

/// Which days: a request with one of them replaces those of the widget.
const DAY_PARAMETERS: [&str; 3] = ["range", "from", "to"];
/// What is only meant for what a widget shows first: where a link leads there is another list.
const FIRST_VIEW_ONLY: [&str; 13] = [
    "sort",
    "kind",
    "relation",
    "page",
    "sessions_page",
    "find",
    "issue",
    "dimension",
    "value",
    "scope",
    "type",
    "minutes",
    "queue",
];
/// Seconds of a service level where the request names none.
const USUAL_SERVICE_LEVEL: u32 = 20;
/// The range of the dashboard, whatever range the widget has.
pub(crate) const DASHBOARD: &str = "dashboard";
/// The days that are chosen in the fields of the widget's form.
pub(crate) const CHOSEN: &str = "chosen";
/// The range where neither the request nor a dashboard says one.
pub(crate) const DEFAULT_RANGE: &str = "last_7_days";
/// The longest text that is looked for, in characters: the longest sealed reference is shorter.
const MAX_FIND_LENGTH: usize = 1_500;

impl RawRequest {
    /// Reads an event. What a link of a report says goes before what the widget's own parameters say.
    pub(crate) fn read(event: Value) -> Result<Self, Error> {
        let Value::Object(mut event) = event else {
            return Err(Error::Request("The event must be a JSON object.".to_owned()));
        };
        let params = event.get("widgetContext").and_then(|context| context.get("params"));
        if let Some(Value::Object(params)) = params.cloned() {
            let has_own_days = DAY_PARAMETERS.iter().any(|name| event.contains_key(*name));
            let is_link = event.contains_key("report");
            for (name, value) in params {
                let other_days = has_own_days && DAY_PARAMETERS.contains(&name.as_str());
                let only_first = is_link && FIRST_VIEW_ONLY.contains(&name.as_str());
                if !other_days && !only_first {
                    event.entry(name).or_insert(value);
                }
            }
        }
        let mut raw = Self::default();
        for (name, value) in event {
            // A parameter that is empty says nothing, which is how forms and templates leave one out.
            if is_present(&value) {
                raw.take(&name, value)?;
            }
        }
        Ok(raw)
    }

    fn take(&mut self, name: &str, value: Value) -> Result<(), Error> {
        match name {
            "report" => self.report = Some(text(name, value)?),
            "range" => self.range = Some(text(name, value)?),
            "from" => self.from = Some(text(name, value)?),
            "to" => self.to = Some(text(name, value)?),
            "time_zone" => self.time_zone = Some(text(name, value)?),
            "format" => self.format = Some(text(name, value)?),
            "person" => self.person = Some(text(name, value)?),
            "call" => self.call = Some(text(name, value)?),
            "sort" => {
                self.sort = Some(word(name, Sort::parse, &Sort::ALL.map(Sort::as_str), value)?);
            }
            "kind" => self.kind = Some(text(name, value)?.trim().to_owned()),
            "relation" => {
                let words = Relations::ALL.map(Relations::as_str);
                self.relation = Some(word(name, Relations::parse, &words, value)?);
            }
            "page" => self.page = Some(number(name, &value)?),
            "sessions_page" => self.sessions_page = Some(number(name, &value)?),
            "size" => self.size = Some(number(name, &value)?),
            "find" => self.find = find(value)?,
            "issue" => {
                let words = Issue::ALL.map(Issue::as_str);
                self.legs.issue = Some(word(name, Issue::parse, &words, value)?);
            }
            "dimension" => {
                let words = Dimension::ALL.map(Dimension::as_str);
                self.legs.dimension = Some(word(name, Dimension::parse, &words, value)?);
            }
            "value" => self.legs.value = Some(text(name, value)?),
            "scope" => {
                let words = Scope::ALL.map(Scope::as_str);
                self.legs.scope = Some(word(name, Scope::parse, &words, value)?);
            }
            "type" => {
                let words = CallKind::ALL.map(CallKind::as_str);
                self.legs.kind = Some(word(name, CallKind::parse, &words, value)?);
            }
            "minutes" => {
                self.legs.minutes = Some(u64::try_from(number(name, &value)?).unwrap_or(u64::MAX));
            }
            "queue" => self.queue = Some(text(name, value)?),
            "within" => self.within = Some(number(name, &value)?),
            "widgetContext" => self.widget_context = Some(value),
            // Answered before the rest is read.
            "describe" => {}
            _ => {
                let message = format!("There is no field {name:?}: the fields are {FIELDS}.");
                return Err(Error::Request(message));
            }
        }
        Ok(())
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
            (Some(range), None, None) if range == CHOSEN => {
                let field = |name| {
                    let text = widget.field(name).ok_or_else(|| {
                        Error::Request("Choose the first and the last day.".to_owned())
                    });
                    day(name, text?)
                };
                Period::new(field("from")?, field("to")?, zone)
            }
            (Some(range), None, None) if range != DASHBOARD => Period::named(range, now, zone),
            (_, None, None) => match widget.time_range() {
                Some((start, end)) => Period::covering(start, end, zone),
                None => Period::named(DEFAULT_RANGE, now, zone),
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

    /// Which bad calls.
    pub(super) fn legs(&self) -> Result<LegFilter, Error> {
        if self.legs.value.is_some() && self.legs.dimension.is_none() {
            return Err(Error::Request(format!(
                "Say of which dimension the \"value\" is: give \"dimension\", one of {}.",
                Dimension::ALL.map(Dimension::as_str).join(", ")
            )));
        }
        Ok(self.legs.clone())
    }

    /// Seconds within which a call counts for the service level.
    pub(super) fn within_seconds(&self) -> Result<u32, Error> {
        let Some(within) = self.within else { return Ok(USUAL_SERVICE_LEVEL) };
        let known = u32::try_from(within).ok().filter(|seconds| voice_apps::is_bound(*seconds));
        known.ok_or_else(|| {
            let bounds = voice_apps::BOUNDS.map(|bound| bound.to_string()).join(", ");
            Error::Request(format!(
                "\"within\" must be one of {bounds} seconds, which are the buckets in which waits are \
                 stored, not {within}."
            ))
        })
    }

    /// Which report.
    pub(super) fn report(&self) -> Result<Report, Error> {
        if self.find.is_some() {
            return Ok(Report::Found);
        }
        match self.report.as_deref() {
            None => Ok(Report::default()),
            Some(name) => Report::parse(name).ok_or_else(|| {
                let names = Report::ALL.map(Report::as_str).join(", ");
                Error::Request(format!("\"report\" must be one of {names}."))
            }),
        }
    }

    /// The person that the request names.
    pub(super) fn person(&self) -> Option<String> {
        self.person.clone()
    }

    /// The call that the request names.
    pub(super) fn call(&self) -> Option<String> {
        self.call.clone()
    }

    /// The text that is looked for.
    pub(super) fn find(&self, widget: &WidgetContext) -> Option<String> {
        let text = match self.find.as_ref()? {
            Find::FormField => widget.field("find")?,
            Find::Text(text) => text,
        };
        Some(text.trim().to_owned())
    }
}

/// The fields of a request, for the error about an unknown one.
const FIELDS: &str = "report, range, from, to, time_zone, person, call, find, sort, kind, \
                      relation, page, sessions_page, size, issue, dimension, value, scope, type, minutes, queue, within, \
                      format and describe";

pub(crate) fn is_present(value: &Value) -> bool {
    !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty())
}

fn text(name: &str, value: Value) -> Result<String, Error> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(Error::Request(format!("\"{name}\" must be text in quotes, not {other}."))),
    }
}

/// A number, or one in quotes, as templates and addresses write it.
fn number(name: &str, value: &Value) -> Result<usize, Error> {
    let number = match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_u64().and_then(|number| usize::try_from(number).ok()),
    };
    number.ok_or_else(|| {
        Error::Request(format!("\"{name}\" must be a whole number from 1, not {value}."))
    })
}

/// One of some words.
fn word<T>(
    name: &str,
    parse: impl Fn(&str) -> Option<T>,
    words: &[&str],
    value: Value,
) -> Result<T, Error> {
    let word = text(name, value)?;
    parse(&word).ok_or_else(|| {
        Error::Request(format!("\"{name}\" must be one of {}, not {word:?}.", words.join(", ")))
    })
}

fn find(value: Value) -> Result<Option<Find>, Error> {
    match value {
        Value::Bool(wanted) => Ok(wanted.then_some(Find::FormField)),
        Value::String(text) => Ok(match text.trim() {
            "true" => Some(Find::FormField),
            "false" => None,
            text if text.chars().count() <= MAX_FIND_LENGTH => Some(Find::Text(text.to_owned())),
            _ => {
                return Err(Error::Request(
                    "\"find\" is too long to be a name or an id.".to_owned(),
                ));
            }
        }),
        other => Err(Error::Request(format!(
            "\"find\" must be true, for what is in the field, or a name, a number or an id in quotes, not \
             {other}."
        ))),
    }
}
