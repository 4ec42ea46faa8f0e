//! The consumers of a soak, and what becomes of them.

use std::path::Path;

use aws_stand_ins::{EventSource, RuntimeApi};
use fastrand::Rng;

use crate::system::System;

/// How many consumers live in this process.
const CONSUMERS: usize = 2;

/// The consumers that work, none of which is safe.
pub(super) struct Crew {
    random: Rng,
    here: Vec<EventSource>,
    process: Option<(EventSource, RuntimeApi)>,
    crashes: u64,
    kills: u64,
}

impl Crew {
    /// Two consumers in this process, and one as a process if its program is named.
    pub(super) async fn start(
        system: &System,
        program: Option<&Path>,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let mut here = Vec::new();
        for _ in 0..CONSUMERS {
            here.push(system.another_consumer().await?);
        }
        let process = match program {
            Some(program) => Some(system.consumer_process(program).await?),
            None => None,
        };
        Ok(Self { random: Rng::with_seed(seed ^ 0x6372_6577), here, process, crashes: 0, kills: 0 })
    }

    /// Ends one of them wherever it is; another takes its place at once.
    pub(super) async fn lose_one(&mut self, system: &System) -> anyhow::Result<()> {
        let place = self.random.usize(..=CONSUMERS);
        if let Some(crashed) = self.here.get_mut(place) {
            *crashed = replacement(system).await?;
            self.crashes += 1;
        } else if let Some((_, process)) = &self.process
            && !process.process_ids().is_empty()
        {
            process.kill();
            self.kills += 1;
        }
        Ok(())
    }

    /// Consumers that were dropped in this process.
    pub(super) fn crashes(&self) -> u64 {
        self.crashes
    }

    /// Times that the process was killed while it lived.
    pub(super) fn kills(&self) -> u64 {
        self.kills
    }

    /// Times that the process was started.
    pub(super) fn starts(&self) -> u64 {
        self.process.as_ref().map_or(0, |(_, process)| process.cold_starts().into())
    }
}

/// How often a consumer is started while the queue fails.
const STARTS: u32 = 50;

/// Another consumer. What fails while it starts is Lambda's poller, whose affair that is: it is
/// started until it is there.
async fn replacement(system: &System) -> anyhow::Result<EventSource> {
    let mut started = system.another_consumer().await;
    for _ in 1..STARTS {
        if started.is_ok() {
            break;
        }
        started = system.another_consumer().await;
    }
    started
}
