//! Totals of the days of a time zone, computed from the stored totals of UTC days and, for the hours
//! between the two midnights, from the contributions of single calls. Only those calls are read.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use call_records::Totals;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::item::{self, Item};
use crate::keys::{self, PK, SK};
use crate::{CallTable, TableError, ledger};

mod people;
pub(crate) mod range;
mod stretch;

use range::{bounds, days};
use stretch::{Stretch, stretches};

/// How many days, or calls, are read concurrently.
const AT_ONCE: usize = 8;

/// What counting a call in another zone needs.
#[derive(Deserialize)]
struct OfCall {
    started_at: Timestamp,
    contribution: Totals,
}

impl CallTable {
    /// The organisation's totals of the days of a time zone from `from` to `to`, both included;
    /// days without totals are left out; `hour_…` are hours of the zone. In UTC these are the stored
    /// totals. Of each UTC day, the longest stretch within one day of the zone gets the stored totals
    /// less the contributions of the other calls, also of those that expired.
    pub async fn organisation_totals_in(
        &self,
        from: Date,
        to: Date,
        zone: &TimeZone,
    ) -> Result<Vec<(Date, Totals)>, TableError> {
        if *zone == TimeZone::UTC {
            return self.organisation_totals(from, to).await;
        }
        let (begin, end) = bounds(from, to, zone)?;
        let (first, last) = (keys::utc_day(begin), keys::utc_day(end));
        let stored: BTreeMap<Date, Totals> =
            self.organisation_totals(first, last).await?.into_iter().collect();
        let utc_days = stream::iter(days(first, last))
            .map(|day| self.split(day, stored.get(&day), (from, to), zone))
            .buffer_unordered(AT_ONCE);
        let mut utc_days = std::pin::pin!(utc_days);
        let mut sums = BTreeMap::<Date, Totals>::new();
        while let Some(parts) = utc_days.try_next().await? {
            for (day, totals) in parts {
                let sum = sums.entry(day).or_default();
                ledger::accumulate(sum, &totals)?;
            }
        }
        Ok(sums.into_iter().filter(|(_, totals)| !totals.is_empty()).collect())
    }

    /// What the calls of one UTC day add to the days of a zone from the first to the last.
    async fn split(
        &self,
        utc_day: Date,
        stored: Option<&Totals>,
        (from, to): (Date, Date),
        zone: &TimeZone,
    ) -> Result<Vec<(Date, Totals)>, TableError> {
        let Some(stored) = stored else { return Ok(Vec::new()) };
        let wanted = |stretch: &Stretch| from <= stretch.day && stretch.day <= to;
        let mut stretches = stretches(utc_day, zone)?;
        // What is longest is worked out of the rest, so that few calls are read.
        stretches.sort_by_key(Stretch::length);
        let Some(longest) = stretches.pop() else { return Ok(Vec::new()) };
        let mut parts = Vec::new();
        let mut rest = stored.clone();
        for stretch in stretches {
            if !wanted(&longest) && !wanted(&stretch) {
                continue;
            }
            let (of_utc, of_zone) = self.ledgers(&stretch, zone).await?;
            rest = ledger::difference(&rest, &of_utc)?;
            if wanted(&stretch) {
                parts.push((stretch.day, of_zone));
            }
        }
        if wanted(&longest) {
            let hours = match longest.whole_hours(zone) {
                Some(0) => rest,
                Some(later) => {
                    let mut hours = rest.hours();
                    hours.rotate_right(later);
                    rest.with_hours(&hours)
                }
                // Hours do not become hours.
                None => rest.with_hours(&self.hours(&longest, zone).await?),
            };
            parts.push((longest.day, hours));
        }
        Ok(parts)
    }

    /// What the calls of a stretch added: as it is stored, and with the hours of the zone.
    async fn ledgers(
        &self,
        stretch: &Stretch,
        zone: &TimeZone,
    ) -> Result<(Totals, Totals), TableError> {
        let (mut of_utc, mut of_zone) = (Totals::new(), Totals::new());
        let keys = self.calls_begun_in(stretch.utc_day, stretch.times(), &[PK, SK]).await?;
        for item in self.read_batch(&keys).await? {
            let OfCall { started_at, contribution } = item::read(item)?;
            ledger::accumulate(&mut of_utc, &contribution)?;
            let local = contribution.at_hour(zone.to_datetime(started_at).hour());
            ledger::accumulate(&mut of_zone, &local)?;
        }
        Ok((of_utc, of_zone))
    }

    /// How many calls of a stretch began in each hour of the zone.
    async fn hours(&self, stretch: &Stretch, zone: &TimeZone) -> Result<[i64; 24], TableError> {
        let mut hours = [0; 24];
        const ONLY: &[&str] = &["started_at", "is_test"];
        let calls = self.calls_begun_in(stretch.utc_day, stretch.times(), ONLY).await?;
        // Test calls are in no total by hour.
        let counts = |item: &Item| item.get("is_test") != Some(&AttributeValue::Bool(true));
        for item in calls.into_iter().filter(counts) {
            let at = item::text(&item, "started_at").and_then(|at| at.parse::<Timestamp>().ok());
            let hour = at.and_then(|at| usize::try_from(zone.to_datetime(at).hour()).ok());
            if let Some(calls) = hour.and_then(|hour| hours.get_mut(hour)) {
                *calls += 1;
            }
        }
        Ok(hours)
    }

    /// What the index shows of the calls of a UTC day that began at `begin` or later and before
    /// `end`.
    async fn calls_begun_in(
        &self,
        utc_day: Date,
        (begin, end): (Timestamp, Timestamp),
        attributes: &[&str],
    ) -> Result<Vec<Item>, TableError> {
        // A key is the time followed by the id, so that none equals the last.
        let (first, last) = (keys::instant(begin), keys::instant(end));
        let day = keys::day(utc_day);
        self.query_by_day(&day).between(&first, &last).only(attributes).all().await
    }
}
