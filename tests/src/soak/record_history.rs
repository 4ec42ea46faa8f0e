//! Calls that change without end: a fixed number of ids, so that memory is bounded, and versions with
//! unrelated contents.

use call_records::PersonKey;
use fake_graph::FakeGraph;
use fake_graph::organisation::{Organisation, Plan};
use fastrand::Rng;
use jiff::civil::Date;
use serde_json::{Value, json};

const CALLS: usize = 150;

const PEOPLE: usize = 60;

/// In every second history a few people are in every call, so that deliveries contend for their totals.
const HOT_PEOPLE: usize = 8;

/// Invented calls that versions take their contents from.
const TEMPLATES: usize = 300;

/// Participants of further meetings, which are too large for one transaction.
const LARGE_MEETINGS: [usize; 3] = [64, 90, 130];

/// The call records of a soak.
pub(super) struct RecordHistory {
    random: Rng,
    day: Date,
    people: Vec<PersonKey>,
    templates: Vec<Value>,
    /// The id and the newest version of each call, 0 before the first.
    calls: Vec<(String, i64)>,
    versions: u64,
}

impl RecordHistory {
    /// The history of a number: all of its calls are on one day.
    pub(super) fn new(seed: u64, number: u64, day: Date, tenant_id: &str) -> Self {
        let seed = seed.wrapping_add(number);
        let people = if number.is_multiple_of(2) { PEOPLE } else { HOT_PEOPLE };
        let plan = Plan {
            people,
            calls: TEMPLATES,
            seed,
            day,
            tenant_id: tenant_id.to_owned(),
            fault: None,
        };
        let organisation = Organisation::invent(&plan);
        let people = organisation.people.iter().map(|it| PersonKey::new("user", &it.id)).collect();
        let invented = organisation.calls;
        let ids = invented.iter().take(CALLS).map(|call| (call.id.clone(), 0)).collect();
        let large = LARGE_MEETINGS.iter().map(|people| Organisation::meeting(&plan, *people, 1));
        let templates = invented.into_iter().chain(large).flat_map(|call| call.versions).collect();
        Self { random: Rng::with_seed(seed), day, people, templates, calls: ids, versions: 0 }
    }

    /// Publishes the next version of a random call.
    pub(super) fn publish_next(&mut self, graph: &FakeGraph) -> anyhow::Result<()> {
        // The minimum of two draws favours the first calls: several of their versions are in flight at once.
        let calls = self.calls.len();
        let index = self.random.usize(..calls).min(self.random.usize(..calls));
        let (id, version) = &mut self.calls[index];
        *version += self.random.i64(1..3);
        let mut record = self.random.choice(&self.templates).cloned().unwrap_or_default();
        record["id"] = json!(id);
        record["version"] = json!(version);
        self.versions += 1;
        Ok(graph.publish(&record)?)
    }

    /// Makes Graph serve the version before the newest once for a few calls, and notify of them.
    pub(super) fn notify_of_stale(&mut self, graph: &FakeGraph) {
        for (id, version) in self.random.choose_multiple(self.calls.iter(), 3) {
            if *version > 1 {
                graph.serve_stale(id, 1);
                graph.notify(id);
            }
        }
    }

    /// The day of the calls.
    pub(super) fn day(&self) -> Date {
        self.day
    }

    /// Its people.
    pub(super) fn people(&self) -> &[PersonKey] {
        &self.people
    }

    pub(super) fn versions(&self) -> u64 {
        self.versions
    }
}
