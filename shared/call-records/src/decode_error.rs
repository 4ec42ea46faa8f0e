use std::fmt;

/// Why bytes from Graph are not a call record, a page of one, or a list of them.
///
/// All of these mean the same to the caller: a retry with the same bytes cannot help, so quarantine
/// the bytes. The text names the place in the JSON and never what stood
/// there, so that it can be logged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Not JSON at all: cut off, not UTF-8, nested too deeply, or with a number out of range.
    #[error("not valid JSON at line {line}, column {column}")]
    NotJson {
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
    },
    /// So many values on one page, or in one array, that the memory of a function would not hold
    /// what they mean. Graph's pages have a thirtieth of it.
    #[error("more than {most} values in one place")]
    TooManyValues {
        /// The bound.
        most: usize,
    },
    /// Something without which the record means nothing is not there.
    #[error("{path} is missing")]
    Missing {
        /// Where it should have been.
        path: JsonPath,
    },
    /// Something is there, and of another type than the structure needs.
    #[error("{path} is not {expected}")]
    WrongType {
        /// Where it is.
        path: JsonPath,
        /// What was needed, such as `an array`.
        expected: &'static str,
    },
}

/// A place in a JSON document, such as `$.sessions[3].caller`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JsonPath(String);

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${}", self.0)
    }
}

impl DecodeError {
    /// The root itself is missing; [`within`](Self::within) moves it down.
    pub(crate) fn missing(key: &str) -> Self {
        Self::Missing { path: JsonPath::default() }.within(key)
    }

    /// The root itself has a wrong type.
    pub(crate) fn wrong_type(expected: &'static str) -> Self {
        Self::WrongType { path: JsonPath::default(), expected }
    }

    /// The same error, seen from the object whose member `key` was being read.
    pub(crate) fn within(self, key: &str) -> Self {
        self.prefixed(&format!(".{key}"))
    }

    /// The same error, seen from the array whose element was being read.
    pub(crate) fn within_element(self, index: usize) -> Self {
        self.prefixed(&format!("[{index}]"))
    }

    fn prefixed(self, prefix: &str) -> Self {
        let prepend = |path: JsonPath| JsonPath(format!("{prefix}{}", path.0));
        match self {
            Self::Missing { path } => Self::Missing { path: prepend(path) },
            Self::WrongType { path, expected } => Self::WrongType { path: prepend(path), expected },
            whole @ (Self::NotJson { .. } | Self::TooManyValues { .. }) => whole,
        }
    }
}
