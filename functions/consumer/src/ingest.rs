//! One call: its pages are read one at a time, each is stored and added to the numbers, and the
//! commit at the end makes all of it visible at once.

use std::time::Duration;

use call_records::CallBuilder;
use call_writer::Committed;
use jiff::Timestamp;
use msgraph::{Error as GraphError, FetchedPage, PageContent, PageKind};
use tokio::time::Instant;

use crate::Consumer;
use crate::error::IngestError;

/// What became of a call that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ingested {
    /// Stored now.
    Stored {
        /// The version that it replaced.
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

impl Consumer {
    /// Reads one call from Graph and stores it.
    ///
    /// `redelivered` says that an earlier attempt may have crashed and left pages that no version
    /// owns: then they are swept, also when the call is stored already.
    pub(crate) async fn ingest(
        &self,
        call_id: &str,
        redelivered: bool,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Ingested, IngestError> {
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
                // Before the message is dead-lettered: if the table does not accept the pages, the
                // message stays in the queue.
                writer.quarantine(&error.to_string()).await?;
                return Err(IngestError::Incomplete(error));
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
