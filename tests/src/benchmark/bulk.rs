//! Filling an empty table without a request for each call.

use std::collections::BTreeMap;

use call_records::{Call, PersonKey, SessionSummary, Totals};
use call_table::item::n;
use call_table::keys::EXPIRES_AT;
use call_table::ledger::accumulate;
use call_table::{Item, RawPage, StoredPage, TableConfig, TableError, keys, page_digest};
use call_writer::draft::{self, Draft};
use call_writer::ledger::{self, Owner};
use call_writer::page_items;
use jiff::Timestamp;
use jiff::civil::Date;

/// The items that storing calls makes, each call once and for the first time: for a table that is empty, such
/// as that of a benchmark. The caller puts the items there.
///
/// They are made by the code that stores a call, and are the same.
#[derive(Debug)]
pub struct BulkLoad {
    config: TableConfig,
    days: BTreeMap<Date, Day>,
}

#[derive(Debug, Default)]
struct Day {
    organisation: BTreeMap<u8, Totals>,
    people: BTreeMap<PersonKey, Totals>,
}

impl BulkLoad {
    /// Begins with no calls.
    pub fn new(config: &TableConfig) -> Self {
        Self { config: config.clone(), days: BTreeMap::new() }
    }

    /// The items of a call and its people, without those of its pages and sessions. What the call adds to totals is kept until
    /// [`totals`](Self::totals).
    ///
    /// # Errors
    ///
    /// [`TableError::Corrupt`] when a sum leaves the range of integers.
    pub fn call(
        &mut self,
        id: &str,
        call: &Call,
        pages: &[StoredPage],
        now: Timestamp,
    ) -> Result<Vec<Item>, TableError> {
        let config = &self.config;
        let draft = Draft { config, id, call, pages, now, revision: 0 };
        let day = self.days.entry(call.day()).or_default();
        let contribution = call.totals();
        let mut items = vec![draft.record(&contribution, Vec::new())?];
        let shard = day.organisation.entry(keys::shard(id, config.total_shards)).or_default();
        accumulate(shard, &contribution)?;
        for part in call.people.values() {
            let contribution = draft.contribution(part);
            let fingerprint = draft.fingerprint(part, &contribution)?;
            items.push(draft.participation(part, &contribution, fingerprint)?);
            let totals = day.people.entry(part.person.clone()).or_default();
            accumulate(totals, &contribution)?;
        }
        Ok(items)
    }

    /// The items of a call with its pages and sessions; none when its pages are too large for one bundle.
    ///
    /// # Errors
    ///
    /// [`TableError::Corrupt`] when a sum leaves the range of integers.
    pub fn call_with_pages(
        &mut self,
        call: &Call,
        sessions: &[SessionSummary],
        pages: &[RawPage],
        now: Timestamp,
    ) -> Result<Option<Vec<Item>>, TableError> {
        let (mut listed, mut bodies) = (Vec::<StoredPage>::new(), Vec::new());
        for RawPage { kind, number, body } in pages {
            let digest = page_digest(body);
            let kind = kind.clone();
            listed.push(page_items::listed(listed.last(), kind, *number, body, digest));
            bodies.extend_from_slice(body);
        }
        if bodies.len() > page_items::MAX_BUNDLE_BYTES {
            return Ok(None);
        }
        let mut items = vec![page_items::bundle(&call.id, call.version, &mut listed, &bodies)?];
        let chain = listed.last().map(|page| page.chain.clone()).unwrap_or_default();
        items.extend(
            sessions
                .iter()
                .filter_map(|session| draft::session(&call.id, call.version, session, &chain)),
        );
        let expires_at = n(self.config.expires_at(call.started_at));
        for item in &mut items {
            item.insert(EXPIRES_AT.to_owned(), expires_at.clone());
        }
        items.extend(self.call(&call.id, call, &listed, now)?);
        Ok(Some(items))
    }

    /// The totals of all calls since the last time, as items. A day whose totals were taken must
    /// have no further calls.
    ///
    /// # Errors
    ///
    /// [`TableError::Corrupt`] when a day is out of range.
    pub fn totals(&mut self) -> Result<Vec<Item>, TableError> {
        let config = &self.config;
        let mut items = Vec::new();
        for (day, Day { organisation, people }) in std::mem::take(&mut self.days) {
            for (shard, totals) in organisation {
                items.extend(ledger::items(config, Owner::Organisation(shard), day, &totals)?);
            }
            for (person, totals) in people {
                items.extend(ledger::items(config, Owner::Person(&person), day, &totals)?);
            }
        }
        Ok(items)
    }
}
