//! A month of rolled-up days.

use anyhow::Context as _;
use call_quality::MAX_NOTED_LEGS;
use call_table::{CallTable, Deadline, QualityHead};
use fake_graph::TENANT_ID;
use fake_graph::organisation::{Organisation, Plan};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};
use quality::OfDay;
use sites::Sites;
use voice_apps::DayVoiceApps;

use crate::recomputed::recomputed;

/// The days of a month.
const DAYS: i32 = 30;
/// The days with which the page compares: the same weekdays before.
const DAYS_BEFORE: i32 = 35;

/// Stores the roll-ups of a month that begins with `first`, and of the days before it, with which the page
/// compares: `calls` in each, and every day with the same ones, since what is measured is bounded by the
/// values of a day.
pub async fn fill_month_of_quality(
    table: &CallTable,
    first: Date,
    people: usize,
    calls: usize,
    now: Timestamp,
) -> anyhow::Result<()> {
    let days = usize::try_from(DAYS)?;
    let plan = Plan {
        people,
        calls: calls.div_ceil(days),
        seed: 1,
        day: first,
        tenant_id: TENANT_ID.to_owned(),
        fault: None,
    };
    let mut records = Vec::new();
    for mut call in Organisation::calls(&plan) {
        records.push(call.versions.pop().context("a call without versions")?);
    }
    let sites = Sites::parse(Organisation::building_file().as_bytes())?;
    let mut days = recomputed(&records, TENANT_ID, Some(&sites))?;
    let mut day = days.remove(&first).context("no calls")?;
    day.keep_worst_legs(MAX_NOTED_LEGS);
    for number in -DAYS_BEFORE..DAYS {
        let head = QualityHead {
            day: first.checked_add(number.days())?,
            rolled_up_at: now,
            roll: "0".to_owned(),
            totals: String::new(),
            version: call_quality::VERSION,
            voice_apps: voice_apps::VERSION,
            final_at: None,
            sites: Some(sites.digest().to_owned()),
            adds_up: true,
            calls: day.calls,
            noted_legs: u64::try_from(day.noted_legs.len())?,
            people: Some(0),
        };
        let of_day =
            OfDay { quality: day.clone(), voice_apps: DayVoiceApps::default(), people: Vec::new() };
        quality::store(table, &head, of_day, None, None, Deadline::NONE).await?;
    }
    Ok(())
}
