//! All queues of the account, and what happens between them.

use std::collections::{BTreeMap, HashMap};

use super::message::Content;
use super::move_task::MoveTask;
use super::names::arn_of;
use super::queue::{Choice, Delivery, Message, Queue};
use super::refusal::Refusal;
use super::settings::{self, Settings};

/// How long a name stays taken after its queue was deleted, and purges keep apart: milliseconds.
const PURGE_INTERVAL_MS: i64 = 60_000;

/// Departures from the tidy order in which the stand-in would deliver: a standard queue promises
/// neither order nor that a message comes once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Disorder {
    /// Chooses what happens; the same seed and requests give the same choices.
    pub seed: u64,
    /// Whether a receive picks among all visible messages instead of the longest visible.
    pub shuffle: bool,
    /// The share of deliveries, from 0 to 1, after which the message stays visible and comes again.
    pub duplicates: f64,
}

impl Default for Disorder {
    fn default() -> Self {
        Self { seed: 0, shuffle: false, duplicates: 0.0 }
    }
}

#[derive(Debug)]
pub(super) struct Queues {
    by_name: BTreeMap<String, Queue>,
    deleted: HashMap<String, i64>,
    pub(super) tasks: Vec<MoveTask>,
    random: fastrand::Rng,
    disorder: Disorder,
}

impl Queues {
    pub(super) fn new(disorder: Disorder) -> Self {
        Self {
            by_name: BTreeMap::new(),
            deleted: HashMap::new(),
            tasks: Vec::new(),
            random: fastrand::Rng::with_seed(disorder.seed),
            disorder,
        }
    }

    /// The settings that attributes describe, on top of what is set already.
    pub(super) fn settings(
        &self,
        mut settings: Settings,
        attributes: &BTreeMap<String, String>,
    ) -> Result<Settings, Refusal> {
        for (name, value) in attributes {
            if settings::REPORTED.contains(&name.as_str()) {
                return Err(settings::unknown(name));
            }
            settings.set(name, value)?;
            let Some(redrive) = settings.redrive.as_ref().filter(|_| name == "RedrivePolicy")
            else {
                continue;
            };
            if self.name_of_arn(&redrive.target_arn).is_none() {
                return Err(Refusal::value(value, name, "Dead letter target does not exist."));
            }
        }
        Ok(settings)
    }

    /// Creates a queue. The same name with the same attributes is the same queue.
    pub(super) fn create(
        &mut self,
        name: &str,
        attributes: &BTreeMap<String, String>,
        now: i64,
    ) -> Result<(), Refusal> {
        if name.ends_with(".fifo") {
            return Err(Refusal::unsupported_operation("The stand-in has standard queues only."));
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || name.len() > 80 || !name.chars().all(plain) {
            return Err(Refusal::invalid_parameter(
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
            ));
        }
        if let Some(queue) = self.by_name.get(name) {
            let wished = self.settings(queue.settings.clone(), attributes)?;
            let differs = attributes.keys().find(|key| wished.get(key) != queue.settings.get(key));
            return differs.map_or(Ok(()), |key| {
                Err(Refusal::queue_exists(format!(
                    "A queue already exists with the same name and a different value for attribute {key}"
                )))
            });
        }
        if self.deleted.get(name).is_some_and(|at| now - at < PURGE_INTERVAL_MS) {
            return Err(Refusal::queue_deleted_recently(
                "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
            ));
        }
        let settings = self.settings(Settings::default(), attributes)?;
        self.by_name.insert(name.to_owned(), Queue::new(settings, now));
        Ok(())
    }

    pub(super) fn delete(&mut self, name: &str, now: i64) -> Result<(), Refusal> {
        self.by_name.remove(name).ok_or_else(Refusal::no_such_queue)?;
        self.deleted.insert(name.to_owned(), now);
        Ok(())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.by_name.keys()
    }

    /// A queue, brought to `now`.
    pub(super) fn queue(&mut self, name: &str, now: i64) -> Result<&mut Queue, Refusal> {
        let queue = self.by_name.get_mut(name).ok_or_else(Refusal::no_such_queue)?;
        queue.settle(now);
        Ok(queue)
    }

    pub(super) fn purge(&mut self, name: &str, now: i64) -> Result<(), Refusal> {
        let queue = self.queue(name, now)?;
        if queue.purged.is_some_and(|at| now - at < PURGE_INTERVAL_MS) {
            return Err(Refusal::purge_in_progress(format!(
                "Only one PurgeQueue operation on {name} is allowed every 60 seconds."
            )));
        }
        queue.purged = Some(now);
        queue.purge();
        Ok(())
    }

    /// The name of an existing queue with this ARN.
    pub(super) fn name_of_arn(&self, arn: &str) -> Option<&String> {
        self.by_name.keys().find(|name| arn_of(name) == arn)
    }

    /// The queues whose dead letters go to the queue called `name`.
    pub(super) fn sources_of(&self, name: &str) -> Vec<&String> {
        let arn = arn_of(name);
        let goes_there =
            |queue: &Queue| queue.settings.redrive.as_ref().is_some_and(|to| to.target_arn == arn);
        self.by_name.iter().filter(|(_, queue)| goes_there(queue)).map(|(name, _)| name).collect()
    }

    pub(super) fn send(
        &mut self,
        name: &str,
        content: Content,
        delay: Option<i64>,
        now: i64,
    ) -> Result<Message, Refusal> {
        let queue = self.queue(name, now)?;
        let message = Message::new(content, now);
        let delay = delay.unwrap_or(queue.settings.delay);
        queue.put(message.clone(), delay, now);
        Ok(message)
    }

    /// Receives; what was received too often goes to the dead letters on the way. Says how many went.
    pub(super) fn receive(
        &mut self,
        name: &str,
        most: usize,
        visibility: Option<i64>,
        now: i64,
    ) -> Result<(Vec<Delivery>, usize), Refusal> {
        let redrive = self.queue(name, now)?.settings.redrive.clone();
        // A queue whose dead letters are gone keeps its messages.
        let target = redrive.as_ref().and_then(|to| self.name_of_arn(&to.target_arn).cloned());
        let limit = target.as_ref().and(redrive).map(|to| to.maximum_receives);
        let mut choice = Choice {
            random: &mut self.random,
            shuffle: self.disorder.shuffle,
            duplicates: self.disorder.duplicates,
        };
        let queue = self.by_name.get_mut(name).ok_or_else(Refusal::no_such_queue)?;
        let visibility = visibility.unwrap_or(queue.settings.visibility);
        let mut dead = Vec::new();
        let deliveries = queue.receive(most, visibility, limit, now, &mut choice, &mut dead);
        let moved = dead.len();
        if let Some(target) = target.and_then(|target| self.by_name.get_mut(&target)) {
            for mut message in dead {
                message.source_arn = Some(arn_of(name));
                // The time of sending stays: retention in the dead letters counts from it.
                target.put(message, 0, now);
            }
        }
        Ok((deliveries, moved))
    }
}
