//! Making a version the stored one: in one transaction when it fits, else claimed first and then
//! in chunks, each of which changes nothing when it is repeated.
//!
//! What holds at every moment:
//! * a call is stored at the `version` of its own item, and only the transaction that sets it
//!   changes the organisation's totals;
//! * a person's totals change only together with the person's item, and by the difference of the
//!   two ledgers; the item must be the one that was read;
//! * while a claim stands, nobody changes a person's item without holding it, and whoever finds
//!   none has the transaction fail if one appears.

use std::collections::BTreeMap;

use call_records::{Part, PersonKey, Totals};
use jiff::civil::Date;

use crate::deadline::Deadline;
use crate::draft::{self, Draft, FINGERPRINT};
use crate::error::from_sdk;
use crate::item::{self, Item, n, s};
use crate::keys::{self, EXPIRES_AT, PERSON_PREFIX};
use crate::ledger::{self, COUNTED, Owner};
use crate::transaction::{Action, Condition, MOST_ACTIONS, MOST_BYTES, Outcome};
use crate::{Committed, RecordStore, StoreError};

/// How often the state is read afresh because somebody else changed it.
const LOOKS: u32 = 12;

/// A standing intention to replace a call: the version, and the digest of what it will say.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Claim {
    version: i64,
    plan: String,
}

/// What the call's own item says.
#[derive(Debug, Default)]
struct Head {
    version: Option<i64>,
    claim: Option<Claim>,
    /// What the stored version added to the organisation's totals, and of which day.
    counted: Option<(Date, Totals)>,
}

impl Head {
    fn read(item: Option<&Item>) -> Result<Self, StoreError> {
        let Some(item) = item else {
            return Ok(Self::default());
        };
        let version = item::number(item, "version");
        let claim = item::number(item, "claim").map(|version| {
            let plan = item::text(item, "claim_plan")
                .unwrap_or_default()
                .to_owned();
            Claim { version, plan }
        });
        let counted = version
            .map(|_: i64| Ok((day(item)?, ledger::counted(item)?)))
            .transpose()?;
        Ok(Self {
            version,
            claim,
            counted,
        })
    }

    /// That the item is still as it was read.
    fn unchanged(&self) -> Condition {
        let claim = self.claim.as_ref();
        Condition::attributes([
            ("version", self.version.map(n)),
            ("claim", claim.map(|claim| n(claim.version))),
            ("claim_plan", claim.map(|claim| s(&*claim.plan))),
        ])
    }
}

/// A person's item as far as replacing it needs.
#[derive(Debug)]
struct StoredPart {
    person: PersonKey,
    fingerprint: String,
    day: Date,
    counted: Totals,
}

fn day(item: &Item) -> Result<Date, StoreError> {
    item::text(item, "day")
        .and_then(|day| day.parse().ok())
        .ok_or_else(|| {
            StoreError::Corrupt(format!(
                "{} does not say to which day it is counted",
                item::place(item)
            ))
        })
}

/// Everything that a version will say, and who says what.
struct Plan<'a> {
    draft: Draft<'a>,
    counted: Totals,
    people: BTreeMap<String, (&'a Part, String)>,
    claim: Claim,
}

impl<'a> Plan<'a> {
    fn new(draft: Draft<'a>) -> Result<Self, StoreError> {
        let mut people = BTreeMap::new();
        for part in draft.call.people.values() {
            let fingerprint = draft.fingerprint(part, &draft.counted(part))?;
            people.insert(keys::person(&part.person), (part, fingerprint));
        }
        let counted = draft.call.totals();
        let parts = people
            .values()
            .map(|(part, fingerprint)| (&part.person, fingerprint.as_str()));
        let plan = draft::plan(draft.pages, &counted, parts);
        let claim = Claim {
            version: draft.call.version,
            plan,
        };
        Ok(Self {
            draft,
            counted,
            people,
            claim,
        })
    }

    /// The changes that lead from the stored people to ours, one group for each person: the
    /// person's item and their totals go together or not at all.
    fn changes(
        &self,
        stored: BTreeMap<String, Option<StoredPart>>,
    ) -> impl Iterator<Item = Result<Vec<Action>, StoreError>> {
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
        let gone = stored.into_values().flatten().map(|old| self.remove(&old));
        kept.into_iter()
            .map(|(part, old)| self.put(part, old.as_ref()))
            .chain(gone)
    }

    fn put(&self, part: &Part, old: Option<&StoredPart>) -> Result<Vec<Action>, StoreError> {
        let config = self.draft.config;
        let counted = self.draft.counted(part);
        let item = self.draft.person(part, &counted)?;
        let unchanged = old.map(|old| s(&*old.fingerprint));
        let condition = Condition::attributes([(FINGERPRINT, unchanged)]);
        let mut actions = vec![Action::put(&config.table_name, item, condition)?];
        actions.extend(ledger::replace(
            config,
            Owner::Person(&part.person),
            old.map(|old| (old.day, &old.counted)),
            Some((self.draft.call.day(), &counted)),
        )?);
        Ok(actions)
    }

