//! What cannot be added up from day to day, computed from the lists of a range's days. Memory is bounded
//! by the people of the range and by the calls of a few days.

use std::collections::HashSet;

use call_records::{CallTimes, CallType, Overview, PersonKey};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::keys::{self, BY_DAY_SORT};
use crate::zoned::range;
use crate::{CallTable, TableError, item};

/// How many days are read concurrently.
const DAYS_AT_ONCE: usize = 8;

/// The projection of [`TimesOfCall`].
const TIMES_OF_CALL: &[&str] =
    &["started_at", "ended_at", "stored_at", "call_type", "organizer", "is_test"];

#[derive(Deserialize)]
struct TimesOfCall {
    started_at: Timestamp,
    #[serde(default)]
    ended_at: Option<Timestamp>,
    stored_at: Timestamp,
    call_type: CallType,
    #[serde(default)]
    organizer: Option<PersonKey>,
    #[serde(default)]
    is_test: bool,
}

impl CallTable {
    /// Peak concurrency, top organisers, lag and calls per hour of the calls that began on the days
    /// from `from` to `to`, both included and of `zone`. Reads the list of calls of those days and
    /// of the day before, for what ran over midnight.
    pub async fn overview(
        &self,
        from: Date,
        to: Date,
        zone: &TimeZone,
    ) -> Result<Overview, TableError> {
        let (begin, end) = range::bounds(from, to, zone)?;
        let mut overview = Overview::new(begin, zone.clone());
        let first = keys::utc_day(begin).yesterday().unwrap_or(Date::MIN);
        let days = stream::iter(range::days(first, keys::utc_day(end)));
        // Buffered and not unordered: the overview needs the days in order.
        let days = days.map(|day| self.times_of_day(day)).buffered(DAYS_AT_ONCE);
        let mut days = std::pin::pin!(days);
        while let Some(calls) = days.try_next().await? {
            for call in calls.iter().filter(|call| call.started_at < end && !call.is_test) {
                overview.add(&CallTimes {
                    started_at: call.started_at,
                    ended_at: call.ended_at,
                    stored_at: call.stored_at,
                    call_type: &call.call_type,
                    organizer: call.organizer.as_ref(),
                });
            }
        }
        Ok(overview)
    }

    async fn times_of_day(&self, day: Date) -> Result<Vec<TimesOfCall>, TableError> {
        let query = self.query_by_day(&keys::day(day)).between("0", "9~").only(TIMES_OF_CALL);
        query.all().await?.into_iter().map(item::read).collect()
    }

    /// How many different people participated in calls of the days (UTC) from `from` to `to`, both
    /// included. Reads the lists of people of those days.
    pub async fn distinct_people(&self, from: Date, to: Date) -> Result<u64, TableError> {
        if from == to {
            return self.count_people_of_day(from).await;
        }
        let days = stream::iter(range::days(from, to));
        let days = days.map(|day| self.fingerprints_of_day(day)).buffer_unordered(DAYS_AT_ONCE);
        let mut days = std::pin::pin!(days);
        let mut people = HashSet::new();
        while let Some(day) = days.try_next().await? {
            people.extend(day);
        }
        Ok(u64::try_from(people.len()).unwrap_or(u64::MAX))
    }

    async fn fingerprints_of_day(&self, day: Date) -> Result<Vec<u128>, TableError> {
        let mut people = Vec::new();
        let day = keys::day(day);
        let mut pages = self.people_with_calls(&day).only(&[BY_DAY_SORT]);
        while let Some(items) = pages.next().await? {
            let keys = items.iter().filter_map(|item| item::text(item, BY_DAY_SORT));
            people.extend(keys.map(keys::fingerprint));
        }
        Ok(people)
    }
}
