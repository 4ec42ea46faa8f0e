//! Forgetting a person in what was quarantined: pages that make no call, in which nobody has a part.

use call_records::{PersonKey, redact};

use crate::batch::Write;
use crate::deadline::Deadline;
use crate::item::{self, Item};
use crate::keys::{PK, QUARANTINE, SK};
use crate::{RecordStore, StoreError, page, quarantine};

impl RecordStore {
    /// Puts the tombstone in the person's place in every page that was quarantined, and removes those
    /// that hold the person's id and are no JSON. Says how many pages changed or went.
    pub(super) async fn forget_quarantined(
        &self,
        person: &PersonKey,
        tombstone: &PersonKey,
        deadline: Deadline,
    ) -> Result<u64, StoreError> {
        let mut changed = 0;
        let mut occasions = self.query_by_person(QUARANTINE).only(&[PK, SK]).within(deadline);
        while let Some(items) = occasions.next().await? {
            for occasion in items {
                let (pk, sk) = (item::text(&occasion, PK), item::text(&occasion, SK));
                let Some((pk, sk)) = pk.zip(sk) else { continue };
                let items =
                    self.query(pk).beginning_with(&format!("{sk}#")).within(deadline).all().await?;
                for (place, items) in quarantine::by_page(items) {
                    let writes = without(person, tombstone, pk, &place, &items)?;
                    changed += u64::from(!writes.is_empty());
                    self.write_batch(writes, deadline).await?;
                }
            }
        }
        Ok(changed)
    }
}

/// What has to be written so that a page does not name the person; nothing, if it does not.
fn without(
    person: &PersonKey,
    tombstone: &PersonKey,
    pk: &str,
    place: &str,
    items: &[Item],
) -> Result<Vec<Write>, StoreError> {
    let page = quarantine::page(pk, place, items)?;
    let mut writes: Vec<Write> = match redact(&page.body, person, tombstone, &[]) {
        Ok(None) => return Ok(Vec::new()),
        Ok(Some(redacted)) => {
            let prefix = format!("{place}#");
            let new = page::to_items(pk, &prefix, &page.kind, page.number, &redacted)?;
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
        // No JSON: what it says cannot be taken apart.
        Err(_) if holds(&page.body, person.id()) => Vec::new(),
        Err(_) => return Ok(Vec::new()),
    };
    // The parts beyond those of the new page.
    let surplus = items.iter().skip(writes.len()).map(item::key_of).map(Write::Delete);
    writes.extend(surplus.collect::<Vec<_>>());
    Ok(writes)
}

/// Whether an id stands in some bytes, in whatever case.
fn holds(bytes: &[u8], id: &str) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    text.contains(&id.to_ascii_lowercase())
}
