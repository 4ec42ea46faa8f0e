//! Calls that change without end: a fixed number of ids, so that memory is bounded, and versions of
//! which each may say something else altogether.

use fake_graph::FakeGraph;
use fake_graph::organisation::{Organisation, Plan};
use fastrand::Rng;
use jiff::civil::Date;
use serde_json::{Value, json};

/// How many calls there are.
const CALLS: usize = 150;

/// How many people the organisation has.
const PEOPLE: usize = 60;

/// How many calls are invented to take their contents from.
const DRAFTS: usize = 300;

/// Meetings among them that are too large for one transaction.
const LARGE: [usize; 3] = [64, 90, 130];

/// The calls of a soak.
pub(super) struct History {
    random: Rng,
    drafts: Vec<Value>,
    /// The id and the newest version of each call, 0 before the first.
    calls: Vec<(String, i64)>,
    versions: u64,
}

impl History {
    pub(super) fn new(seed: u64, day: Date, tenant_id: &str) -> Self {
        let plan =
            Plan { people: PEOPLE, calls: DRAFTS, seed, day, tenant_id: tenant_id.to_owned() };
        let invented = Organisation::invent(&plan).calls;
        let ids = invented.iter().take(CALLS).map(|call| (call.id.clone(), 0)).collect();
        let large = LARGE.iter().map(|people| Organisation::meeting(&plan, *people, 1));
        let drafts = invented.into_iter().chain(large).flat_map(|call| call.versions).collect();
        Self { random: Rng::with_seed(seed), drafts, calls: ids, versions: 0 }
    }

    /// Graph has another version of some call, and tells of it.
    pub(super) fn go_on(&mut self, graph: &FakeGraph) -> anyhow::Result<()> {
        // The lesser of two makes the first calls busy: several of their versions are under way at once.
        let calls = self.calls.len();
        let place = self.random.usize(..calls).min(self.random.usize(..calls));
        let (id, version) = &mut self.calls[place];
        *version += self.random.i64(1..3);
        let mut record = self.random.choice(&self.drafts).cloned().unwrap_or_default();
        record["id"] = json!(id);
        record["version"] = json!(version);
        self.versions += 1;
        Ok(graph.publish(&record)?)
    }

    /// Graph shows the state before the newest once more, for a few calls, and tells of them.
    pub(super) fn look_back(&mut self, graph: &FakeGraph) {
        for (id, version) in self.random.choose_multiple(self.calls.iter(), 3) {
            if *version > 1 {
                graph.serve_stale(id, 1);
                graph.notify(id);
            }
        }
    }

    /// How many versions there were.
    pub(super) fn versions(&self) -> u64 {
        self.versions
    }
}
