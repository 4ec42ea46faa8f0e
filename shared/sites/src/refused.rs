//! Why a file is refused.

use std::fmt;

/// So many errors and warnings of a file are kept; the rest is counted. A file in a wrong format has an
/// error in each of its lines.
pub const MAX_LISTED: usize = 1_000;

/// What is wrong at one place of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError {
    /// The line, from 1. None where it is about the whole file.
    pub line: Option<usize>,
    /// The name of the column, where it is about one.
    pub column: Option<&'static str>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl LineError {
    pub(crate) fn of_file(message: impl Into<String>) -> Self {
        Self { line: None, column: None, message: message.into() }
    }

    pub(crate) fn of_line(line: usize, message: impl Into<String>) -> Self {
        Self { line: Some(line), column: None, message: message.into() }
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}")?;
            if let Some(column) = self.column {
                write!(f, ", {column}")?;
            }
            write!(f, ": ")?;
        }
        write!(f, "{}", self.message)
    }
}

/// The file is refused, and nothing of it is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// By line, [`MAX_LISTED`] at most.
    pub errors: Vec<LineError>,
    /// How many more there are.
    pub not_listed: usize,
}

/// A line for each error.
impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{error}")?;
        }
        if self.not_listed > 0 {
            write!(f, "\nand {} more", self.not_listed)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

impl From<LineError> for Refused {
    fn from(error: LineError) -> Self {
        Self { errors: vec![error], not_listed: 0 }
    }
}

/// The errors found so far.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    listed: Vec<LineError>,
    not_listed: usize,
}

impl Errors {
    pub(crate) fn push(&mut self, error: LineError) {
        if self.listed.len() < MAX_LISTED {
            self.listed.push(error);
        } else {
            self.not_listed += 1;
        }
    }

    /// # Errors
    ///
    /// When there are any.
    pub(crate) fn into_result(mut self) -> Result<(), Refused> {
        if self.listed.is_empty() {
            return Ok(());
        }
        self.listed.sort_by_key(|error| error.line);
        Err(Refused { errors: self.listed, not_listed: self.not_listed })
    }
}
