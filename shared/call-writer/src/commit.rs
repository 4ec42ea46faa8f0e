//! Committing a version: in one transaction when it fits, else under a claim and in chunks, each of
//! which is idempotent.
//!
//! Invariants:
//! * A call is stored at the `version` of its own item, and only the transaction that puts this item
//!   changes the organisation's totals.
//! * A person's totals change only together with the person's item, by the difference of the two
//!   ledgers, and only if the item is the one that was read (optimistic locking by its fingerprint).
//! * While a claim stands, only its owner changes participations: every chunk checks the claim, which
//!   fences off a former owner. Without a claim, a transaction fails if one has appeared.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use call_table::error::from_sdk;
use call_table::fold::{FOLDED, unfold};
use call_table::item::{self, n, s};
use call_table::keys::{self, EXPIRES_AT, PERSON_PREFIX, PK, SK};
use call_table::ledger::CONTRIBUTION;
use call_table::{Deadline, StoredRecord, TableError};
use item_writer::{Action, Outcome, transact};

use crate::CallWriter;
use crate::draft::{Draft, FINGERPRINT};
use crate::plan::{Claim, Head, Plan, Revision, Stored, fits};

/// How often the stored state is read again after a condition failed.
const MAX_ATTEMPTS: u32 = 12;

/// What became of a version that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is the stored version now, and replaced this one.
    Stored { replaced: Option<i64> },
    /// The same version is stored already.
    AlreadyStored,
    /// A newer version is stored already.
    Superseded { by: i64 },
}

/// What was stored of the call before a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    Nothing,
    MaybeSomething,
}

impl CallWriter {
    /// Makes a version the stored one. Its pages are written already. `expected` is what is known of the
    /// stored state; it is read where nothing is known, and where the commit shows that it is another.
    pub(crate) async fn commit(
        &self,
        draft: Draft<'_>,
        mut expected: Option<Head>,
        deadline: Deadline,
    ) -> Result<(Committed, Before), TableError> {
        let plan = Plan::new(draft)?;
        let mut claimed = false;
        for attempt in 0..MAX_ATTEMPTS {
            if attempt > 0 {
                deadline.pause(attempt.min(4)).await?;
            }
            // Only of what was absent from the first: participations of a call whose own item expired
            // a moment ago may still be there.
            let before = match &expected {
                Some(head) if head.is_absent() => Before::Nothing,
                _ => Before::MaybeSomething,
            };
            let mut head = match expected.take() {
                Some(head) => head,
                None => self.head(draft.id, deadline).await?,
            };
            match head.version {
                Some(by) if by > draft.call.version => {
                    return Ok((Committed::Superseded { by }, before));
                }
                Some(same) if same == draft.call.version => {
                    return Ok((Committed::AlreadyStored, before));
                }
                _ => {}
            }
            match &head.claim {
                // A newer version is being written. If its writer died, its message is redelivered.
                Some(claim) if claim.version > draft.call.version => {
                    return Err(TableError::Contended);
                }
                // Another writer of this version read other bytes and took the claim over. One of
                // the two has to give way, or they would take turns without end.
                Some(claim) if claimed && *claim != plan.claim => {
                    return Err(TableError::Contended);
                }
                _ => {}
            }
            if self.replace(&plan, &mut head, before, deadline).await? == Outcome::Done {
                return Ok((Committed::Stored { replaced: head.version }, before));
            }
            claimed |= head.claim.as_ref() == Some(&plan.claim);
        }
        Err(TableError::Contended)
    }

    /// Stores the stored version once more, if it is still at the revision that was read. The caller
    /// reads again when the condition failed.
    pub(crate) async fn commit_revision(
        &self,
        draft: Draft<'_>,
        read: Option<u32>,
        revision: Revision<'_>,
        deadline: Deadline,
    ) -> Result<Outcome, TableError> {
        let mut head = self.head(draft.id, deadline).await?;
        let as_read = head.version == Some(draft.call.version) && head.revision == read;
        if !as_read || head.is_being_replaced() {
            return Ok(Outcome::ConditionFailed);
        }
        let plan = Plan::of_revision(draft, &head, revision)?;
        // A claim on the same version is another revision's: its writer died, or is fenced off now
        // and reads again.
        self.replace(&plan, &mut head, Before::MaybeSomething, deadline).await
    }

    /// What is stored of a call.
    pub async fn head(&self, id: &str, deadline: Deadline) -> Result<Head, TableError> {
        Head::read(self.table.record_item(id, deadline).await?.as_ref())
    }

