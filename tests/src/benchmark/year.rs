//! An invented year of calls.

use anyhow::Context as _;
use call_records::{AudioClassifier, Call};
use call_table::rebuild;
use call_table::{PageKind, RawPage};
use fake_graph::TENANT_ID;
use fake_graph::organisation::{InventedCall, Organisation, Plan};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// Calls that are invented as Graph would return them, and decoded. Every further call is a copy of one
/// of these at another time.
const PATTERNS: usize = 20_000;

#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub people: usize,
    pub calls: usize,
    pub first_day: Date,
    pub seed: u64,
}

/// A year of calls of an invented organisation, all on working days.
#[derive(Debug)]
pub struct Year {
    size: Size,
    patterns: Vec<Call>,
    days: Vec<Date>,
}

impl Year {
    /// Invents the people and how they call.
    pub fn invent(size: Size) -> anyhow::Result<Self> {
        let plan = Plan {
            people: size.people,
            calls: PATTERNS.min(size.calls),
            seed: size.seed,
            day: size.first_day,
            tenant_id: TENANT_ID.to_owned(),
            fault: None,
        };
        let patterns = Organisation::calls(&plan)
            .map(|call| {
                let record = call.versions.last().context("a call without versions")?;
                Ok(rebuild(Some(TENANT_ID), AudioClassifier::default(), &pages(record)?)?.0)
            })
            .collect::<anyhow::Result<_>>()?;
        let working = |day: &Date| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let days = size.first_day.series(1.day()).take(365).filter(working).collect();
        Ok(Self { size, patterns, days })
    }

    /// The first of its 365 days.
    pub fn first_day(&self) -> Date {
        self.size.first_day
    }

    pub fn working_days(&self) -> &[Date] {
        &self.days
    }

    /// The user in most of the patterns.
    pub fn busiest(&self) -> Option<call_records::PersonKey> {
        let mut calls = std::collections::BTreeMap::new();
        for call in &self.patterns {
            for person in call.people.keys().filter(|person| person.kind() == "user") {
                *calls.entry(person).or_insert(0) += 1;
            }
        }
        let busiest = calls.into_iter().max_by_key(|(person, calls)| (*calls, *person));
        busiest.map(|(person, _)| person.clone())
    }

    /// A further call, to be stored with its pages and sessions: a meeting of 300.
    pub fn meeting(&self) -> anyhow::Result<InventedCall> {
        let plan = Plan {
            people: 400,
            calls: 1,
            seed: 1,
            day: *self.days.last().context("the year has no working day")?,
            tenant_id: TENANT_ID.to_owned(),
            fault: None,
        };
        Ok(Organisation::meeting(&plan, 300, 1))
    }

    /// How many people are in calls of a working day.
    pub fn people_of_day(&self, day: usize) -> anyhow::Result<usize> {
        let people = self.calls_of(day)?.flat_map(|call| call.people.into_keys());
        Ok(people.collect::<std::collections::BTreeSet<_>>().len())
    }

    /// The calls of a working day with their ids, in no order of time.
    pub fn calls_of(&self, day: usize) -> anyhow::Result<impl Iterator<Item = Call> + '_> {
        let (calls, days) = (self.size.calls, self.days.len());
        let numbers = calls * day / days..calls * (day + 1) / days;
        let date = self.days.get(day).context("the year has no such working day")?;
        let moved_by = midnight(*date)?.duration_since(midnight(self.size.first_day)?);
        Ok(numbers.map(move |number| {
            // Every day has other patterns than the one before, whatever the numbers are.
            let pattern = &self.patterns[number.wrapping_mul(7_919) % self.patterns.len()];
            // As long as Graph's, and rising, so that filling the table is not slow for its index.
            let id = format!("{number:08x}-0000-4000-8000-{:012x}", self.size.seed);
            moved(pattern, id, moved_by)
        }))
    }
}

/// The record as pages: Graph's answers to the requests for the participants and for the sessions.
pub(super) fn pages(record: &serde_json::Value) -> anyhow::Result<[RawPage; 2]> {
    let body = serde_json::to_vec(record)?;
    Ok([PageKind::Participants, PageKind::Record].map(|kind| RawPage {
        kind,
        number: 0,
        body: body.clone(),
    }))
}

fn midnight(day: Date) -> anyhow::Result<Timestamp> {
    Ok(TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))?)
}

/// A copy of the call at another time.
fn moved(call: &Call, id: String, by: SignedDuration) -> Call {
    let mut call = call.clone();
    let later = |at: &mut Timestamp| *at += by;
    call.id = id;
    later(&mut call.started_at);
    call.ended_at.iter_mut().for_each(later);
    call.last_modified_at.iter_mut().for_each(later);
    for part in call.people.values_mut() {
        part.first_joined_at.iter_mut().for_each(later);
        part.last_left_at.iter_mut().for_each(later);
    }
    call
}
