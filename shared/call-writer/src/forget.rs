//! Forgetting a person: their participations, totals and names are removed, and a tombstone takes
//! their place in everything else, so that the organisation's totals stay and still equal
//! recomputation.
//!
//! Invariants:
//! * A person's participation is removed last, after the call was stored with redacted pages and the
//!   old pages were swept. Participations are the list of what is left to do, so that a run that was
//!   stopped anywhere is completed by the next one.
//! * A mark is set first, and every writer of a call reads the marks after its commit. So a commit
//!   comes before the mark, and forgetting finds the call, or after it, and the writer finds the mark.

use std::collections::BTreeMap;

use call_records::{AudioClassifier, PersonKey, redact};
use call_table::fold::unfold;
use call_table::item::{self, Item, n};
use call_table::keys::{self, PERSON_PREFIX, PK, SESSION_PREFIX, SK};
use call_table::ledger::totals;
use call_table::{Deadline, Rules, StoredRecord, TableError, feed, undecodable};
use item_writer::{Outcome, Write, transact, write_batch};
use jiff::Timestamp;
use serde::Serialize;
use tokio::time::Instant;

use crate::CallWriter;
use crate::draft::{self, Draft};
use crate::page_writer::PageWriter;
use crate::plan::{self, Head, Revision, StoredParticipation};
use crate::sessions::session_changes;

pub use preview::WouldForget;

mod derived;
mod preview;
mod quarantine;

/// How often a call is read again after another writer changed it.
const MAX_ATTEMPTS: u32 = 8;

/// How often the index is queried again while totals show that a call is missing in it.
const MAX_PASSES: u32 = 6;

/// What forgetting a person removed. It does not name the person.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// What stands in the person's place in the calls of others.
    pub tombstone: String,
    /// Calls from which the person was removed: they participated, or were only named.
    pub calls: u64,
    /// Participations that were removed.
    pub participations: u64,
    /// Pages of raw JSON in which the tombstone took the person's place, and pages that are no JSON
    /// and were removed.
    pub pages: u64,
    /// Days whose totals were removed.
    pub days: u64,
    /// Whether nothing is left. If something is, the time was over or another writer was storing one
    /// of the calls: run it again.
    pub complete: bool,
}

/// The result for one call.
enum Removal {
    /// The person is no longer in it.
    Removed { participations: u64, pages: u64 },
    /// Another writer is storing it.
    Busy,
}

