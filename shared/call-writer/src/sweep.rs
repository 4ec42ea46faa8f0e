//! Sweeping: removing pages and sessions that no committed version owns.

use std::collections::HashSet;

use call_table::fold::FOLDED;
use call_table::item;
use call_table::keys::{
    self, LAST, QUARANTINE_PREFIX, RAW_PREFIX, RESUME_PREFIX, SESSION_PREFIX, SK,
};
use call_table::{Deadline, StoredPage, TableError};
use item_writer::{Write, write_batch};
use jiff::Timestamp;
use serde::Deserialize;

use crate::CallWriter;

impl CallWriter {
    /// Completes what a crash after a commit left undone: removes pages and sessions of the stored
    /// version or an older one that the call's own item does not own, resume points of these versions, and
    /// pages that were quarantined before it was stored; then forgets the people with a mark. Returns how many items were removed.
    /// Does nothing while the call is not stored.
    pub async fn sweep(&self, id: &str) -> Result<usize, TableError> {
        let removed = self.remove_unowned(id, Deadline::NONE).await?;
        self.forget_marked(id, Deadline::NONE).await?;
        Ok(removed)
    }

    /// Invariant: pages and sessions of a version that is newer than the stored one, or that a revision
    /// has claimed, are never removed, because their writer is still at work. Other unowned ones always
    /// may be, because their writer's commit will find the stored version.
    pub(crate) async fn remove_unowned(
        &self,
        id: &str,
        deadline: Deadline,
    ) -> Result<usize, TableError> {
        let pk = keys::call(id);
        // One query, because the sort keys are adjacent: QUARANTINE#, RAW#, RECORD, RESUME#, SESSION#.
        let mut pages = self
            .table
            .query(&pk)
            .between(QUARANTINE_PREFIX, &format!("{SESSION_PREFIX}{LAST}"))
            .only(&[SK, "quarantined_at", "version", "claim", "stored_at", "raw", FOLDED])
            .within(deadline);
        let (mut found, mut owned) = (Vec::new(), None);
        while let Some(items) = pages.next().await? {
            for item in items {
                match item::text(&item, SK) {
                    Some(keys::RECORD) if item.contains_key("version") => {
                        owned = Some(Owned::new(&item::read(item)?));
                    }
                    Some(keys::RECORD) | None => {}
                    Some(sk) => {
                        let at = item::text(&item, "quarantined_at").and_then(|at| at.parse().ok());
                        found.push((sk.to_owned(), at));
                    }
                }
            }
        }
        let Some(owned) = owned else { return Ok(0) };
        found.retain(|(sk, quarantined_at)| !owned.keeps(sk, *quarantined_at));
        if found.is_empty() {
            return Ok(0);
        }
        // Read again after the list: what a revision had written by then is owned or claimed now.
        let Some(record) = self.table.record_item(id, deadline).await? else { return Ok(0) };
        let owned = Owned::new(&item::read(record)?);
        found.retain(|(sk, quarantined_at)| !owned.keeps(sk, *quarantined_at));
        let unowned = found.iter().map(|(sk, _)| Write::Delete(item::key(&pk, sk))).collect();
        write_batch(&self.table, unowned, deadline).await?;
        Ok(found.len())
    }

    /// Removes pages of a version that is not stored, and the sessions on them.
    pub(crate) async fn remove_pages(
        &self,
        id: &str,
        version: i64,
        pages: &[StoredPage],
        deadline: Deadline,
    ) -> Result<(), TableError> {
        let pk = keys::call(id);
        let owned = Owned::of(version, Timestamp::MIN, pages);
        for prefix in [format!("{RAW_PREFIX}{version}#"), format!("{SESSION_PREFIX}{version}#")] {
            let query = self.table.query(&pk).beginning_with(&prefix).only(&[SK]).within(deadline);
            let found = query.all().await?;
            let found = found.iter().filter_map(|item| item::text(item, SK));
            let found = found.filter(|sk| owned.keeps(sk, None));
            let found = found.map(|sk| Write::Delete(item::key(&pk, sk))).collect();
            write_batch(&self.table, found, deadline).await?;
        }
        Ok(())
    }
}

/// The attributes of the call's own item that say what it owns.
#[derive(Deserialize)]
struct OwnRecord {
    version: i64,
    stored_at: Timestamp,
    #[serde(default)]
    claim: Option<i64>,
    #[serde(default)]
    raw: Vec<StoredPage>,
}

/// What a stored version owns.
struct Owned {
    version: i64,
    /// Whether a revision of this version is being written.
    is_claimed: bool,
    stored_at: Timestamp,
    /// The prefixes of the keys of its pages.
    pages: HashSet<String>,
    /// The suffixes of the keys of its sessions.
    chains: HashSet<String>,
}

impl Owned {
    fn new(record: &OwnRecord) -> Self {
        let is_claimed = record.claim == Some(record.version);
        Self { is_claimed, ..Self::of(record.version, record.stored_at, &record.raw) }
    }

    fn of(version: i64, stored_at: Timestamp, pages: &[StoredPage]) -> Self {
        Self {
            version,
            is_claimed: false,
            stored_at,
            pages: pages.iter().map(|page| page.key_prefix(version)).collect(),
            chains: pages.iter().map(|page| page.chain.clone()).collect(),
        }
    }

    fn keeps(&self, sk: &str, quarantined_at: Option<Timestamp>) -> bool {
        if sk.starts_with(QUARANTINE_PREFIX) {
            return quarantined_at.is_none_or(|at| at > self.stored_at);
        }
        let Some((before, last)) = sk.rsplit_once('#') else { return true };
        match keys::version_of(sk) {
            // A kind of key that a later release added.
            None => true,
            Some(version) if version != self.version => version > self.version,
            // What is stored is not read any more.
            Some(_) if sk.starts_with(RESUME_PREFIX) => false,
            Some(_) if self.is_claimed => true,
            Some(_) if sk.starts_with(SESSION_PREFIX) => self.chains.contains(last),
            Some(_) => self.pages.contains(&format!("{before}#")),
        }
    }
}