    /// One attempt to replace what `head` says is stored. Sets the claim in `head` when it was taken.
    async fn replace(
        &self,
        plan: &Plan<'_>,
        head: &mut Head,
        before: Before,
        deadline: Deadline,
    ) -> Result<Outcome, TableError> {
        if head.claim.is_none() {
            let people = match before {
                Before::Nothing => BTreeMap::new(),
                Before::MaybeSomething => self.stored_people(plan, deadline).await?,
            };
            if let Some(all) = plan.at_once(head, people)? {
                return transact(&self.table, &all, deadline).await;
            }
        }
        if head.claim.as_ref() != Some(&plan.claim) {
            let (id, expires_at) = (plan.draft.id, plan.draft.expires_at());
            if self.claim(id, &plan.claim, head, expires_at, deadline).await?
                == Outcome::ConditionFailed
            {
                return Ok(Outcome::ConditionFailed);
            }
            head.claim = Some(plan.claim.clone());
        }
        // Read under the claim: before it, another writer could still add participations.
        let people = self.stored_people(plan, deadline).await?;
        self.chunks(plan, head, people, deadline).await
    }

    /// Claims the stored version for a revision that writes pages, before it writes them: sweeping
    /// leaves the pages of a claimed version, which the call does not own before the commit.
    pub(crate) async fn claim_revision(
        &self,
        record: &StoredRecord,
        head: &Head,
        deadline: Deadline,
    ) -> Result<Outcome, TableError> {
        // Of this attempt alone: no other writer continues its work.
        let plan = format!("{:032x}", fastrand::u128(..));
        let claim = Claim { version: record.version, plan };
        let expires_at = self.table.config().expires_at(record.started_at);
        self.claim(&record.call_id, &claim, head, expires_at, deadline).await
    }

    /// Claims the call, or takes over the claim that was read.
    async fn claim(
        &self,
        id: &str,
        claim: &Claim,
        head: &Head,
        expires_at: i64,
        deadline: Deadline,
    ) -> Result<Outcome, TableError> {
        let table = self.table.name();
        let (condition, names, values) = head.unchanged().into_parts();
        let (mut names, mut values) = (names.unwrap_or_default(), values.unwrap_or_default());
        for (placeholder, name) in
            [("#claim", "claim"), ("#plan", "claim_plan"), ("#expires", EXPIRES_AT)]
        {
            names.insert(placeholder.to_owned(), name.to_owned());
        }
        values.insert(":claim".to_owned(), n(claim.version));
        values.insert(":plan".to_owned(), s(&*claim.plan));
        // The claim on a call that is never stored must expire, too.
        values.insert(":expires".to_owned(), n(expires_at));
        let request = self
            .table
            .client()
            .update_item()
            .table_name(table)
            .set_key(Some(item::key(&keys::call(id), keys::RECORD)))
            .update_expression(
                "SET #claim = :claim, #plan = :plan, #expires = if_not_exists(#expires, :expires)",
            )
            .set_condition_expression(condition)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values));
        match deadline.run(request.send()).await? {
            Ok(_) => Ok(Outcome::Done),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(Outcome::ConditionFailed)
            }
            Err(error) => match from_sdk("UpdateItem", table, &error) {
                // It may have taken effect: the next attempt reads whether the claim stands.
                failure if failure.is_transient() => Ok(Outcome::ConditionFailed),
                failure => Err(failure),
            },
        }
    }

    /// Replaces participations in chunks, each on condition that the claim stands, and the rest
    /// together with the call's own item.
    async fn chunks(
        &self,
        plan: &Plan<'_>,
        head: &Head,
        people: BTreeMap<String, Stored>,
        deadline: Deadline,
    ) -> Result<Outcome, TableError> {
        let key = item::key(&keys::call(plan.draft.id), keys::RECORD);
        let check = Action::check(self.table.name(), key, head.unchanged())?;
        let last = plan.last(head)?;
        let mut chunk = vec![check.clone()];
        for group in plan.changes(people) {
            let group = group?;
            if !fits(&chunk, &group) {
                let full = std::mem::replace(&mut chunk, vec![check.clone()]);
                if transact(&self.table, &full, deadline).await? == Outcome::ConditionFailed {
                    return Ok(Outcome::ConditionFailed);
                }
            }
            chunk.extend(group);
        }
        // The last transaction puts the item that the others check; a transaction may not do both.
        if chunk.len() > 1 && !fits(&chunk[1..], &last) {
            if transact(&self.table, &chunk, deadline).await? == Outcome::ConditionFailed {
                return Ok(Outcome::ConditionFailed);
            }
            chunk = vec![check];
        }
        let mut rest = chunk.split_off(1);
        rest.extend(last);
        transact(&self.table, &rest, deadline).await
    }

    /// The stored participations of the call, by sort key.
    async fn stored_people(
        &self,
        plan: &Plan<'_>,
        deadline: Deadline,
    ) -> Result<BTreeMap<String, Stored>, TableError> {
        let mut people = BTreeMap::new();
        let mut pages = self
            .table
            .query(&keys::call(plan.draft.id))
            .beginning_with(PERSON_PREFIX)
            .only(&[PK, SK, FINGERPRINT, "started_at", "day", CONTRIBUTION, FOLDED])
            .within(deadline);
        while let Some(items) = pages.next().await? {
            for item in items {
                let (key, stored) = plan.stored(&unfold(item)?)?;
                people.insert(key, stored);
            }
        }
        Ok(people)
    }
}
