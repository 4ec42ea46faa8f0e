//! One person: the parts of a month, or the totals of a longer time and the newest parts.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use call_records::definitions::person_day;
use call_records::{CompactSet, Participation, PersonKey, Totals};
use call_table::PersonCall;
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan as _};

use super::{CONCURRENT_NAME_READS, QueryContext, figures, mix, telephone};
use crate::Error;
use crate::answer::{CallOfPerson, Device, List, PersonReport};
use crate::period::MAX_DAYS_IN_DETAIL;
use crate::request::{Format, Request};

/// The parts that are read of a longer time.
const NEWEST_CALLS: usize = 100;
/// The most parts that are read of a longer time for a CSV.
const MAX_CALLS: usize = 10_000;
/// Devices that are shown.
const MAX_DEVICES: usize = 10;
pub(super) async fn read(
    reader: QueryContext<'_>,
    request: &Request,
) -> Result<PersonReport, Error> {
    let Some(who) = &request.person else {
        return Err(Error::Request(
            "Say who: give \"person\", such as user:<object id>, or follow a link from a ranking."
                .to_owned(),
        ));
    };
    let key = reader.privacy.resolve(who)?;
    // Of a long time days are UTC days, and the list is of the same.
    let period = &request.period.in_zone_of_days();
    let (start, end) = (period.start()?, period.end()?);
    let in_detail = period.length() <= MAX_DAYS_IN_DETAIL;
    let newest = match request.format {
        Format::Csv => request.paging.skipped().saturating_add(request.paging.size).min(MAX_CALLS),
        Format::Html | Format::Json => NEWEST_CALLS,
    };
    let mut calls = if in_detail {
        reader.table.person_calls(&key, start, end).await?
    } else {
        reader.table.newest_person_calls(&key, start, end, newest).await?
    };
    calls.sort_by_key(|call| Reverse((call.started_at, call.call_id.clone())));

    let (days, hours) = if in_detail {
        (totals_by_day(&calls, |call| period.zone.day(call.started_at))?, {
            let mut hours = vec![0; 24];
            // A test call adds nothing to the totals, and is in no hour either.
            for call in calls.iter().filter(|call| !call.contribution.is_empty()) {
                hours[period.zone.hour(call.started_at)] += 1;
            }
            hours
        })
    } else {
        let totals = reader.table.person_totals(&key, period.from, period.to).await?;
        (totals.into_iter().collect(), Vec::new())
    };
    let mut sum = Totals::new();
    for totals in days.values() {
        sum.checked_add_assign(totals)?;
    }
    let name = match calls.iter().find_map(|call| call.part.display_name.clone()) {
        Some(name) => Some(name),
        None => reader.table.newest_name(&key).await?,
    };
    let telephone = telephone::of_person(reader, &key, period).await?;
    let sums = telephone.as_ref().and_then(|it| it.sums.as_ref());
    let has_legs = sums.is_some_and(|sums| sums.legs > 0);
    let has_something = !calls.is_empty() || !sum.is_empty() || name.is_some() || has_legs;
    if !has_something && !reader.knows(&key).await? {
        return Err(person_not_found(reader));
    }
    let all = i64::try_from(calls.len()).is_ok_and(|read| read >= sum.get(person_day::CALLS.id));
    let truncated = !in_detail && !all;
    let none = Totals::new();
    let rows = period.days().map(|day| mix::day(day, days.get(&day).unwrap_or(&none), ""));
    let (microphones, loudspeakers, devices_note) = devices(reader, &calls, truncated);
    let calls_note = truncated.then(|| {
        format!(
            "Of more than {MAX_DAYS_IN_DETAIL} days only the newest {newest} calls are listed; \
             the numbers are of all."
        )
    });
    let zone_of_hours = period.zone.to_string();
    let list = List::page_of(calls.iter(), request.paging);
    let names = names_of_others(reader, &list.rows).await?;
    let rows_of_calls = list.rows.iter().map(|call| row(reader, call, &names)).collect();
    Ok(PersonReport {
        person: reader.privacy.person(&key, name.as_deref()),
        figures: figures::of_person(&sum),
        days: rows.collect(),
        mix: mix::mix(&sum, "", hours, zone_of_hours),
        telephone,
        microphones,
        loudspeakers,
        devices_note,
        calls: List { total: list.total, page: list.page, size: list.size, rows: rows_of_calls },
        calls_note,
    })
}

impl QueryContext<'_> {
    /// Whether any call of a person is in the table, of whatever day.
    pub(super) async fn knows(self, key: &PersonKey) -> Result<bool, Error> {
        let (first, last) = (Timestamp::UNIX_EPOCH, Timestamp::MAX - 24.hours());
        Ok(!self.table.newest_person_calls(key, first, last, 1).await?.is_empty())
    }
}

