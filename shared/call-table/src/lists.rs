//! Lists of calls and people, from the indexes.

use call_records::{CallType, PersonKey, Totals};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::definition::{PERSON_OF_DAY, TOTALS_OF_DAY};
use crate::fold::unfold;
use crate::item::{self, Item};
use crate::keys::{self, BY_DAY_SORT, LAST, PERSON_PREFIX, PK, SK};
use crate::query::Query;
use crate::{CallOfDay, CallTable, PersonCall, PersonOfDay, TableError, ledger};

/// How many of a person's calls are read at a time to find a name.
const CALLS_ON_A_PAGE: i32 = 10;
const MAX_PAGES: u32 = 3;

impl CallTable {
    /// The calls that began on a day (UTC), oldest first. Eventually consistent: a call that was stored
    /// within the last second may be missing.
    pub async fn calls_of_day(&self, day: Date) -> Result<Vec<CallOfDay>, TableError> {
        // The sort keys of calls begin with a digit, those of people with a letter.
        let query = self.query_by_day(&keys::day(day)).between("0", "9~");
        query.all().await?.into_iter().map(call_of_day).collect()
    }

    /// Every person with totals on a day (UTC), by key. Eventually consistent.
    pub async fn people_of_day(&self, day: Date) -> Result<Vec<PersonOfDay>, TableError> {
        let day = keys::day(day);
        let query = self.query_by_day(&day).beginning_with(PERSON_PREFIX).only(PERSON_OF_DAY);
        let people = query.all().await?.into_iter().map(person_of_day);
        let mut people = people.collect::<Result<Vec<_>, _>>()?;
        // Totals of a person whose participations were all removed are zeros.
        people.retain(|person| !person.totals.is_empty());
        Ok(people)
    }

    /// How many people have totals on a day (UTC): the distinct people of that day.
    pub async fn count_people_of_day(&self, day: Date) -> Result<u64, TableError> {
        self.people_with_calls(&keys::day(day)).count().await
    }

    /// The people of a day who have a call; totals of a person whose participations were all removed
    /// are zeros.
    pub(crate) fn people_with_calls(&self, day: &str) -> Query<'_> {
        self.query_by_day(day).beginning_with(PERSON_PREFIX).with_some("calls")
    }

    /// The participations of one person in the calls that began at or after `from` and before `to`,
    /// oldest first. Eventually consistent.
    pub async fn person_calls(
        &self,
        person: &PersonKey,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<PersonCall>, TableError> {
        let person = keys::person(person);
        let (first, last) = (keys::instant(from), format!("{}{LAST}", keys::instant(to)));
        let found = self.query_by_person(&person).between(&first, &last).only(&[PK, SK]);
        let found = found.all().await?;
        // The index projects a few attributes for the console; participations are read from the table.
        let parts = self.read_batch(&found).await?;
        let parts = parts.into_iter().map(person_call);
        let mut calls = parts.collect::<Result<Vec<_>, _>>()?;
        calls.retain(|call| from <= call.started_at && call.started_at < to);
        calls.sort_by(|one, other| {
            (one.started_at, &one.call_id).cmp(&(other.started_at, &other.call_id))
        });
        Ok(calls)
    }

    /// The display name in the newest call that has one. Bounded to a person's last calls, because a
    /// telephone may have thousands without a name.
    pub async fn newest_name(&self, person: &PersonKey) -> Result<Option<String>, TableError> {
        let person = keys::person(person);
        let query = self.query_by_person(&person).only(&["display_name"]);
        let mut pages = query.newest_first(CALLS_ON_A_PAGE);
        for _ in 0..MAX_PAGES {
            let Some(calls) = pages.next().await? else { break };
            if let Some(name) = calls.iter().find_map(|item| item::text(item, "display_name")) {
                return Ok(Some(name.to_owned()));
            }
        }
        Ok(None)
    }
}

/// A call from the index of a day.
pub(crate) fn call_of_day(item: Item) -> Result<CallOfDay, TableError> {
    let call_id = item::text(&item, PK).and_then(|pk| pk.strip_prefix("CALL#"));
    let call_id = call_id.unwrap_or_default().to_owned();
    Ok(CallOfDay { call_id, ..item::read(item)? })
}

/// A person from the index of a day.
pub(crate) fn person_of_day(mut item: Item) -> Result<PersonOfDay, TableError> {
    let person = item::text(&item, BY_DAY_SORT)
        .and_then(|sort| sort.strip_prefix(PERSON_PREFIX)?.parse().ok())
        .ok_or_else(|| TableError::Corrupt(format!("{} names no person", item::place(&item))))?;
    item.retain(|name, _| TOTALS_OF_DAY.contains(&name.as_str()));
    Ok(PersonOfDay { person, totals: ledger::totals(&item)? })
}

/// The call's attributes in a participation's item.
#[derive(Deserialize)]
struct OfCall {
    call_id: String,
    call_type: CallType,
    started_at: Timestamp,
    #[serde(default)]
    ended_at: Option<Timestamp>,
    contribution: Totals,
}

pub(crate) fn person_call(item: Item) -> Result<PersonCall, TableError> {
    let item = unfold(item)?;
    let OfCall { call_id, call_type, started_at, ended_at, contribution } =
        item::read(item.clone())?;
    let part = item::read(item)?;
    Ok(PersonCall { call_id, call_type, started_at, ended_at, contribution, part })
}