    fn remove(&self, old: &StoredPart) -> Result<Vec<Action>, StoreError> {
        let config = self.draft.config;
        let key = item::key(&keys::call(self.draft.id), &keys::person(&old.person));
        let condition = Condition::attributes([(FINGERPRINT, Some(s(&*old.fingerprint)))]);
        let mut actions = vec![Action::delete(&config.table_name, key, condition)?];
        actions.extend(ledger::replace(
            config,
            Owner::Person(&old.person),
            Some((old.day, &old.counted)),
            None,
        )?);
        Ok(actions)
    }

    /// The actions that make the version visible and count it for the organisation.
    fn last(&self, head: &Head) -> Result<Vec<Action>, StoreError> {
        let config = self.draft.config;
        let record = self.draft.record(&self.counted)?;
        let mut actions = vec![Action::put(&config.table_name, record, head.unchanged())?];
        actions.extend(ledger::replace(
            config,
            Owner::Organisation(keys::shard(self.draft.id, config.total_shards)),
            head.counted.as_ref().map(|(day, counted)| (*day, counted)),
            Some((self.draft.call.day(), &self.counted)),
        )?);
        Ok(actions)
    }
}

impl RecordStore {
    /// Makes a version the stored one. Its pages and sessions are written already.
    pub(crate) async fn commit(
        &self,
        draft: Draft<'_>,
        deadline: Deadline,
    ) -> Result<Committed, StoreError> {
        let plan = Plan::new(draft)?;
        let mut held = false;
        for look in 0..LOOKS {
            if look > 0 {
                deadline.pause(look.min(4)).await?;
            }
            let mut head = Head::read(self.record_item(draft.id, deadline).await?.as_ref())?;
            match head.version {
                Some(by) if by > draft.call.version => return Ok(Committed::Superseded { by }),
                Some(same) if same == draft.call.version => return Ok(Committed::AlreadyStored),
                _ => {}
            }
            let ours = head.claim.as_ref() == Some(&plan.claim);
            match &head.claim {
                // A newer version is on its way in. If it never arrives, its own delivery is due.
                Some(claim) if claim.version > draft.call.version => {
                    return Err(StoreError::Contended);
                }
                // Another writer of this version read other bytes and took our claim: one of us
                // has to give way, or we would take turns for ever.
                Some(_) if held && !ours => return Err(StoreError::Contended),
                _ => {}
            }
            held |= ours;
            if head.claim.is_none() {
                let people = self.stored_people(&plan, deadline).await?;
                if let Some(all) = small(&plan, &head, people)? {
                    match self.transact(all, deadline).await? {
                        Outcome::Done => return Ok(stored(&head)),
                        Outcome::NotAsExpected => continue,
                    }
                }
            }
            if !ours {
                if self.claim(&plan, &head, deadline).await? == Outcome::NotAsExpected {
                    continue;
                }
                held = true;
                head.claim = Some(plan.claim.clone());
            }
            // Only now: until the claim stood, an older writer could still add people.
            let people = self.stored_people(&plan, deadline).await?;
            if self.chunks(&plan, &head, people, deadline).await? == Outcome::Done {
                return Ok(stored(&head));
            }
        }
        Err(StoreError::Contended)
    }

    /// Puts our claim in the place of the one that was read, or of none.
    async fn claim(
        &self,
        plan: &Plan<'_>,
        head: &Head,
        deadline: Deadline,
    ) -> Result<Outcome, StoreError> {
        let table = &self.config.table_name;
        let (condition, mut names, values) = head.unchanged().into_parts();
        let mut values = values.unwrap_or_default();
        for (placeholder, name) in [
            ("#claim", "claim"),
            ("#plan", "claim_plan"),
            ("#expires", EXPIRES_AT),
        ] {
            names.insert(placeholder.to_owned(), name.to_owned());
        }
        values.insert(":claim".to_owned(), n(plan.claim.version));
        values.insert(":plan".to_owned(), s(&*plan.claim.plan));
        // A claim on a call that is never stored must not stay for ever.
        values.insert(":expires".to_owned(), n(plan.draft.expires_at()));
        let request = self
            .client
            .update_item()
            .table_name(table)
            .set_key(Some(item::key(&keys::call(plan.draft.id), keys::RECORD)))
            .update_expression(
                "SET #claim = :claim, #plan = :plan, #expires = if_not_exists(#expires, :expires)",
            )
            .condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        match deadline.run(request.send()).await? {
            Ok(_) => Ok(Outcome::Done),
            Err(error) if is_condition(&error) => Ok(Outcome::NotAsExpected),
            Err(error) => match from_sdk("UpdateItem", table, &error) {
                // Another look tells whether it took effect.
                failure if failure.passes() => Ok(Outcome::NotAsExpected),
                failure => Err(failure),
            },
        }
    }

