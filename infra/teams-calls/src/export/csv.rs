//! A report's table as CSV: the pages one after another under one header.

use std::io::Write;

use csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};
use serde_json::{Value, json};

use super::{Departments, Error, Extent, Query, departments, number};

/// The sizes of a page. Each page of a ranking reads everybody's days, so that the first is the most that the
/// reports allow; the second is for rows so long that a page of the first is more than they let through.
const PAGE_SIZES: [usize; 2] = [10_000, 2_000];

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Writes the whole table of a report: RFC 4180 with a byte order mark, as the reports give it. One page is in
/// memory.
///
/// # Errors
///
/// The sentence of the reports; then nothing was written, or the pages before.
pub async fn csv(
    query: &Query<'_>,
    departments: Option<&Departments>,
    out: &mut (impl Write + Send),
) -> Result<Extent, Error> {
    let mut rows = 0;
    let mut sizes = PAGE_SIZES.into_iter();
    let mut size = sizes.next().unwrap_or_default();
    loop {
        let page = match page(query, departments, rows / size + 1, size).await {
            Ok(page) => page,
            // Also said of other mistakes, which are then said once more.
            Err(error) if error.code() == "request" => match sizes.next() {
                Some(smaller) => {
                    size = smaller;
                    continue;
                }
                None => return Err(error),
            },
            Err(error) => return Err(error),
        };
        let text = if rows == 0 { page.text.as_str() } else { below_header(&page.text) };
        out.write_all(text.as_bytes())?;
        rows = page.total.min(rows + page.size);
        if rows >= page.total {
            out.flush()?;
            return Ok(Extent { rows, note: page.note });
        }
    }
}

/// A report's table, read.
#[derive(Debug)]
pub struct Table {
    pub header: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// How many rows there are in all.
    pub total: usize,
    pub note: Option<String>,
}

/// The first rows of the table of a report.
///
/// # Errors
///
/// The sentence of the reports.
pub async fn table(
    query: &Query<'_>,
    departments: Option<&Departments>,
    rows: usize,
) -> Result<Table, Error> {
    let page = page(query, departments, 1, rows).await?;
    let mut records = read(&page.text)?
        .into_iter()
        .map(|record| record.iter().map(str::to_owned).collect::<Vec<_>>());
    let header = records.next().unwrap_or_default();
    let rows = records.take(rows).collect();
    Ok(Table { header, rows, total: page.total, note: page.note })
}

struct Page {
    text: String,
    total: usize,
    size: usize,
    note: Option<String>,
}

async fn page(
    query: &Query<'_>,
    departments: Option<&Departments>,
    page: usize,
    size: usize,
) -> Result<Page, Error> {
    let more = [("format", json!("csv")), ("page", json!(page)), ("size", json!(size))];
    let answer = query.ask(&more).await?;
    let text = answer["csv"].as_str();
    let text = text.ok_or_else(|| Error::Unreadable("the answer has no CSV".to_owned()))?;
    let text = match departments {
        Some(departments) => {
            departments::check(&answer)?;
            departments.add_to_csv(text)?
        }
        None => text.to_owned(),
    };
    Ok(Page {
        text,
        total: number(&answer, "total")?,
        // A list that is never cut says how long it is.
        size: number(&answer, "size")?.max(1),
        note: answer.get("note").and_then(Value::as_str).map(str::to_owned),
    })
}

/// What follows the header, which has no cell of several lines.
fn below_header(text: &str) -> &str {
    text.split_once("\r\n").map_or("", |(_, rows)| rows)
}

/// The records, the header first.
pub(super) fn read(text: &str) -> Result<Vec<StringRecord>, Error> {
    let text = text.trim_start_matches(BYTE_ORDER_MARK);
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let records: Result<_, _> = reader.records().collect();
    records.map_err(|error| Error::Unreadable(error.to_string()))
}

/// The text of records, as the reports write it.
pub(super) fn write(records: impl IntoIterator<Item = StringRecord>) -> Result<String, Error> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let failed = |error: String| Error::Unreadable(error);
    for record in records {
        writer.write_record(&record).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| failed(error.to_string()))?;
    Ok(format!("{BYTE_ORDER_MARK}{text}"))
}
