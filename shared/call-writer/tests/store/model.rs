//! Any deliveries in any order end in the totals that a plain model computes.

use std::collections::{BTreeMap, BTreeSet};

use call_records::{PersonKey, Totals};
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::invented::Meeting;
use crate::world::{World, call_of, deliver};

const CALLS: usize = 3;
const VERSIONS: i64 = 4;
const PEOPLE: u32 = 5;

/// What Graph says of a call at one version.
fn meeting(call: usize, version: i64) -> impl Strategy<Value = Meeting> {
    let people = prop::collection::btree_set(0..PEOPLE, 0..4);
    (people, prop::bool::ANY, 1..500_i64).prop_map(move |(people, second_day, seconds)| {
        let start = if second_day { "2026-11-23T00:00:10Z" } else { "2026-11-22T23:59:50Z" };
        let id = format!("call-{call}");
        Meeting::of(&id, version, people).starting(start).lasting(seconds)
    })
}

/// All versions of all calls, and an order in which some of them are delivered, some repeatedly.
fn deliveries() -> impl Strategy<Value = Vec<Meeting>> {
    let all: Vec<_> = (0..CALLS)
        .flat_map(|call| (1..=VERSIONS).map(move |version| meeting(call, version)))
        .collect();
    let order = prop::collection::vec(any::<prop::sample::Index>(), 1..20);
    (all, order).prop_map(|(all, order)| {
        order.iter().map(|index| all[index.index(all.len())].clone()).collect()
    })
}

/// The totals of the newest version of each call, added up without the table.
#[derive(Default)]
struct Model {
    newest: BTreeMap<String, Meeting>,
}

impl Model {
    fn deliver(&mut self, meeting: &Meeting) {
        let newest = self.newest.entry(meeting.id.clone()).or_insert_with(|| meeting.clone());
        if newest.version < meeting.version {
            *newest = meeting.clone();
        }
    }

    fn organisation(&self) -> BTreeMap<Date, Totals> {
        let mut days = BTreeMap::<_, Totals>::new();
        for meeting in self.newest.values() {
            let call = call_of(meeting);
            let day = days.entry(call.day()).or_default();
            *day = day.checked_add(&call.totals()).unwrap();
        }
        days
    }

    fn people(&self) -> BTreeMap<PersonKey, BTreeMap<Date, Totals>> {
        let mut people = BTreeMap::<_, BTreeMap<_, Totals>>::new();
        for meeting in self.newest.values() {
            let call = call_of(meeting);
            for part in call.people.values() {
                let days = people.entry(part.person.clone()).or_default();
                let day = days.entry(call.day()).or_default();
                *day = day.checked_add(&call.participation_totals(part)).unwrap();
            }
        }
        people
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..Default::default() })]

    #[test]
    fn totals_are_those_of_the_newest_versions_whatever_was_delivered(deliveries in deliveries()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let world = World::new().await;
            let mut model = Model::default();
            for meeting in &deliveries {
                deliver(&world.writer, meeting).await.unwrap();
                model.deliver(meeting);
            }
            let (from, to) = (date(2026, 11, 1), date(2026, 11, 30));
            let stored = world.table.organisation_totals(from, to).await.unwrap();
            assert_eq!(stored.into_iter().collect::<BTreeMap<_, _>>(), model.organisation());
            let expected = model.people();
            let everyone: BTreeSet<_> = (0..PEOPLE).map(crate::world::person).collect();
            for person in everyone {
                let stored = world.table.person_totals(&person, from, to).await.unwrap();
                let stored: BTreeMap<_, _> = stored.into_iter().collect();
                assert_eq!(stored, expected.get(&person).cloned().unwrap_or_default());
            }
            world.assert_sound().await;
        });
    }
}
