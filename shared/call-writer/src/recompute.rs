//! Recomputing every number from the stored pages, and comparing.
//!
//! Day by day, by the index of days, so that memory is bounded by the people of a day and the largest
//! call, and not by the table.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use call_records::{AudioClassifier, PersonKey, Totals};
use call_table::fold::unfold;
use call_table::item::{self, Item};
use call_table::keys::{self, BY_PERSON, PERSON_PREFIX, SK};
use call_table::ledger::{accumulate, totals};
use call_table::{CallTable, Deadline, Rules, StoredRecord, TableError};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::days::{CALLS_AT_ONCE, stored_days};
use crate::draft::{self, Draft, FINGERPRINT};
use crate::ledger;

pub(crate) mod difference;

pub use difference::{Difference, Finding};

/// What a recomputation found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recomputation {
    pub calls: u64,
    /// Days whose totals were compared.
    pub days: u64,
    /// Days whose calls have expired, so that their totals, which live longer, cannot be compared.
    pub days_too_old: u64,
    /// The first thousand differences.
    pub differences: Vec<Difference>,
    pub differences_not_listed: u64,
}

/// Bounds the memory when everything differs, as after a change of definitions.
const MAX_DIFFERENCES: usize = 1_000;

impl Recomputation {
    /// A sentence for each difference, without names of people.
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

/// What one call contributes to its day, and its differences.
struct Rebuilt {
    organisation: Totals,
    people: Vec<(PersonKey, Totals)>,
    differences: Vec<Difference>,
}

/// Rebuilds every stored call from its raw pages and compares the call's own item, the
/// participations, the sessions and the ledgers, and then the totals of each person and of the
/// organisation for each day.
///
/// Each call is rebuilt by the tenant and the classifier that it records; `home_tenant` and
/// `classifier` are for calls that do not. The table must be at rest: a call that is stored meanwhile
/// shows as a difference. It reads the whole table once, the index of days twice. What is stored
/// wrongly is a [`Difference`] and no error.
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
    for day in stored_days(table).await? {
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

/// Makes of a participation that an older release wrote what this one writes: they had the version of
/// the record in it, and so in the fingerprint, which was text.
fn without_version(stored: &mut Item, expected: &[Item]) {
    if !stored.get(FINGERPRINT).is_some_and(AttributeValue::is_s) {
        return;
    }
    stored.remove("version");
    let same = expected.iter().find(|part| part.get(SK) == stored.get(SK));
    if let Some(fingerprint) = same.and_then(|part| part.get(FINGERPRINT)) {
        stored.insert(FINGERPRINT.to_owned(), fingerprint.clone());
    }
}

/// The table, and the rules for calls that do not record theirs.
struct Recompute<'a> {
    table: &'a CallTable,
    rules: Rules<'a>,
}

impl Recompute<'_> {
    /// Rebuilds the calls of a day. Returns the sums of their contributions.
    async fn calls(
        &self,
        day: Date,
        found: &mut Recomputation,
    ) -> Result<(Totals, BTreeMap<PersonKey, Totals>), TableError> {
        let mut organisation = Totals::default();
        let mut people = BTreeMap::<PersonKey, Totals>::new();
        let calls = stream::iter(self.table.calls_of_day(day).await?);
        let mut calls = calls
            .map(|call| async move { self.call(&call.call_id, day).await })
            .buffered(CALLS_AT_ONCE);
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
        if call_id::guid_in_lower_case(id) != id {
            rebuilt.differences.push(Difference { key: key.clone(), finding: Finding::IdForm });
        }
        let Some(stored) = self.table.record_item(id, Deadline::NONE).await? else {
            rebuilt.differences.push(Difference { key, finding: Finding::Missing });
            return Ok(rebuilt);
        };
        let record: StoredRecord = item::read(stored.clone())?;
        let rules = Rules::of(&record, self.rules);
        let (call, sessions) = match self.table.rebuild(&record, rules).await {
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
        let expected = unfold(draft.record(&organisation, record.replaced.clone())?)?;
        difference::items(&stored, &expected, &mut rebuilt.differences);

        let pk = keys::call(id);
        let mut people = Vec::new();
        for part in draft.participations() {
            let contribution = draft.contribution(part);
            let fingerprint = draft.fingerprint(part, &contribution)?;
            people.push(unfold(draft.participation(part, &contribution, fingerprint)?)?);
            rebuilt.people.push((part.person.clone(), contribution));
        }
        let stored = self.table.query(&pk).beginning_with(PERSON_PREFIX).all().await?;
        let mut stored = stored.into_iter().map(unfold).collect::<Result<Vec<_>, _>>()?;
        stored.iter_mut().for_each(|part| without_version(part, &people));
        difference::sets(stored, people, &mut rebuilt.differences);

        let mut stored = self.table.session_items(&record).await?;
        stored.retain(|session| session.contains_key(BY_PERSON));
        let sessions = draft::sessions(id, record.version, &sessions);
        difference::sets(stored, sessions, &mut rebuilt.differences);
        if call.day() == day {
            rebuilt.organisation = organisation;
        } else {
            rebuilt.people.clear();
        }
        Ok(rebuilt)
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
        // A person with totals on this day and no call on it is compared with no totals.
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
