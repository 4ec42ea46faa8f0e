//! Which days are to be exported, and which are to be removed from the lake.

use std::collections::{BTreeMap, BTreeSet};

use call_records::{DEFINITIONS_VERSION, Totals};
use call_table::{CallTable, TableError};
use due_days::{Made, Policy, Trigger};
use futures::TryStreamExt as _;
use jiff::Timestamp;
use jiff::civil::Date;
use object_store::ObjectMeta;

use crate::manifest::{DayEntry, Manifest};
use crate::schema::{SCHEMA_VERSION, Table};
use crate::{Error, Lake};

/// The objects of days as they are, by day and table. Other objects in the place of a day are listed
/// under no table.
pub(crate) type Objects = BTreeMap<Date, BTreeMap<Option<Table>, ObjectMeta>>;

/// What decides beside the totals whether a day is due.
pub(crate) struct Present<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) objects: &'a Objects,
    /// The stamps of the days in which a person was forgotten.
    pub(crate) stamps: &'a BTreeMap<Date, String>,
    /// Which writing of the logs of telephone calls is in force, of the days with rows.
    pub(crate) telephone: &'a BTreeMap<Date, String>,
    pub(crate) privacy: &'a str,
    pub(crate) sites: Option<&'a str>,
}

/// What a run finds of the days.
pub(crate) struct Due {
    /// Those that are to be exported, the newest first.
    pub(crate) days: Vec<Date>,
    /// Those of which the lake does not have all that the table has: these, and what waits.
    pub(crate) behind: BTreeSet<Date>,
}

/// Looks at the days.
pub(crate) async fn days(
    table: &CallTable,
    present: &Present<'_>,
    trigger: Trigger,
    now: Timestamp,
    policy: Policy,
    retention_days: u32,
) -> Result<Due, TableError> {
    let (first, last) = policy.days(now, retention_days);
    let totals = table.organisation_totals(first, last).await?;
    let mut due: BTreeSet<Date> = totals
        .iter()
        .filter(|(day, totals)| is_due(*day, totals, present, now, policy))
        .map(|(day, _)| *day)
        .collect();
    // Of days without totals, and of those that this run does not look at, what is in the lake must be
    // what the manifest names, and must name no forgotten person.
    for (day, entry) in &present.manifest.days {
        let has_totals = totals.iter().any(|(of_totals, _)| of_totals == day);
        let lost_its_calls = (first..=last).contains(day) && !has_totals && entry.calls > 0;
        if lost_its_calls || !is_as_written(*day, entry, present) {
            due.insert(*day);
        }
    }
    due.extend(present.telephone.keys().filter(|day| !present.manifest.days.contains_key(day)));
    due.extend(present.objects.keys().filter(|day| !present.manifest.days.contains_key(day)));
    if let Trigger::Days { from, to } = trigger {
        let asked = table.organisation_totals(from, to).await?;
        due.extend(asked.into_iter().map(|(day, _)| day));
    }
    due.retain(|day| !is_expired(*day, now, retention_days));
    let waiting = totals.iter().filter(|(day, totals)| {
        let entry = present.manifest.days.get(day);
        entry.is_some_and(|entry| entry.totals != due_days::digest(totals))
    });
    let behind = due.iter().copied().chain(waiting.map(|(day, _)| *day)).collect();
    Ok(Due { days: due.into_iter().rev().collect(), behind })
}

/// Whether a day with these totals is to be exported.
fn is_due(
    day: Date,
    totals: &Totals,
    present: &Present<'_>,
    now: Timestamp,
    policy: Policy,
) -> bool {
    let Some(entry) = present.manifest.days.get(&day) else { return true };
    let made = Made {
        at: entry.exported_at,
        totals: &entry.totals,
        adds_up: entry.adds_up,
        sites: entry.sites.as_deref(),
        final_at: entry.final_at,
    };
    entry.schema_version != SCHEMA_VERSION
        || entry.definitions_version != DEFINITIONS_VERSION
        || entry.voice_apps != voice_apps::VERSION
        || !is_as_written(day, entry, present)
        || policy.is_due(day, &made, totals, present.sites, now)
}

/// Whether the objects are those that the manifest names, were made since a person was forgotten last and a
/// row of a telephone call changed, and show of people what is to be shown.
fn is_as_written(day: Date, entry: &DayEntry, present: &Present<'_>) -> bool {
    let objects = present.objects.get(&day);
    let is_there = |table: Table| {
        let written = entry.objects.get(table.name());
        let found = objects.and_then(|objects| objects.get(&Some(table)));
        written.zip(found).is_some_and(|(written, found)| {
            written.bytes == found.size && written.etag == found.e_tag
        })
    };
    Table::ALL.into_iter().all(is_there)
        && entry.stamp.as_ref() == present.stamps.get(&day)
        && entry.telephone.as_ref() == present.telephone.get(&day)
        && entry.privacy == present.privacy
}

/// Whether the calls of a day are not kept any more.
pub(crate) fn is_expired(day: Date, now: Timestamp, retention_days: u32) -> bool {
    let kept_since = call_table::keys::utc_day(now)
        .saturating_sub(jiff::Span::new().days(i64::from(retention_days)));
    day < kept_since
}

impl Lake {
    /// The objects of all days: a request for a thousand days of each table.
    pub(crate) async fn objects(&self) -> Result<Objects, Error> {
        let mut objects = Objects::new();
        for table in Table::ALL {
            let mut listed = self.store.list(Some(&self.path(table.name())));
            while let Some(object) = listed.try_next().await? {
                let day = object.location.parts().find_map(|part| {
                    part.as_ref().strip_prefix("day=").and_then(|day| day.parse::<Date>().ok())
                });
                if let Some(day) = day {
                    let name = self.path(&crate::day::object_name(table, day));
                    let table = (object.location == name).then_some(table);
                    objects.entry(day).or_default().insert(table, object);
                }
            }
        }
        Ok(objects)
    }
}