    /// Brings the people up to date in chunks, each only while our claim stands, and the rest
    /// together with the call's own item.
    async fn chunks(
        &self,
        plan: &Plan<'_>,
        head: &Head,
        people: BTreeMap<String, Option<StoredPart>>,
        deadline: Deadline,
    ) -> Result<Outcome, StoreError> {
        let key = item::key(&keys::call(plan.draft.id), keys::RECORD);
        let check = Action::check(&self.config.table_name, key, head.unchanged())?;
        let last = plan.last(head)?;
        let mut chunk = vec![check.clone()];
        for group in plan.changes(people) {
            let group = group?;
            if !fits(&chunk, &group) {
                let full = std::mem::replace(&mut chunk, vec![check.clone()]);
                if self.transact(full, deadline).await? == Outcome::NotAsExpected {
                    return Ok(Outcome::NotAsExpected);
                }
            }
            chunk.extend(group);
        }
        // The last transaction writes the item that the others only check.
        if chunk.len() > 1 && !fits(&chunk[1..], &last) {
            if self.transact(chunk, deadline).await? == Outcome::NotAsExpected {
                return Ok(Outcome::NotAsExpected);
            }
            chunk = vec![check];
        }
        let mut rest = chunk.split_off(1);
        rest.extend(last);
        self.transact(rest, deadline).await
    }

    /// The people that are stored of the call, by sort key; nothing but the key for those that are
    /// as planned already.
    async fn stored_people(
        &self,
        plan: &Plan<'_>,
        deadline: Deadline,
    ) -> Result<BTreeMap<String, Option<StoredPart>>, StoreError> {
        let mut people = BTreeMap::new();
        let mut pages = self
            .query(&keys::call(plan.draft.id))
            .beginning_with(PERSON_PREFIX)
            .only(&["sk", FINGERPRINT, "day", COUNTED])
            .within(deadline);
        while let Some(items) = pages.next().await? {
            for item in items {
                let key = item::text(&item, keys::SK).unwrap_or_default().to_owned();
                let fingerprint = item::text(&item, FINGERPRINT)
                    .unwrap_or_default()
                    .to_owned();
                let planned = plan.people.get(&key);
                let part = if planned.is_some_and(|(_, planned)| *planned == fingerprint) {
                    None
                } else {
                    Some(stored_part(&key, fingerprint, &item)?)
                };
                people.insert(key, part);
            }
        }
        Ok(people)
    }

    /// The call's own item.
    pub(crate) async fn record_item(
        &self,
        id: &str,
        deadline: Deadline,
    ) -> Result<Option<Item>, StoreError> {
        let table = &self.config.table_name;
        let request = self
            .client
            .get_item()
            .table_name(table)
            .consistent_read(true)
            .set_key(Some(item::key(&keys::call(id), keys::RECORD)));
        let answer = deadline.run(request.send()).await?;
        Ok(answer
            .map_err(|error| from_sdk("GetItem", table, &error))?
            .item)
    }
}

fn stored_part(key: &str, fingerprint: String, item: &Item) -> Result<StoredPart, StoreError> {
    let person = key
        .strip_prefix(PERSON_PREFIX)
        .and_then(|person| person.parse().ok());
    let person = person.ok_or_else(|| {
        StoreError::Corrupt(format!("{} is no key of a person", item::shown(key)))
    })?;
    Ok(StoredPart {
        person,
        fingerprint,
        day: day(item)?,
        counted: ledger::counted(item)?,
    })
}

/// The whole replacement as one transaction, if it fits.
fn small(
    plan: &Plan<'_>,
    head: &Head,
    people: BTreeMap<String, Option<StoredPart>>,
) -> Result<Option<Vec<Action>>, StoreError> {
    let mut all = plan.last(head)?;
    for group in plan.changes(people) {
        let group = group?;
        if !fits(&all, &group) {
            return Ok(None);
        }
        all.extend(group);
    }
    Ok(Some(all))
}

/// Whether a transaction holds both.
fn fits(chunk: &[Action], more: &[Action]) -> bool {
    let bytes = |actions: &[Action]| actions.iter().map(|action| action.size).sum::<usize>();
    chunk.len() + more.len() <= MOST_ACTIONS && bytes(chunk) + bytes(more) <= MOST_BYTES
}

fn stored(head: &Head) -> Committed {
    Committed::Stored {
        replaced: head.version,
    }
}

fn is_condition<R>(
    error: &aws_sdk_dynamodb::error::SdkError<
        aws_sdk_dynamodb::operation::update_item::UpdateItemError,
        R,
    >,
) -> bool {
    error
        .as_service_error()
        .is_some_and(|error| error.is_conditional_check_failed_exception())
}
