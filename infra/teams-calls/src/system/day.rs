//! A day of an invented organisation, announced as Graph announces a day.

use std::time::Duration;

use fake_graph::organisation::{Organisation, Plan};
use jiff::civil::Date;

use super::System;

/// Of how many calls with later versions one is read again at an older one.
const LATE_OLDER_VERSIONS: usize = 4;

/// One of several days of the same invented organisation: day `number`, from 0, has calls that no
/// other of them has.
pub fn invented_day(tenant_id: &str, day: Date, number: usize, calls: usize) -> Organisation {
    let plan = Plan {
        people: PEOPLE,
        calls: (number + 1) * calls,
        seed: 1,
        day,
        tenant_id: tenant_id.to_owned(),
    };
    let of_day = Organisation::calls(&plan).skip(number * calls);
    Organisation {
        calls: of_day.collect(),
        // People are the same on every day: they do not depend on the calls.
        ..Organisation::invent(&Plan { calls: 0, ..plan.clone() })
    }
}

/// The people of an organisation that has several days.
const PEOPLE: usize = 60;

impl System {
    /// Publishes every version of every call, in an order by `seed` in which each call's versions
    /// keep theirs, and waits until all of it is worked off. Then, for some calls, Graph is made to
    /// show an older version once more: the late one came before the early one. `progress` is told
    /// how many messages are left.
    ///
    /// # Errors
    ///
    /// When the fake Graph takes one for no call record, or `patience` is over.
    pub async fn live_through(
        &self,
        organisation: &Organisation,
        seed: u64,
        patience: Duration,
        progress: impl AsyncFn(usize),
    ) -> anyhow::Result<()> {
        let mut random = fastrand::Rng::with_seed(seed);
        let calls = &organisation.calls;
        let places = calls.iter().enumerate();
        let mut order: Vec<usize> = places
            .flat_map(|(place, call)| std::iter::repeat_n(place, call.versions.len()))
            .collect();
        random.shuffle(&mut order);
        let mut next: Vec<_> = calls.iter().map(|call| call.versions.iter()).collect();
        for place in order {
            if let Some(version) = next[place].next() {
                self.graph().publish(version)?;
            }
        }
        self.drained_with(patience, &progress).await?;

        let changed = calls.iter().filter(|call| call.versions.len() > 1);
        for call in changed.step_by(LATE_OLDER_VERSIONS) {
            self.graph().serve_stale(&call.id, 1);
            self.graph().notify(&call.id);
        }
        self.drained_with(patience, &progress).await
    }
}
