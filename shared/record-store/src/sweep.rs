//! Removing what no committed version owns.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::batch::Write;
use crate::deadline::Deadline;
use crate::item::{self, Item};
use crate::keys::{self, LAST, RAW_PREFIX, SESSION_PREFIX, SET_ASIDE_PREFIX, SK};
use crate::{RecordStore, StoreError, StoredRecord};

impl RecordStore {
    /// Removes pages and sessions that a crash left behind: those of the stored version or an older
    /// one that the call's own item does not own, and what was set aside before it was stored.
    /// Returns how many items went. Does nothing while the call is not stored.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says; what is left is removed the next time.
    pub async fn sweep(&self, id: &str) -> Result<usize, StoreError> {
        self.remove_unowned(id, Deadline::NONE).await
    }

    /// Does what [`sweep`](Self::sweep) says.
    ///
    /// Items of a version that is newer than the stored one are left alone: their writer is at work,
    /// or will be. Those of the stored version or an older one can never be owned any more: whoever
    /// wrote them will find the stored version in the way.
    pub(crate) async fn remove_unowned(
        &self,
        id: &str,
        deadline: Deadline,
    ) -> Result<usize, StoreError> {
        let Some(record) = self.record_item(id, deadline).await? else {
            return Ok(0);
        };
        if !record.contains_key("version") {
            return Ok(0);
        }
        let owned = Owned::new(item::read(record)?);
        let pk = keys::call(id);
        // Everything that can be unowned lies here; so does the call's own item.
        let mut pages = self
            .query(&pk)
            .between(RAW_PREFIX, &format!("{SET_ASIDE_PREFIX}{LAST}"))
            .only(&[SK, "set_aside_at"])
            .within(deadline);
        let mut removed = 0;
        while let Some(items) = pages.next().await? {
            let unowned: Vec<_> = items
                .iter()
                .filter(|item| !owned.keeps(item))
                .filter_map(|item| Some(Write::Delete(item::key(&pk, item::text(item, SK)?))))
                .collect();
            removed += unowned.len();
            self.write_batch(unowned, deadline).await?;
        }
        Ok(removed)
    }
}

/// What a stored version owns.
struct Owned {
    version: i64,
    stored_at: Timestamp,
    /// How the keys of its pages begin.
    pages: HashSet<String>,
    /// How the keys of its sessions end.
    chains: HashSet<String>,
}

impl Owned {
    fn new(record: StoredRecord) -> Self {
        let version = record.version;
        let page = |page: &crate::StoredPage| {
            keys::raw_page(version, &page.kind, page.number, &page.digest)
        };
        Self {
            version,
            stored_at: record.stored_at,
            pages: record.raw.iter().map(page).collect(),
            chains: record.raw.into_iter().map(|page| page.chain).collect(),
        }
    }

    fn keeps(&self, item: &Item) -> bool {
        let Some(sk) = item::text(item, SK) else {
            return true;
        };
        if sk.starts_with(SET_ASIDE_PREFIX) {
            let at = item::text(item, "set_aside_at").and_then(|at| at.parse::<Timestamp>().ok());
            return at.is_none_or(|at| at > self.stored_at);
        }
        match keys::version_of(sk) {
            // The call's own item, or a key of a kind that is not known here.
            None => true,
            Some(version) if version > self.version => true,
            Some(version) if version < self.version => false,
            Some(_) if sk.starts_with(SESSION_PREFIX) => sk
                .rsplit('#')
                .next()
                .is_some_and(|chain| self.chains.contains(chain)),
            Some(_) => sk
                .rfind('#')
                .is_some_and(|end| self.pages.contains(&sk[..=end])),
        }
    }
}
