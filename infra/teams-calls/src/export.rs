//! Reports as files: every row of a report as CSV or JSON, page by page, by the same requests that a dashboard
//! and `aws lambda invoke` make.

mod csv;
mod departments;
mod json;

use jiff::Timestamp;
use reports::Reports;
use serde_json::{Map, Value};

pub use self::csv::{Table, csv, table};
pub use departments::Departments;
pub use json::json;

/// A request to the reports, without its format and page.
pub struct Query<'a> {
    reports: &'a Reports,
    parameters: Map<String, Value>,
    /// The same for every page.
    now: Timestamp,
}

/// What the export knows besides the rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// How many rows were written.
    pub rows: usize,
    /// What is to be known of the list, such as why it does not hold everything.
    pub note: Option<String>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The sentence of the reports, and their word for who can help: `request`, `not_found`, `unavailable` or
    /// `misconfigured`.
    #[error("{message}")]
    Report { code: String, message: String },
    /// The people of the table cannot be joined.
    #[error("{0}")]
    Departments(String),
    /// An answer is not what the reports promise.
    #[error("the report cannot be written: {0}")]
    Unreadable(String),
    #[error("the report cannot be written: {0}")]
    Io(#[from] std::io::Error),
}

impl<'a> Query<'a> {
    /// The parameters are those of an event of the function `reports`.
    pub fn new(reports: &'a Reports, parameters: Map<String, Value>, now: Timestamp) -> Self {
        Self { reports, parameters, now }
    }

    /// The answer with these parameters besides.
    async fn ask(&self, more: &[(&str, Value)]) -> Result<Value, Error> {
        let mut event = self.parameters.clone();
        event.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        // Boxed: the state of every report would otherwise be part of the caller's.
        let answer = Box::pin(self.reports.handle(Value::Object(event), "", self.now)).await;
        match answer.get("error") {
            None => Ok(answer),
            Some(error) => Err(Error::Report {
                code: error["code"].as_str().unwrap_or_default().to_owned(),
                message: error["message"].as_str().unwrap_or_default().to_owned(),
            }),
        }
    }
}

impl Error {
    /// The word for it in an answer.
    #[must_use]
    pub fn code(&self) -> &str {
        match self {
            Self::Report { code, .. } => code,
            Self::Departments(_) => "request",
            Self::Unreadable(_) | Self::Io(_) => "misconfigured",
        }
    }
}

/// A number of an answer.
fn number(value: &Value, name: &str) -> Result<usize, Error> {
    let number = value[name].as_u64().and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| Error::Unreadable(format!("the answer has no {name:?}")))
}
