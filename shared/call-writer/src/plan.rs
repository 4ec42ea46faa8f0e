//! What a version changes, worked out from what is stored. No I/O.

use std::collections::BTreeMap;

use call_records::{Participation, PersonKey, Totals};
use call_table::item::{self, Item, n, s};
use call_table::keys::{self, PERSON_PREFIX, SK};
use call_table::ledger::contribution;
use call_table::{ReplacedVersion, TableConfig, TableError};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::draft::{self, Draft, FINGERPRINT};
use crate::ledger::{self, Owner};
use crate::transaction::{Action, Condition, MAX_ACTIONS, MAX_BYTES};

/// So many replaced versions are remembered. Graph makes a handful of a record.
const MAX_REPLACED_VERSIONS: usize = 20;

/// A standing intention to replace a call: the version, and the digest of what it will say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) version: i64,
    pub(crate) plan: String,
}

/// What the call's own item says.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) version: Option<i64>,
    pub(crate) claim: Option<Claim>,
    /// How often that version was stored again.
    pub(crate) revision: Option<u32>,
    /// What the stored version added to the organisation's totals, and of which day.
    contribution: Option<(Date, Totals)>,
    /// The versions that were stored until now, oldest first, and the stored one as the last.
    versions: Vec<ReplacedVersion>,
}

/// What the call's own item says of its versions.
#[derive(Deserialize)]
struct Versions {
    version: i64,
    #[serde(default)]
    last_modified_at: Option<Timestamp>,
    stored_at: Timestamp,
    #[serde(default)]
    replaced: Vec<ReplacedVersion>,
}

impl Head {
    pub(crate) fn read(item: Option<&Item>) -> Result<Self, TableError> {
        let Some(item) = item else {
            return Ok(Self::default());
        };
        let version = item::number(item, "version");
        let claim = item::number(item, "claim").map(|version| {
            let plan = item::text(item, "claim_plan").unwrap_or_default().to_owned();
            Claim { version, plan }
        });
        let contribution =
            version.map(|_: i64| Ok((day(item)?, contribution(item)?))).transpose()?;
        // An item that only carries a claim is no version.
        let versions = version.map(|_| versions(item.clone())).transpose()?.unwrap_or_default();
        let revision = item::number(item, "revision");
        Ok(Self { version, claim, revision, contribution, versions })
    }

    /// The versions of which `version` takes the place: all but itself, which may only be stored
    /// again.
    fn replaced_by(&self, version: i64) -> Vec<ReplacedVersion> {
        let before = self.versions.iter().filter(|stored| stored.version != version).cloned();
        let mut before: Vec<_> = before.collect();
        before.drain(..before.len().saturating_sub(MAX_REPLACED_VERSIONS));
        before
    }

    /// That the item is still as it was read.
    pub(crate) fn unchanged(&self) -> Condition {
        let claim = self.claim.as_ref();
        Condition::attributes([
            ("version", self.version.map(n)),
            ("claim", claim.map(|claim| n(claim.version))),
            ("claim_plan", claim.map(|claim| s(&*claim.plan))),
            ("revision", self.revision.map(n)),
        ])
    }
}

/// A person's item as far as replacing it needs.
#[derive(Debug)]
pub(crate) struct StoredPart {
    person: PersonKey,
    fingerprint: String,
    day: Date,
    contribution: Totals,
}

/// What is stored of a person; nothing when it is what the plan says already.
pub(crate) type Stored = Option<StoredPart>;

impl StoredPart {
    /// What an item says of a person's part.
    pub(crate) fn read(person: PersonKey, item: &Item) -> Result<Self, TableError> {
        let fingerprint = item::text(item, FINGERPRINT).unwrap_or_default().to_owned();
        Ok(Self { person, fingerprint, day: day(item)?, contribution: contribution(item)? })
    }
}

/// The versions that were stored, oldest first.
fn versions(item: Item) -> Result<Vec<ReplacedVersion>, TableError> {
    let Versions { version, last_modified_at, stored_at, mut replaced } = item::read(item)?;
    replaced.push(ReplacedVersion { version, last_modified_at, stored_at });
    Ok(replaced)
}

fn day(item: &Item) -> Result<Date, TableError> {
    item::text(item, "day").and_then(|day| day.parse().ok()).ok_or_else(|| {
        TableError::Corrupt(format!(
            "{} does not say to which day it is contribution",
            item::place(item)
        ))
    })
}

