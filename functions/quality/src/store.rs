//! Storing what a day was rolled up to.

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use call_quality::{DayQuality, MAX_VALUES, NamedPerson};
use call_table::item::{self, Item, n, s};
use call_table::keys::{self, EXPIRES_AT, QUALITY, STAMP};
use call_table::{CallTable, Deadline, QualityHead, TableError, compression};
use item_writer::{Action, Condition, Outcome, Write, transact, write_batch};
use jiff::civil::Date;
use serde::Serialize;
use voice_apps::DayVoiceApps;

/// The most compressed bytes of one item; DynamoDB takes 400 KB.
const MAX_BYTES: usize = 350 * 1024;

/// Noted legs, or people, of one item before they are compressed: some 100 KB afterwards.
const ROWS_PER_ITEM: usize = 3_000;

/// How many agents of a queue or an attendant are kept: as many as Teams lets a queue have.
const MAX_AGENTS: usize = 200;

/// What the calls of a day add up to.
#[derive(Debug, Clone)]
pub struct OfDay {
    /// By site, network and device, with the noted legs.
    pub quality: DayQuality,
    /// The queues and attendants.
    pub voice_apps: DayVoiceApps,
    /// Who had a part in its calls, by key.
    pub people: Vec<NamedPerson>,
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
    of_day: OfDay,
    head: Option<&QualityHead>,
    stamp: Option<String>,
    deadline: Deadline,
) -> Result<bool, TableError> {
    let OfDay { mut quality, mut voice_apps, people } = of_day;
    let mut parts = Vec::new();
    let of_roll = |key: fn(Date, &str) -> String| key(new.day, &new.roll);
    pack_list(&quality.noted_legs, &of_roll(keys::quality_legs), &mut parts)?;
    pack_list(&people, &of_roll(keys::quality_people), &mut parts)?;
    drop((people, std::mem::take(&mut quality.noted_legs)));
    let began = keys::midnight(new.day)?;
    let expires_at = n(table.config().expires_at(began));
    let puts = parts.into_iter().map(|(sort_key, data)| {
        let mut item = item::key(QUALITY, &sort_key);
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

/// Removes the lists of other roll-ups of the day; of this one, if it was not stored.
async fn sweep(
    table: &CallTable,
    new: &QualityHead,
    is_stored: bool,
    deadline: Deadline,
) -> Result<(), TableError> {
    let own = [keys::quality_legs, keys::quality_people].map(|key| key(new.day, &new.roll));
    let mut items = Vec::new();
    for (own, all) in own.iter().zip(keys::all_quality_lists(new.day)) {
        let query = table.query(QUALITY).beginning_with(if is_stored { &all } else { own });
        let found = query.only(&[keys::PK, keys::SK]).within(deadline).all().await?;
        let is_own = |item: &Item| item::text(item, keys::SK).is_some_and(|sk| sk.starts_with(own));
        items.extend(found.into_iter().filter(|item| !is_stored || !is_own(item)));
    }
    let deletes = items.iter().map(|item| Write::Delete(item::key_of(item))).collect();
    write_batch(table, deletes, deadline).await
}

/// The sort key and the data of an item of a list.
type Part = (String, Vec<u8>);

/// Packs a list into parts that fit into an item each. `parts` has those of other lists too, and numbers them
/// all.
fn pack_list<T: Serialize>(
    rows: &[T],
    prefix: &str,
    parts: &mut Vec<Part>,
) -> Result<(), TableError> {
    for chunk in rows.chunks(ROWS_PER_ITEM) {
        let json = serde_json::to_vec(chunk).map_err(|e| TableError::Corrupt(e.to_string()))?;
        let packed = compression::compress(&json)?;
        if packed.len() > MAX_BYTES && chunk.len() > 1 {
            let (first, second) = chunk.split_at(chunk.len() / 2);
            pack_list(first, prefix, parts)?;
            pack_list(second, prefix, parts)?;
        } else {
            parts.push((format!("{prefix}{:03}", parts.len()), packed));
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
