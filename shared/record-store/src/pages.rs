//! Lists read a page at a time, with how many there are altogether. Each reads no more items than
//! it shows; counting transfers none.

use call_records::PersonKey;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use crate::item;
use crate::keys::{self, BY_DAY_SORT, BY_PERSON_SORT, LAST, PERSON_PREFIX, PK, SK};
use crate::lists::{call_of_day, person_call, person_of_day};
use crate::query::Query;
use crate::{CallOfDay, PersonCall, PersonOfDay, RecordStore, StoreError};

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ListPage<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// What to give as `after` for the next page; none on the last. Opaque, but that it holds ids.
    pub next: Option<String>,
}

/// Sorts before every character that a key goes on with.
const FIRST: char = '\u{1}';

/// The lowest key of a list that goes on after `after`.
fn start(after: Option<&str>, first: &str) -> String {
    match after {
        Some(after) if after >= first => format!("{after}{FIRST}"),
        _ => first.to_owned(),
    }
}

impl RecordStore {
    /// At most `most` of the calls that began on a day (UTC), oldest first, after those of the page
    /// whose `next` is `after`. A call stored in the last second may be missing.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn calls_of_day_page(
        &self,
        day: Date,
        after: Option<&str>,
        most: usize,
    ) -> Result<ListPage<CallOfDay>, StoreError> {
        let query = self.query_by_day(&keys::day(day)).between(&start(after, "0"), "9~");
        let (items, next) = query.page(most, BY_DAY_SORT).await?;
        let items = items.into_iter().map(call_of_day).collect::<Result<_, _>>()?;
        Ok(ListPage { items, next })
    }

    /// How many calls began on a day (UTC).
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn count_calls_of_day(&self, day: Date) -> Result<u64, StoreError> {
        self.query_by_day(&keys::day(day)).between("0", "9~").count().await
    }

    /// At most `most` of the people with totals on a day (UTC), by key, after those of the page
    /// whose `next` is `after`.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn people_of_day_page(
        &self,
        day: Date,
        after: Option<&str>,
        most: usize,
    ) -> Result<ListPage<PersonOfDay>, StoreError> {
        let query = self.people_query(&keys::day(day), after);
        let (items, next) = query.page(most, BY_DAY_SORT).await?;
        let items = items.into_iter().map(person_of_day).collect::<Result<_, _>>()?;
        Ok(ListPage { items, next })
    }

    /// How many people have totals on a day (UTC): the distinct people of that day.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn count_people_of_day(&self, day: Date) -> Result<u64, StoreError> {
        self.people_query(&keys::day(day), None).count().await
    }

    /// The people of a day who have a call: whoever was removed from their only one has zeros left.
    pub(crate) fn people_query(&self, day: &str, after: Option<&str>) -> Query<'_> {
        let first = start(after, PERSON_PREFIX);
        self.query_by_day(day).between(&first, &format!("{PERSON_PREFIX}{LAST}")).with_some("calls")
    }

    /// At most `most` of the parts of one person in the calls that began at or after `from` and
    /// before `to`, both cut to the millisecond, oldest first, after those of the page whose `next`
    /// is `after`.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn person_calls_page(
        &self,
        person: &PersonKey,
        from: Timestamp,
        to: Timestamp,
        after: Option<&str>,
        most: usize,
    ) -> Result<ListPage<PersonCall>, StoreError> {
        let Some((first, last)) = range(from, to) else {
            return Ok(ListPage { items: Vec::new(), next: None });
        };
        let person = keys::person(person);
        let query = self.query_by_person(&person).between(&start(after, &first), &last);
        let (found, next) =
            query.only(&[PK, SK, BY_PERSON_SORT]).page(most, BY_PERSON_SORT).await?;
        let keys: Vec<_> = found.iter().map(item::key_of).collect();
        let parts = self.read_batch(&keys).await?.into_iter().map(person_call);
        let mut items = parts.collect::<Result<Vec<_>, _>>()?;
        items.sort_by(|one, other| {
            (one.started_at, &one.call_id).cmp(&(other.started_at, &other.call_id))
        });
        Ok(ListPage { items, next })
    }

    /// How many calls of a person began at or after `from` and before `to`, both cut to the
    /// millisecond.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn count_person_calls(
        &self,
        person: &PersonKey,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<u64, StoreError> {
        match range(from, to) {
            None => Ok(0),
            Some((first, last)) => {
                let person = keys::person(person);
                self.query_by_person(&person).between(&first, &last).count().await
            }
        }
    }
}

/// The first and the last key of the calls that began in a range; none when it is empty.
fn range(from: Timestamp, to: Timestamp) -> Option<(String, String)> {
    let last = to.checked_sub(SignedDuration::from_millis(1)).ok()?;
    let (first, last) = (keys::instant(from), keys::instant(last));
    (first <= last).then(|| (first, format!("{last}{LAST}")))
}
