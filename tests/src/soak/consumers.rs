//! The consumers of a soak, which are crashed and killed at random.

use std::path::Path;

use aws_stand_ins::{EventSource, RuntimeApi};
use fastrand::Rng;

use teams_calls::system::System;

/// Consumers in this process.
const IN_PROCESS: usize = 2;

pub(super) struct SoakConsumers {
    random: Rng,
    in_process: Vec<EventSource>,
    subprocess: Option<(EventSource, RuntimeApi)>,
    crashes: u64,
    kills: u64,
}

impl SoakConsumers {
    /// Starts the consumers in this process, and one as a subprocess if `program` is given.
    pub(super) async fn start(
        system: &System,
        program: Option<&Path>,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let mut in_process = Vec::new();
        for _ in 0..IN_PROCESS {
            in_process.push(system.another_consumer().await?);
        }
        let subprocess = match program {
            Some(program) => Some(system.consumer_process(program).await?),
            None => None,
        };
        Ok(Self {
            random: Rng::with_seed(seed ^ 0x6372_6577),
            in_process,
            subprocess,
            crashes: 0,
            kills: 0,
        })
    }

    /// Crashes or kills one of them at whatever it is doing; a cold one replaces it at once.
    pub(super) async fn crash_one(&mut self, system: &System) -> anyhow::Result<()> {
        let index = self.random.usize(..=IN_PROCESS);
        if let Some(crashed) = self.in_process.get_mut(index) {
            *crashed = start_with_retries(system).await?;
            self.crashes += 1;
        } else if let Some((_, process)) = &self.subprocess
            && !process.process_ids().is_empty()
        {
            process.kill();
            self.kills += 1;
        }
        Ok(())
    }

    pub(super) fn crashes(&self) -> u64 {
        self.crashes
    }

    /// How often the running subprocess was killed.
    pub(super) fn kills(&self) -> u64 {
        self.kills
    }

    pub(super) fn subprocess_starts(&self) -> u64 {
        self.subprocess.as_ref().map_or(0, |(_, process)| process.cold_starts().into())
    }
}

const MAX_START_ATTEMPTS: u32 = 50;

/// Starts a consumer in spite of the queue's faults. What fails is the event source's poller, which AWS
/// runs and which is not under test.
async fn start_with_retries(system: &System) -> anyhow::Result<EventSource> {
    let mut started = system.another_consumer().await;
    for _ in 1..MAX_START_ATTEMPTS {
        if started.is_ok() {
            break;
        }
        started = system.another_consumer().await;
    }
    started
}
