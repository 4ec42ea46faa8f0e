//! Reading one call record, page by page.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use call_records::{
    DecodeError, Page, Participant, RecordPage, Session, decode_participants, decode_record,
    decode_sessions,
};
use tokio::time::Instant;
use words::words;

use crate::advice;
use crate::client::Graph;
use crate::endpoints::is_segment;
use crate::error::{Error, RawBody, Reference, Undecodable};
use crate::page_chain::PageChain;
use crate::rate_limit::RateLimiter;
use crate::request::Request;

/// Without nulls a page is less than half as large.
const PREFER: &str = "include-unknown-enum-members, omit-values=nulls";

/// Graph expands one relationship in a request, so a record takes two.
const WITH_PARTICIPANTS: &str = "$expand=participants_v2";
const WITH_SESSIONS: &str = "$expand=sessions($expand=segments)";
const VERSION_ONLY: &str = "$select=id,version";

/// How often one of the two halves is read again because the other has another version.
const MAX_REREADS: usize = 2;

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

/// Hands out a record's pages: its participants, then the record with its first sessions, then the
/// other sessions, one request at a time. It holds at most the first page of either half.
pub struct CallRecordReader {
    graph: Graph,
    id: String,
    deadline: Instant,
    /// A large meeting has more pages than Graph allows requests for one record in a window.
    rate_limit: Option<Arc<RateLimiter>>,
    version: i64,
    participants: Collection,
    sessions: Collection,
    settled: bool,
    checked: bool,
    broken: bool,
}

/// One of the two collections of a record: its first page until that is handed out, then the way to
/// the next.
#[derive(Default)]
struct Collection {
    first: Option<FirstPage>,
    next_link: Option<String>,
    chain: PageChain,
}

/// A record with the first page of one collection.
struct FirstPage {
    body: Bytes,
    page: Box<RecordPage>,
}

impl Graph {
    /// Begins to read a call record; `deadline` is for all of it.
    ///
    /// Where Graph refuses the list of participants, the record is read from its sessions alone, without
    /// a page of kind [`PageKind::Participants`].
    ///
    /// Sends one request, so that the record is known to exist and
    /// [`version`](CallRecordReader::version) says whether the rest has to be read.
    ///
    /// # Errors
    ///
    /// [`Error::NotFoundYet`], or as every [`Error`] says.
    pub async fn call_record(
        &self,
        id: &str,
        deadline: Instant,
    ) -> Result<CallRecordReader, Error> {
        if !is_segment(id) {
            return Err(Error::Rejected {
                advice: advice::NO_CALL_ID,
                reference: Reference {
                    status: 400,
                    code: "InvalidId".to_owned(),
                    request_id: None,
                },
            });
        }
        let mut reader = CallRecordReader {
            graph: self.clone(),
            id: id.to_owned(),
            deadline,
            rate_limit: self
                .options()
                .one_record_limit
                .map(|limit| Arc::new(RateLimiter::new(limit))),
            version: 0,
            participants: Collection::default(),
            sessions: Collection::default(),
            settled: false,
            checked: false,
            broken: false,
        };
        match reader.get_record(WITH_PARTICIPANTS).await {
            Ok(first) => {
                reader.version = first.version();
                reader.participants.first = Some(first);
            }
            Err(refusal) if is_refused(&refusal) => {
                // The list of participants is the smaller loss: people are made of the sessions. If
                // these are refused as well, the first refusal says why.
                let Ok(sessions) = reader.get_record(WITH_SESSIONS).await else {
                    return Err(refusal);
                };
                tracing::warn!(call_id = id, error = %refusal, "graph.participants_refused");
                reader.version = sessions.version();
                reader.sessions.first = Some(sessions);
                reader.settled = true;
            }
            Err(error) => return Err(error),
        }
        Ok(reader)
    }
}

/// Whether Graph refuses a part of a record that it may give another part of: 400, 403 or 501.
fn is_refused(error: &Error) -> bool {
    matches!(
        error,
        Error::Rejected { reference: Reference { status: 400 | 501, .. }, .. }
            | Error::Unauthorized { status: 403, .. }
    )
}

impl CallRecordReader {
    /// The record's version; final once the first page was handed out, until then what Graph said
    /// first. A store that has this version or a newer one need not read on in either case.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The next page, or none when the record is complete and did not change meanwhile: only then
    /// may what was read be kept.
    ///
    /// After an error the reader is of no further use, and says [`Error::Changed`].
    ///
    /// # Errors
    ///
    /// [`Error::Changed`] when the record got another version: read it again from the start.
    /// Otherwise as every [`Error`] says.
    pub async fn next(&mut self) -> Result<Option<FetchedPage>, Error> {
        // Set before and cleared after, so that a reader whose future was dropped half-way does not
        // go on behind the page that was lost.
        if std::mem::replace(&mut self.broken, true) {
            return Err(Error::Changed);
        }
        let page = self.step().await?;
        self.broken = false;
        Ok(page)
    }

