//! A day of an invented organisation, published and notified by the fake Graph.

use std::time::Duration;

use fake_graph::organisation::{Organisation, Plan, calls_on};
use jiff::Timestamp;
use jiff::civil::Date;

use super::System;

/// One in this many calls with several versions is served stale afterwards.
const STALE_ONE_IN: usize = 4;

/// One of several days of the same invented organisation: day `number`, from 0, has calls that no
/// other of them has, and fewer at the weekend.
pub fn invented_day(tenant_id: &str, day: Date, number: usize, calls: usize) -> Organisation {
    let plan = Plan {
        people: PEOPLE,
        calls: (number + 1) * calls,
        seed: 1,
        day,
        tenant_id: tenant_id.to_owned(),
        fault: None,
    };
    let of_day = Organisation::calls(&plan).skip(number * calls).take(calls_on(day, calls));
    Organisation {
        calls: of_day.collect(),
        // People are the same on every day: they do not depend on the calls.
        ..Organisation::invent(&Plan { calls: 0, ..plan.clone() })
    }
}

const PEOPLE: usize = 60;

impl System {
    /// Publishes every version of every call, shuffled by `seed` but in order within each call, and waits
    /// until the queues are drained. Then Graph notifies of some calls and serves an older version once:
    /// versions that arrive out of order. Graph's logs have the rows of the day at once. `progress` is called with the number of messages left.
    pub async fn run_day(
        &self,
        organisation: &Organisation,
        seed: u64,
        timeout: Duration,
        progress: impl AsyncFn(usize),
    ) -> anyhow::Result<()> {
        for (log, row) in organisation.telephone_rows() {
            self.graph().put_phone_log_row(log, &row, Timestamp::UNIX_EPOCH)?;
        }
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
        self.drained_with(timeout, &progress).await?;

        let changed = calls.iter().filter(|call| call.versions.len() > 1);
        for call in changed.step_by(STALE_ONE_IN) {
            self.graph().serve_stale(&call.id, 1);
            self.graph().notify(&call.id);
        }
        self.drained_with(timeout, &progress).await
    }
}
