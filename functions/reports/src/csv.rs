//! A report's main table as CSV: RFC 4180, one header row, UTF-8 with a byte order mark, without
//! which Excel takes it for something else.
//!
//! A cell of text that a spreadsheet would take for a formula gets an apostrophe in front, which
//! spreadsheets do not show. Numbers are numbers: seconds have a point, and none is negative.

mod rows;

use ::csv::{Terminator, WriterBuilder};

use crate::{Answer, Error};

/// What spreadsheets begin a formula with, and the white space that some of them skip before it.
const BEGINS_FORMULA: [char; 11] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// The table of an answer.
pub(crate) fn of(answer: &Answer) -> Result<String, Error> {
    let table = rows::of(&answer.data);
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let failed =
        |error: String| Error::Misconfigured(format!("The CSV cannot be written: {error}."));
    writer.write_record(table.header).map_err(|error| failed(error.to_string()))?;
    for row in table.rows {
        let cells = row.into_iter().map(Cell::into_text);
        writer.write_record(cells).map_err(|error| failed(error.to_string()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|error| failed(error.to_string()))?;
    Ok(format!("\u{feff}{text}"))
}

/// A header and rows of as many cells.
struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
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
            Self::Text(text) => harmless(&text),
            Self::Number(number) => number,
            Self::Blank => String::new(),
        }
    }
}

fn harmless(text: &str) -> String {
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
        assert_eq!(harmless(text), expected);
    }
}
