//! What an operator does meanwhile: people are forgotten, and the table is recounted.

use std::time::Duration;

use call_records::{AudioClassifier, PersonKey};
use call_table::keys;
use call_writer::{RecountOptions, Recounted};
use fastrand::Rng;
use tokio::time::Instant;

use teams_calls::system::System;

/// For one run of forgetting; faults may end it earlier.
const FORGET_TIMEOUT: Duration = Duration::from_secs(60);

/// Runs of forgetting without faults after which nothing must be left.
const MAX_RUNS: u32 = 3;

pub(super) struct Operations {
    random: Rng,
    /// The people of the present history who were forgotten.
    forgotten: Vec<PersonKey>,
    people_forgotten: u64,
    calls_recounted: u64,
}

impl Operations {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Rng::with_seed(seed ^ 0x6f70_6572),
            forgotten: Vec::new(),
            people_forgotten: 0,
            calls_recounted: 0,
        }
    }

    pub(super) fn people_forgotten(&self) -> u64 {
        self.people_forgotten
    }

    pub(super) fn calls_recounted(&self) -> u64 {
        self.calls_recounted
    }

    /// Another history has other people.
    pub(super) fn begin_history(&mut self) {
        self.forgotten.clear();
    }

    /// Begins to forget one of the people, in spite of the faults; [`finish`](Self::finish) goes on.
    pub(super) async fn forget_one(&mut self, system: &System, people: &[PersonKey]) {
        let Some(person) = self.random.choice(people) else { return };
        if !self.forgotten.contains(person) {
            self.forgotten.push(person.clone());
            self.people_forgotten += 1;
        }
        let until = Instant::now() + FORGET_TIMEOUT;
        // What a fault ends is gone on with later.
        system.writer().forget(person, system.now(), until).await.ok();
    }

    /// A recount by the other classifier, beside whatever is being written: every stored call is replaced.
    pub(super) fn begin_recount(system: &System) -> tokio::task::JoinHandle<Option<Recounted>> {
        let writer = system.writer();
        let tenant = system.tenant_id().to_owned();
        tokio::spawn(async move {
            let options = RecountOptions {
                home_tenant: Some(&tenant),
                classifier: Some(AudioClassifier::CqdClassic),
            };
            writer.recount(options, |_, _| {}).await.ok()
        })
    }

    /// Without faults: the recount goes back to the first classifier, and forgetting finds the rest.
    /// Returns what is not as it must be.
    pub(super) async fn finish(
        &mut self,
        system: &System,
        begun: Option<Recounted>,
    ) -> anyhow::Result<Vec<String>> {
        let mut violations = Vec::new();
        let options = RecountOptions {
            home_tenant: Some(system.tenant_id()),
            classifier: Some(AudioClassifier::Cqd2024),
        };
        let recounted = system.writer().recount(options, |_, _| {}).await?;
        if !recounted.is_complete() || recounted.unreadable > 0 {
            violations.push(format!("the recount is incomplete: {recounted:?}"));
        }
        self.calls_recounted += recounted.recounted + begun.map_or(0, |begun| begun.recounted);
        for person in &self.forgotten {
            let mut runs = 0;
            while !self.is_forgotten(system, person).await? {
                runs += 1;
                if runs > MAX_RUNS {
                    violations.push(format!("{person} is not forgotten"));
                    break;
                }
                let until = Instant::now() + FORGET_TIMEOUT;
                system.writer().forget(person, system.now(), until).await?;
            }
        }
        Ok(violations)
    }

    /// Whether nothing of the person is in lists, totals and pages.
    async fn is_forgotten(&self, system: &System, person: &PersonKey) -> anyhow::Result<bool> {
        let store = system.store();
        let key = keys::person(person);
        for items in [store.query(&key), store.query_by_person(&key)] {
            if !items.all().await?.is_empty() {
                return Ok(false);
            }
        }
        for (id, _) in system.graph().call_records() {
            for page in store.raw_pages(&id).await? {
                if String::from_utf8_lossy(&page.body).contains(person.id()) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }
}