impl CallWriter {
    /// Forgets a person in every call that began until now. The organisation's totals stay. Calls
    /// that begin later are counted.
    ///
    /// It can be stopped anywhere and run again, and stops by itself at the deadline.
    pub async fn forget(
        &self,
        person: &PersonKey,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Forgotten, TableError> {
        let deadline = Deadline::at(deadline);
        let mark = self.forgotten.set(person, now, deadline).await?;
        let tombstone = person.tombstone(&mark.token);
        let mut forgotten = Forgotten { tombstone: tombstone.to_string(), ..Forgotten::default() };
        match self.forget_everywhere(person, &tombstone, now, &mut forgotten, deadline).await {
            Ok(complete) => forgotten.complete = complete,
            Err(TableError::OutOfTime) => {}
            Err(error) => return Err(error),
        }
        Ok(forgotten)
    }

    /// Forgets a person in calls, in quarantined pages and in totals. Returns whether nothing is left.
    async fn forget_everywhere(
        &self,
        person: &PersonKey,
        tombstone: &PersonKey,
        now: Timestamp,
        forgotten: &mut Forgotten,
        deadline: Deadline,
    ) -> Result<bool, TableError> {
        let busy = self.forget_calls(person, tombstone, now, forgotten, deadline).await?;
        forgotten.pages += self.forget_quarantined(person, tombstone, deadline).await?;
        let (removable, others) = self.removable_days(&keys::person(person), now, deadline).await?;
        forgotten.days = u64::try_from(removable.len()).unwrap_or(u64::MAX);
        let deletes = removable.into_iter().map(Write::Delete).collect();
        write_batch(&self.table, deletes, deadline).await?;
        Ok(!busy && !others)
    }

    /// Forgets a person in the calls that the index shows, until it shows none. Returns whether
    /// another writer is storing one of them.
    async fn forget_calls(
        &self,
        person: &PersonKey,
        tombstone: &PersonKey,
        now: Timestamp,
        forgotten: &mut Forgotten,
        deadline: Deadline,
    ) -> Result<bool, TableError> {
        let pk = keys::person(person);
        let mut busy = false;
        for pass in 0..MAX_PASSES {
            if pass > 0 {
                // The index is eventually consistent: it follows the table within a moment.
                deadline.pause(pass + 1).await?;
            }
            let (mut found, mut removed) = (0_u64, 0_u64);
            busy = false;
            for key in [&pk, &keys::named_only(person)] {
                let mut pages = self.table.query_by_person(key).only(&[PK]).within(deadline);
                while let Some(items) = pages.next().await? {
                    for item in items {
                        let id = item::text(&item, PK).and_then(|pk| pk.strip_prefix("CALL#"));
                        let Some(id) = id else { continue };
                        found += 1;
                        match Box::pin(self.forget_in_call(id, person, tombstone, deadline)).await?
                        {
                            Removal::Removed { participations, pages } => {
                                let changed = participations > 0 || pages > 0;
                                removed += u64::from(changed);
                                forgotten.calls += u64::from(changed);
                                forgotten.participations += participations;
                                forgotten.pages += pages;
                            }
                            Removal::Busy => busy = true,
                        }
                    }
                }
            }
            // Writing a large call takes longer than all passes together.
            if busy && removed == 0 {
                break;
            }
            if found == 0 && !self.removable_days(&pk, now, deadline).await?.1 {
                break;
            }
        }
        Ok(busy)
    }

    /// Forgets a person in one call in which they participate or are only named.
    async fn forget_in_call(
        &self,
        id: &str,
        person: &PersonKey,
        tombstone: &PersonKey,
        deadline: Deadline,
    ) -> Result<Removal, TableError> {
        let sk = keys::person(person);
        let (mut participations, mut pages) = (0, 0);
        for attempt in 0..MAX_ATTEMPTS {
            if attempt > 0 {
                deadline.pause(attempt).await?;
            }
            let part = self.table.query(&keys::call(id)).between(&sk, &sk).within(deadline);
            let part = part.all().await?.pop().map(unfold).transpose()?;
            // Counted once, also if an attempt whose answer was lost has removed it.
            participations |= u64::from(part.is_some());
            let record = self.table.record_item(id, deadline).await?;
            let head = Head::read(record.as_ref())?;
            if head.is_being_replaced() {
                continue;
            }
            if let Some(record) = record {
                let record: StoredRecord = item::read(record)?;
                let alias = part.as_ref().and_then(|part| item::text(part, "user_principal_name"));
                let aliases: Vec<_> = alias.into_iter().collect();
                let names = Names { person, tombstone, aliases: &aliases };
                match self.redact_pages(&record, &head, &names, deadline).await? {
                    None => continue,
                    Some(redacted) => pages += redacted,
                }
                self.remove_unowned(id, deadline).await?;
                self.remove_derived(record.day, deadline).await?;
            }
            let Some(part) = part else {
                return Ok(Removal::Removed { participations, pages });
            };
            let part = StoredParticipation::read(person.clone(), &part)?;
            let actions = plan::remove(self.table.config(), id, &part)?;
            if transact(&self.table, &actions, deadline).await? == Outcome::Done {
                return Ok(Removal::Removed { participations, pages });
            }
        }
        Ok(Removal::Busy)
    }

    /// Stores a call at the same version with the tombstone in the person's place. Returns how many
    /// pages changed, or none when another writer changed the call meanwhile.
    async fn redact_pages(
        &self,
        record: &StoredRecord,
        head: &Head,
        names: &Names<'_>,
        deadline: Deadline,
    ) -> Result<Option<u64>, TableError> {
        let fallback = Rules { home_tenant: None, classifier: AudioClassifier::default() };
        let mut call = Rules::of(record, fallback).builder();
        let mut writer = PageWriter::new(
            self.table.clone(),
            &record.call_id,
            record.version,
            record.started_at,
            deadline,
        );
        let (mut changed, mut sessions) = (0, Vec::new());
        for page in &record.raw {
            let body = match self.table.raw_page(record, page).await {
                Ok(body) => body,
                // A newer version or a revision replaced it and its pages were swept.
                Err(_) if !self.table.is_stored(record).await? => return Ok(None),
                Err(error) => return Err(error),
            };
            let redacted = redact(&body, names.person, names.tombstone, names.aliases)
                .map_err(|error| undecodable(&error))?;
            if redacted.is_some() && changed == 0 {
                // Before the first page that the call does not own yet, or sweeping could remove it.
                let claimed = self.claim_revision(record, head, deadline).await?;
                if claimed == Outcome::ConditionFailed {
                    return Ok(None);
                }
            }
            changed += u64::from(redacted.is_some());
            let body = redacted.unwrap_or(body);
            writer.add_page(page.kind.clone(), page.number, &body).await?;
            let summaries = feed(&mut call, &page.kind, page.number, &body)
                .map_err(|error| undecodable(&error))?;
            let chain = writer.pages.last().map(|page| page.chain.as_str()).unwrap_or_default();
            for summary in summaries {
                let (id, version) = (&record.call_id, record.version);
                sessions.extend(draft::session(id, version, &summary, chain));
            }
        }
        if changed == 0 {
            return Ok(Some(0));
        }
        let mut call = call.finish().map_err(|error| undecodable(&error))?;
        // As stored, because the organisation's totals stay by those definitions.
        call.definitions_version = record.definitions_version;
        writer.flush(call.started_at).await?;
        let draft = Draft {
            config: self.table.config(),
            id: &record.call_id,
            call: &call,
            pages: &writer.pages,
            now: record.stored_at,
            revision: record.revision.unwrap_or_default() + 1,
        };
        let expires_at = n(draft.expires_at());
        // The old summaries are left to the sweep, which removes them after the old pages: those that
        // only name the person are what leads the next run to these pages.
        let sessions = session_changes(self.table.name(), Vec::new(), sessions, &expires_at)?;
        let revision = Revision::Forget(names.person, sessions);
        let done = self.commit_revision(draft, record.revision, revision, deadline).await?;
        Ok((done == Outcome::Done).then_some(changed))
    }

    /// The days of a person whose totals can be removed: those that are zero, as they are when every
    /// participation was removed, and those whose calls have expired. And whether there are others:
    /// then the index does not show a call yet.
    async fn removable_days(
        &self,
        pk: &str,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<(Vec<Item>, bool), TableError> {
        let oldest = now.as_second() - i64::from(self.table.config().retention_days) * 86_400;
        let (mut removable, mut others) = (Vec::new(), false);
        let mut pages = self.table.query(pk).within(deadline);
        while let Some(items) = pages.next().await? {
            for item in items {
                let day = item::text(&item, SK).and_then(keys::date_of);
                let began = day.map(keys::midnight).transpose()?;
                if totals(&item)?.is_empty()
                    || began.is_some_and(|began| began.as_second() < oldest)
                {
                    removable.push(item::key_of(&item));
                } else {
                    others = true;
                }
            }
        }
        Ok((removable, others))
    }

    /// Forgets the people with a mark in a call that was just stored.
    pub(crate) async fn forget_marked(
        &self,
        id: &str,
        deadline: Deadline,
    ) -> Result<(), TableError> {
        let Some(marks) = self.forgotten.marks(deadline).await? else {
            return Ok(());
        };
        let mut marked = BTreeMap::new();
        for prefix in [PERSON_PREFIX, SESSION_PREFIX] {
            let mut items = self
                .table
                .query(&keys::call(id))
                .beginning_with(prefix)
                .only(&[SK, "named_only", "started_at"])
                .within(deadline);
            while let Some(items) = items.next().await? {
                for item in items {
                    let person =
                        item::text(&item, SK).and_then(|sk| sk.strip_prefix(PERSON_PREFIX));
                    let person = person.or_else(|| item::text(&item, "named_only"));
                    let Some(person) = person.and_then(|person| person.parse::<PersonKey>().ok())
                    else {
                        continue;
                    };
                    let started_at = item::text(&item, "started_at");
                    let started_at = started_at.and_then(|at| at.parse::<Timestamp>().ok());
                    if let Some(mark) = marks.find(&person, started_at) {
                        marked.insert(person.tombstone(&mark.token), person);
                    }
                }
            }
        }
        for (tombstone, person) in marked {
            // Boxed: else every commit would carry the state of what it rarely does.
            match Box::pin(self.forget_in_call(id, &person, &tombstone, deadline)).await? {
                Removal::Busy => return Err(TableError::Contended),
                Removal::Removed { .. } => {}
            }
        }
        Ok(())
    }
}

/// The person to be removed from pages, and what takes their place.
struct Names<'a> {
    person: &'a PersonKey,
    tombstone: &'a PersonKey,
    aliases: &'a [&'a str],
}
