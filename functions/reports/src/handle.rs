//! One event to one answer.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::answer::{Meta, PSEUDONYMS, PeriodOfAnswer};
use crate::csv::{self, Csv, Extent};
use crate::people::PrivacyFilter;
use crate::query::{self, QueryContext};
use crate::request::{Format, Request, is_present};
use crate::{Answer, Error, People, Reports, SCHEMA, pages};

/// The description that a dashboard shows in the editor of the widget.
const DESCRIPTION: &str = include_str!("description.md");

impl Reports {
    /// Answers an event: a widget's with a page, one by hand with JSON, CSV or a page. Errors are
    /// part of the answer, readable for the person who sees it: a widget shows of a failed invocation
    /// only that it failed. `own_arn` is what links of the page call.
    pub async fn handle(&self, event: Value, own_arn: &str, now: Timestamp) -> Value {
        let asks = |describe: &Value| is_present(describe) && describe != &Value::Bool(false);
        if event.get("describe").is_some_and(asks) {
            return json!({ "markdown": DESCRIPTION });
        }
        let is_widget = event.get("widgetContext").is_some();
        let request = match Request::read(event.clone(), &self.config, now) {
            Ok(request) => request,
            Err(error) => {
                self.log_failure(&error);
                return if is_widget {
                    let readable = self.without_parameters(event, now);
                    let people = self.config.people;
                    pages::request_error(readable.as_ref(), &error, people, own_arn).into()
                } else {
                    error_answer(&error)
                };
            }
        };
        match self.answer(request.clone(), now).await {
            Ok((request, answer)) => match request.format {
                Format::Html => pages::page(&request, &answer, own_arn).into(),
                Format::Json => to_value(&answer),
                Format::Csv => to_csv(&answer),
            },
            Err(error) => {
                self.log_failure(&error);
                match request.format {
                    Format::Html => {
                        pages::error(&request, &error, self.config.people, own_arn).into()
                    }
                    Format::Json | Format::Csv => error_answer(&error),
                }
            }
        }
    }

    /// Reads what a request asks for, and what it turned out to ask for.
    async fn answer(&self, request: Request, now: Timestamp) -> Result<(Request, Answer), Error> {
        let (table, meter) = self.table.metered();
        let reader = QueryContext { table: &table, privacy: self.privacy().await? };
        // Boxed: the state of every query would otherwise be part of every caller's.
        let (request, data) = Box::pin(query::read(reader, request)).await?;
        let period = &request.period;
        let zone_of_days = request.zone_of_days();
        let answer = Answer {
            schema: SCHEMA,
            report: request.report,
            period: PeriodOfAnswer {
                from: period.from,
                to: period.to,
                time_zone: period.zone.to_string(),
                zone_of_days: zone_of_days.to_string(),
                zone_note: (zone_of_days != period.zone).then_some(
                    match request.report.is_by_utc_days() {
                        true => "Quality, queues and telephone logs are added up by UTC days.",
                        false => {
                            "Totals are kept by UTC days. Of at most 31 days they are worked out for \
                             the days of the time zone."
                        }
                    },
                ),
            },
            people_shown_as: match self.config.people {
                People::Names => "names",
                People::Pseudonyms => PSEUDONYMS,
            },
            meta: Meta::new(now, meter.consumption()),
            data,
        };
        Ok((request, answer))
    }

    async fn privacy(&self) -> Result<&PrivacyFilter, Error> {
        self.privacy
            .get_or_try_init(async || {
                Ok(PrivacyFilter::new(self.config.privacy(), &self.key.fetch().await?))
            })
            .await
    }

    /// The same widget without what could not be read, for its theme and its links.
    fn without_parameters(&self, mut event: Value, now: Timestamp) -> Option<Request> {
        let mut context = event.get_mut("widgetContext")?.take();
        context.as_object_mut()?.remove("params");
        Request::read(json!({ "widgetContext": context }), &self.config, now).ok()
    }

    fn log_failure(&self, error: &Error) {
        // A wrong request is answered to its sender; the rest needs an operator.
        match error {
            Error::Request(_) | Error::NotFound(_) => {}
            Error::Unavailable(_) | Error::Misconfigured(_) => {
                tracing::error!(error = %error, code = error.code(), "reports.failed");
            }
        }
    }
}

fn error_answer(error: &Error) -> Value {
    json!({ "schema": SCHEMA, "error": { "code": error.code(), "message": error.to_string() } })
}

fn to_value(answer: &Answer) -> Value {
    serde_json::to_value(answer).unwrap_or_else(|error| {
        error_answer(&Error::Misconfigured(format!("The answer is not JSON: {error}.")))
    })
}

/// The table, how much of the list it is, and what is to be known of it.
fn to_csv(answer: &Answer) -> Value {
    match csv::of(answer) {
        Ok(Csv { text, extent: Extent { total, page, size }, note }) => {
            let mut table = json!({
                "schema": SCHEMA, "report": answer.report, "period": answer.period,
                "people_shown_as": answer.people_shown_as, "meta": answer.meta,
                "total": total, "page": page, "size": size, "csv": text,
            });
            if let Some(note) = note {
                table["note"] = note.into();
            }
            table
        }
        Err(error) => error_answer(&error),
    }
}
