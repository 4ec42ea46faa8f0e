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

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use call_records::PersonKey;
use call_table::error::from_sdk;
use call_table::item::{self, n, s};
use call_table::keys::{self, EXPIRES_AT, PERSON_PREFIX};
use call_table::ledger::CONTRIBUTION;
use call_table::{Deadline, TableError};

use crate::CallWriter;
use crate::draft::{Draft, FINGERPRINT};
use crate::plan::{Head, Plan, Stored, fits};
use crate::transaction::{Action, Outcome};

/// How often the state is read afresh because somebody else changed it.
const MAX_ATTEMPTS: u32 = 12;

/// What became of a version that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It is what is stored now.
    Stored {
        /// The version that it took the place of.
        replaced: Option<i64>,
    },
    /// The same version was there already.
    AlreadyStored,
    /// A newer version was there already.
    Superseded {
        /// That version.
        by: i64,
    },
}

impl CallWriter {
    /// Makes a version the stored one. Its pages and sessions are written already.
    pub(crate) async fn commit(
        &self,
        draft: Draft<'_>,
        deadline: Deadline,
    ) -> Result<Committed, TableError> {
        let plan = Plan::new(draft)?;
        let mut held = false;
        for look in 0..MAX_ATTEMPTS {
            if look > 0 {
                deadline.pause(look.min(4)).await?;
            }
            let mut head = Head::read(self.table.record_item(draft.id, deadline).await?.as_ref())?;
            match head.version {
                Some(by) if by > draft.call.version => return Ok(Committed::Superseded { by }),
                Some(same) if same == draft.call.version => return Ok(Committed::AlreadyStored),
                _ => {}
            }
            let ours = head.claim.as_ref() == Some(&plan.claim);
            match &head.claim {
                // A newer version is on its way in. If it never arrives, its own delivery is due.
                Some(claim) if claim.version > draft.call.version => {
                    return Err(TableError::Contended);
                }
                // Another writer of this version read other bytes and took our claim: one of us
                // has to give way, or we would take turns for ever.
                Some(_) if held && !ours => return Err(TableError::Contended),
                _ => {}
            }
            held |= ours;
            if head.claim.is_none() {
                let people = self.stored_people(&plan, deadline).await?;
                if let Some(all) = plan.at_once(&head, people)? {
                    match self.transact(all, deadline).await? {
                        Outcome::Done => return Ok(stored(&head)),
                        Outcome::ConditionFailed => continue,
                    }
                }
            }
            if !ours {
                if self.claim(&plan, &head, deadline).await? == Outcome::ConditionFailed {
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
        Err(TableError::Contended)
    }

    /// Makes the version that is stored at `revision` say otherwise, but of the organisation. Whose part is to stay as it is,
    /// though the call does not have them any more, is `gone`.
    pub(crate) async fn commit_revision(
        &self,
        draft: Draft<'_>,
        revision: Option<u32>,
        gone: &PersonKey,
        deadline: Deadline,
    ) -> Result<Outcome, TableError> {
        let mut plan = Plan::new(draft)?;
        let head = Head::read(self.table.record_item(draft.id, deadline).await?.as_ref())?;
        plan.leave_organisation(&head);
        let as_read = head.version == Some(draft.call.version) && head.revision == revision;
        if !as_read || head.claim.is_some() {
            return Ok(Outcome::ConditionFailed);
        }
        let mut people = self.stored_people(&plan, deadline).await?;
        people.remove(&keys::person(gone));
        self.chunks(&plan, &head, people, deadline).await
    }

    /// Puts our claim in the place of the one that was read, or of none.
    async fn claim(
        &self,
        plan: &Plan<'_>,
        head: &Head,
        deadline: Deadline,
    ) -> Result<Outcome, TableError> {
        let table = self.table.name();
        let (condition, mut names, values) = head.unchanged().into_parts();
        let mut values = values.unwrap_or_default();
        for (placeholder, name) in
            [("#claim", "claim"), ("#plan", "claim_plan"), ("#expires", EXPIRES_AT)]
        {
            names.insert(placeholder.to_owned(), name.to_owned());
        }
        values.insert(":claim".to_owned(), n(plan.claim.version));
        values.insert(":plan".to_owned(), s(&*plan.claim.plan));
        // A claim on a call that is never stored must not stay for ever.
        values.insert(":expires".to_owned(), n(plan.draft.expires_at()));
        let request = self
            .table
            .client()
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
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateItemError::is_conditional_check_failed_exception) =>
            {
                Ok(Outcome::ConditionFailed)
            }
            Err(error) => match from_sdk("UpdateItem", table, &error) {
                // Another look tells whether it took effect.
                failure if failure.is_transient() => Ok(Outcome::ConditionFailed),
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
                if self.transact(full, deadline).await? == Outcome::ConditionFailed {
                    return Ok(Outcome::ConditionFailed);
                }
            }
            chunk.extend(group);
        }
        // The last transaction writes the item that the others only check.
        if chunk.len() > 1 && !fits(&chunk[1..], &last) {
            if self.transact(chunk, deadline).await? == Outcome::ConditionFailed {
                return Ok(Outcome::ConditionFailed);
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
    ) -> Result<BTreeMap<String, Stored>, TableError> {
        let mut people = BTreeMap::new();
        let mut pages = self
            .table
            .query(&keys::call(plan.draft.id))
            .beginning_with(PERSON_PREFIX)
            .only(&["sk", FINGERPRINT, "day", CONTRIBUTION])
            .within(deadline);
        while let Some(items) = pages.next().await? {
            for item in items {
                let (key, part) = plan.stored_part(&item)?;
                people.insert(key, part);
            }
        }
        Ok(people)
    }
}

fn stored(head: &Head) -> Committed {
    Committed::Stored { replaced: head.version }
}
