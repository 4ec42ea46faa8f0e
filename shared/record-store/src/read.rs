//! Reading calls and totals.

use std::collections::{BTreeMap, HashSet};

use call_records::{CallType, Part, PersonKey, SessionSummary, Totals};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::deadline::Deadline;
use crate::item::{self, Item};
use crate::keys::{self, BY_DAY_SORT, LAST, PERSON_PREFIX, PK, SESSION_PREFIX, SK};
use crate::table::TOTALS_OF_DAY;
use crate::{
    CallOfDay, PersonCall, PersonOfDay, RawPage, RecordStore, StoreError, StoredCall, StoredPage,
    StoredRecord, ledger, page,
};

/// How often a call is read again because it was replaced meanwhile.
const LOOKS: u32 = 8;

impl RecordStore {
    /// The version of a call that is stored; none while it is not, or only half.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn version(&self, id: &str) -> Result<Option<i64>, StoreError> {
        let record = self.record_item(id, Deadline::NONE).await?;
        Ok(record.and_then(|record| item::number(&record, "version")))
    }

    /// The call's own item, or none.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn record(&self, id: &str) -> Result<Option<StoredRecord>, StoreError> {
        let record = self.record_item(id, Deadline::NONE).await?;
        record
            .filter(|record| record.contains_key("version"))
            .map(item::read)
            .transpose()
    }

    /// A call with its people and sessions, or none.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn call(&self, id: &str) -> Result<Option<StoredCall>, StoreError> {
        for look in 0..LOOKS {
            if look > 0 {
                Deadline::NONE.pause(look).await?;
            }
            let Some(record) = self.record(id).await? else {
                return Ok(None);
            };
            let people = self
                .query(&keys::call(id))
                .beginning_with(PERSON_PREFIX)
                .all()
                .await?;
            let people = people
                .into_iter()
                .map(item::read::<Part>)
                .collect::<Result<_, _>>()?;
            let sessions = self.sessions(&record).await?;
            // What was read belongs together only if nothing was replaced meanwhile.
            if self.version(id).await? == Some(record.version) {
                return Ok(Some(StoredCall {
                    record,
                    people,
                    sessions,
                }));
            }
        }
        Err(StoreError::Contended)
    }

    /// The sessions of a version, by position.
    async fn sessions(&self, record: &StoredRecord) -> Result<Vec<SessionSummary>, StoreError> {
        let sessions = self
            .session_items(record)
            .await?
            .into_iter()
            .map(item::read);
        let mut sessions: Vec<SessionSummary> = sessions.collect::<Result<_, _>>()?;
        sessions.sort_by_key(|session| session.position);
        Ok(sessions)
    }

    /// The items of the sessions that a version owns.
    pub(crate) async fn session_items(
        &self,
        record: &StoredRecord,
    ) -> Result<Vec<Item>, StoreError> {
        let chains: HashSet<_> = record.raw.iter().map(|page| page.chain.as_str()).collect();
        let prefix = format!("{SESSION_PREFIX}{}#", record.version);
        let query = self
            .query(&keys::call(&record.call_id))
            .beginning_with(&prefix);
        let mut items = query.all().await?;
        items.retain(|item| {
            let chain = item::text(item, SK).and_then(|sk| sk.rsplit('#').next());
            chain.is_some_and(|chain| chains.contains(chain))
        });
        Ok(items)
    }

    /// What Graph sent for the stored version, in the order in which it came. Empty when the call
    /// is not stored.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when a page is not what was written.
    pub async fn raw_pages(&self, id: &str) -> Result<Vec<RawPage>, StoreError> {
        'looks: for look in 0..LOOKS {
            if look > 0 {
                Deadline::NONE.pause(look).await?;
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
                    // A newer version took its place, and its pages went.
                    Err(_) if self.version(id).await? != Some(record.version) => continue 'looks,
                    Err(error) => return Err(error),
                }
            }
            return Ok(pages);
        }
        Err(StoreError::Contended)
    }

    /// One page of a stored version.
    ///
    /// # Errors
    ///
    /// [`StoreError::Corrupt`] when the page is not what was written, or was removed because another
    /// version took the place of this one.
    pub async fn raw_page(
        &self,
        record: &StoredRecord,
        page: &StoredPage,
    ) -> Result<Vec<u8>, StoreError> {
        let prefix = keys::raw_page(record.version, &page.kind, page.number, &page.digest);
        let pk = keys::call(&record.call_id);
        let items = self.query(&pk).beginning_with(&prefix).all().await?;
        let place = format!("{pk} {prefix}");
        let body = page::from_items(&place, &items)?;
        if page::digest(&body) != page.digest {
            return Err(StoreError::Corrupt(format!(
                "the page {place} is not what its key says"
            )));
        }
        Ok(body)
    }

    /// The parts of one person in the calls that began at or after `from` and before `to`, oldest
    /// first. A call stored in the last second may be missing.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn person_calls(
        &self,
        person: &PersonKey,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<PersonCall>, StoreError> {
        let person = keys::person(person);
        let (first, last) = (keys::instant(from), format!("{}{LAST}", keys::instant(to)));
        let found = self
            .query_by_person(&person)
            .between(&first, &last)
            .only(&[PK, SK]);
        let found = found.all().await?;
        // The index carries a few attributes for the eye; the parts are read from the table.
        let parts = self.read_batch(&found).await?;
        let parts = parts.into_iter().map(person_call);
        let mut calls = parts.collect::<Result<Vec<_>, _>>()?;
        calls.retain(|call| from <= call.started_at && call.started_at < to);
        calls.sort_by(|one, other| {
            (one.started_at, &one.call_id).cmp(&(other.started_at, &other.call_id))
        });
        Ok(calls)
    }

    /// One person's totals of the days from `from` to `to`, both included; days without are left out.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn person_totals(
        &self,
        person: &PersonKey,
        from: Date,
        to: Date,
    ) -> Result<Vec<(Date, Totals)>, StoreError> {
        let mut days = BTreeMap::new();
        self.add_days(&keys::person(person), from, to, &mut days)
            .await?;
        Ok(in_order(days))
    }

    /// The organisation's totals of the days from `from` to `to`, both included; days without are
    /// left out.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn organisation_totals(
        &self,
        from: Date,
        to: Date,
    ) -> Result<Vec<(Date, Totals)>, StoreError> {
        let mut days = BTreeMap::new();
        for shard in 0..self.config.total_shards {
            self.add_days(&keys::total(shard), from, to, &mut days)
                .await?;
        }
        Ok(in_order(days))
    }

    /// Adds the totals of some days under one key.
    async fn add_days(
        &self,
        pk: &str,
        from: Date,
        to: Date,
        days: &mut BTreeMap<Date, Totals>,
    ) -> Result<(), StoreError> {
        let (first, last) = (keys::day(from), format!("{}{LAST}", keys::day(to)));
        let mut pages = self.query(pk).between(&first, &last);
        while let Some(items) = pages.next().await? {
            for item in items {
                let day = item::text(&item, SK).and_then(keys::date_of);
                let day = day.ok_or_else(|| {
                    StoreError::Corrupt(format!("{} has no date in its key", item::place(&item)))
                })?;
                let totals = days.entry(day).or_default();
                *totals = ledger::sum(totals, &ledger::totals(&item)?)?;
            }
        }
        Ok(())
    }

    /// The calls that began on a day (UTC), oldest first. A call stored in the last second may be
    /// missing.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn calls_of_day(&self, day: Date) -> Result<Vec<CallOfDay>, StoreError> {
        // People stand behind the calls: their sort keys begin with a letter.
        let query = self.query_by_day(&keys::day(day)).between("0", "9~");
        let items = query.all().await?.into_iter();
        items
            .map(|item| {
                let call_id = item::text(&item, PK).and_then(|pk| pk.strip_prefix("CALL#"));
                let call_id = call_id.unwrap_or_default().to_owned();
                Ok(CallOfDay {
                    call_id,
                    ..item::read(item)?
                })
            })
            .collect()
    }

    /// Everyone with totals on a day (UTC), by key. A call stored in the last second may not be
    /// counted yet.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn people_of_day(&self, day: Date) -> Result<Vec<PersonOfDay>, StoreError> {
        let query = self
            .query_by_day(&keys::day(day))
            .beginning_with(PERSON_PREFIX);
        let mut people = Vec::new();
        for mut item in query.all().await? {
            let person = item::text(&item, BY_DAY_SORT)
                .and_then(|sort| sort.strip_prefix(PERSON_PREFIX)?.parse().ok())
                .ok_or_else(|| {
                    StoreError::Corrupt(format!("{} names no person", item::place(&item)))
                })?;
            item.retain(|name, _| TOTALS_OF_DAY.contains(&name.as_str()));
            let totals = ledger::totals(&item)?;
            // Whoever was removed from their only call has nothing but zeros left.
            if !totals.is_empty() {
                people.push(PersonOfDay { person, totals });
            }
        }
        Ok(people)
    }

    /// The name that a person had in their newest call that tells one.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn newest_name(&self, person: &PersonKey) -> Result<Option<String>, StoreError> {
        let person = keys::person(person);
        let mut pages = self
            .query_by_person(&person)
            .only(&["display_name"])
            .newest_first(10);
        while let Some(items) = pages.next().await? {
            if let Some(name) = items
                .iter()
                .find_map(|item| item::text(item, "display_name"))
            {
                return Ok(Some(name.to_owned()));
            }
        }
        Ok(None)
    }
}

/// What a person's item says of the call.
#[derive(Deserialize)]
struct OfCall {
    call_id: String,
    version: i64,
    call_type: CallType,
    started_at: Timestamp,
    #[serde(default)]
    ended_at: Option<Timestamp>,
}

fn person_call(item: Item) -> Result<PersonCall, StoreError> {
    let OfCall {
        call_id,
        version,
        call_type,
        started_at,
        ended_at,
    } = item::read(item.clone())?;
    Ok(PersonCall {
        call_id,
        version,
        call_type,
        started_at,
        ended_at,
        part: item::read(item)?,
    })
}

fn in_order(days: BTreeMap<Date, Totals>) -> Vec<(Date, Totals)> {
    days.into_iter()
        .filter(|(_, totals)| !totals.is_empty())
        .collect()
}
