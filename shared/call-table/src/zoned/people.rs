//! All people's totals over a range of days: tens of thousands of small items, so each is read into an
//! array and not into a map.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use call_records::{Overflow, PersonKey, Totals};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::AT_ONCE;
use super::range::{bounds, days};
use crate::definition::{PERSON_OF_DAY, TOTALS_OF_DAY};
use crate::fold::{FOLDED, unfold};
use crate::item::{self, Item};
use crate::keys::{self, BY_DAY_SORT, PERSON_PREFIX, PK, SK};
use crate::ledger::CONTRIBUTION;
use crate::{CallTable, TableError};

/// The values of [`TOTALS_OF_DAY`].
type Values = [i64; TOTALS_OF_DAY.len()];

/// A person's key, and what is added to their totals.
type Row = (String, Values);

impl CallTable {
    /// All people's totals, summed over the days of a time zone from `from` to `to`, both included:
    /// those that the index of days projects. Of a UTC day that is only partly in the range, the
    /// participations in the calls of the shorter side are read.
    pub async fn people_totals_in(
        &self,
        from: Date,
        to: Date,
        zone: &TimeZone,
    ) -> Result<BTreeMap<PersonKey, Totals>, TableError> {
        let (begin, end) = bounds(from, to, zone)?;
        let utc_days = stream::iter(days(keys::utc_day(begin), keys::utc_day(end)))
            .map(|day| self.people_begun_in(day, begin, end))
            .buffer_unordered(AT_ONCE);
        let mut utc_days = std::pin::pin!(utc_days);
        let mut sums = HashMap::<String, Values>::new();
        while let Some(rows) = utc_days.try_next().await? {
            for (person, values) in rows {
                accumulate(sums.entry(person).or_default(), &values)?;
            }
        }
        let mut people = BTreeMap::new();
        for (key, values) in sums {
            let totals = totals(&values);
            // Totals of a person whose participations were all removed are zeros.
            if !totals.is_empty() {
                people.insert(person(&key)?, totals);
            }
        }
        Ok(people)
    }

    /// The contributions to people's totals of the calls of a UTC day that began at `begin` or later
    /// and before `end`.
    async fn people_begun_in(
        &self,
        utc_day: Date,
        begin: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<Row>, TableError> {
        let (midnight, next) = bounds(utc_day, utc_day, &TimeZone::UTC)?;
        let (begin, end) = (begin.clamp(midnight, next), end.clamp(midnight, next));
        let inside = end.duration_since(begin);
        if inside * 2 <= next.duration_since(midnight) {
            return self.parts_begun_in(utc_day, (begin, end)).await;
        }
        let mut rows = self.rows_of_day(utc_day).await?;
        for outside in [(midnight, begin), (end, next)] {
            for (person, values) in self.parts_begun_in(utc_day, outside).await? {
                let values = values.map(i64::checked_neg);
                let values = values.into_iter().collect::<Option<Vec<_>>>();
                let values = values.and_then(|values| values.try_into().ok());
                rows.push((person, values.ok_or_else(|| out_of_range("of a part"))?));
            }
        }
        Ok(rows)
    }

    /// All people's totals of a UTC day.
    async fn rows_of_day(&self, utc_day: Date) -> Result<Vec<Row>, TableError> {
        let day = keys::day(utc_day);
        let mut pages = self.query_by_day(&day).beginning_with(PERSON_PREFIX).only(PERSON_OF_DAY);
        let mut rows = Vec::new();
        while let Some(items) = pages.next().await? {
            for mut item in items {
                let values = values(|name| item.get(name))?;
                let person = item.remove(BY_DAY_SORT).and_then(|key| match key {
                    AttributeValue::S(key) => Some(key),
                    _ => None,
                });
                rows.push((person.unwrap_or_default(), values));
            }
        }
        Ok(rows)
    }

    /// What the calls of a UTC day that began at a time or later and before another added to the
    /// totals of their people.
    async fn parts_begun_in(
        &self,
        utc_day: Date,
        (begin, end): (Timestamp, Timestamp),
    ) -> Result<Vec<Row>, TableError> {
        if end <= begin {
            return Ok(Vec::new());
        }
        let calls = self.calls_begun_in(utc_day, (begin, end), &[PK]).await?;
        let parts = stream::iter(calls)
            .map(|call| async move { self.rows_of_call(&call).await })
            .buffer_unordered(AT_ONCE);
        let parts: Vec<_> = parts.try_collect().await?;
        Ok(parts.into_iter().flatten().collect())
    }

    async fn rows_of_call(&self, call: &Item) -> Result<Vec<Row>, TableError> {
        let pk = item::text(call, PK).unwrap_or_default();
        let parts =
            self.query(pk).beginning_with(PERSON_PREFIX).only(&[PK, SK, CONTRIBUTION, FOLDED]);
        let row = |item: Item| {
            let item = unfold(item)?;
            let ledger = item.get(CONTRIBUTION).and_then(|ledger| ledger.as_m().ok());
            let values = values(|name| ledger?.get(name))?;
            Ok((item::text(&item, SK).unwrap_or_default().to_owned(), values))
        };
        parts.all().await?.into_iter().map(row).collect()
    }
}

/// The values of the totals that are there; what is not there is 0.
fn values<'a>(of: impl Fn(&str) -> Option<&'a AttributeValue>) -> Result<Values, TableError> {
    let mut values = Values::default();
    for (value, name) in values.iter_mut().zip(TOTALS_OF_DAY) {
        if let Some(attribute) = of(name) {
            let digits = attribute.as_n().ok();
            *value = digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| {
                TableError::Corrupt(format!("the total {name} of a person is no integer"))
            })?;
        }
    }
    Ok(values)
}

fn accumulate(sum: &mut Values, more: &Values) -> Result<(), TableError> {
    for ((sum, more), name) in sum.iter_mut().zip(more).zip(TOTALS_OF_DAY) {
        *sum = sum.checked_add(*more).ok_or_else(|| out_of_range(name))?;
    }
    Ok(())
}

fn totals(values: &Values) -> Totals {
    let named = TOTALS_OF_DAY.iter().zip(values);
    named.map(|(name, value)| ((*name).to_owned(), *value)).collect::<BTreeMap<_, _>>().into()
}

fn person(key: &str) -> Result<PersonKey, TableError> {
    let person = key.strip_prefix(PERSON_PREFIX).and_then(|person| person.parse().ok());
    person.ok_or_else(|| TableError::Corrupt(format!("{} names no person", item::shown(key))))
}

fn out_of_range(name: &str) -> TableError {
    TableError::Corrupt(Overflow { name: name.to_owned() }.to_string())
}
