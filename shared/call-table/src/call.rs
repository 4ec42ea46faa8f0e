//! Reading one call.

use std::collections::{HashMap, HashSet};

use call_records::Participation;
use jiff::Timestamp;

use crate::fold::unfold;
use crate::item::{self, Item};
use crate::keys::{self, PERSON_PREFIX, PK, SESSION_PREFIX, SK};
use crate::{
    CallTable, Deadline, RawPage, Rules, StoredCall, StoredPage, StoredRecord, StoredVersion,
    TableError,
};

/// How often a call is read again because it was replaced meanwhile.
const MAX_READS: u32 = 8;

/// The projection of [`StoredVersion`].
const ONLY_VERSION: &[&str] = &[PK, "version", "ended_at", "stored_at"];

fn stored_versions(items: Vec<Item>) -> Result<HashMap<String, StoredVersion>, TableError> {
    let stored = items.into_iter().filter(|item| item.contains_key("version"));
    stored
        .map(|item| {
            let id = item::text(&item, PK).and_then(|pk| pk.strip_prefix("CALL#"));
            let id = id.unwrap_or_default().to_owned();
            Ok((id, item::read(item)?))
        })
        .collect()
}

impl CallTable {
    /// The stored version of a call; none while its first version is still being written.
    pub async fn version(&self, id: &str) -> Result<Option<i64>, TableError> {
        let record = self.record_item(id, Deadline::NONE).await?;
        Ok(record.and_then(|record| item::number(&record, "version")))
    }

    /// The stored versions of many calls, without those that are not stored. No id may come twice.
    pub async fn versions(
        &self,
        ids: &[&str],
    ) -> Result<HashMap<String, StoredVersion>, TableError> {
        let keys: Vec<Item> =
            ids.iter().map(|id| item::key(&keys::call(id), keys::RECORD)).collect();
        stored_versions(self.read_batch_of(&keys, Some(ONLY_VERSION), true).await?)
    }

    /// The stored versions of the calls that began at `from` or later and before `to`, within one UTC day.
    /// From the index: eventually consistent, and a tenth of what [`Self::versions`] costs.
    pub async fn versions_begun_in(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<HashMap<String, StoredVersion>, TableError> {
        let day = keys::day(keys::utc_day(from));
        let (first, last) = (keys::instant(from), keys::instant(to));
        let query = self.query_by_day(&day).between(&first, &last).only(ONLY_VERSION);
        stored_versions(query.all().await?)
    }

    /// The call's own item, or none.
    pub async fn record(&self, id: &str) -> Result<Option<StoredRecord>, TableError> {
        let record = self.record_item(id, Deadline::NONE).await?;
        record.filter(|record| record.contains_key("version")).map(item::read).transpose()
    }

    /// Whether a call is stored at the version and the revision of this record.
    pub async fn is_stored(&self, record: &StoredRecord) -> Result<bool, TableError> {
        let stored = self.record(&record.call_id).await?;
        let state = |record: &StoredRecord| (record.version, record.revision);
        Ok(stored.is_some_and(|stored| state(&stored) == state(record)))
    }

    /// The call's own item, unfolded; before the first version is committed it has a claim and nothing
    /// else.
    pub async fn record_item(
        &self,
        id: &str,
        deadline: Deadline,
    ) -> Result<Option<Item>, TableError> {
        self.item(&keys::call(id), keys::RECORD, deadline).await?.map(unfold).transpose()
    }

    /// A call with its participations and sessions, or none.
    pub async fn call(&self, id: &str) -> Result<Option<StoredCall>, TableError> {
        for attempt in 0..MAX_READS {
            if attempt > 0 {
                Deadline::NONE.pause(attempt).await?;
            }
            let Some(record) = self.record(id).await? else {
                return Ok(None);
            };
            let people = self.query(&keys::call(id)).beginning_with(PERSON_PREFIX).all().await?;
            let people =
                people.into_iter().map(item::read::<Participation>).collect::<Result<_, _>>()?;
            let rebuilt = self.rebuild(&record, Rules::of(&record, Rules::default())).await;
            let sessions = match rebuilt {
                Ok((_, sessions)) => sessions.into_iter().map(|(session, _)| session).collect(),
                // Its pages were swept.
                Err(_) if !self.is_stored(&record).await? => continue,
                Err(error) => return Err(error),
            };
            // Optimistic locking: what was read belongs together only if nothing was committed meanwhile.
            let state =
                |record: &StoredRecord| (record.version, record.revision, record.being_replaced_by);
            if self.record(id).await?.as_ref().map(state) == Some(state(&record)) {
                return Ok(Some(StoredCall { record, people, sessions }));
            }
        }
        Err(TableError::Contended)
    }

    /// The items of the sessions that a version owns: those that name a person who has no
    /// participation because of it. Versions before sessions were made of the pages stored all.
    pub async fn session_items(&self, record: &StoredRecord) -> Result<Vec<Item>, TableError> {
        let chains: HashSet<_> = record.raw.iter().map(|page| page.chain.as_str()).collect();
        let prefix = format!("{SESSION_PREFIX}{}#", record.version);
        let query = self.query(&keys::call(&record.call_id)).beginning_with(&prefix);
        let mut items = query.all().await?;
        items.retain(|item| {
            let chain = item::text(item, SK).and_then(|sk| sk.rsplit('#').next());
            chain.is_some_and(|chain| chains.contains(chain))
        });
        Ok(items)
    }

    /// What Graph sent for the stored version, in the order of arrival. Empty when the call is not
    /// stored.
    ///
    /// # Errors
    ///
    /// [`TableError::Corrupt`] when a page is not what was written.
    pub async fn raw_pages(&self, id: &str) -> Result<Vec<RawPage>, TableError> {
        'attempts: for attempt in 0..MAX_READS {
            if attempt > 0 {
                Deadline::NONE.pause(attempt).await?;
            }
            let Some(record) = self.record(id).await? else {
                return Ok(Vec::new());
            };
            let mut pages = Vec::with_capacity(record.raw.len());
            for page in &record.raw {
                match self.raw_page(&record, page).await {
                    Ok(body) => {
                        let (kind, number) = (page.kind.clone(), page.number);
                        pages.push(RawPage { kind, number, body });
                    }
                    // A newer version or a revision replaced it and its pages were swept.
                    Err(_) if !self.is_stored(&record).await? => continue 'attempts,
                    Err(error) => return Err(error),
                }
            }
            return Ok(pages);
        }
        Err(TableError::Contended)
    }

    /// One page of a stored version.
    ///
    /// # Errors
    ///
    /// [`TableError::Corrupt`] when the page is not what was written, or was swept because another
    /// version replaced this one.
    pub async fn raw_page(
        &self,
        record: &StoredRecord,
        page: &StoredPage,
    ) -> Result<Vec<u8>, TableError> {
        self.page_of_version(&record.call_id, record.version, page, Deadline::NONE).await
    }

    /// One page of a version, committed or not.
    ///
    /// # Errors
    ///
    /// [`TableError::Corrupt`] when the page is missing, or is not what was written.
    pub async fn page_of_version(
        &self,
        id: &str,
        version: i64,
        page: &StoredPage,
        deadline: Deadline,
    ) -> Result<Vec<u8>, TableError> {
        let prefix = page.key_prefix(version);
        let pk = keys::call(id);
        let items = self.query(&pk).beginning_with(&prefix).within(deadline).all().await?;
        page.body(id, version, &items)
    }
}
