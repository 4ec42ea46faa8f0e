//! Keeping what could not be decoded.

use call_table::error::from_sdk;
use call_table::item::{self, Item, n, s};
use call_table::keys::{
    self, BY_PERSON, BY_PERSON_SORT, EXPIRES_AT, QUARANTINE, QUARANTINE_PREFIX,
};
use call_table::{Deadline, PageKind, RawPage, TableConfig, TableError, page_digest};
use item_writer::{Write, write_batch};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::CallWriter;
use crate::page_items::page_items;

/// When pages were quarantined: an attribute of their items, and of the call's own item until a version
/// is stored, so that whoever stores it knows of them.
pub(crate) const QUARANTINED_AT: &str = "quarantined_at";

/// The attributes of a quarantined item with the times of its life.
pub(crate) const STAMPS: [&str; 2] = [QUARANTINED_AT, EXPIRES_AT];

impl CallWriter {
    /// Keeps pages that could not be decoded under their call, with the reason as a sentence for the
    /// operator. Idempotent, apart from the time. The pages are swept when the call is stored later, and
    /// expire with the retention.
    pub async fn quarantine(
        &self,
        id: &str,
        reason: &str,
        pages: &[RawPage],
        now: Timestamp,
        deadline: Instant,
    ) -> Result<(), TableError> {
        let digests = pages.iter().map(|page| (&page.kind, page.number, page_digest(&page.body)));
        let occasion = Occasion::new(self.table.config(), id, reason, digests, now);
        let mut writes = Vec::new();
        for page in pages {
            writes.extend(occasion.page(&page.kind, page.number, &page.body)?);
        }
        writes.push(occasion.readable(reason, pages.len()));
        let deadline = Deadline::at(deadline);
        self.note_quarantine(id, now, deadline).await?;
        write_batch(&self.table, writes, deadline).await
    }

    /// Notes on the call's own item that pages are quarantined. Before they are: whoever stores a version
    /// meanwhile sweeps after it.
    pub(crate) async fn note_quarantine(
        &self,
        id: &str,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<(), TableError> {
        let table = self.table.name();
        let request = self
            .table
            .client()
            .update_item()
            .table_name(table)
            .set_key(Some(item::key(&keys::call(id), keys::RECORD)))
            .update_expression("SET #at = :at, #expires = if_not_exists(#expires, :expires)")
            .expression_attribute_names("#at", QUARANTINED_AT)
            .expression_attribute_names("#expires", EXPIRES_AT)
            .expression_attribute_values(":at", s(now.to_string()))
            .expression_attribute_values(":expires", n(self.table.config().expires_at(now)));
        let answer = deadline.run(request.send()).await?;
        answer.map(drop).map_err(|error| from_sdk("UpdateItem", table, &error))
    }
}

/// The pages that are quarantined together, and the key that they have in common.
pub(crate) struct Occasion<'a> {
    config: &'a TableConfig,
    id: &'a str,
    sk: String,
    now: Timestamp,
}

impl<'a> Occasion<'a> {
    /// The same pages for the same reason get the same key, so that quarantining is idempotent.
    pub(crate) fn new<'p>(
        config: &'a TableConfig,
        id: &'a str,
        reason: &str,
        pages: impl Iterator<Item = (&'p PageKind, u32, String)>,
        now: Timestamp,
    ) -> Self {
        let mut name = Sha256::new_with_prefix(reason);
        for (kind, number, digest) in pages {
            name.update(format!("\n{kind} {number} {digest}"));
        }
        let sk = format!("{QUARANTINE_PREFIX}{}", keys::short(&name.finalize()));
        Self { config, id, sk, now }
    }

    pub(crate) fn page(
        &self,
        kind: &PageKind,
        number: u32,
        body: &[u8],
    ) -> Result<Vec<Write>, TableError> {
        let prefix = format!("{}#{kind}-{number:04}#", self.sk);
        let pk = keys::call(self.id);
        let items = page_items(&pk, &prefix, kind, number, body, &Sha256::digest(body))?;
        Ok(items.into_iter().map(|item| self.stamped(item)).collect())
    }

    /// The item that an operator reads in the console.
    pub(crate) fn readable(&self, reason: &str, pages: usize) -> Write {
        let mut readable = item::key(&keys::call(self.id), &self.sk);
        readable.insert("call_id".to_owned(), s(self.id));
        readable.insert("reason".to_owned(), s(reason));
        readable.insert("pages".to_owned(), n(pages));
        readable.insert(BY_PERSON.to_owned(), s(QUARANTINE));
        readable.insert(BY_PERSON_SORT.to_owned(), s(keys::chronological(self.now, self.id)));
        self.stamped(readable)
    }

    fn stamped(&self, mut item: Item) -> Write {
        item.insert(QUARANTINED_AT.to_owned(), s(self.now.to_string()));
        item.insert(EXPIRES_AT.to_owned(), n(self.config.expires_at(self.now)));
        Write::Put(item)
    }
}