/// No such person, and what to check.
fn person_not_found(reader: QueryContext<'_>) -> Error {
    let check = if reader.privacy.is_pseudonymous() {
        ""
    } else {
        " Check the kind and the id, such as user:<object id>, guest:<object id> or phone:<number>; \
         the list of people shows who is there."
    };
    Error::NotFound(format!(
        "No call of this person is in the table, on no day.{check} Calls are removed when their \
         retention ends."
    ))
}

/// What the parts added to the totals, day by day.
fn totals_by_day(
    calls: &[PersonCall],
    day: impl Fn(&PersonCall) -> Date,
) -> Result<BTreeMap<Date, Totals>, Error> {
    let mut days = BTreeMap::<Date, Totals>::new();
    for call in calls {
        days.entry(day(call)).or_default().checked_add_assign(&call.contribution)?;
    }
    Ok(days)
}

/// Microphones and loudspeakers by the number of calls, and what is to be said about them.
fn devices(
    reader: QueryContext<'_>,
    calls: &[PersonCall],
    truncated: bool,
) -> (Vec<Device>, Vec<Device>, Option<&'static str>) {
    if reader.privacy.is_pseudonymous() {
        let note = "Not shown: a device is often called after its owner.";
        return (Vec::new(), Vec::new(), Some(note));
    }
    let count = |names: fn(&Participation) -> &CompactSet<String>| {
        let mut devices = BTreeMap::<&str, i64>::new();
        let counted = calls.iter().filter(|call| !call.contribution.is_empty());
        for name in counted.flat_map(|call| names(&call.part)) {
            *devices.entry(name).or_default() += 1;
        }
        let mut devices: Vec<_> = devices.into_iter().collect();
        devices.sort_by_key(|(name, calls)| (Reverse(*calls), *name));
        let shown = devices.into_iter().take(MAX_DEVICES);
        shown
            .filter_map(|(name, calls)| {
                reader.privacy.free_text(name).map(|name| Device { name, calls })
            })
            .collect::<Vec<_>>()
    };
    let note = truncated.then_some("Of the newest calls, not of all.");
    (count(|part| &part.capture_devices), count(|part| &part.render_devices), note)
}

/// The names of the counterparts of the page's calls.
async fn names_of_others(
    reader: QueryContext<'_>,
    calls: &[&PersonCall],
) -> Result<BTreeMap<PersonKey, Option<String>>, Error> {
    let counterparts = calls.iter().flat_map(|call| &call.part.counterparts);
    let mut others: Vec<PersonKey> = counterparts.cloned().collect();
    others.sort();
    others.dedup();
    if reader.privacy.is_pseudonymous() {
        return Ok(BTreeMap::new());
    }
    let named = others.into_iter().map(async |key| {
        let name = reader.table.newest_name(&key).await?;
        Ok((key, name))
    });
    iter(named).buffer_unordered(CONCURRENT_NAME_READS).try_collect().await
}

fn row(
    reader: QueryContext<'_>,
    call: &PersonCall,
    names: &BTreeMap<PersonKey, Option<String>>,
) -> CallOfPerson {
    let part = &call.part;
    let shown = |text: &Option<String>| reader.privacy.free_text(text.as_deref()?);
    let with = part.counterparts.iter().map(|key| {
        let name = names.get(key).and_then(Option::as_deref);
        reader.privacy.person(key, name)
    });
    CallOfPerson {
        call: call.call_id.clone(),
        call_type: call.call_type.as_str().to_owned(),
        started_at: call.started_at,
        talk_seconds: part.talk_seconds,
        role: part.role.as_str(),
        outcome: part.outcome.as_str(),
        outcome_reason: shown(&part.outcome_reason),
        taken_by: part.taken_by,
        // A part of a test call adds nothing to the totals, not even a call.
        is_test: call.contribution.is_empty(),
        dropped: part.dropped,
        drop_reason: shown(&part.drop_reason),
        with: with.collect(),
        others: part.others,
        platforms: part.platforms.keys().cloned().collect(),
        legs: part.legs,
        poor_legs: (part.legs > 0).then_some(part.poor_legs),
        ratings: ratings(part),
    }
}

/// What the person said, a word for each answer.
pub(super) fn ratings(part: &Participation) -> Vec<String> {
    let rated = part.feedback.iter().filter_map(|feedback| feedback.rating.as_ref());
    rated.map(|rating| rating.as_str().to_owned()).collect()
}
