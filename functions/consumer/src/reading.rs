//! Reading one version of a call, page by page: each page is stored and added to the numbers.
//!
//! A large meeting has more pages than there is time for in one invocation. So what was stored of it is
//! noted now and then (a resume point), and the next delivery takes these pages from the table, in
//! their order, and asks Graph for the others. What depends on all pages is the same as if they had been
//! read at once: the builder gets the same pages, and the version is compared after the last one.

use std::time::Duration;

use call_records::{CallBuilder, SessionSummary};
use call_table::{Deadline, TableError};
use call_writer::VersionWriter;
use jiff::Timestamp;
use msgraph::{CallRecordReader, Error as GraphError, FetchedPage, PageContent, PageKind};
use tokio::time::{Instant, timeout_at};

use crate::Consumer;
use crate::error::IngestError;

/// What is kept back of the time of a long reading to store the last pages and the resume point.
const SAVE_TIME: Duration = Duration::from_secs(5);

/// One version of a call while it is read.
pub(crate) struct Reading<'a> {
    consumer: &'a Consumer,
    call_id: &'a str,
    pub(crate) reader: CallRecordReader,
    pub(crate) has_more_pages: bool,
    pub(crate) writer: VersionWriter,
    pub(crate) call: CallBuilder,
    deadline: Instant,
}

/// Whether what was read up to now may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    Good,
    /// The resume point leads nowhere, and is removed: the version has to be read from its first page.
    Useless,
}

impl<'a> Reading<'a> {
    /// Begins to read the version that the reader has.
    pub(crate) async fn new(
        consumer: &'a Consumer,
        call_id: &'a str,
        mut reader: CallRecordReader,
        call: CallBuilder,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Self, IngestError> {
        let has_more_pages = reader.has_more_pages().await?;
        let writer = consumer.writer.version(call_id, reader.version(), now, deadline);
        Ok(Self { consumer, call_id, reader, has_more_pages, writer, call, deadline })
    }

    /// Takes the pages that earlier deliveries stored.
    pub(crate) async fn resume(&mut self) -> Result<Progress, IngestError> {
        // Nothing more is asked of the table for a record of two pages.
        if !self.has_more_pages {
            return Ok(Progress::Good);
        }
        let table = self.consumer.writer.table();
        let (version, deadline) = (self.reader.version(), Deadline::at(self.deadline));
        let point = table.resume_point(self.call_id, version, deadline).await?;
        let classifier = self.consumer.config.classifier.id();
        let Some(point) = point.filter(|point| point.is_current(classifier)) else {
            return Ok(Progress::Good);
        };
        for page in point.pages {
            let body = table.page_of_version(self.call_id, version, &page, deadline).await;
            let kind = PageKind::parse(page.kind.as_str());
            let number = page.number;
            self.writer.resume(page);
            let replayed = match (kind, body) {
                (Some(kind), Ok(body)) => self.reader.replay(kind, number, body.into()).ok(),
                (None, Ok(_)) | (_, Err(TableError::Corrupt(_))) => None,
                (_, Err(error)) => return Err(error.into()),
            };
            let Some(FetchedPage { kind, page, .. }) = replayed else {
                return self.start_over("a stored page is missing, or is not the next one").await;
            };
            self.count(kind, &page);
        }
        tracing::info!(pages = self.writer.pages(), "call.resumed");
        Ok(Progress::Good)
    }

    /// Reads the pages that are missing, and makes sure that all of them are of one version.
    pub(crate) async fn finish(&mut self) -> Result<Progress, IngestError> {
        let error = match self.read_pages().await {
            Ok(()) => return Ok(Progress::Good),
            Err(error) => error,
        };
        let mut continues = matches!(error, IngestError::Table(TableError::OutOfTime));
        if let IngestError::Graph(error) = &error {
            if is_temporary(error) {
                continues = matches!(error, GraphError::OutOfTime);
                if self.is_long()
                    && let Err(error) = self.save().await
                {
                    tracing::warn!(%error, "call.resume_point_not_saved");
                }
            } else if self.writer.resumed() > 0 {
                // The next links may have expired. Another reading tells.
                return self.start_over(&error.to_string()).await;
            } else {
                self.writer.remove_resume_point().await?;
            }
        }
        if continues && self.writer.saved() > self.writer.resumed() {
            return Err(IngestError::Continued);
        }
        Err(error)
    }

    async fn read_pages(&mut self) -> Result<(), IngestError> {
        let save_at = self.deadline.checked_sub(SAVE_TIME).unwrap_or(self.deadline);
        loop {
            let page = if self.is_long() {
                timeout_at(save_at, self.reader.next()).await.unwrap_or(Err(GraphError::OutOfTime))
            } else {
                self.reader.next().await
            };
            let Some(FetchedPage { kind, number, body, page, .. }) = page? else { return Ok(()) };
            // Counted before anything is waited for: a decoded page takes many times its bytes, and other
            // calls decode theirs meanwhile.
            let sessions = self.count(kind, &page);
            drop(page);
            self.writer.add_page(kind.as_str(), number, &body).await?;
            drop(body);
            self.writer.add_sessions(&sessions).await?;
            if self.writer.pages() - self.writer.saved() >= self.pages_per_resume_point() {
                self.save().await?;
            }
        }
    }

    async fn save(&mut self) -> Result<(), TableError> {
        self.writer.save_resume_point(self.consumer.config.classifier).await
    }

    /// Whether there are so many pages that they should not be read again.
    pub(crate) fn is_long(&self) -> bool {
        self.writer.pages() >= self.pages_per_resume_point()
    }

    fn pages_per_resume_point(&self) -> usize {
        self.consumer.config.pages_per_resume_point.max(1)
    }

    async fn start_over(&mut self, why: &str) -> Result<Progress, IngestError> {
        tracing::warn!(why, pages = self.writer.pages(), "call.started_over");
        self.writer.remove_resume_point().await?;
        Ok(Progress::Useless)
    }

    /// Adds a page to the numbers. Gives the summaries of the sessions on it.
    fn count(&mut self, kind: PageKind, page: &PageContent) -> Vec<SessionSummary> {
        match (kind, page) {
            (PageKind::Participants, PageContent::Record(page)) => {
                self.call.record(&page.record);
                self.call.participants(&page.participants.value);
                Vec::new()
            }
            (_, PageContent::Participants(page)) => {
                self.call.participants(&page.value);
                Vec::new()
            }
            (_, PageContent::Record(page)) => {
                self.call.record(&page.record);
                self.call.sessions(&page.sessions.value)
            }
            (_, PageContent::Sessions(page)) => self.call.sessions(&page.value),
        }
    }
}

/// Whether the same request may be answered later.
fn is_temporary(error: &GraphError) -> bool {
    matches!(
        error,
        GraphError::OutOfTime
            | GraphError::Throttled { .. }
            | GraphError::Unavailable { .. }
            | GraphError::Unauthorized { .. }
            | GraphError::Login { .. }
    )
}
