//! The newest calls of a person.

use call_records::PersonKey;
use jiff::{RoundMode, Timestamp, TimestampRound, Unit};

use crate::keys::{self, PK, SK};
use crate::lists::person_call;
use crate::{CallTable, PersonCall, TableError};

impl CallTable {
    /// The participations of one person in the newest calls that began at or after `from` and before
    /// `to`, newest first, at most `limit`. Reads no more items than it returns, apart from one page
    /// of the index.
    pub async fn newest_person_calls(
        &self,
        person: &PersonKey,
        from: Timestamp,
        to: Timestamp,
        limit: usize,
    ) -> Result<Vec<PersonCall>, TableError> {
        let person = keys::person(person);
        // A key is the start, truncated to the millisecond, followed by the id, so that a call that
        // began at `last` sorts after it. Calls of the millisecond of `to` are filtered below.
        let last = to
            .round(TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Ceil))
            .unwrap_or(to);
        let (first, last) = (keys::instant(from), keys::instant(last));
        let page = i32::try_from(limit).unwrap_or(i32::MAX);
        let query = self.query_by_person(&person).between(&first, &last).only(&[PK, SK]);
        let mut query = query.newest_first(page);
        let mut found = Vec::new();
        while found.len() < limit {
            let Some(items) = query.next().await? else { break };
            found.extend(items);
        }
        found.truncate(limit);
        let parts = self.read_batch(&found).await?.into_iter().map(person_call);
        let mut calls = parts.collect::<Result<Vec<_>, _>>()?;
        calls.retain(|call| from <= call.started_at && call.started_at < to);
        calls.sort_by(|one, other| {
            (other.started_at, &other.call_id).cmp(&(one.started_at, &one.call_id))
        });
        Ok(calls)
    }
}
