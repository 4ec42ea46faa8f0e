//! From an event to days in the lake.

use std::collections::{BTreeMap, BTreeSet};

use call_table::keys::DAY_OF_NO_TIME;
use call_table::{Deadline, TableError};
use jiff::Timestamp;
use jiff::civil::Date;
use object_store::ObjectStoreExt as _;
use privacy::{People, PrivacyFilter};
use serde::Serialize;
use serde_json::Value;
use tokio::time::Instant;

use crate::complete_up_to::complete_up_to;
use crate::day::Context;
use crate::due::{self, Due, Objects, Present};
use crate::manifest::Manifest;
use crate::schema::{schema_json, schema_markdown};
use crate::{Error, Export, Trigger};

/// What became of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Exported {
    pub day: Date,
    /// Test calls included.
    pub calls: u64,
    /// The size of its objects.
    pub bytes: u64,
    /// Whether they add up to the table's totals. If not, calls were stored meanwhile, or were counted by
    /// older definitions; the day stays due.
    pub adds_up: bool,
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The days, in the order in which they were exported: the newest first.
    pub exported: Vec<Exported>,
    /// Days that are due and were left, because the time was over. The next run takes them up.
    pub left: Vec<Date>,
    /// Days whose objects were removed, because their calls are not kept any more.
    pub removed: Vec<Date>,
    /// Every call that ended before this is in the lake; none where the table does not know it.
    pub complete_up_to: Option<Timestamp>,
}

