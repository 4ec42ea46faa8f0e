//! The pages of a record, as they are handed out.

use std::fmt;

use bytes::Bytes;
use call_records::{Page, Participant, RecordPage, Session};
use words::words;

words! { closed
    /// Which part of a record a page belongs to. With the page's number it says how its bytes are
    /// decoded: page 0 of the participants and the record's page are call records, the others are
    /// pages of a collection.
    pub PageKind {
        /// `participants_v2`; page 0 is the record with its first participants.
        Participants = "participants",
        /// The record with its first sessions; the only page of its kind, number 0.
        Record = "record",
        /// The sessions after the first ones, numbered from 1.
        Sessions = "sessions",
    }
}

/// One page, as it came and decoded. Printing it shows no content.
#[derive(Clone, PartialEq)]
pub struct FetchedPage {
    /// Which part of the record this is.
    pub kind: PageKind,
    /// The page's number within its kind, from 0.
    pub number: u32,
    /// The version of the record that all pages of this reader belong to.
    pub version: i64,
    /// The JSON exactly as Graph sent it.
    pub body: Bytes,
    /// The same, decoded.
    pub page: PageContent,
}

impl fmt::Debug for FetchedPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedPage")
            .field("kind", &self.kind)
            .field("number", &self.number)
            .field("version", &self.version)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// What a page holds. It has names in it, so there is no way to print it.
#[derive(Clone, PartialEq)]
pub enum PageContent {
    /// The record itself with its first participants or first sessions, by the page's kind.
    Record(Box<RecordPage>),
    /// More participants.
    Participants(Page<Participant>),
    /// More sessions.
    Sessions(Page<Session>),
}
