//! The reference model: what the table must contain when the queues are drained. Of each call the highest
//! version that was read, and every total summed from scratch.
//!
//! The model shares with the product only the decoding of a record and the definitions of the
//! numbers (`call-records`). It has no pages, transactions, ledgers or locks.

mod items;
mod table;

use std::collections::BTreeMap;

use anyhow::Context as _;
use aws_sdk_dynamodb::Client;
use call_records::{
    AudioClassifier, Call, CallBuilder, SessionSummary, Totals, decode_record, decode_sessions,
};
use call_table::{CallTable, TableConfig};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use items::Items;

/// The highest version of each call that was read.
#[derive(Debug, Clone)]
pub struct Model {
    home_tenant: String,
    classifier: AudioClassifier,
    newest: BTreeMap<String, Newest>,
}

#[derive(Debug, Clone)]
struct Newest {
    version: i64,
    call: Call,
    sessions: Vec<SessionSummary>,
}

/// As Graph does it.
const SESSIONS_ON_A_PAGE: usize = 60;

impl Model {
    pub fn new(home_tenant: &str) -> Self {
        Self {
            home_tenant: home_tenant.to_owned(),
            classifier: AudioClassifier::default(),
            newest: BTreeMap::new(),
        }
    }

    /// Adds a version of a call record. An older version than the one that was read before changes
    /// nothing.
    pub fn read(&mut self, record: &Value) -> anyhow::Result<()> {
        // One document may not hold the sessions of a large meeting.
        let mut first = record.clone();
        let mut more = Vec::new();
        if let Some(sessions) = first.get_mut("sessions").and_then(Value::as_array_mut) {
            more = sessions.split_off(sessions.len().min(SESSIONS_ON_A_PAGE));
        }
        let page = decode_record(first.to_string().as_bytes())?;
        let (id, version) = (page.record.id.clone(), page.record.version);
        if self.newest.get(&id).is_some_and(|newest| newest.version >= version) {
            return Ok(());
        }
        let mut call = CallBuilder::new(Some(&self.home_tenant), self.classifier);
        call.record(&page.record);
        call.participants(&page.participants.value);
        let mut sessions = call.sessions(&page.sessions.value);
        for page in more.chunks(SESSIONS_ON_A_PAGE) {
            let page = decode_sessions(json!({ "value": page }).to_string().as_bytes())?;
            sessions.extend(call.sessions(&page.value));
        }
        self.newest.insert(id, Newest { version, call: call.finish()?, sessions });
        Ok(())
    }

    /// Compares the table with the model: a sentence for each item or attribute that is missing,
    /// superfluous or different.
    pub async fn differences(
        &self,
        client: &Client,
        store: &CallTable,
    ) -> anyhow::Result<Vec<String>> {
        let (found, mut differences) = table::read_items(client, store.config()).await?;
        differences.extend(self.expected(store.config())?.differences(&found));
        for (id, newest) in &self.newest {
            let pages = store.raw_pages(id).await.context("the pages of a call")?;
            let home = Some(self.home_tenant.as_str());
            let rebuilt = call_table::rebuild(home, self.classifier, &pages);
            // Graph's pages differ from one whole record in form, but not in content.
            if rebuilt.ok().as_ref() != Some(&(newest.call.clone(), newest.sessions.clone())) {
                differences
                    .push(format!("the pages of {id} do not give version {}", newest.version));
            }
        }
        Ok(differences)
    }

    fn expected(&self, config: &TableConfig) -> anyhow::Result<Items> {
        let mut items = Items::default();
        let mut totals = BTreeMap::<(String, String), Totals>::new();
        let mut count = |owner: String, day: &str, part: &Totals| -> anyhow::Result<()> {
            let sum = totals.entry((owner, day.to_owned())).or_default();
            *sum = sum.checked_add(part)?;
            Ok(())
        };
        for (id, Newest { call, sessions, .. }) in &self.newest {
            let (pk, day) = (format!("CALL#{id}"), format!("DAY#{}", call.day()));
            let began = format!("{}#{id}", sortable(call.started_at));
            let expires_at =
                call.started_at.as_second() + i64::from(config.retention_days) * 86_400;
            let contribution = call.totals();
            count("TOTAL".to_owned(), &day, &contribution)?;

            let mut record = object(call)?;
            record.remove("id");
            // They are in the contribution, and nowhere else.
            for name in ["audio_streams", "legs", "poor_legs", "established_legs", "dropped_legs"] {
                record.remove(name);
            }
            if !call.services.is_empty() {
                let services: Vec<_> = call.services.values().collect();
                record.insert("services".to_owned(), serde_json::to_value(services)?);
            }
            record.extend(attributes(json!({
                "call_id": id, "people": call.people.len(), "day": call.day().to_string(),
                "contribution": object(&contribution)?, "expires_at": expires_at,
                "by_day": day, "by_day_sort": began,
            })));
            items.put(&pk, "RECORD", record);

            for part in call.people.values() {
                let person = format!("PERSON#{}", part.person);
                let contribution = call.participation_totals(part);
                count(person.clone(), &day, &contribution)?;
                let mut item = object(part)?;
                item.extend(attributes(json!({
                    "call_id": id, "call_type": call.call_type.as_str(),
                    "started_at": call.started_at.to_string(), "day": call.day().to_string(),
                    "ended_at": call.ended_at.map(|at| at.to_string()),
                    "contribution": object(&contribution)?, "expires_at": expires_at,
                    "by_person": person, "by_person_sort": began,
                })));
                items.put(&pk, &person, item);
            }
            // `forget` finds people without a participation by this index key.
            for session in sessions {
                let Some(person) = &session.named_only else { continue };
                let item = attributes(json!({
                    "version": call.version, "named_only": person.to_string(),
                    "by_person": format!("NAMED#{person}"), "by_person_sort": id,
                }));
                items.put(&pk, &table::session_key(call.version, session.position), item);
            }
        }
        for ((owner, day), totals) in totals {
            items.put(&owner, &day, object(&totals)?);
        }
        Ok(items)
    }
}

/// A time of fixed width, so that text sorts as time.
fn sortable(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

fn object<T: serde::Serialize>(value: &T) -> anyhow::Result<Map<String, Value>> {
    match serde_json::to_value(value)? {
        Value::Object(object) => Ok(object),
        other => anyhow::bail!("expected an object, not {other}"),
    }
}

fn attributes(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
