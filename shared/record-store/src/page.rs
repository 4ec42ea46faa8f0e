//! Pages: the JSON bodies exactly as Graph sent them.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// Which request a page answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PageKind {
    /// The record with its participants, or a further page of the participants.
    Participants,
    /// The record with its first sessions.
    Record,
    /// A further page of the sessions.
    Sessions,
    /// A kind that this version does not know: lower-case letters, digits and `_`.
    Other(String),
}

impl PageKind {
    /// The word that stands in keys.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Participants => "participants",
            Self::Record => "record",
            Self::Sessions => "sessions",
            Self::Other(kind) => kind,
        }
    }
}

impl fmt::Display for PageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&str> for PageKind {
    fn from(kind: &str) -> Self {
        match kind {
            "participants" => Self::Participants,
            "record" => Self::Record,
            "sessions" => Self::Sessions,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl FromStr for PageKind {
    type Err = Infallible;

    fn from_str(kind: &str) -> Result<Self, Infallible> {
        Ok(Self::from(kind))
    }
}

/// One page of what Graph sent for a call.
#[derive(Clone, PartialEq, Eq)]
pub struct RawPage {
    /// Which request it answered.
    pub kind: PageKind,
    /// Its number within its kind.
    pub number: u32,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// A body is never printed: it holds names.
impl fmt::Debug for RawPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawPage")
            .field("kind", &self.kind)
            .field("number", &self.number)
            .field("bytes", &self.body.len())
            .finish()
    }
}
