//! The changes that lead from the stored version to another. No I/O.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use call_records::{Participation, PersonKey, Totals};
use call_table::item::{self, Item, n, s};
use call_table::keys::{self, PERSON_PREFIX, SK};
use call_table::ledger::contribution;
use call_table::{ReplacedVersion, TableConfig, TableError};
use item_writer::{Action, Condition, MAX_ACTIONS, MAX_BYTES};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::draft::{self, Draft, FINGERPRINT};
use crate::ledger::{self, Owner};
use crate::quarantine::QUARANTINED_AT;

/// How many replaced versions are listed. Graph publishes a handful of a record.
const MAX_REPLACED_VERSIONS: usize = 20;

/// The lock of a write in several parts: the version, and a digest of the whole plan. Writers with the
/// same plan may continue each other's work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) version: i64,
    pub(crate) plan: String,
}

/// The state of a call, read from its own item: what a replacement is conditional on. The default is
/// that of a call of which nothing is stored.
#[derive(Debug, Clone, Default)]
pub struct Head {
    pub(crate) version: Option<i64>,
    pub(crate) claim: Option<Claim>,
    pub(crate) revision: Option<u32>,
    /// When pages were quarantined since the stored version.
    quarantined_at: Option<String>,
    /// The day and the contribution of the stored version to the organisation's totals.
    contribution: Option<(Date, Totals)>,
    /// Every version that was stored, oldest first; the last is the stored one.
    versions: Vec<ReplacedVersion>,
}

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
        // Before the first commit, the item has a claim and no version.
        let versions = version.map(|_| versions(item.clone())).transpose()?.unwrap_or_default();
        let revision = item::number(item, "revision");
        let quarantined_at = item::text(item, QUARANTINED_AT).map(str::to_owned);
        Ok(Self { version, claim, revision, quarantined_at, contribution, versions })
    }

    /// The stored version; none while the first is being written.
    pub fn version(&self) -> Option<i64> {
        self.version
    }

    /// Whether nothing is stored of the call: nothing to replace, to compare with or to sweep.
    pub(crate) fn is_absent(&self) -> bool {
        self.version.is_none() && self.claim.is_none() && self.quarantined_at.is_none()
    }

    /// The versions that `version` replaces: all but itself, which a revision stores again.
    fn replaced_by(&self, version: i64) -> Vec<ReplacedVersion> {
        let before = self.versions.iter().filter(|stored| stored.version != version).cloned();
        let mut before: Vec<_> = before.collect();
        before.drain(..before.len().saturating_sub(MAX_REPLACED_VERSIONS));
        before
    }

    /// Whether a newer version is being written.
    pub(crate) fn is_being_replaced(&self) -> bool {
        self.claim.as_ref().is_some_and(|claim| Some(claim.version) > self.version)
    }

    /// The condition that the state is still as it was read.
    pub(crate) fn unchanged(&self) -> Condition {
        let claim = self.claim.as_ref();
        Condition::attributes([
            ("version", self.version.map(n)),
            ("claim", claim.map(|claim| n(claim.version))),
            ("claim_plan", claim.map(|claim| s(&*claim.plan))),
            ("revision", self.revision.map(n)),
            (QUARANTINED_AT, self.quarantined_at.as_deref().map(s)),
        ])
    }
}

/// A stored participation, as far as replacing it needs.
#[derive(Debug)]
pub(crate) struct StoredParticipation {
    person: PersonKey,
    fingerprint: AttributeValue,
    day: Date,
    contribution: Totals,
}

/// What is stored under a participation's key; none when the plan leaves it as it is.
pub(crate) type Stored = Option<StoredParticipation>;

impl StoredParticipation {
    pub(crate) fn read(person: PersonKey, item: &Item) -> Result<Self, TableError> {
        let fingerprint = item.get(FINGERPRINT).cloned();
        let fingerprint = fingerprint.ok_or_else(|| {
            TableError::Corrupt(format!("{} has no `{FINGERPRINT}`", item::place(item)))
        })?;
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
            "{} does not name the day of its contribution",
            item::place(item)
        ))
    })
}

/// Why a stored version is stored once more, and the changes of its session summaries.
pub(crate) enum Revision<'a> {
    /// A person is forgotten. Their own participation stays as the list of what is left to do, and
    /// the organisation's totals stay, also where the definitions have changed since: the function
    /// that forgets may not write them.
    Forget(&'a PersonKey, Vec<Action>),
    /// The definitions changed.
    Recount(Vec<Action>),
}

