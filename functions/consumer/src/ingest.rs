//! One call: its pages are read one at a time, each is stored and added to the numbers, and the
//! commit at the end makes all of it visible at once.

use std::time::Duration;

use call_records::CallBuilder;
use call_table::{Deadline, TableError};
use call_writer::{Committed, Head};
use jiff::Timestamp;
use msgraph::Error as GraphError;
use tokio::time::Instant;

use crate::Consumer;
use crate::error::IngestError;
use crate::reading::{Progress, Reading};

/// The version of a record that Graph publishes first. A call that is delivered for the first time at
/// this version is taken for new without a read: a commit that is wrong about it has no effect, reads
/// what is stored and goes on.
const FIRST_VERSION: i64 = 1;

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
        if let Some(ingested) = self.try_ingest(call_id, redelivered, now, deadline).await? {
            return Ok(ingested);
        }
        // Once: the resume point that was of no use is removed.
        let ingested = self.try_ingest(call_id, redelivered, now, deadline).await?;
        ingested.ok_or(IngestError::Graph(GraphError::Changed))
    }

    /// None when a resume point proved useless.
    async fn try_ingest(
        &self,
        call_id: &str,
        redelivered: bool,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Option<Ingested>, IngestError> {
        let tenant = self.access.secret().await?;
        let reader = self.access.graph().await?.call_record(call_id, deadline).await?;
        let version = reader.version();
        let is_new = version == FIRST_VERSION && !redelivered;
        let mut head = Head::default();
        if !is_new {
            head = self.writer.head(call_id, Deadline::at(deadline)).await?;
            if let Some(version) = head.version().filter(|stored| *stored >= version) {
                if redelivered {
                    self.writer.sweep(call_id).await?;
                }
                return Ok(Some(Ingested::AlreadyStored { version }));
            }
        }

        let call = CallBuilder::new(Some(tenant.tenant_id()), self.config.classifier);
        let mut reading = Reading::new(self, call_id, reader, call, now, deadline).await?;
        if is_new && reading.has_more_pages {
            // A large one is not read in vain.
            head = self.writer.head(call_id, Deadline::at(deadline)).await?;
            if let Some(version) = head.version() {
                return Ok(Some(Ingested::AlreadyStored { version }));
            }
        }
        reading.writer.expect(head);
        if reading.resume().await? == Progress::Useless
            || reading.finish().await? == Progress::Useless
        {
            return Ok(None);
        }
        let is_long = reading.is_long();
        // The reader goes: another call may have a large page from here on.
        let Reading { mut writer, call, reader, .. } = reading;
        drop(reader);
        let version = writer.version();
        let call = match call.finish() {
            Ok(call) => call,
            Err(error) => {
                // Before the message is dead-lettered: if the table does not accept the pages, the
                // message stays in the queue.
                writer.quarantine(&error.to_string()).await?;
                return Err(IngestError::Incomplete(error));
            }
        };
        if is_long {
            // The next delivery comes to the commit without Graph, and skips what is written.
            writer.save_resume_point(self.config.classifier).await?;
        }
        let committed = match writer.commit(&call).await {
            Err(TableError::OutOfTime) if is_long => return Err(IngestError::Continued),
            committed => committed?,
        };
        if redelivered {
            self.writer.sweep(call_id).await?;
        }
        Ok(Some(match committed {
            Committed::Stored { replaced } => Ingested::Stored {
                replaced,
                lag: call.ended_at.map(|end| now.duration_since(end).unsigned_abs()),
                version,
            },
            Committed::AlreadyStored | Committed::Superseded { .. } => {
                Ingested::AlreadyStored { version }
            }
        }))
    }
}
