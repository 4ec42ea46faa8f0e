//! One call: its pages are read one at a time, each is kept and counted, and the last step makes
//! the whole visible at once.

use std::time::Duration;

use call_records::{CallBuilder, DecodeError};
use call_table::TableError;
use call_writer::Committed;
use jiff::Timestamp;
use msgraph::{Error as GraphError, FetchedPage, PageContent, PageKind};
use tokio::time::Instant;

use crate::Consumer;

/// What became of a call that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ingested {
    /// Stored now.
    Stored {
        /// The version that it took the place of.
        replaced: Option<i64>,
        /// From the call's end to now, where the end is known.
        lag: Option<Duration>,
        /// The version that is stored now, at least.
        version: i64,
    },
    /// This version, or a newer one, was there already.
    AlreadyStored {
        /// The version that is stored, at least.
        version: i64,
    },
}

impl Ingested {
    /// The version that is stored, at least.
    pub(crate) fn version(self) -> i64 {
        match self {
            Self::Stored { version, .. } | Self::AlreadyStored { version } => version,
        }
    }
}

/// Why a call was not stored.
#[derive(Debug)]
pub(crate) enum Failure {
    Graph(GraphError),
    Table(TableError),
    /// Every page decoded, but together they are not a call.
    Incomplete(DecodeError),
}

impl From<GraphError> for Failure {
    fn from(error: GraphError) -> Self {
        Self::Graph(error)
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}

impl Consumer {
    /// Reads one call from Graph and stores it.
    ///
    /// `redelivered` says that an earlier try may have left pages behind that nobody owns.
    pub(crate) async fn ingest(
        &self,
        call_id: &str,
        redelivered: bool,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Ingested, Failure> {
        let tenant = self.access.secret().await;
        let mut reader = self.access.graph().await.call_record(call_id, deadline).await?;
        let stored = self.writer.table().version(call_id).await?;
        if let Some(version) = stored.filter(|stored| *stored >= reader.version()) {
            if redelivered {
                self.writer.sweep(call_id).await?;
            }
            return Ok(Ingested::AlreadyStored { version });
        }
        let mut read = reader.version();

        let mut writer = None;
        let mut call = CallBuilder::new(Some(tenant.tenant_id()), self.config.classifier);
        while let Some(page) = reader.next().await? {
            let FetchedPage { kind, number, version, body, page } = page;
            read = version;
            let writer =
                writer.get_or_insert_with(|| self.writer.version(call_id, version, now, deadline));
            writer.add_page(kind.as_str(), number, &body).await?;
            drop(body);
            let sessions = match (kind, page) {
                (PageKind::Participants, PageContent::Record(page)) => {
                    call.record(&page.record);
                    call.participants(&page.participants.value);
                    continue;
                }
                (_, PageContent::Participants(page)) => {
                    call.participants(&page.value);
                    continue;
                }
                (_, PageContent::Record(page)) => {
                    call.record(&page.record);
                    call.sessions(&page.sessions.value)
                }
                (_, PageContent::Sessions(page)) => call.sessions(&page.value),
            };
            writer.add_sessions(&sessions).await?;
        }
        let Some(writer) = writer else { return Err(GraphError::Changed.into()) };
        let call = match call.finish() {
            Ok(call) => call,
            Err(error) => {
                // The bytes are kept before the message goes: what cannot be kept is tried again.
                writer.quarantine(&error.to_string()).await?;
                return Err(Failure::Incomplete(error));
            }
        };
        let committed = writer.commit(&call).await?;
        if redelivered {
            self.writer.sweep(call_id).await?;
        }
        Ok(match committed {
            Committed::Stored { replaced } => Ingested::Stored {
                replaced,
                lag: call.ended_at.map(|end| now.duration_since(end).unsigned_abs()),
                version: read,
            },
            Committed::AlreadyStored | Committed::Superseded { .. } => {
                Ingested::AlreadyStored { version: read }
            }
        })
    }
}
