//! A year of rows of the logs of telephone calls, stored as the function `pstn` stores them.

use std::time::{Duration, Instant};

use anyhow::ensure;
use call_table::{CallTable, Deadline};
use fastrand::Rng;
use forgotten_people::{ForgetKeySource, ForgottenPeople};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use pstn_logs::{Listing, Log, LogRow, decode_page};
use pstn_writer::PstnWriter;
use serde::Serialize;
use serde_json::json;

/// Days of a range, as the function lists them, and the day before.
const RANGE: i64 = 4;

/// So many days are listed every night, and the ids of so many are compared.
const NIGHTLY: i64 = 30;
const KNOWN: i64 = 91;

/// People who call.
const PEOPLE: u32 = 2_000;

const COUNTRIES: [&str; 4] = ["NO", "SE", "DK", "US"];

/// What it took.
#[derive(Debug, Serialize)]
pub struct TelephoneYear {
    pub rows: usize,
    /// Storing every row once, range by range, as it comes.
    pub stored_in_seconds: f64,
    /// A night at the end of the year, in which the last 30 days are listed once more and nothing has changed.
    pub night_in_seconds: f64,
    /// Reading what a month adds up to, with its people.
    pub month_in_milliseconds: f64,
}

/// Stores so many rows of the year that ends before `end`, and lists the last days once more.
///
/// # Errors
///
/// What the table answered, or that what is stored is not what was listed.
pub async fn fill_telephone_year(
    table: &CallTable,
    end: Date,
    rows: usize,
    progress: impl Fn(Date),
) -> anyhow::Result<TelephoneYear> {
    let forgotten =
        ForgottenPeople::new(table.clone(), ForgetKeySource::Missing("no person is forgotten"));
    let writer = PstnWriter::new(table.clone(), forgotten);
    let first = end.checked_sub(364.days())?;
    let per_day = rows.div_ceil(365);
    let mut seconds = Duration::ZERO;
    let mut stored = 0;
    let mut day = first;
    while day <= end {
        let last = day.checked_add((RANGE - 1).days())?.min(end);
        let listing = listing(day, last, per_day)?;
        stored += listing.rows.iter().filter(|row| row.day() >= Some(day)).count();
        let began = Instant::now();
        let known = day.checked_sub(KNOWN.days())?;
        let mut places = writer.places(known, Deadline::NONE).await?;
        writer.take_in(listing, day..=last, &mut places, Deadline::NONE).await?;
        seconds += began.elapsed();
        progress(last);
        day = last.tomorrow()?;
    }
    let night = Instant::now();
    let mut places = writer.places(end.checked_sub(KNOWN.days())?, Deadline::NONE).await?;
    let mut day = end.checked_sub((NIGHTLY - 1).days())?;
    while day <= end {
        let last = day.checked_add((RANGE - 1).days())?.min(end);
        let again = listing(day, last, per_day)?;
        let again =
            Listing { requested_at: again.requested_at + SignedDuration::from_hours(24), ..again };
        let changed = writer.take_in(again, day..=last, &mut places, Deadline::NONE).await?;
        ensure!(changed.is_empty(), "rows changed: {changed:?}");
        day = last.tomorrow()?;
    }
    let night_in_seconds = night.elapsed().as_secs_f64();
    let month = Instant::now();
    let from = end.checked_sub(30.days())?;
    table.pstn_days(from, end).await?;
    for head in table.pstn_heads(from, end).await? {
        table.pstn_people(head).await?;
    }
    let month_in_milliseconds = month.elapsed().as_secs_f64() * 1e3;
    let days = table.pstn_days(first, end).await?;
    let legs: u64 = days.iter().map(|day| day.logs.total().legs).sum();
    ensure!(usize::try_from(legs)? == stored, "{legs} legs of {stored} rows");
    Ok(TelephoneYear {
        rows: stored,
        stored_in_seconds: seconds.as_secs_f64(),
        night_in_seconds,
        month_in_milliseconds,
    })
}

/// The rows of a range and of the day before; always the same for a day.
fn listing(from: Date, to: Date, per_day: usize) -> anyhow::Result<Listing> {
    let before = from.yesterday()?;
    let days = before.series(1.days()).take_while(|day| *day <= to);
    let mut rows = Vec::new();
    for day in days {
        rows.extend(rows_of(day, per_day)?);
    }
    let requested_at = TimeZone::UTC.to_timestamp(to.tomorrow()?.at(3, 0, 0, 0))?;
    Ok(Listing { log: Log::Pstn, requested_at, rows })
}

/// The rows of a day, as Graph's answer is decoded.
fn rows_of(day: Date, count: usize) -> anyhow::Result<Vec<LogRow>> {
    let seed = u64::try_from(
        day.at(0, 0, 0, 0).duration_since(Date::default().at(0, 0, 0, 0)).as_hours(),
    )?;
    let mut rng = Rng::with_seed(seed);
    let midnight: Timestamp = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))?;
    let rows = (0..count).map(|_| {
        let user = rng.u32(..PEOPLE);
        let start = midnight + SignedDuration::from_millis(rng.i64(0..86_400_000));
        let seconds = rng.i64(1..1_200);
        let is_incoming = rng.bool();
        json!({
            "id": format!("{:032x}", rng.u128(..)),
            "callId": format!("{}_{}@203.0.113.7", rng.u32(..), rng.u32(..)),
            "userId": format!("00000000-0000-4000-8000-{user:012}"),
            "userPrincipalName": format!("person{user}@example.org"),
            "userDisplayName": format!("Person {user}"),
            "startDateTime": start,
            "endDateTime": start + SignedDuration::from_secs(seconds),
            "duration": seconds,
            "charge": f64::from(rng.u32(..100)) / 100.0,
            "callType": if is_incoming { "user_in" } else { "user_out" },
            "currency": "EUR",
            "callerNumber": format!("+1555{:07}", rng.u32(..10_000_000)),
            "calleeNumber": format!("+1555{:07}", rng.u32(..10_000_000)),
            "usageCountryCode": COUNTRIES[rng.usize(..4)],
            "tenantCountryCode": "NO",
            "connectionCharge": 0.01,
            "destinationName": "Norway",
            "destinationContext": "Domestic",
            "licenseCapability": "MCOPSTN2",
            "inventoryType": "Subscriber",
            "operator": "Microsoft",
            "callDurationSource": "microsoft",
        })
    });
    let page = json!({ "value": rows.collect::<Vec<_>>() }).to_string();
    Ok(decode_page(page.as_bytes(), Log::Pstn)?.rows)
}