/// Everything that a version will say, and who says what.
pub(crate) struct Plan<'a> {
    pub(crate) draft: Draft<'a>,
    contribution: Totals,
    people: BTreeMap<String, (&'a Participation, String)>,
    pub(crate) claim: Claim,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(draft: Draft<'a>) -> Result<Self, TableError> {
        let mut people = BTreeMap::new();
        for part in draft.parts() {
            let fingerprint = draft.fingerprint(part, &draft.contribution(part))?;
            people.insert(keys::person(&part.person), (part, fingerprint));
        }
        let contribution = draft.call.totals();
        let parts = people.values().map(|(part, fingerprint)| (&part.person, fingerprint.as_str()));
        let plan = draft::plan(draft.pages, &contribution, parts);
        let claim = Claim { version: draft.call.version, plan };
        Ok(Self { draft, contribution, people, claim })
    }

    /// Leaves what the call added to the organisation's totals as it is, also if the code that counts
    /// has changed since: who stores a call again for a person's sake may not touch these totals.
    pub(crate) fn leave_organisation(&mut self, head: &Head) {
        if let Some((_, contribution)) = &head.contribution {
            self.contribution = contribution.clone();
        }
    }

    /// The changes that lead from the stored people to ours, one group for each person: the
    /// person's item and their totals go together or not at all.
    pub(crate) fn changes(
        &self,
        stored: BTreeMap<String, Stored>,
    ) -> impl Iterator<Item = Result<Vec<Action>, TableError>> {
        let mut stored = stored;
        let kept: Vec<_> = self
            .people
            .iter()
            .filter_map(|(key, (part, _))| match stored.remove(key) {
                // The same already: an earlier try got this far.
                Some(None) => None,
                Some(Some(old)) => Some((*part, Some(old))),
                None => Some((*part, None)),
            })
            .collect();
        let gone = stored.into_values().flatten();
        let gone = gone.map(|old| remove(self.draft.config, self.draft.id, &old));
        kept.into_iter().map(|(part, old)| self.put(part, old.as_ref())).chain(gone)
    }

    /// The whole replacement as one transaction, if it fits.
    pub(crate) fn at_once(
        &self,
        head: &Head,
        people: BTreeMap<String, Stored>,
    ) -> Result<Option<Vec<Action>>, TableError> {
        let mut all = self.last(head)?;
        for group in self.changes(people) {
            let group = group?;
            if !fits(&all, &group) {
                return Ok(None);
            }
            all.extend(group);
        }
        Ok(Some(all))
    }

    /// What is stored of a person, as far as this version needs it.
    pub(crate) fn stored_part(&self, item: &Item) -> Result<(String, Stored), TableError> {
        let key = item::text(item, SK).unwrap_or_default().to_owned();
        let fingerprint = item::text(item, FINGERPRINT).unwrap_or_default();
        if self.people.get(&key).is_some_and(|(_, planned)| planned == fingerprint) {
            return Ok((key, None));
        }
        let person = key.strip_prefix(PERSON_PREFIX).and_then(|person| person.parse().ok());
        let person = person.ok_or_else(|| {
            TableError::Corrupt(format!("{} is no key of a person", item::shown(&key)))
        })?;
        Ok((key, Some(StoredPart::read(person, item)?)))
    }

    fn put(
        &self,
        part: &Participation,
        old: Option<&StoredPart>,
    ) -> Result<Vec<Action>, TableError> {
        let config = self.draft.config;
        let contribution = self.draft.contribution(part);
        let item = self.draft.person(part, &contribution)?;
        let unchanged = old.map(|old| s(&*old.fingerprint));
        let condition = Condition::attributes([(FINGERPRINT, unchanged)]);
        let mut actions = vec![Action::put(&config.table_name, item, condition)?];
        actions.extend(ledger::replace(
            config,
            Owner::Person(&part.person),
            old.map(|old| (old.day, &old.contribution)),
            Some((self.draft.call.day(), &contribution)),
        )?);
        Ok(actions)
    }

    /// The actions that make the version visible and count it for the organisation.
    pub(crate) fn last(&self, head: &Head) -> Result<Vec<Action>, TableError> {
        let config = self.draft.config;
        let record =
            self.draft.record(&self.contribution, head.replaced_by(self.draft.call.version))?;
        let mut actions = vec![Action::put(&config.table_name, record, head.unchanged())?];
        actions.extend(ledger::replace(
            config,
            Owner::Organisation(keys::shard(self.draft.id, config.total_shards)),
            head.contribution.as_ref().map(|(day, contribution)| (*day, contribution)),
            Some((self.draft.call.day(), &self.contribution)),
        )?);
        Ok(actions)
    }
}

/// The actions that remove a person's part of a call, and what it added to their totals.
pub(crate) fn remove(
    config: &TableConfig,
    id: &str,
    old: &StoredPart,
) -> Result<Vec<Action>, TableError> {
    let key = item::key(&keys::call(id), &keys::person(&old.person));
    let condition = Condition::attributes([(FINGERPRINT, Some(s(&*old.fingerprint)))]);
    let mut actions = vec![Action::delete(&config.table_name, key, condition)?];
    let contribution = Some((old.day, &old.contribution));
    actions.extend(ledger::replace(config, Owner::Person(&old.person), contribution, None)?);
    Ok(actions)
}

/// Whether a transaction holds both.
pub(crate) fn fits(chunk: &[Action], more: &[Action]) -> bool {
    let bytes = |actions: &[Action]| actions.iter().map(|action| action.size).sum::<usize>();
    chunk.len() + more.len() <= MAX_ACTIONS && bytes(chunk) + bytes(more) <= MAX_BYTES
}
