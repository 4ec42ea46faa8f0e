//! What `teams-calls replay --json` says: every number of each call, of its people, and of the days
//! that they belong to, as they are stored.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use call_records::definitions::{Definition, Scope, derived as defined};
use call_records::{
    Modality, Outcome, Participation, PersonKey, Quotient, Service, Totals, busy_hour,
    organisation_quotients, person_quotients,
};
use call_table::{CallTable, StoredCall};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// How many organisers are named.
const ORGANISERS: usize = 10;

/// Fields of a part that are empty, and not null, when nothing was reported.
const MAPS: [&str; 3] = ["modalities", "platforms", "connections"];
const LISTS: [&str; 8] = [
    "product_families",
    "application_versions",
    "capture_devices",
    "render_devices",
    "wifi_bands",
    "feedback",
    "counterparts",
    "counterpart_relations",
];

/// A call.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    id: String,
    version: i64,
    r#type: String,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    sessions: u32,
    people: Vec<Value>,
    services: Vec<Service>,
    is_test: bool,
    definitions_version: u32,
    sessions_with_media: u32,
    modalities: Vec<Modality>,
    outcome: Option<Outcome>,
    organizer: Option<PersonKey>,
    stored_at: Timestamp,
    /// The UTC day to which the call is counted.
    day: Date,
    /// What the call adds to the organisation's totals of that day.
    totals: Totals,
    /// The organisation's day, all replayed calls of it together.
    organisation_day: Day,
}

/// A day of a person or of the organisation.
#[derive(Debug, Clone, Serialize)]
struct Day {
    day: Date,
    totals: Totals,
    /// By the ids of the definitions; null where there is nothing to work it out of.
    derived: Map<String, Value>,
}

/// The calls as they are shown.
pub(super) async fn shown(store: &CallTable, calls: &[StoredCall]) -> anyhow::Result<Vec<Shown>> {
    let mut organisation = BTreeMap::<Date, Day>::new();
    let mut people = BTreeMap::<(PersonKey, Date), Day>::new();
    let mut shown = Vec::new();
    for StoredCall { record, people: parts, .. } in calls {
        let day = record.day;
        let of_organisation = match organisation.entry(day) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(organisation_day(store, day).await?),
        };
        let mut in_call = Vec::new();
        for part in parts {
            let of_person = match people.entry((part.person.clone(), day)) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(person_day(store, &part.person, day).await?),
            };
            let mut person = in_full(part)?;
            person["day"] = serde_json::to_value(of_person)?;
            in_call.push(person);
        }
        shown.push(Shown {
            id: record.call_id.clone(),
            version: record.version,
            r#type: record.call_type.to_string(),
            started_at: record.started_at,
            ended_at: record.ended_at,
            sessions: record.sessions,
            people: in_call,
            services: record.services.clone(),
            is_test: record.is_test,
            definitions_version: record.definitions_version,
            sessions_with_media: record.sessions_with_media,
            modalities: record.modalities.clone(),
            outcome: record.outcome,
            organizer: record.organizer.clone(),
            stored_at: record.stored_at,
            day,
            totals: record.contribution.clone(),
            organisation_day: of_organisation.clone(),
        });
    }
    Ok(shown)
}

/// A part with every field, also where the table leaves it out: `null`, or empty, says that nothing
/// is known.
fn in_full(part: &Participation) -> anyhow::Result<Value> {
    let mut person = serde_json::to_value(part)?;
    for Definition { id, .. } in Scope::Participation.definitions() {
        if person[*id].is_null() {
            person[*id] = match *id {
                map if MAPS.contains(&map) => json!({}),
                list if LISTS.contains(&list) => json!([]),
                _ => Value::Null,
            };
        }
    }
    for feedback in person["feedback"].as_array_mut().into_iter().flatten() {
        if feedback["tokens"].is_null() {
            feedback["tokens"] = json!([]);
        }
    }
    Ok(person)
}

async fn person_day(store: &CallTable, person: &PersonKey, day: Date) -> anyhow::Result<Day> {
    let totals = store.person_totals(person, day, day).await?.pop();
    let totals = totals.map(|(_, totals)| totals).unwrap_or_default();
    let derived = quotients(person_quotients(&totals))?;
    Ok(Day { day, totals, derived })
}

async fn organisation_day(store: &CallTable, day: Date) -> anyhow::Result<Day> {
    let totals = store.organisation_totals(day, day).await?.pop();
    let totals = totals.map(|(_, totals)| totals).unwrap_or_default();
    let overview = store.overview(day, day, &TimeZone::UTC).await?;
    let mut derived = quotients(organisation_quotients(&totals))?;
    let organisers = overview.top_organisers(ORGANISERS);
    let organisers = organisers
        .into_iter()
        .map(|(person, calls)| json!({"person": person, "calls": calls}))
        .collect::<Vec<_>>();
    let hour = busy_hour(&totals).map(|(hour, calls)| json!({"hour": hour, "calls": calls}));
    let lag = overview.lag().map(serde_json::to_value).transpose()?;
    for (definition, value) in [
        (&defined::BUSY_HOUR, hour.unwrap_or_default()),
        (&defined::DISTINCT_PEOPLE, json!(store.distinct_people(day, day).await?)),
        (&defined::PEAK_CONCURRENCY, serde_json::to_value(overview.peak_concurrency())?),
        (&defined::TOP_ORGANISERS, Value::from(organisers)),
        (&defined::LAG, lag.unwrap_or_default()),
    ] {
        derived.insert(definition.id.to_owned(), value);
    }
    Ok(Day { day, totals, derived })
}

/// Shares and means with their value beside what they rest on.
fn quotients(
    quotients: Vec<(&'static Definition, Option<Quotient>)>,
) -> anyhow::Result<Map<String, Value>> {
    let mut shown = Map::new();
    for (definition, quotient) in quotients {
        let mut value = serde_json::to_value(quotient)?;
        if let Some(quotient) = quotient {
            value["value"] = json!(quotient.value());
        }
        shown.insert(definition.id.to_owned(), value);
    }
    Ok(shown)
}
