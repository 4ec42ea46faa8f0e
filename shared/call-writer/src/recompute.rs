//! Rebuilding every number from the stored pages and comparing.
//!
//! It goes day by day: the index of days names the calls and people of one, so that memory is
//! bounded by the people of a day and the largest call, not by the table.

use std::collections::{BTreeMap, BTreeSet};

use call_records::{AudioClassifier, PersonKey, Totals};
use call_table::error::from_sdk;
use call_table::item::{self, Item};
use call_table::keys::{self, BY_DAY, PERSON_PREFIX, SK};
use call_table::ledger::{accumulate, totals};
use call_table::{CallTable, Deadline, StoredRecord, TableError};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::draft::{self, Draft};
use crate::ledger;
use crate::rebuild::{Rules, feed};

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

/// Rebuilds every stored call from its raw pages and compares the call's own item, everyone's
/// participation, the sessions, the ledgers, and then the totals of each person and of the
/// organisation for each day.
///
/// Each call is rebuilt by the tenant and the classifier that it says it was made by; `home_tenant`
/// and `classifier` are for those that do not say. The table must be at rest: a call that is being
/// stored meanwhile shows as a difference. It reads the whole table once, the index of days twice.
/// What is stored wrongly is no error but a [`Difference`].
pub async fn recompute(
    table: &CallTable,
    home_tenant: Option<&str>,
    classifier: AudioClassifier,
    now: Timestamp,
) -> Result<Recomputation, TableError> {
    let recompute = Recompute { table, rules: Rules { home_tenant, classifier } };
    let retention = jiff::SignedDuration::from_hours(i64::from(table.config().retention_days) * 24);
    let last_too_old = now.checked_sub(retention).map_or(Date::MIN, keys::utc_day);
    let mut found = Recomputation::default();
    for day in recompute.days().await? {
        let (organisation, people) = recompute.calls(day, &mut found).await?;
        if day > last_too_old {
            found.days += 1;
            let mut differences = Vec::new();
            recompute.compare_organisation(day, &organisation, &mut differences).await?;
            recompute.compare_people(day, people, &mut differences).await?;
            found.note(differences);
        } else {
            found.days_too_old += 1;
        }
    }
    Ok(found)
}

/// The table, and the rules for calls that do not say theirs.
struct Recompute<'a> {
    table: &'a CallTable,
    rules: Rules<'a>,
}

impl Recompute<'_> {
    /// Every day that has a call or a total.
    async fn days(&self) -> Result<BTreeSet<Date>, TableError> {
        let table = self.table.name();
        let mut days = BTreeSet::new();
        let mut scan = self
            .table
            .client()
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
        for shard in 0..self.table.config().total_shards {
            let pk = keys::total(shard);
            let mut pages = self.table.query(&pk).only(&[SK]);
            while let Some(items) = pages.next().await? {
                days.extend(items.iter().filter_map(|item| keys::date_of(item::text(item, SK)?)));
            }
        }
        Ok(days)
    }

    /// Rebuilds the calls of a day; returns what they add up to.
    async fn calls(
        &self,
        day: Date,
        found: &mut Recomputation,
    ) -> Result<(Totals, BTreeMap<PersonKey, Totals>), TableError> {
        let mut organisation = Totals::default();
        let mut people = BTreeMap::<PersonKey, Totals>::new();
        let calls = stream::iter(self.table.calls_of_day(day).await?);
        let mut calls =
            calls.map(|call| async move { self.call(&call.call_id, day).await }).buffered(AT_ONCE);
        while let Some(rebuilt) = calls.try_next().await? {
            found.calls += 1;
            found.note(rebuilt.differences);
            accumulate(&mut organisation, &rebuilt.organisation)?;
            for (person, contribution) in rebuilt.people {
                let totals = people.entry(person).or_default();
                accumulate(totals, &contribution)?;
            }
        }
        Ok((organisation, people))
    }

    async fn call(&self, id: &str, day: Date) -> Result<Rebuilt, TableError> {
        let mut rebuilt = Rebuilt {
            organisation: Totals::default(),
            people: Vec::new(),
            differences: Vec::new(),
        };
        let key = format!("{} {}", keys::call(id), keys::RECORD);
        let Some(stored) = self.table.record_item(id, Deadline::NONE).await? else {
            rebuilt.differences.push(Difference { key, finding: Finding::Missing });
            return Ok(rebuilt);
        };
        let record: StoredRecord = item::read(stored.clone())?;
        let (call, sessions) = match self.rebuild(&record).await {
            Ok(call) => call,
            Err(TableError::Corrupt(what)) => {
                rebuilt.differences.push(Difference { key, finding: Finding::Unreadable(what) });
                return Ok(rebuilt);
            }
            Err(error) => return Err(error),
        };
        let draft = Draft {
            config: self.table.config(),
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
            let contribution = draft.contribution(part);
            people.push(draft.person(part, &contribution)?);
            rebuilt.people.push((part.person.clone(), contribution));
        }
        let stored = self.table.query(&pk).beginning_with(PERSON_PREFIX).all().await?;
        difference::sets(stored, people, &mut rebuilt.differences);

        let chains = self.table.session_items(&record).await?;
        difference::sets(chains, sessions, &mut rebuilt.differences);
        if call.day() == day {
            rebuilt.organisation = organisation;
        } else {
            rebuilt.people.clear();
        }
        Ok(rebuilt)
    }

    /// The call that the stored pages make, and the items of its sessions. Pages are read one at a
    /// time. What cannot be read is [`TableError::Corrupt`].
    async fn rebuild(
        &self,
        record: &StoredRecord,
    ) -> Result<(call_records::Call, Vec<Item>), TableError> {
        let undecodable = |error: call_records::DecodeError| {
            TableError::Corrupt(format!("the pages make no call: {error}"))
        };
        let mut call = Rules::of(record, self.rules).builder();
        let mut sessions = Vec::new();
        for page in &record.raw {
            let body = self.table.raw_page(record, page).await?;
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
    ) -> Result<(), TableError> {
        let stored =
            self.table.organisation_totals(day, day).await?.pop().map(|(_, totals)| totals);
        let key = format!("TOTAL# {}", keys::day(day));
        difference::totals(&key, &stored.unwrap_or_default(), recomputed, differences);
        Ok(())
    }

    async fn compare_people(
        &self,
        day: Date,
        mut recomputed: BTreeMap<PersonKey, Totals>,
        differences: &mut Vec<Difference>,
    ) -> Result<(), TableError> {
        // Whoever has totals on this day without a call on it is compared with nothing.
        for person in self.table.people_of_day(day).await? {
            recomputed.entry(person.person).or_default();
        }
        let day_key = keys::day(day);
        let key_of = |person: &PersonKey| item::key(&keys::person(person), &day_key);
        let wanted: Vec<_> = recomputed.keys().map(key_of).collect();
        let mut stored = BTreeMap::new();
        for item in self.table.read_batch(&wanted).await? {
            stored.insert(item::text(&item, keys::PK).unwrap_or_default().to_owned(), item);
        }
        for (person, recomputed) in recomputed {
            let pk = keys::person(&person);
            let stored = if recomputed.len() > ledger::MAX_NAMES {
                // They may be spread over several items.
                self.table.person_totals(&person, day, day).await?.pop().map(|(_, totals)| totals)
            } else {
                stored.get(&pk).map(totals).transpose()?
            };
            let key = format!("{} {day_key}", item::shown(&pk));
            difference::totals(&key, &stored.unwrap_or_default(), &recomputed, differences);
        }
        Ok(())
    }
}
