//! Rebuilding every number from the stored pages and comparing.
//!
//! It goes day by day: the index of days names the calls and people of one, so that memory is
//! bounded by the people of a day and the largest call, not by the table.

use std::collections::{BTreeMap, BTreeSet};

use call_records::{AudioClassifier, PersonKey, Totals};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::draft::{self, Draft};
use crate::error::from_sdk;
use crate::item::{self, Item};
use crate::keys::{self, BY_DAY, PERSON_PREFIX, SK};
use crate::rebuild::{Rules, feed};
use crate::{RecordStore, StoreError, StoredRecord, ledger};

mod difference;

pub use difference::{Difference, Finding};

/// Calls that are rebuilt at a time.
const AT_ONCE: usize = 4;

/// What a recomputation found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recomputation {
    /// How many calls were rebuilt.
    pub calls: u64,
    /// How many days' totals were compared.
    pub days: u64,
    /// How many days are older than the retention of calls, so that their totals, which live
    /// longer, cannot be compared any more.
    pub days_too_old: u64,
    /// What is not as it should be: the first thousand of it.
    pub differences: Vec<Difference>,
    /// How much more there is.
    pub differences_not_listed: u64,
}

/// Memory is bounded also when everything differs, as it does after a mistake in an argument.
const MAX_DIFFERENCES: usize = 1_000;

impl Recomputation {
    /// What is not as it should be, a sentence for each, without names of people.
    pub fn sentences(&self) -> Vec<String> {
        self.differences.iter().map(ToString::to_string).collect()
    }

    fn note(&mut self, differences: Vec<Difference>) {
        let room = MAX_DIFFERENCES - self.differences.len();
        let beyond = differences.len().saturating_sub(room);
        self.differences_not_listed += u64::try_from(beyond).unwrap_or(u64::MAX);
        self.differences.extend(differences.into_iter().take(room));
    }
}

/// What one call adds to its day, and what is wrong with it.
struct Rebuilt {
    organisation: Totals,
    people: Vec<(PersonKey, Totals)>,
    differences: Vec<Difference>,
}

impl RecordStore {
    /// Rebuilds every stored call from its raw pages and compares the call's own item, everybody's
    /// part, the sessions, the ledgers, and then the totals of each person and of the organisation
    /// for each day.
    ///
    /// Each call is rebuilt by the tenant and the classifier that it says it was made by;
    /// `home_tenant` and `classifier` are for those that do not say. The table must be at rest: a
    /// call that is being stored meanwhile shows as a difference. It reads the whole table once, the
    /// index of days twice.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says. What is stored wrongly is no error but a [`Difference`].
    pub async fn recompute(
        &self,
        home_tenant: Option<&str>,
        classifier: AudioClassifier,
        now: Timestamp,
    ) -> Result<Recomputation, StoreError> {
        let rules = Rules { home_tenant, classifier };
        let retention =
            jiff::SignedDuration::from_hours(i64::from(self.config.retention_days) * 24);
        let last_too_old = now.checked_sub(retention).map_or(Date::MIN, keys::utc_day);
        let mut found = Recomputation::default();
        for day in self.days().await? {
            let (organisation, people) = self.recompute_calls(day, rules, &mut found).await?;
            if day > last_too_old {
                found.days += 1;
                let mut differences = Vec::new();
                self.compare_organisation(day, &organisation, &mut differences).await?;
                self.compare_people(day, people, &mut differences).await?;
                found.note(differences);
            } else {
                found.days_too_old += 1;
            }
        }
        Ok(found)
    }

    /// Every day that has a call or a total.
    async fn days(&self) -> Result<BTreeSet<Date>, StoreError> {
        let table = &self.config.table_name;
        let mut days = BTreeSet::new();
        let mut scan = self
            .client
            .scan()
            .table_name(table)
            .index_name(BY_DAY)
            .projection_expression("#day")
            .expression_attribute_names("#day", BY_DAY)
            .into_paginator()
            .send();
        while let Some(page) = scan.next().await {
            let page = page.map_err(|error| from_sdk("Scan", table, &error))?;
            days.extend(
                page.items().iter().filter_map(|item| keys::date_of(item::text(item, BY_DAY)?)),
            );
        }
        for shard in 0..self.config.total_shards {
            let pk = keys::total(shard);
            let mut pages = self.query(&pk).only(&[SK]);
            while let Some(items) = pages.next().await? {
                days.extend(items.iter().filter_map(|item| keys::date_of(item::text(item, SK)?)));
            }
        }
        Ok(days)
    }

    /// Rebuilds the calls of a day; returns what they add up to.
    async fn recompute_calls(
        &self,
        day: Date,
        rules: Rules<'_>,
        found: &mut Recomputation,
    ) -> Result<(Totals, BTreeMap<PersonKey, Totals>), StoreError> {
        let mut organisation = Totals::default();
        let mut people = BTreeMap::<PersonKey, Totals>::new();
        let calls = stream::iter(self.calls_of_day(day).await?);
        let mut calls = calls
            .map(|call| async move { self.recompute_call(&call.call_id, day, rules).await })
            .buffered(AT_ONCE);
        while let Some(rebuilt) = calls.try_next().await? {
            found.calls += 1;
            found.note(rebuilt.differences);
            ledger::accumulate(&mut organisation, &rebuilt.organisation)?;
            for (person, counted) in rebuilt.people {
                let totals = people.entry(person).or_default();
                ledger::accumulate(totals, &counted)?;
            }
        }
        Ok((organisation, people))
    }