    async fn step(&mut self) -> Result<Option<FetchedPage>, Error> {
        if !self.settled {
            self.settle().await?;
        }
        if let Some(first) = self.participants.first.take() {
            self.participants.set_next(&first.page.participants)?;
            return Ok(Some(self.first_page(PageKind::Participants, first)));
        }
        if let Some(link) = self.participants.next_link.take() {
            let (number, body) = self.follow(PageKind::Participants, &link).await?;
            let page = decode(&body, decode_participants)?;
            self.participants.set_next(&page)?;
            let page = PageContent::Participants(page);
            return Ok(Some(self.page(PageKind::Participants, number, body, page)));
        }
        if let Some(first) = self.sessions.first.take() {
            self.sessions.set_next(&first.page.sessions)?;
            return Ok(Some(self.first_page(PageKind::Record, first)));
        }
        if let Some(link) = self.sessions.next_link.take() {
            let (number, body) = self.follow(PageKind::Sessions, &link).await?;
            let page = decode(&body, decode_sessions)?;
            self.sessions.set_next(&page)?;
            let page = PageContent::Sessions(page);
            return Ok(Some(self.page(PageKind::Sessions, number, body, page)));
        }
        if !self.checked {
            self.check().await?;
        }
        Ok(None)
    }

    /// Gets the sessions' half, and the older half again until both have the same version.
    async fn settle(&mut self) -> Result<(), Error> {
        let mut sessions = self.get_record(WITH_SESSIONS).await?;
        let mut rereads = 0;
        while sessions.version() != self.version {
            if rereads == MAX_REREADS {
                return Err(Error::Changed);
            }
            rereads += 1;
            if self.version < sessions.version() {
                let participants = self.get_record(WITH_PARTICIPANTS).await?;
                self.version = participants.version();
                self.participants.first = Some(participants);
            } else {
                sessions = self.get_record(WITH_SESSIONS).await?;
            }
        }
        self.sessions.first = Some(sessions);
        self.settled = true;
        Ok(())
    }

    /// Pages that were read one after the other belong together only if the version is still the
    /// same after the last one. Two single pages were compared already.
    async fn check(&mut self) -> Result<(), Error> {
        if self.participants.chain.followed() + self.sessions.chain.followed() > 0 {
            let now = match self.get_record(VERSION_ONLY).await {
                Err(Error::NotFoundYet) => return Err(Error::Changed),
                now => now?,
            };
            if now.version() != self.version {
                return Err(Error::Changed);
            }
        }
        self.checked = true;
        Ok(())
    }

    async fn get_record(&self, query: &str) -> Result<FirstPage, Error> {
        let graph = &self.graph;
        let mut url = graph.endpoints().graph(&["communications", "callRecords", &self.id]);
        url.set_query(Some(query));
        let request =
            Request { rate_limit: self.rate_limit.clone(), ..graph.get(url, Some(PREFER)) };
        let body = graph.send(&request, self.deadline).await?.map_err(|fault| {
            if fault.status == 404 { Error::NotFoundYet } else { fault.rejected() }
        })?;
        let page = decode(&body, decode_record)?;
        if !page.record.id.eq_ignore_ascii_case(&self.id) {
            return Err(Error::Undecodable {
                body: RawBody(body),
                source: Undecodable::OtherRecord,
            });
        }
        Ok(FirstPage { body, page: Box::new(page) })
    }

    /// The page that a link leads to, and its number.
    async fn follow(&self, kind: PageKind, link: &str) -> Result<(u32, Bytes), Error> {
        let half = match kind {
            PageKind::Participants => &self.participants,
            PageKind::Record | PageKind::Sessions => &self.sessions,
        };
        let number = half.chain.followed();
        let body =
            self.graph.get_page(link, Some(PREFER), self.rate_limit.clone(), self.deadline).await?;
        Ok((number, body))
    }

    fn first_page(&self, kind: PageKind, first: FirstPage) -> FetchedPage {
        self.page(kind, 0, first.body, PageContent::Record(first.page))
    }

    fn page(&self, kind: PageKind, number: u32, body: Bytes, page: PageContent) -> FetchedPage {
        FetchedPage { kind, number, version: self.version, body, page }
    }
}

impl Collection {
    fn set_next<T>(&mut self, page: &Page<T>) -> Result<(), Error> {
        self.next_link = self.chain.next(page.next_link.clone(), page.value.is_empty())?;
        Ok(())
    }
}

impl FirstPage {
    fn version(&self) -> i64 {
        self.page.record.version
    }
}

impl fmt::Debug for CallRecordReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallRecordReader")
            .field("id", &self.id)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

fn decode<T>(
    body: &Bytes,
    decode: impl FnOnce(&[u8]) -> Result<T, DecodeError>,
) -> Result<T, Error> {
    decode(body)
        .map_err(|source| Error::Undecodable { body: RawBody(body.clone()), source: source.into() })
}
