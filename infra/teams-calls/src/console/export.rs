//! Reports as files over HTTP: `GET people.csv?range=last_month` below the console's address.

use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, StatusCode};
use jiff::Timestamp;
use reports::{Report, Reports};
use serde_json::{Map, Value, json};
use stand_in_kit::{Answer, text};
use url::form_urlencoded;

use crate::export::{self, Error, Query};

/// A file that a path asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct File {
    report: Report,
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

impl File {
    /// The file of a path such as `people.csv`; none where it is the path of something else.
    pub(super) fn of(path: &str) -> Option<Self> {
        let (report, format) = path.rsplit_once('.')?;
        let format = match format {
            "csv" => Format::Csv,
            "json" => Format::Json,
            _ => return None,
        };
        Some(Self { report: Report::parse(report)?, format })
    }

    /// The file with all of its rows, or one page where the query names one.
    pub(super) async fn answer(self, reports: &Reports, query: &str, now: Timestamp) -> Answer {
        let mut parameters = Map::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if ["report", "format", "widgetContext", "describe"].contains(&name.as_ref()) {
                return error(
                    "request",
                    &format!("\"{name}\" is in the path already: leave it out."),
                );
            }
            parameters.insert(name.into_owned(), Value::from(value.into_owned()));
        }
        parameters.insert("report".to_owned(), self.report.as_str().into());
        let query = Query::new(reports, parameters, now);
        let mut body = Vec::new();
        let written = match self.format {
            Format::Csv => export::csv(&query, None, &mut body).await,
            Format::Json => export::json(&query, None, &mut body).await,
        };
        match written {
            Ok(_) => self.file(body),
            Err(wrong) => refusal(&wrong),
        }
    }

    fn file(self, body: Vec<u8>) -> Answer {
        let mut answer = text(StatusCode::OK, body);
        let headers = answer.headers_mut();
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if self.format == Format::Csv {
            let csv = HeaderValue::from_static("text/csv; charset=utf-8; header=present");
            headers.insert(CONTENT_TYPE, csv);
            let name = format!("attachment; filename=\"{}.csv\"", self.report.as_str());
            if let Ok(name) = HeaderValue::from_str(&name) {
                headers.insert(CONTENT_DISPOSITION, name);
            }
        }
        answer
    }
}

/// The sentence of the reports, with the status that says who can help.
fn refusal(wrong: &Error) -> Answer {
    error(wrong.code(), &wrong.to_string())
}

fn error(code: &str, message: &str) -> Answer {
    let status = match code {
        "request" => StatusCode::BAD_REQUEST,
        "not_found" => StatusCode::NOT_FOUND,
        "unavailable" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    text(status, json!({ "error": { "code": code, "message": message } }).to_string())
}

/// The answer to a path that is no file: which there are.
pub(super) fn no_such_file() -> Answer {
    let reports = Report::ALL.map(Report::as_str).join(", ");
    let message = format!(
        "There is no such report: NAME.csv and NAME.json are those of {reports}, with the parameters \
         of a report behind a question mark."
    );
    error("not_found", &message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_report_and_its_format() {
        let file = |report, format| Some(File { report, format });
        assert_eq!(File::of("people.csv"), file(Report::People, Format::Csv));
        assert_eq!(File::of("call.json"), file(Report::Call, Format::Json));
        for path in ["", "people", "people.xml", "nobody.csv", "a/people.csv", ".csv"] {
            assert_eq!(File::of(path), None, "{path}");
        }
    }
}
