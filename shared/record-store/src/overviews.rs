//! What cannot be added up from day to day: read from the lists of a range's days, a page at a
//! time. Memory is bounded by the people and by the calls that run at one moment.

use std::collections::HashSet;

use call_records::{CallTimes, Overview, PersonKey, Totals};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::item::{self, Item};
use crate::keys::{self, BY_DAY_SORT, PK, SK};
use crate::lists::call_of_day;
use crate::{RecordStore, StoreError, ledger};

/// Calls whose ledgers are read at a time.
const LEDGERS_AT_ONCE: usize = 100;

/// Days that are read at a time.
const DAYS_AT_ONCE: usize = 8;

impl RecordStore {
    /// Peak concurrency, top organisers, lag and calls per hour of the calls that began on the days
    /// from `from` to `to`, both included and of `zone`. Reads the list of calls of those days and
    /// of the day before, for what ran over midnight.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn overview(
        &self,
        from: Date,
        to: Date,
        zone: &TimeZone,
    ) -> Result<Overview, StoreError> {
        let (begin, end) = bounds(from, to, zone)?;
        let mut overview = Overview::new(begin, zone.clone());
        let first = keys::utc_day(begin).yesterday().unwrap_or(Date::MIN);
        for day in days(first, keys::utc_day(end)) {
            let day = keys::day(day);
            let mut pages = self.query_by_day(&day).between("0", "9~");
            while let Some(items) = pages.next().await? {
                for item in items {
                    let call = call_of_day(item)?;
                    if call.started_at < end {
                        overview.add(&CallTimes {
                            started_at: call.started_at,
                            ended_at: call.ended_at,
                            stored_at: call.stored_at,
                            call_type: &call.call_type,
                            organizer: call.organizer.as_ref(),
                        });
                    }
                }
            }
        }
        Ok(overview)
    }

    /// How many different people had a part in a call of the days (UTC) from `from` to `to`, both
    /// included. Reads the lists of people of those days.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn distinct_people(&self, from: Date, to: Date) -> Result<u64, StoreError> {
        if from == to {
            return self.count_people_of_day(from).await;
        }
        let mut people = HashSet::new();
        for day in days(from, to) {
            let day = keys::day(day);
            let mut pages = self.people_query(&day, None).only(&[BY_DAY_SORT]);
            while let Some(items) = pages.next().await? {
                people.extend(
                    items
                        .iter()
                        .filter_map(|item| item::text(item, BY_DAY_SORT).map(keys::fingerprint)),
                );
            }
        }
        Ok(u64::try_from(people.len()).unwrap_or(u64::MAX))
    }

    /// One person's totals of the days of a time zone from `from` to `to`, both included; days
    /// without are left out. In UTC these are the stored totals; in any other zone they are added
    /// up from what each of the person's parts adds.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn person_totals_in(
        &self,
        person: &PersonKey,
        from: Date,
        to: Date,
        zone: &TimeZone,
    ) -> Result<Vec<(Date, Totals)>, StoreError> {
        if *zone == TimeZone::UTC {
            return self.person_totals(person, from, to).await;
        }
        let (begin, end) = bounds(from, to, zone)?;
        let mut days = std::collections::BTreeMap::<Date, Totals>::new();
        let mut after = None;
        loop {
            let page = self
                .person_calls_page(person, begin, end, after.as_deref(), LEDGERS_AT_ONCE)
                .await?;
            for call in page.items {
                let day = days.entry(zone.to_datetime(call.started_at).date()).or_default();
                *day = ledger::sum(day, &call.counted)?;
            }
            after = page.next;
            if after.is_none() {
                return Ok(days.into_iter().collect());
            }
        }
    }

    /// The organisation's totals of the days of a time zone from `from` to `to`, both included;
    /// days without are left out. In UTC these are the stored totals; in any other zone they are
    /// added up from what each call adds, and `hour_…` are hours of the zone.
    ///
    /// # Errors
    ///
    /// As [`StoreError`] says.
    pub async fn organisation_totals_in(
        &self,
        from: Date,
        to: Date,
        zone: &TimeZone,
    ) -> Result<Vec<(Date, Totals)>, StoreError> {
        if *zone == TimeZone::UTC {
            return self.organisation_totals(from, to).await;
        }
        let (begin, end) = bounds(from, to, zone)?;
        let utc_days = stream::iter(days(keys::utc_day(begin), keys::utc_day(end)));
        let of_days = utc_days
            .map(|day| async move { self.ledgers_of_day(day, begin, end, zone).await })
            .buffered(DAYS_AT_ONCE);
        let mut sums = std::collections::BTreeMap::<Date, Totals>::new();
        let mut of_days = std::pin::pin!(of_days);
        while let Some(of_day) = of_days.try_next().await? {
            for (day, totals) in of_day {
                let sum = sums.entry(day).or_default();
                *sum = ledger::sum(sum, &totals)?;
            }
        }
        Ok(sums.into_iter().collect())
    }

    /// What the calls of one UTC day add to the days of a zone.
    async fn ledgers_of_day(
        &self,
        day: Date,
        begin: Timestamp,
        end: Timestamp,
        zone: &TimeZone,
    ) -> Result<std::collections::BTreeMap<Date, Totals>, StoreError> {
        let mut sums = std::collections::BTreeMap::<Date, Totals>::new();
        let day = keys::day(day);
        let mut pages = self.query_by_day(&day).between("0", "9~").only(&[PK, SK]);
        while let Some(items) = pages.next().await? {
            let keys: Vec<Item> = items.iter().map(item::key_of).collect();
            for item in self.read_batch(&keys).await? {
                let OfCall { started_at, counted } = item::read(item)?;
                if begin <= started_at && started_at < end {
                    let local = zone.to_datetime(started_at);
                    let counted = counted.at_hour(local.hour());
                    let sum = sums.entry(local.date()).or_default();
                    *sum = ledger::sum(sum, &counted)?;
                }
            }
        }
        Ok(sums)
    }
}

/// What is read of a call to count it in another zone.
#[derive(Deserialize)]
struct OfCall {
    started_at: Timestamp,
    counted: Totals,
}

/// The first instant of a range of days, and the first after it.
fn bounds(from: Date, to: Date, zone: &TimeZone) -> Result<(Timestamp, Timestamp), StoreError> {
    let start = |day: Date| {
        zone.to_timestamp(day.at(0, 0, 0, 0)).map_err(|error| {
            StoreError::Misconfigured(format!("the day {day} is out of range: {error}"))
        })
    };
    Ok((start(from)?, start(to.tomorrow().unwrap_or(Date::MAX))?))
}

/// The days from one to another, both included.
fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    from.series(jiff::Span::new().days(1)).take_while(move |day| *day <= to)
}
