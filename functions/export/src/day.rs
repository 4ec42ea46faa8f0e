//! Exporting one day: every call of it is made of its stored pages once more, and its rows replace the
//! objects of the day.
//!
//! Invariants:
//! * A table's object of a day has one name and is replaced by one request: a reader sees the whole day as it
//!   was, or the whole day as it is. The objects of a day are replaced one after another, when all of them
//!   are ready.
//! * The manifest is written after the objects, with their `ETag`s. When a run dies in between, or two runs
//!   write the same day, an object is not the one that the manifest names, and the day is due.
//! * What was read before a person was forgotten is replaced: the stamp of forgetting is read before the
//!   calls and stands in the manifest, and another one makes the day due.

use std::collections::BTreeMap;
use std::sync::Arc;

use call_records::{CallDetail, DEFINITIONS_VERSION, SessionSummary, Totals};
use call_table::{CallTable, Deadline, Rules, TableError};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::manifest::{DayEntry, ObjectEntry};
use crate::parquet_file::ParquetFile;
use crate::schema::{
    AgentDay, Column, DayTotals, OfService, OfSession, OfStream, Part, PersonDay, QueueDay,
    SCHEMA_VERSION, Shown, Table, TelephoneLeg, columns_of, rows_of_people, rows_of_queues,
};
use crate::upload::Upload;
use crate::{Error, Lake};

/// What the days of a run have in common.
pub(crate) struct Context<'a> {
    pub(crate) table: &'a CallTable,
    pub(crate) lake: &'a Lake,
    pub(crate) privacy: &'a privacy::PrivacyFilter,
    /// A digest of what is shown of people.
    pub(crate) privacy_digest: &'a str,
    pub(crate) sites: Option<(&'a str, &'a sites::Sites)>,
    pub(crate) calls_at_once: usize,
    pub(crate) now: Timestamp,
    /// The table's high-water mark.
    pub(crate) complete_up_to: Option<Timestamp>,
    pub(crate) deadline: Deadline,
}

impl Context<'_> {
    /// Writes a day in the place of what is in the lake of it, and says what was written.
    pub(crate) async fn export(&self, day: Date) -> Result<DayEntry, Error> {
        // Before the calls: see the invariants.
        let stamp = self.table.stamp_of_day(day).await?;
        let totals = self.table.organisation_totals(day, day).await?.pop();
        let totals = totals.map(|(_, totals)| totals).unwrap_or_default();
        let roll = format!("{:016x}", fastrand::u64(..));
        let shown = Shown { privacy: self.privacy, sites: self.sites.map(|(_, sites)| sites), day };
        let mut files = Files::new(self.lake, &shown, &roll)?;
        let written = self.write(&mut files, &shown, stamp.is_some()).await;
        let objects = match written {
            Ok(()) => files.complete(self.lake).await,
            Err(error) => Err(error),
        };
        let objects = match objects {
            Ok(objects) => objects,
            Err(error) => {
                files.abort().await;
                return Err(error);
            }
        };
        Ok(DayEntry {
            roll,
            exported_at: self.now,
            totals: due_days::digest(&totals),
            adds_up: files.organisation == totals,
            schema_version: SCHEMA_VERSION,
            definitions_version: DEFINITIONS_VERSION,
            voice_apps: voice_apps::VERSION,
            final_at: files.final_at,
            privacy: self.privacy_digest.to_owned(),
            sites: self.sites.map(|(digest, _)| digest.to_owned()),
            telephone: files.telephone,
            stamp,
            complete_up_to: self.complete_up_to,
            calls: files.calls.file.rows,
            objects,
        })
    }

    /// Memory is bounded by a group of rows of each table, the parts that are not sent yet, the totals of
    /// the day's people, and the calls that are read concurrently.
    async fn write(
        &self,
        files: &mut Files,
        shown: &Shown<'_>,
        was_forgotten: bool,
    ) -> Result<(), Error> {
        let calls = stream::iter(self.table.calls_of_day(shown.day).await?);
        let calls = calls.map(|call| async move {
            let (table, id, rules) = (self.table, &call.call_id, Rules::default());
            self.deadline
                .run(async {
                    match was_forgotten {
                        // What was removed just now must not be read from a replica.
                        true => table.call_with_sessions_consistently(id, rules).await,
                        false => table.call_with_sessions(id, rules).await,
                    }
                })
                .await?
        });
        let mut calls = std::pin::pin!(calls.buffered(self.calls_at_once));
        let mut totals = DayTotals::default();
        while let Some(call) = calls.try_next().await? {
            // A newer version may have begun on another day.
            if let Some((detail, sessions)) = call.filter(|(it, _)| it.call.day() == shown.day) {
                totals.add(&detail, self.now).map_err(|overflow| {
                    TableError::Corrupt(format!("the calls of {}: {overflow}", shown.day))
                })?;
                files.add(detail, sessions, shown)?;
                files.send_parts(self.lake).await?;
            }
        }
        // The rows of a day are held in memory, as where they are stored.
        if let Some((head, rows)) = self.deadline.run(self.table.pstn_rows(shown.day)).await?? {
            files.telephone = (head.rows > 0).then_some(head.roll);
            for kept in rows.rows() {
                let has_vanished = rows.has_vanished(kept);
                let leg = TelephoneLeg { row: kept.row.clone(), has_vanished };
                files.telephone_legs.file.add(&leg, shown)?;
            }
        }
        files.finish(totals, shown)?;
        files.send_parts(self.lake).await
    }
}

