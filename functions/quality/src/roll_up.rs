//! Rolling up one day: every call of it is made of its stored pages once more, and what they add up to
//! replaces what was stored, its quality as well as its queues and attendants.
//!
//! Invariants:
//! * A day's quality and queues are replaced whole, with their head, in one transaction. Its noted legs are written
//!   before and named by the head, so that readers never see those of another roll-up.
//! * The transaction is conditional on the request `DUE#` and on the head as they were before the calls were
//!   read. So what was read before a person was forgotten cannot be stored after it.

use call_quality::{Counts, DayQuality, Dimension, MAX_NOTED_LEGS};
use call_records::{CallDetail, Totals};
use call_table::{CallTable, Deadline, QualityHead, Rules, TableError};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use sites::Sites;
use voice_apps::DayVoiceApps;

use crate::store::{OfDay, store};

/// How often a day is read again because it changed meanwhile.
const MAX_ATTEMPTS: u32 = 3;

/// What became of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RolledUp {
    pub day: Date,
    pub calls: u64,
    /// Whether it adds up to the people's totals. If not, calls were stored meanwhile, or were counted by
    /// older definitions; it stays due.
    pub adds_up: bool,
}

/// Rolls up a day by the building file with this digest. None when every attempt met another roll-up of
/// the day, or a person being forgotten in it: it stays due.
pub(crate) async fn roll_up(
    table: &CallTable,
    day: Date,
    sites: Option<(&str, &Sites)>,
    calls_at_once: usize,
    now: Timestamp,
    deadline: Deadline,
) -> Result<Option<RolledUp>, TableError> {
    for _ in 0..MAX_ATTEMPTS {
        // Before the calls: see the invariants.
        let stamp = table.day_is_due(day).await?;
        let head = table.quality_heads(day, day).await?.pop();
        let totals = table.organisation_totals(day, day).await?.pop();
        let totals = totals.map(|(_, totals)| totals).unwrap_or_default();
        let sites_of_day = sites.map(|(_, sites)| sites);
        let (mut quality, voice_apps) =
            read(table, day, sites_of_day, calls_at_once, now, deadline).await?;
        quality.keep_worst_legs(MAX_NOTED_LEGS);
        let people = std::mem::take(&mut quality.directory).into_people();
        let new = QualityHead {
            day,
            rolled_up_at: now,
            roll: format!("{:016x}", fastrand::u64(..)),
            totals: due_days::digest(&totals),
            version: call_quality::VERSION,
            voice_apps: voice_apps::VERSION,
            final_at: voice_apps.final_at,
            sites: sites.map(|(digest, _)| digest.to_owned()),
            adds_up: adds_up(&quality, &totals),
            calls: quality.calls,
            noted_legs: u64::try_from(quality.noted_legs.len()).unwrap_or(u64::MAX),
            people: Some(u64::try_from(people.len()).unwrap_or(u64::MAX)),
        };
        let of_day = OfDay { quality, voice_apps, people };
        if store(table, &new, of_day, head.as_ref(), stamp, deadline).await? {
            return Ok(Some(RolledUp { day, calls: new.calls, adds_up: new.adds_up }));
        }
    }
    Ok(None)
}

/// The quality and the queues of the calls of a day. Memory is bounded by the values of a day and by the calls that are
/// read concurrently.
async fn read(
    table: &CallTable,
    day: Date,
    sites: Option<&Sites>,
    calls_at_once: usize,
    now: Timestamp,
    deadline: Deadline,
) -> Result<(DayQuality, DayVoiceApps), TableError> {
    let calls = stream::iter(table.calls_of_day(day).await?);
    let calls = calls.map(|call| async move {
        deadline.run(table.call_in_detail(&call.call_id, Rules::default())).await?
    });
    let mut calls = std::pin::pin!(calls.buffer_unordered(calls_at_once));
    let (mut quality, mut voice_apps) = (DayQuality::default(), DayVoiceApps::default());
    while let Some(detail) = calls.try_next().await? {
        // A newer version may have begun on another day.
        if let Some(CallDetail { call, legs, flow }) = detail.filter(|it| it.call.day() == day) {
            quality.add(&call, &legs, sites);
            voice_apps.add(&call, &flow, now);
        }
    }
    Ok((quality, voice_apps))
}

/// Whether a day's quality is of the same calls as its totals.
fn adds_up(quality: &DayQuality, totals: &Totals) -> bool {
    let total = |name: &str| u64::try_from(totals.get(name)).unwrap_or_default();
    let sum = quality.sum(Dimension::Class);
    let Counts { received_good, received_poor, sent_good, sent_poor, .. } = sum;
    quality.calls == total("calls")
        && received_good + received_poor == total("people_judged_received")
        && received_poor == total("people_poor_received")
        && sent_good + sent_poor == total("people_judged_sent")
        && sent_poor == total("people_poor_sent")
        && sum.established == total("people_legs_established")
        && sum.dropped == total("people_legs_dropped")
}
