//! Storing what a day was rolled up to.

use call_quality::{DayQuality, MAX_VALUES, NamedPerson};
use call_table::item::{self, Item, n, s};
use call_table::keys::{self, EXPIRES_AT, QUALITY, STAMP};
use call_table::{CallTable, Deadline, QualityHead, TableError, compression};
use item_writer::{
    Action, Condition, MAX_PACKED, Outcome, PackedLists, packed_item, sweep_lists, transact,
};
use voice_apps::DayVoiceApps;

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
    let expires_at = table.config().expires_at(keys::midnight(new.day)?);
    let mut lists = PackedLists::new(QUALITY, expires_at);
    let own = [keys::quality_legs, keys::quality_people].map(|key| key(new.day, &new.roll));
    lists.add(&own[0], &quality.noted_legs)?;
    lists.add(&own[1], &people)?;
    drop((people, std::mem::take(&mut quality.noted_legs)));
    lists.write(table, deadline).await?;

    let head_item = || -> Result<Item, TableError> {
        let mut item = item::of(new)?;
        item.insert(EXPIRES_AT.to_owned(), n(expires_at));
        Ok(item)
    };
    let packed = |sort_key: &str, packed| -> Result<Item, TableError> {
        let mut item = head_item()?;
        item.extend(packed_item(QUALITY, sort_key, packed, expires_at));
        Ok(item)
    };
    let day = packed(&keys::quality_day(new.day), pack(&mut quality)?)?;
    let queues = packed(&keys::voice_apps(new.day), pack_voice_apps(&mut voice_apps)?)?;
    let mut new_head = head_item()?;
    new_head.extend(item::key(QUALITY, &keys::quality_head(new.day)));
    let name = table.name();
    let as_it_was = Condition::attributes([("roll", head.map(|head| s(&head.roll)))]);
    let due = item::key(QUALITY, &keys::quality_due(new.day));
    let guard = Condition::attributes([(STAMP, stamp.as_deref().map(s))]);
    let guard = match stamp {
        Some(_) => Action::delete(name, due, guard)?,
        None => Action::check(name, due, guard)?,
    };
    let actions = vec![
        Action::put(name, new_head, as_it_was)?,
        Action::put(name, day, Condition::none())?,
        Action::put(name, queues, Condition::none())?,
        guard,
    ];
    let is_stored = transact(table, &actions, deadline).await? == Outcome::Done;
    let [legs, people] = own;
    let [all_legs, all_people] = keys::all_quality_lists(new.day);
    let lists = [(legs, all_legs), (people, all_people)];
    sweep_lists(table, QUALITY, lists, is_stored, deadline).await?;
    Ok(is_stored)
}

/// Packs a day into an item, with as many values of each dimension as fit.
fn pack(quality: &mut DayQuality) -> Result<Vec<u8>, TableError> {
    let mut most = MAX_VALUES;
    loop {
        quality.keep_most_used(most);
        let json = quality.to_bytes().map_err(|e| TableError::Corrupt(e.to_string()))?;
        let packed = compression::compress(&json)?;
        if packed.len() <= MAX_PACKED || most == 1 {
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
        if packed.len() <= MAX_PACKED || most == 1 {
            return Ok(packed);
        }
        most /= 2;
    }
}