/// A file and where it goes.
struct File<R> {
    file: ParquetFile<R>,
    upload: Upload,
}

/// The files of a day.
struct Files {
    organisation: Totals,
    /// When the last record of the day is final that is not yet.
    final_at: Option<Timestamp>,
    calls: File<call_records::Call>,
    participations: File<Part>,
    sessions: File<OfSession>,
    streams: File<OfStream>,
    services: File<OfService>,
    person_days: File<PersonDay>,
    organisation_days: File<Totals>,
    queue_days: File<QueueDay>,
    agent_days: File<AgentDay>,
    telephone_legs: File<TelephoneLeg>,
    /// Which writing of the logs of telephone calls was read.
    telephone: Option<String>,
}

/// The name of a table's object of a day, from the lake's own path.
pub(crate) fn object_name(table: Table, day: Date) -> String {
    format!("{0}/day={day}/{0}.parquet", table.name())
}

impl<R> File<R> {
    fn new(
        table: Table,
        columns: Vec<Column<R>>,
        lake: &Lake,
        shown: &Shown<'_>,
        roll: &str,
    ) -> Result<Self, Error> {
        let upload = Upload::new(lake.path(&object_name(table, shown.day)));
        let (day, schema) = (shown.day.to_string(), SCHEMA_VERSION.to_string());
        let metadata = [
            ("teams-calls.table", table.name()),
            ("teams-calls.day", day.as_str()),
            ("teams-calls.roll", roll),
            ("teams-calls.schema_version", schema.as_str()),
        ];
        let file = ParquetFile::new(table, columns, upload.buffer(), &metadata)?;
        Ok(Self { file, upload })
    }
}

/// Does the same with every file.
macro_rules! each {
    ($files:expr, $table:ident, $file:ident => $action:expr) => {{
        let files = $files;
        each! { @ files, $table, $file, $action;
            Calls calls, Participations participations, Sessions sessions, Streams streams,
            Services services, PersonDays person_days, OrganisationDays organisation_days,
            QueueDays queue_days, AgentDays agent_days, TelephoneLegs telephone_legs };
    }};
    (@ $files:ident, $table:ident, $file:ident, $action:expr; $($variant:ident $field:ident),+) => {
        $({
            let ($table, $file) = (Table::$variant, &mut $files.$field);
            let _ = $table;
            $action;
        })+
    };
}

