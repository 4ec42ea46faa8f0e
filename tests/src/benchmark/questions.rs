//! The measured requests to the reports.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use reports::Reports;
use serde::Serialize;
use serde_json::{Value, json};

use super::Year;

/// A request to the reports.
#[derive(Debug, Clone)]
pub struct Question {
    pub title: &'static str,
    /// The event of the invocation.
    pub request: Value,
}

/// What an answer cost.
#[derive(Debug, Clone, Serialize)]
pub struct Cost {
    pub question: &'static str,
    pub items_read: u64,
    /// Read capacity units.
    pub capacity_units: f64,
    /// Requests to DynamoDB.
    pub requests: u64,
    /// Bytes of the answer as JSON.
    pub bytes: usize,
    /// The median time to the answer.
    pub milliseconds: f64,
}

impl Question {
    /// Typical requests about a month, a week and a day in the middle of the year.
    pub fn typical(year: &Year) -> anyhow::Result<Vec<Self>> {
        let days = year.working_days();
        let day = *days.get(days.len() / 2).context("the year has no working day")?;
        let (first, last) = (year.first_day(), year.first_day().checked_add(364.days())?);
        let (month, week) = (day.checked_add(30.days())?, day.checked_add(6.days())?);
        let quality_until = first.checked_add(29.days())?;
        let busiest = year.busiest().context("the organisation has no users")?;
        let person = json!({ "report": "person", "person": busiest.to_string() });
        let between = |report: &str, from: Date, to: Date| json!({ "report": report, "from": from, "to": to });
        let in_zone = |report: &str, from: Date, to: Date| {
            let mut request = between(report, from, to);
            request["time_zone"] = json!("America/Los_Angeles");
            request
        };
        let of_person = |from: Date, to: Date| {
            let mut request = person.clone();
            request["from"] = json!(from);
            request["to"] = json!(to);
            request
        };
        let call = |id: &str| json!({ "report": "call", "call": id });
        Ok([
            ("a person's month", of_person(day, month)),
            ("the organisation's year", between("days", first, last)),
            ("the organisation's month", between("days", day, month)),
            ("the overview of a week", between("overview", day, week)),
            ("the overview of a week, in Los Angeles", in_zone("overview", day, week)),
            ("all people of a day: the busiest", between("people", day, day)),
            ("all people of a week: who missed most", between("missed", day, week)),
            ("all people of a month", between("people", day, month)),
            ("the traffic of a week", between("traffic", day, week)),
            ("the quality of a month of a million calls", between("quality", first, quality_until)),
            ("the calls of a day", between("calls", day, day)),
            ("one meeting of 300", call(&year.meeting()?.id)),
        ]
        .map(|(title, request)| Self { title, request })
        .into())
    }

    /// Sends the request `times` times, one after the other.
    pub async fn measure(
        &self,
        reports: &Reports,
        times: u32,
        now: Timestamp,
    ) -> anyhow::Result<Cost> {
        let mut last = Value::Null;
        let mut took = Vec::new();
        for _ in 0..times.max(1) {
            let begun = Instant::now();
            last = reports
                .handle(self.request.clone(), "arn:aws:lambda:::function:reports", now)
                .await;
            took.push(begun.elapsed());
        }
        if !last["error"].is_null() {
            bail!("{}: {}", self.title, last["error"]["message"]);
        }
        took.sort_unstable();
        let median = took.get(took.len() / 2).copied().unwrap_or(Duration::ZERO);
        let meta = |name: &str| last["meta"][name].as_u64().with_context(|| format!("no {name}"));
        Ok(Cost {
            question: self.title,
            items_read: meta("items_read")?,
            capacity_units: last["meta"]["capacity_units"].as_f64().unwrap_or_default(),
            requests: meta("requests")?,
            bytes: last.to_string().len(),
            milliseconds: median.as_secs_f64() * 1e3,
        })
    }
}
