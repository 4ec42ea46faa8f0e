//! A report's main table as CSV: RFC 4180, one header row, UTF-8 with a byte order mark, without
//! which Excel takes it for something else.
//!
//! A cell of text that a spreadsheet would take for a formula gets an apostrophe in front, which
//! spreadsheets do not show. Numbers are numbers: seconds have a point, and streams beyond expectation a sign where they are fewer.

mod organisation;
mod quality;
mod queues;
mod rows;
mod telephone;

use ::csv::{Terminator, WriterBuilder};

use crate::answer::List;
use crate::{Answer, Error};

/// What spreadsheets begin a formula with, and the white space that some of them skip before it.
const BEGINS_FORMULA: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// The most bytes of a table: Lambda lets 6 MB of JSON through, and each line costs two more there.
const MAX_BYTES: usize = 5_000_000;

/// The table of an answer.
pub(crate) struct Csv {
    pub(crate) text: String,
    pub(crate) extent: Extent,
    /// Why the list itself does not hold everything.
    pub(crate) note: Option<String>,
}

/// How long the list is, and which part of it the table holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) total: usize,
    pub(crate) page: usize,
    pub(crate) size: usize,
}

impl Extent {
    /// Of a page of a list.
    fn of<T>(list: &List<T>) -> Self {
        Self { total: list.total, page: list.page, size: list.size }
    }

    /// Of a list that is never cut.
    fn complete(rows: usize) -> Self {
        Self { total: rows, page: 1, size: rows }
    }
}

/// The table of an answer.
pub(crate) fn of(answer: &Answer) -> Result<Csv, Error> {
    let Table { header, rows, extent, note } = rows::of(answer);
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let failed =
        |error: String| Error::Misconfigured(format!("The CSV cannot be written: {error}."));
    writer.write_record(header).map_err(|error| failed(error.to_string()))?;
    for row in rows {
        let cells = row.into_iter().map(Cell::into_text);
        writer.write_record(cells).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    if bytes.len() > MAX_BYTES {
        return Err(Error::Request(format!(
            "The CSV of {} rows is larger than Lambda lets through: ask for fewer with \"size\", \
             and for the others with \"page\".",
            extent.size.min(extent.total)
        )));
    }
    let text = String::from_utf8(bytes).map_err(|error| failed(error.to_string()))?;
    Ok(Csv { text: format!("\u{feff}{text}"), extent, note })
}

/// A header and rows of as many cells.
struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
    extent: Extent,
    note: Option<String>,
}

/// A cell: what came from outside is text and is made harmless.
#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Text(String),
    Number(String),
    Blank,
}

impl Cell {
    fn into_text(self) -> String {
        match self {
            Self::Text(text) => escape_formula(&text),
            Self::Number(number) => number,
            Self::Blank => String::new(),
        }
    }
}

fn escape_formula(text: &str) -> String {
    let first = text.trim_start_matches([' ', '\u{a0}', '\u{feff}']).chars().next();
    if first.is_some_and(|first| BEGINS_FORMULA.contains(&first)) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("=cmd()", "'=cmd()")]
    #[case("+49 30", "'+49 30")]
    #[case("-1", "'-1")]
    #[case("@SUM(A1)", "'@SUM(A1)")]
    #[case("\t=1", "'\t=1")]
    #[case("\r=1", "'\r=1")]
    #[case("\n=1", "'\n=1")]
    #[case("  =1", "'  =1")]
    #[case("＝1", "'＝1")]
    #[case("Ada = Bob", "Ada = Bob")]
    #[case("", "")]
    fn no_cell_is_a_formula(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(escape_formula(text), expected);
    }
}