impl Files {
    fn new(lake: &Lake, shown: &Shown<'_>, roll: &str) -> Result<Self, Error> {
        Ok(Self {
            organisation: Totals::new(),
            final_at: None,
            calls: File::new(Table::Calls, columns_of::calls(), lake, shown, roll)?,
            participations: File::new(
                Table::Participations,
                columns_of::participations(),
                lake,
                shown,
                roll,
            )?,
            sessions: File::new(Table::Sessions, columns_of::sessions(), lake, shown, roll)?,
            streams: File::new(Table::Streams, columns_of::streams(), lake, shown, roll)?,
            services: File::new(Table::Services, columns_of::services(), lake, shown, roll)?,
            person_days: File::new(
                Table::PersonDays,
                columns_of::person_days(),
                lake,
                shown,
                roll,
            )?,
            organisation_days: File::new(
                Table::OrganisationDays,
                columns_of::organisation_days(),
                lake,
                shown,
                roll,
            )?,
            queue_days: File::new(Table::QueueDays, columns_of::queue_days(), lake, shown, roll)?,
            agent_days: File::new(Table::AgentDays, columns_of::agent_days(), lake, shown, roll)?,
            telephone_legs: File::new(
                Table::TelephoneLegs,
                columns_of::telephone_legs(),
                lake,
                shown,
                roll,
            )?,
            telephone: None,
        })
    }

    /// Adds the rows of a call.
    fn add(
        &mut self,
        detail: CallDetail,
        sessions: Vec<SessionSummary>,
        shown: &Shown<'_>,
    ) -> Result<(), Error> {
        let CallDetail { call, legs, .. } = detail;
        self.calls.file.add(&call, shown)?;
        let head = Arc::new(crate::schema::CallHead::of(&call));
        for part in call.people.into_values() {
            self.participations.file.add(&Part { call: Arc::clone(&head), part }, shown)?;
        }
        for service in call.services.into_values() {
            self.services.file.add(&OfService { call: Arc::clone(&head), service }, shown)?;
        }
        for session in sessions {
            self.sessions.file.add(&OfSession { call: Arc::clone(&head), session }, shown)?;
        }
        for mut leg in legs {
            let mut streams = std::mem::take(&mut leg.streams);
            streams.append(&mut leg.video_streams);
            let leg = Arc::new(leg);
            for stream in streams {
                let (call, leg) = (Arc::clone(&head), Arc::clone(&leg));
                self.streams.file.add(&OfStream { call, leg, stream }, shown)?;
            }
        }
        Ok(())
    }

    /// Adds the totals, and ends every file.
    fn finish(&mut self, totals: DayTotals, shown: &Shown<'_>) -> Result<(), Error> {
        let DayTotals { organisation, people, voice_apps } = totals;
        self.organisation_days.file.add(&organisation, shown)?;
        self.organisation = organisation;
        self.final_at = voice_apps.final_at;
        for person in rows_of_people(people) {
            self.person_days.file.add(&person, shown)?;
        }
        for (queue, agents) in rows_of_queues(voice_apps.apps) {
            self.queue_days.file.add(&queue, shown)?;
            for agent in agents {
                self.agent_days.file.add(&agent, shown)?;
            }
        }
        each!(self, table, file => file.file.finish()?);
        Ok(())
    }

    async fn send_parts(&mut self, lake: &Lake) -> Result<(), Error> {
        each!(self, table, file => file.upload.send_parts(&*lake.store).await?);
        Ok(())
    }

    /// Replaces the objects of the day, when all of them are ready.
    async fn complete(&mut self, lake: &Lake) -> Result<BTreeMap<String, ObjectEntry>, Error> {
        each!(&mut *self, table, file => file.upload.send_rest(&*lake.store).await?);
        let mut objects = BTreeMap::new();
        each!(self, table, file => {
            let written = file.upload.complete(&*lake.store).await?;
            let path = file.upload.path().as_ref();
            let path = path.strip_prefix(lake.prefix.as_ref()).unwrap_or(path);
            let entry = ObjectEntry {
                path: path.trim_start_matches('/').to_owned(),
                rows: file.file.rows,
                bytes: written.bytes,
                etag: written.etag,
            };
            objects.insert(table.name().to_owned(), entry);
        });
        Ok(objects)
    }

    async fn abort(&mut self) {
        each!(self, table, file => file.upload.abort().await);
    }
}
