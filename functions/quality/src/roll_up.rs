//! Rolling up one day: every call of it is made of its stored pages once more, and what they add up to
//! replaces what was stored, its quality as well as its queues and attendants.
//!
//! Invariants:
//! * A day's quality and queues are replaced whole, with their head, in one transaction. Its noted legs are written
//!   before and named by the head, so that readers never see those of another roll-up.
//! * The transaction is conditional on the request `DUE#` and on the head as they were before the calls were
//!   read. So what was read before a person was forgotten cannot be stored after it.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use call_quality::{Counts, DayQuality, Dimension, MAX_NOTED_LEGS, MAX_VALUES, NotedLeg};
use call_records::{CallDetail, Totals};
use call_table::item::{self, Item, n, s};
use call_table::keys::{self, EXPIRES_AT, QUALITY, STAMP};
use call_table::{CallTable, Deadline, QualityHead, Rules, TableError, compression};
use futures::{StreamExt, TryStreamExt, stream};
use item_writer::{Action, Condition, Outcome, Write, transact, write_batch};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use sites::Sites;
use voice_apps::DayVoiceApps;

/// The most compressed bytes of one item; DynamoDB takes 400 KB.
const MAX_BYTES: usize = 350 * 1024;

/// Noted legs of one item before they are compressed: some 100 KB afterwards.
const LEGS_PER_ITEM: usize = 3_000;

/// How many agents of a queue or an attendant are kept: as many as Teams lets a queue have.
const MAX_AGENTS: usize = 200;

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
        };
        let of_day = (quality, voice_apps);
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

/// Stores a day in place of what `head` names, and takes back the request `stamp` for it. False when either
/// is not what it was when it was read.
///
/// # Errors
///
/// What the table answered. What was stored before is whole then, and the next roll-up sweeps the rest.
pub async fn store(
    table: &CallTable,
    new: &QualityHead,
    (mut quality, mut voice_apps): (DayQuality, DayVoiceApps),
    head: Option<&QualityHead>,
    stamp: Option<String>,
    deadline: Deadline,
) -> Result<bool, TableError> {
    let began = keys::midnight(new.day)?;
    let expires_at = n(table.config().expires_at(began));
    let legs = std::mem::take(&mut quality.noted_legs);
    let mut parts = Vec::new();
    pack_legs(&legs, &mut parts)?;
    let prefix = keys::quality_legs(new.day, &new.roll);
    let puts = parts.into_iter().enumerate().map(|(number, data)| {
        let mut item = item::key(QUALITY, &format!("{prefix}{number:03}"));
        item.insert("data".to_owned(), binary(data));
        item.insert(EXPIRES_AT.to_owned(), expires_at.clone());
        Write::Put(item)
    });
    write_batch(table, puts.collect(), deadline).await?;

    let head_item = |sort_key: &str| -> Result<Item, TableError> {
        let mut item = item::of(new)?;
        item.extend(item::key(QUALITY, sort_key));
        item.insert(EXPIRES_AT.to_owned(), expires_at.clone());
        Ok(item)
    };
    let mut day = head_item(&keys::quality_day(new.day))?;
    day.insert("data".to_owned(), binary(pack(&mut quality)?));
    let mut queues = head_item(&keys::voice_apps(new.day))?;
    queues.insert("data".to_owned(), binary(pack_voice_apps(&mut voice_apps)?));
    let name = table.name();
    let as_it_was = Condition::attributes([("roll", head.map(|head| s(&head.roll)))]);
    let due = item::key(QUALITY, &keys::quality_due(new.day));
    let guard = Condition::attributes([(STAMP, stamp.as_deref().map(s))]);
    let guard = match stamp {
        Some(_) => Action::delete(name, due, guard)?,
        None => Action::check(name, due, guard)?,
    };
    let actions = vec![
        Action::put(name, head_item(&keys::quality_head(new.day))?, as_it_was)?,
        Action::put(name, day, Condition::none())?,
        Action::put(name, queues, Condition::none())?,
        guard,
    ];
    let is_stored = transact(table, actions, deadline).await? == Outcome::Done;
    sweep(table, new, is_stored, deadline).await?;
    Ok(is_stored)
}

/// Removes the noted legs of other roll-ups of the day; of this one, if it was not stored.
async fn sweep(
    table: &CallTable,
    new: &QualityHead,
    is_stored: bool,
    deadline: Deadline,
) -> Result<(), TableError> {
    let own = keys::quality_legs(new.day, &new.roll);
    let all = keys::all_quality_legs(new.day);
    let query = table.query(QUALITY).beginning_with(if is_stored { &all } else { &own });
    let mut items = query.only(&[keys::PK, keys::SK]).within(deadline).all().await?;
    if is_stored {
        items.retain(|item| item::text(item, keys::SK).is_some_and(|sk| !sk.starts_with(&own)));
    }
    let deletes = items.iter().map(|item| Write::Delete(item::key_of(item))).collect();
    write_batch(table, deletes, deadline).await
}

/// Packs legs into parts that fit into an item each.
fn pack_legs(legs: &[NotedLeg], parts: &mut Vec<Vec<u8>>) -> Result<(), TableError> {
    for chunk in legs.chunks(LEGS_PER_ITEM) {
        let json = serde_json::to_vec(chunk).map_err(|e| TableError::Corrupt(e.to_string()))?;
        let packed = compression::compress(&json)?;
        if packed.len() > MAX_BYTES && chunk.len() > 1 {
            let (first, second) = chunk.split_at(chunk.len() / 2);
            pack_legs(first, parts)?;
            pack_legs(second, parts)?;
        } else {
            parts.push(packed);
        }
    }
    Ok(())
}

/// Packs a day into an item, with as many values of each dimension as fit.
fn pack(quality: &mut DayQuality) -> Result<Vec<u8>, TableError> {
    let mut most = MAX_VALUES;
    loop {
        quality.keep_most_used(most);
        let json = quality.to_bytes().map_err(|e| TableError::Corrupt(e.to_string()))?;
        let packed = compression::compress(&json)?;
        if packed.len() <= MAX_BYTES || most == 1 {
            return Ok(packed);
        }
        most /= 2;
    }
}

/// Packs the queues of a day into an item, with as many agents of each as fit.
fn pack_voice_apps(voice_apps: &mut DayVoiceApps) -> Result<Vec<u8>, TableError> {
    let mut most = MAX_AGENTS;
    loop {
        voice_apps.keep_busiest_agents(most);
        let json = voice_apps.to_bytes().map_err(|e| TableError::Corrupt(e.to_string()))?;
        let packed = compression::compress(&json)?;
        if packed.len() <= MAX_BYTES || most == 1 {
            return Ok(packed);
        }
        most /= 2;
    }
}

fn binary(bytes: Vec<u8>) -> AttributeValue {
    AttributeValue::B(Blob::new(bytes))
}
