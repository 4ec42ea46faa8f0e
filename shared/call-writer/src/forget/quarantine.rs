//! Forgetting a person in quarantined pages. They make no call, so no participation leads to them.

use call_records::{PersonKey, redact};
use call_table::item::{self, Item};
use call_table::keys::{PK, QUARANTINE, SK};
use call_table::{Deadline, TableError, pages_by_place, quarantined_page};
use item_writer::{Write, write_batch};
use sha2::{Digest, Sha256};

use crate::page_items::page_items;
use crate::{CallWriter, quarantine};

impl CallWriter {
    /// Puts the tombstone in the person's place in every quarantined page, and removes pages that hold
    /// the person's id and are no JSON. Returns how many pages were changed or removed.
    pub(super) async fn forget_quarantined(
        &self,
        person: &PersonKey,
        tombstone: &PersonKey,
        deadline: Deadline,
    ) -> Result<u64, TableError> {
        let mut changed = 0;
        let mut occasions = self.table.query_by_person(QUARANTINE).only(&[PK, SK]).within(deadline);
        while let Some(items) = occasions.next().await? {
            for occasion in items {
                let (pk, sk) = (item::text(&occasion, PK), item::text(&occasion, SK));
                let Some((pk, sk)) = pk.zip(sk) else { continue };
                let items = self
                    .table
                    .query(pk)
                    .beginning_with(&format!("{sk}#"))
                    .within(deadline)
                    .all()
                    .await?;
                for (place, items) in pages_by_place(items) {
                    let writes = without(person, tombstone, pk, &place, &items)?;
                    changed += u64::from(!writes.is_empty());
                    write_batch(&self.table, writes, deadline).await?;
                }
            }
        }
        Ok(changed)
    }
}

/// The writes after which a page does not name the person; none if it does not now.
fn without(
    person: &PersonKey,
    tombstone: &PersonKey,
    pk: &str,
    place: &str,
    items: &[Item],
) -> Result<Vec<Write>, TableError> {
    let page = quarantined_page(pk, place, items)?;
    let mut writes: Vec<Write> = match redact(&page.body, person, tombstone, &[]) {
        Ok(None) => return Ok(Vec::new()),
        Ok(Some(redacted)) => {
            let prefix = format!("{place}#");
            let sha256 = Sha256::digest(&redacted);
            let new = page_items(pk, &prefix, &page.kind, page.number, &redacted, &sha256)?;
            let kept = items.first().into_iter().flatten();
            let kept: Item = kept
                .filter(|(name, _)| quarantine::STAMPS.contains(&name.as_str()))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            new.into_iter()
                .map(|mut item| {
                    item.extend(kept.clone());
                    Write::Put(item)
                })
                .collect()
        }
        // No JSON: the person cannot be separated from the rest.
        Err(_) if holds(&page.body, person.id()) => Vec::new(),
        Err(_) => return Ok(Vec::new()),
    };
    // The parts beyond those of the new page.
    let surplus = items.iter().skip(writes.len()).map(item::key_of).map(Write::Delete);
    writes.extend(surplus.collect::<Vec<_>>());
    Ok(writes)
}

/// Whether the bytes contain an id, in any case.
fn holds(bytes: &[u8], id: &str) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    text.contains(&id.to_ascii_lowercase())
}
