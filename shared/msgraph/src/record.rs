//! Reading one call record, page by page.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use call_records::{
    DecodeError, Page, RecordPage, decode_participants, decode_record, decode_sessions,
};
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout_at};

use crate::advice;
use crate::client::Graph;
use crate::endpoints::is_segment;
use crate::error::{Error, RawBody, Reference, Undecodable};
use crate::fetched_page::{FetchedPage, PageContent, PageKind};
use crate::page_chain::PageChain;
use crate::rate_limit::RateLimiter;
use crate::request::Request;

/// Without nulls a page is less than half as large.
const PREFER: &str = "include-unknown-enum-members, omit-values=nulls";

/// Graph expands one relationship in a request, so a record takes two.
const WITH_PARTICIPANTS: &str = "$expand=participants_v2";
const WITH_SESSIONS: &str = "$expand=sessions($expand=segments)";
const VERSION_ONLY: &str = "$select=id,version";

/// A page of more bytes is large. Graph's have up to 1 MB.
const LARGE_PAGE_BYTES: usize = 2 * 1024 * 1024;

/// How often one of the two halves is read again because the other has another version.
const MAX_REREADS: usize = 2;

/// Hands out a record's pages: its participants, then the record with its first sessions, then the
/// other sessions, one request at a time. It holds at most the first page of either half.
///
/// A record of more pages than there is time for is read in several goes: a later reader of the same
/// version [replays](Self::replay) the pages that an earlier one handed out, and goes on behind them.
pub struct CallRecordReader {
    graph: Graph,
    id: String,
    deadline: Instant,
    /// A large meeting has more pages than Graph allows requests for one record in a window.
    rate_limit: Option<Arc<RateLimiter>>,
    /// While there is a large page of this record, no other reader of the client has one.
    large_pages: Option<OwnedMutexGuard<()>>,
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
            large_pages: None,
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
        self.begin_step()?;
        let page = self.step().await?;
        self.broken = false;
        Ok(page)
    }

    /// Whether the record has more pages than the first of either half. Asks for the first page of the
    /// sessions, which [`next`](Self::next) then does not ask for; [`version`](Self::version) is final
    /// from then on.
    ///
    /// # Errors
    ///
    /// As [`next`](Self::next).
    pub async fn has_more_pages(&mut self) -> Result<bool, Error> {
        self.begin_step()?;
        if !self.settled {
            self.settle().await?;
        }
        self.broken = false;
        let participants = self.participants.first.as_ref();
        let participants = participants.and_then(|it| it.page.participants.next_link.as_deref());
        let sessions = self.sessions.first.as_ref();
        let sessions = sessions.and_then(|it| it.page.sessions.next_link.as_deref());
        Ok(participants.into_iter().chain(sessions).any(|link| !link.is_empty()))
    }

    /// Takes the next page from what an earlier reader of this version handed out, instead of asking
    /// Graph for it. [`next`](Self::next) goes on behind it.
    ///
    /// # Errors
    ///
    /// [`Error::Changed`] when it is not the next page of this version, and before
    /// [`has_more_pages`](Self::has_more_pages); [`Error::Undecodable`] when it is none at all.
    pub fn replay(
        &mut self,
        kind: PageKind,
        number: u32,
        body: Bytes,
    ) -> Result<FetchedPage, Error> {
        self.begin_step()?;
        if !self.settled || self.place() != Some((kind, number)) {
            return Err(Error::Changed);
        }
        let half = self.half(kind);
        let page = if half.first.take().is_some() {
            let first = self.first_page(body)?;
            if first.version() != self.version {
                return Err(Error::Changed);
            }
            self.hand_out_first(kind, first)?
        } else {
            half.next_link = None;
            self.hand_out(kind, number, body)?
        };
        self.broken = false;
        Ok(page)
    }

    /// Every step sets `broken` before it and clears it after it, so that a reader whose future was
    /// dropped half-way does not go on behind the page that was lost.
    fn begin_step(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.broken, true) { Err(Error::Changed) } else { Ok(()) }
    }

    async fn step(&mut self) -> Result<Option<FetchedPage>, Error> {
        if !self.settled {
            self.settle().await?;
        }
        let Some((kind, number)) = self.place() else {
            if !self.checked {
                self.check().await?;
            }
            return Ok(None);
        };
        let half = self.half(kind);
        if let Some(first) = half.first.take() {
            return self.hand_out_first(kind, first).map(Some);
        }
        let link = half.next_link.take().unwrap_or_default();
        let limit = self.rate_limit.clone();
        let body = self.graph.get_page(&link, Some(PREFER), limit, self.deadline).await?;
        self.reserve_memory(&body).await?;
        self.hand_out(kind, number, body).map(Some)
    }

    /// Which page comes next; none after the last.
    fn place(&self) -> Option<(PageKind, u32)> {
        let place = |half: &Collection, first, others| {
            let followed = half.next_link.as_ref().map(|_| (others, half.chain.followed()));
            half.first.as_ref().map(|_| (first, 0)).or(followed)
        };
        place(&self.participants, PageKind::Participants, PageKind::Participants)
            .or_else(|| place(&self.sessions, PageKind::Record, PageKind::Sessions))
    }

    fn half(&mut self, kind: PageKind) -> &mut Collection {
        match kind {
            PageKind::Participants => &mut self.participants,
            PageKind::Record | PageKind::Sessions => &mut self.sessions,
        }
    }

    fn hand_out_first(&mut self, kind: PageKind, first: FirstPage) -> Result<FetchedPage, Error> {
        match kind {
            PageKind::Participants => self.participants.set_next(&first.page.participants)?,
            PageKind::Record | PageKind::Sessions => {
                self.sessions.set_next(&first.page.sessions)?;
            }
        }
        Ok(self.page(kind, 0, first.body, PageContent::Record(first.page)))
    }

    fn hand_out(&mut self, kind: PageKind, number: u32, body: Bytes) -> Result<FetchedPage, Error> {
        let page = match kind {
            PageKind::Participants => {
                let page = decode(&body, decode_participants)?;
                self.participants.set_next(&page)?;
                PageContent::Participants(page)
            }
            PageKind::Record | PageKind::Sessions => {
                let page = decode(&body, decode_sessions)?;
                self.sessions.set_next(&page)?;
                PageContent::Sessions(page)
            }
        };
        Ok(self.page(kind, number, body, page))
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

    async fn get_record(&mut self, query: &str) -> Result<FirstPage, Error> {
        let graph = &self.graph;
        let mut url = graph.endpoints().graph(&["communications", "callRecords", &self.id]);
        url.set_query(Some(query));
        let request =
            Request { rate_limit: self.rate_limit.clone(), ..graph.get(url, Some(PREFER)) };
        let body = graph.send(&request, self.deadline).await?.map_err(|fault| {
            if fault.status == 404 { Error::NotFoundYet } else { fault.rejected() }
        })?;
        self.reserve_memory(&body).await?;
        self.first_page(body)
    }

    /// Before a large page is decoded: waits until no other reader of the client has one. Decoded, a
    /// page may take many times its bytes, and a function has to bear several records at once. A reader
    /// that waits holds no large page, so that none waits for one that waits for it.
    async fn reserve_memory(&mut self, body: &Bytes) -> Result<(), Error> {
        if body.len() > LARGE_PAGE_BYTES && self.large_pages.is_none() {
            let turn = timeout_at(self.deadline, self.graph.large_pages().lock_owned()).await;
            self.large_pages = Some(turn.map_err(|_| Error::OutOfTime)?);
        }
        Ok(())
    }

    fn first_page(&self, body: Bytes) -> Result<FirstPage, Error> {
        let page = decode(&body, decode_record)?;
        if !page.record.id.eq_ignore_ascii_case(&self.id) {
            return Err(Error::Undecodable {
                body: RawBody(body),
                source: Undecodable::OtherRecord,
            });
        }
        Ok(FirstPage { body, page: Box::new(page) })
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