/// All items of a version, and how to get there.
pub(crate) struct Plan<'a> {
    pub(crate) draft: Draft<'a>,
    contribution: Totals,
    /// By sort key, with their fingerprints.
    people: BTreeMap<String, (&'a Participation, AttributeValue)>,
    /// The key of a participation that stays as it is.
    kept: Option<String>,
    sessions: Vec<Action>,
    pub(crate) claim: Claim,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(draft: Draft<'a>) -> Result<Self, TableError> {
        Self::of(draft, draft.call.totals())
    }

    /// The plan of a version that is stored already.
    pub(crate) fn of_revision(
        draft: Draft<'a>,
        head: &Head,
        revision: Revision<'_>,
    ) -> Result<Self, TableError> {
        match revision {
            Revision::Forget(person, sessions) => {
                let stored = head.contribution.as_ref().map(|(_, contribution)| contribution);
                let contribution = stored.cloned().unwrap_or_default();
                let kept = Some(keys::person(person));
                Ok(Self { kept, sessions, ..Self::of(draft, contribution)? })
            }
            Revision::Recount(sessions) => Ok(Self { sessions, ..Self::new(draft)? }),
        }
    }

    fn of(draft: Draft<'a>, contribution: Totals) -> Result<Self, TableError> {
        let mut people = BTreeMap::new();
        for part in draft.participations() {
            let fingerprint = draft.fingerprint(part, &draft.contribution(part))?;
            people.insert(keys::person(&part.person), (part, fingerprint));
        }
        let parts = people.values().map(|(part, fingerprint)| (&part.person, fingerprint));
        let plan = draft::plan_digest(draft.pages, &contribution, parts);
        let claim = Claim { version: draft.call.version, plan };
        Ok(Self { draft, contribution, people, kept: None, sessions: Vec::new(), claim })
    }

    /// The changes from the stored participations to the planned ones, in groups that take effect
    /// together: a person's item and their totals.
    pub(crate) fn changes(
        &self,
        stored: BTreeMap<String, Stored>,
    ) -> impl Iterator<Item = Result<Vec<Action>, TableError>> {
        let mut stored = stored;
        let kept: Vec<_> = self
            .people
            .iter()
            .filter_map(|(key, planned)| match stored.remove(key) {
                // As planned already: an earlier attempt got this far.
                Some(None) => None,
                Some(Some(old)) => Some((planned, Some(old))),
                None => Some((planned, None)),
            })
            .collect();
        let gone = stored.into_values().flatten();
        let gone = gone.map(|old| remove(self.draft.config, self.draft.id, &old));
        let sessions = self.sessions.iter().map(|action| Ok(vec![action.clone()]));
        kept.into_iter()
            .map(|(planned, old)| self.put(planned, old.as_ref()))
            .chain(gone)
            .chain(sessions)
    }

    /// The whole replacement as one transaction, if it fits into one.
    pub(crate) fn at_once(
        &self,
        head: &Head,
        people: BTreeMap<String, Stored>,
    ) -> Result<Option<Vec<Action>>, TableError> {
        let stay = people.values().filter(|stored| stored.is_none()).count();
        let changes = self.people.len().saturating_sub(stay) + self.sessions.len();
        // Each is an action at least: what cannot fit is not made.
        if changes > MAX_ACTIONS {
            return Ok(None);
        }
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

    /// A stored participation, unfolded, by its sort key.
    pub(crate) fn stored(&self, item: &Item) -> Result<(String, Stored), TableError> {
        let key = item::text(item, SK).unwrap_or_default().to_owned();
        let fingerprint = item.get(FINGERPRINT);
        let planned =
            self.people.get(&key).is_some_and(|(_, planned)| Some(planned) == fingerprint);
        if planned || self.kept.as_ref() == Some(&key) {
            return Ok((key, None));
        }
        let person = key.strip_prefix(PERSON_PREFIX).and_then(|person| person.parse().ok());
        let person = person.ok_or_else(|| {
            TableError::Corrupt(format!("{} is no key of a participation", item::shown(&key)))
        })?;
        Ok((key, Some(StoredParticipation::read(person, item)?)))
    }

    fn put(
        &self,
        (part, fingerprint): &(&Participation, AttributeValue),
        old: Option<&StoredParticipation>,
    ) -> Result<Vec<Action>, TableError> {
        let config = self.draft.config;
        let contribution = self.draft.contribution(part);
        let item = self.draft.participation(part, &contribution, fingerprint.clone())?;
        let unchanged = old.map(|old| old.fingerprint.clone());
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

    /// The actions that make the version visible and add it to the organisation's totals.
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

/// The actions that remove a participation, and subtract what it added to the person's totals.
pub(crate) fn remove(
    config: &TableConfig,
    id: &str,
    old: &StoredParticipation,
) -> Result<Vec<Action>, TableError> {
    let key = item::key(&keys::call(id), &keys::person(&old.person));
    let condition = Condition::attributes([(FINGERPRINT, Some(old.fingerprint.clone()))]);
    let mut actions = vec![Action::delete(&config.table_name, key, condition)?];
    let contribution = Some((old.day, &old.contribution));
    actions.extend(ledger::replace(config, Owner::Person(&old.person), contribution, None)?);
    Ok(actions)
}

/// Whether one transaction can take both.
pub(crate) fn fits(chunk: &[Action], more: &[Action]) -> bool {
    let bytes = |actions: &[Action]| actions.iter().map(|action| action.size).sum::<usize>();
    chunk.len() + more.len() <= MAX_ACTIONS && bytes(chunk) + bytes(more) <= MAX_BYTES
}
