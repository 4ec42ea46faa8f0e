//! The newest calls of a person.

use call_records::PersonKey;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use crate::keys::{self, PK, SK};
use crate::lists::person_call;
use crate::{CallTable, PersonCall, TableError};

impl CallTable {
    /// The parts of one person in the newest of the calls that began at or after `from` and before
    /// `to`, newest first and `most` of them at most. No more is read than is returned, but for one
    /// page of the index.
    pub async fn newest_person_calls(
        &self,
        person: &PersonKey,
        from: Timestamp,
        to: Timestamp,
        most: usize,
    ) -> Result<Vec<PersonCall>, TableError> {
        let person = keys::person(person);
        // Keys go on behind the start, which is cut to the millisecond: what began at `last` itself
        // lies beyond it, and what `to` cuts a millisecond short of it is taken out below.
        let last = to
            .round(TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Ceil))
            .unwrap_or(to);
        let (first, last) = (keys::instant(from), keys::instant(last));
        let page = i32::try_from(most).unwrap_or(i32::MAX);
        let query = self.query_by_person(&person).between(&first, &last).only(&[PK, SK]);
        let mut query = query.newest_first(page);
        let mut found = Vec::new();
        while found.len() < most {
            let Some(items) = query.next().await? else { break };
            found.extend(items);
        }
        found.truncate(most);
        let parts = self.read_batch(&found).await?.into_iter().map(person_call);
        let mut calls = parts.collect::<Result<Vec<_>, _>>()?;
        calls.retain(|call| from <= call.started_at && call.started_at < to);
        calls.sort_by(|one, other| {
            (other.started_at, &other.call_id).cmp(&(one.started_at, &one.call_id))
        });
        Ok(calls)
    }
}