    async fn recompute_call(
        &self,
        id: &str,
        day: Date,
        rules: Rules<'_>,
    ) -> Result<Rebuilt, StoreError> {
        let mut rebuilt = Rebuilt {
            organisation: Totals::default(),
            people: Vec::new(),
            differences: Vec::new(),
        };
        let key = format!("{} {}", keys::call(id), keys::RECORD);
        let Some(stored) = self.record_item(id, crate::deadline::Deadline::NONE).await? else {
            rebuilt.differences.push(Difference { key, finding: Finding::Missing });
            return Ok(rebuilt);
        };
        let record: StoredRecord = item::read(stored.clone())?;
        let (call, sessions) = match self.rebuild_call(&record, rules).await {
            Ok(call) => call,
            Err(StoreError::Corrupt(what)) => {
                rebuilt.differences.push(Difference { key, finding: Finding::Unreadable(what) });
                return Ok(rebuilt);
            }
            Err(error) => return Err(error),
        };
        let draft = Draft {
            config: &self.config,
            id,
            call: &call,
            pages: &record.raw,
            now: record.stored_at,
            revision: record.revision.unwrap_or_default(),
        };
        let organisation = call.totals();
        let expected = draft.record(&organisation, record.replaced.clone())?;
        difference::items(&stored, &expected, &mut rebuilt.differences);

        let pk = keys::call(id);
        let mut people = Vec::new();
        for part in draft.parts() {
            let counted = draft.counted(part);
            people.push(draft.person(part, &counted)?);
            rebuilt.people.push((part.person.clone(), counted));
        }
        let stored = self.query(&pk).beginning_with(PERSON_PREFIX).all().await?;
        difference::sets(stored, people, &mut rebuilt.differences);

        let chains = self.session_items(&record).await?;
        difference::sets(chains, sessions, &mut rebuilt.differences);
        if call.day() == day {
            rebuilt.organisation = organisation;
        } else {
            rebuilt.people.clear();
        }
        Ok(rebuilt)
    }

    /// The call that the stored pages make, and the items of its sessions. Pages are read one at a
    /// time. What cannot be read is [`StoreError::Corrupt`].
    async fn rebuild_call(
        &self,
        record: &StoredRecord,
        rules: Rules<'_>,
    ) -> Result<(call_records::Call, Vec<Item>), StoreError> {
        let undecodable = |error: call_records::DecodeError| {
            StoreError::Corrupt(format!("the pages make no call: {error}"))
        };
        let mut call = Rules::of(record, rules).builder();
        let mut sessions = Vec::new();
        for page in &record.raw {
            let body = self.raw_page(record, page).await?;
            let summaries = feed(&mut call, &page.kind, page.number, &body).map_err(undecodable)?;
            for session in summaries {
                sessions.push(draft::session(
                    &record.call_id,
                    record.version,
                    &session,
                    &page.chain,
                )?);
            }
        }
        Ok((call.finish().map_err(undecodable)?, sessions))
    }

    async fn compare_organisation(
        &self,
        day: Date,
        recomputed: &Totals,
        differences: &mut Vec<Difference>,
    ) -> Result<(), StoreError> {
        let stored = self.organisation_totals(day, day).await?.pop().map(|(_, totals)| totals);
        let key = format!("TOTAL# {}", keys::day(day));
        difference::totals(&key, &stored.unwrap_or_default(), recomputed, differences);
        Ok(())
    }

    async fn compare_people(
        &self,
        day: Date,
        mut recomputed: BTreeMap<PersonKey, Totals>,
        differences: &mut Vec<Difference>,
    ) -> Result<(), StoreError> {
        // Whoever has totals on this day without a call on it is compared with nothing.
        for person in self.people_of_day(day).await? {
            recomputed.entry(person.person).or_default();
        }
        let day_key = keys::day(day);
        let key_of = |person: &PersonKey| item::key(&keys::person(person), &day_key);
        let wanted: Vec<_> = recomputed.keys().map(key_of).collect();
        let mut stored = BTreeMap::new();
        for item in self.read_batch(&wanted).await? {
            stored.insert(item::text(&item, keys::PK).unwrap_or_default().to_owned(), item);
        }
        for (person, recomputed) in recomputed {
            let pk = keys::person(&person);
            let stored = if recomputed.len() > ledger::MAX_NAMES {
                // They may be spread over several items.
                self.person_totals(&person, day, day).await?.pop().map(|(_, totals)| totals)
            } else {
                stored.get(&pk).map(ledger::totals).transpose()?
            };
            let key = format!("{} {day_key}", item::shown(&pk));
            difference::totals(&key, &stored.unwrap_or_default(), &recomputed, differences);
        }
        Ok(())
    }
}
