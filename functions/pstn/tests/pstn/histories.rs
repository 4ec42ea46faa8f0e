//! Rows that come late, twice, changed and moved to another day, between runs that overlap, die or are at
//! once, end in the sums of the rows.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_stand_ins::Fault;
use fastrand::Rng;
use jiff::Timestamp;
use pstn::Trigger;
use pstn_logs::Log;
use rstest::rstest;

use crate::world::{World, hours, row};

struct History {
    world: World,
    rng: Rng,
    rows: usize,
}

impl History {
    fn log(&mut self) -> Log {
        Log::ALL[self.rng.usize(..2)]
    }

    /// Within the last 25 days, at midnights more often than not.
    fn instant(&mut self) -> Timestamp {
        let days = self.rng.i64(0..25);
        let within = if self.rng.bool() { 0 } else { self.rng.i64(1..86_400) };
        self.world.now - hours(12 + 24 * days) + jiff::SignedDuration::from_secs(within.min(43_000))
    }

    fn put(&mut self, log: Log, id: &str) {
        let at = self.instant();
        let user = ["ada", "bo", "cy"][self.rng.usize(..3)];
        let seconds = self.rng.u32(..100);
        self.world.put(log, &row(id, at, user, seconds));
    }

    async fn step(&mut self) {
        let known: Vec<_> = self.world.expected.keys().cloned().collect();
        match self.rng.u32(..10) {
            0..3 => {
                self.rows += 1;
                let (log, id) = (self.log(), self.rows.to_string());
                self.put(log, &id);
            }
            3..5 if !known.is_empty() => {
                let (log, id) = known[self.rng.usize(..known.len())].clone();
                self.put(log, &id);
            }
            5 if !known.is_empty() => {
                // Only what was stored is kept when it vanishes.
                self.world.now += hours(23);
                self.world.run().await;
                let (log, id) = &known[self.rng.usize(..known.len())];
                self.world.remove(*log, id);
            }
            6..8 => {
                self.world.now += hours(self.rng.i64(1..30));
                let at = self.rng.usize(..40);
                let requests = AtomicUsize::new(0);
                let fault = match self.rng.u32(..3) {
                    0 => Fault::ErrorBefore(400, "AccessDeniedException"),
                    1 => Fault::ErrorAfter(400, "AccessDeniedException"),
                    _ => Fault::DropAfter,
                };
                self.world.database.faults().set(move |_| {
                    match requests.fetch_add(1, Ordering::SeqCst) == at {
                        true => fault.clone(),
                        false => Fault::None,
                    }
                });
                let _ = self.world.try_run(Trigger::Due).await;
                self.world.database.faults().clear();
            }
            8 => {
                self.world.now += hours(self.rng.i64(1..30));
                let world = &self.world;
                let (first, second) =
                    tokio::join!(world.try_run(Trigger::Due), world.try_run(Trigger::Due));
                // One of them may have given up, because the other one was always faster.
                assert!(first.is_ok() || second.is_ok());
            }
            _ => {
                self.world.now += hours(self.rng.i64(0..3));
                self.world.run().await;
            }
        }
    }
}

#[rstest]
#[tokio::test]
async fn whatever_happens_the_sums_are_those_of_the_rows(#[values(1, 2, 3, 4, 5, 6)] seed: u64) {
    let rng = Rng::with_seed(seed);
    let mut history = History { world: World::start().await, rng, rows: 0 };
    for _ in 0..40 {
        history.step().await;
    }
    let world = &mut history.world;
    // A run of the day's, in which all 30 days are listed.
    world.now += hours(23);
    world.run().await;
    world.check().await;
    let before = world.run().await;
    assert!(before.changed.is_empty(), "nothing is left to change: {before:?}");
}