impl Export {
    /// Handles an event: a schedule's, or days by hand.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownEvent`] for another event; else what the table or the lake answered. What was not
    /// exported stays due.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Summary, Error> {
        let trigger = Trigger::parse(event)?;
        // Boxed: nested into main's own future, its layout is too deep for the compiler's limit.
        let run = Box::pin(self.run(trigger, now, deadline)).await?;
        tracing::info!(
            exported = run.exported.len(),
            left = run.left.len(),
            removed = run.removed.len(),
            bytes = run.exported.iter().map(|day| day.bytes).sum::<u64>(),
            "export.exported"
        );
        Ok(run)
    }

    /// Exports what is due, the newest day first, until little time is left.
    ///
    /// # Errors
    ///
    /// What the table or the lake answered. What was not exported stays due. A call that cannot be read
    /// keeps its day from being exported, and not the others.
    pub async fn run(
        &self,
        trigger: Trigger,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Summary, Error> {
        let by = Deadline::at(deadline.checked_sub(self.config.reserve).unwrap_or(deadline));
        let privacy = self.privacy().await?;
        let privacy_digest = self.privacy_digest(privacy);
        // Before the days are exported: what is complete now is in what is read from now on.
        let known = self.table.completeness().await?.complete_up_to;
        let mut manifest = self.lake.manifest().await?;
        let mut objects = self.lake.objects().await?;
        let mut summary = Summary::default();
        self.remove_expired(&mut manifest, &mut objects, now, &mut summary).await?;
        let stamps = self.table.days_of_forgotten_people().await?;
        let telephone = self.telephone(now).await?;
        let head = self.table.sites_head().await?;
        let present = Present {
            manifest: &manifest,
            objects: &objects,
            stamps: &stamps,
            telephone: &telephone,
            privacy: &privacy_digest,
            sites: head.as_ref().map(|head| &*head.digest),
        };
        let policy = self.config.policy;
        let Due { days, mut behind } =
            due::days(&self.table, &present, trigger, now, policy, self.config.retention_days)
                .await?;
        // Most runs find nothing to do, and need no megabytes of networks for it.
        let sites = if days.is_empty() { None } else { self.table.sites().await? };
        let context = Context {
            table: &self.table,
            lake: &self.lake,
            privacy,
            privacy_digest: &privacy_digest,
            sites: sites.as_ref().map(|(head, sites)| (&*head.digest, sites)),
            calls_at_once: self.config.calls_at_once,
            now,
            complete_up_to: known,
            deadline: by,
        };
        let mut unreadable = None;
        for (place, day) in days.iter().enumerate() {
            let entry = match context.export(*day).await {
                Ok(entry) => entry,
                Err(Error::Table(TableError::OutOfTime)) => {
                    summary.left.extend(&days[place..]);
                    break;
                }
                Err(error @ Error::Table(TableError::Corrupt(_))) => {
                    tracing::error!(%day, %error, "export.day_unreadable");
                    unreadable.get_or_insert(error);
                    continue;
                }
                Err(error) => return Err(error),
            };
            summary.exported.push(Exported {
                day: *day,
                calls: entry.calls,
                bytes: entry.objects.values().map(|object| object.bytes).sum(),
                adds_up: entry.adds_up,
            });
            manifest.days.insert(*day, entry);
            behind.remove(day);
            manifest.complete_up_to = complete_up_to(known, &behind, &manifest);
            manifest.written_at = now;
            // After each day, so that a run that dies repeats one.
            self.lake.put_manifest(&mut manifest).await?;
        }
        let complete_up_to = complete_up_to(known, &behind, &manifest);
        let is_first = manifest.format == 0;
        if !summary.exported.is_empty() || is_first {
            self.lake.put_text("schema.md", schema_markdown()).await?;
            self.lake.put_json("schema.json", &schema_json()).await?;
        }
        if manifest.complete_up_to != complete_up_to || is_first {
            manifest.complete_up_to = complete_up_to;
            manifest.written_at = now;
            self.lake.put_manifest(&mut manifest).await?;
        }
        summary.complete_up_to = complete_up_to;
        unreadable.map_or(Ok(summary), Err)
    }

    /// Which writing of the logs of telephone calls is in force, of the days with rows.
    async fn telephone(&self, now: Timestamp) -> Result<BTreeMap<Date, String>, Error> {
        let heads = self.table.pstn_heads(Date::MIN, Date::MAX).await?;
        let of_days = heads.into_iter().filter(|head| {
            head.rows > 0 && head.day != DAY_OF_NO_TIME && head.expires_at > now.as_second()
        });
        Ok(of_days.map(|head| (head.day, head.roll)).collect())
    }

    async fn privacy(&self) -> Result<&PrivacyFilter, Error> {
        let settings = self.config.privacy;
        let filter = self
            .filter
            .get_or_try_init(async || Ok(PrivacyFilter::new(settings, &self.key.fetch().await?)));
        filter.await
    }

    /// Another one makes every day due: what is shown of people, or the key of their pseudonyms, is
    /// another.
    fn privacy_digest(&self, filter: &PrivacyFilter) -> String {
        let settings = self.config.privacy;
        let people = match settings.people {
            People::Names => "names",
            People::Pseudonyms => "pseudonyms",
        };
        let key = filter.pseudonym_of_value("the key of the lake");
        format!("{people}, {} digits hidden, key {key}", settings.phone_digits_hidden)
    }

    /// Removes days whose calls are not kept any more. The bucket's lifecycle counts from the last time
    /// that an object was written, and would keep them longer.
    async fn remove_expired(
        &self,
        manifest: &mut Manifest,
        objects: &mut Objects,
        now: Timestamp,
        summary: &mut Summary,
    ) -> Result<(), Error> {
        let retention = self.config.retention_days;
        let days: BTreeSet<Date> = objects.keys().chain(manifest.days.keys()).copied().collect();
        for day in days.into_iter().filter(|day| due::is_expired(*day, now, retention)) {
            for object in objects.remove(&day).unwrap_or_default().into_values() {
                self.lake.store.delete(&object.location).await?;
            }
            manifest.days.remove(&day);
            summary.removed.push(day);
        }
        if !summary.removed.is_empty() {
            manifest.written_at = now;
            self.lake.put_manifest(manifest).await?;
        }
        Ok(())
    }
}
