//! The two logs of telephone calls: `getPstnCalls` and `getDirectRoutingCalls`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::LoadError;
use crate::node::Node;
use crate::odata::Preferences;
use crate::refusal::Refusal;
use crate::service::Service;

/// The most days that `getPstnCalls` takes.
const MAX_DAYS: i64 = 90;

/// Which log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhoneLog {
    /// `getPstnCalls`.
    Pstn,
    /// `getDirectRoutingCalls`.
    DirectRouting,
}

impl PhoneLog {
    const ALL: [Self; 2] = [Self::Pstn, Self::DirectRouting];

    const fn function(self) -> &'static str {
        match self {
            Self::Pstn => "getPstnCalls",
            Self::DirectRouting => "getDirectRoutingCalls",
        }
    }

    const fn row_type(self) -> &'static str {
        match self {
            Self::Pstn => "pstnCallLogRow",
            Self::DirectRouting => "directRoutingLogRow",
        }
    }

    /// The log whose function this segment of a path calls.
    pub(crate) fn called_by(segment: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|log| {
            let arguments = segment.strip_prefix(log.function());
            arguments.is_some_and(|arguments| arguments.starts_with('('))
        })
    }
}

/// Rows by the time by which ranges select them, and their ids.
#[derive(Debug, Default)]
pub(crate) struct PhoneLogs(BTreeMap<PhoneLog, Rows>);

#[derive(Debug, Default)]
struct Rows {
    by_time: BTreeMap<(Timestamp, String), Arc<Row>>,
    times: BTreeMap<String, Timestamp>,
}

#[derive(Debug)]
struct Row {
    json: Node,
    /// Before, the row is not there.
    from: Timestamp,
}

impl PhoneLogs {
    /// Adds a row, or replaces the one of its id.
    pub(crate) fn put(
        &mut self,
        log: PhoneLog,
        row: &Value,
        from: Timestamp,
    ) -> Result<(), LoadError> {
        let malformed = |what: &str| LoadError::Malformed(format!("a row of a log has {what}"));
        let id = row["id"].as_str().filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| malformed("no \"id\""))?.to_owned();
        // Of a call that did not come about the start is a sentinel: of these the invite.
        let times = ["startDateTime", "inviteDateTime", "failureDateTime"];
        let mut times =
            times.into_iter().filter_map(|name| row[name].as_str()?.parse::<Timestamp>().ok());
        let at = times.find(|at| TimeZone::UTC.to_datetime(*at).year() > 1);
        let at = at.ok_or_else(|| malformed("no time"))?;
        self.remove(log, &id);
        let rows = self.0.entry(log).or_default();
        rows.times.insert(id.clone(), at);
        rows.by_time.insert((at, id), Arc::new(Row { json: Node::from(row), from }));
        Ok(())
    }

    /// Removes a row.
    pub(crate) fn remove(&mut self, log: PhoneLog, id: &str) {
        let rows = self.0.entry(log).or_default();
        if let Some(at) = rows.times.remove(id) {
            rows.by_time.remove(&(at, id.to_owned()));
        }
    }
}

/// The arguments of a function: `(fromDateTime=…,toDateTime=…)`.
#[derive(Debug, PartialEq, Eq)]
struct Range {
    from: Timestamp,
    to: Timestamp,
}

impl Range {
    fn parse(segment: &str) -> Result<Self, Refusal> {
        let invalid = || Refusal::bad_request("The parameters of the function are invalid.");
        let arguments = segment.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
        let mut times = [None, None];
        for argument in arguments.ok_or_else(invalid)?.split(',') {
            let (name, value) = argument.split_once('=').ok_or_else(invalid)?;
            // Links of `getPstnCalls` have the short names.
            let place = match name.trim() {
                "fromDateTime" | "from" => 0,
                "toDateTime" | "to" => 1,
                _ => return Err(invalid()),
            };
            times[place] = Some(instant(value.trim()).ok_or_else(invalid)?);
        }
        let [Some(from), Some(to)] = times else { return Err(invalid()) };
        Ok(Self { from, to })
    }
}

/// A time, or the beginning of a day.
fn instant(text: &str) -> Option<Timestamp> {
    let day = || TimeZone::UTC.to_timestamp(text.parse::<Date>().ok()?.at(0, 0, 0, 0)).ok();
    text.parse::<Timestamp>().ok().or_else(day)
}

/// `GET /communications/callRecords/getPstnCalls(…)`, or `getDirectRoutingCalls(…)`.
pub(crate) fn rows(
    service: &Service,
    log: PhoneLog,
    segment: &str,
    query: &str,
    preferences: Preferences,
) -> Result<Response, Refusal> {
    let range = Range::parse(segment)?;
    if log == PhoneLog::Pstn && range.from.duration_until(range.to).as_hours() > MAX_DAYS * 24 {
        return Err(Refusal::bad_request("The date range must not exceed 90 days."));
    }
    let skip = match query.split('&').find_map(|option| {
        option.strip_prefix("$skip=").or_else(|| option.strip_prefix("%24skip="))
    }) {
        Some(number) => {
            let skip = number.parse::<usize>();
            skip.map_err(|_| Refusal::bad_request("The value of $skip is invalid."))?
        }
        None => 0,
    };
    let size = service.page_sizes.phone_log;
    let now = service.now();
    let (found, is_last) = {
        let state = service.lock();
        // The end of the range is in that of `getPstnCalls` only.
        let holds = |at: Timestamp| at < range.to || log == PhoneLog::Pstn && at == range.to;
        let rows = state.phone_logs.0.get(&log).map(|rows| &rows.by_time);
        let from = (range.from, String::new());
        let rows = rows.into_iter().flat_map(|rows| rows.range(from.clone()..));
        let rows = rows.take_while(|((at, _), _)| holds(*at));
        let there = rows.filter(|(_, row)| row.from <= now).map(|(_, row)| Arc::clone(row));
        let mut found: Vec<_> = there.skip(skip).take(size + 1).collect();
        let is_last = found.len() <= size;
        found.truncate(size);
        (found, is_last)
    };
    let mut answer = vec![("@odata.count".to_owned(), Node::from(&json!(found.len())))];
    let value = found.iter().map(|row| row.json.clone()).collect();
    answer.push(("value".to_owned(), Node::Array(value)));
    if !is_last {
        let (from, to) = (range.from, range.to);
        let arguments = match log {
            PhoneLog::Pstn => format!("from={from},to={to}"),
            PhoneLog::DirectRouting => format!("fromDateTime={from},toDateTime={to}"),
        };
        let link = format!(
            "{}/v1.0/communications/callRecords/{}({arguments})?$skip={}",
            service.origin,
            log.function(),
            skip + found.len()
        );
        answer.push(("@odata.nextLink".to_owned(), Node::text(link)));
    }
    let context = format!("Collection(microsoft.graph.callRecords.{})", log.row_type());
    Ok(service.answer(&context, answer, preferences))
}
