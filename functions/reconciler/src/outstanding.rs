//! The calls that are known to be missing or stale: in flight, due for a
//! retry, repaired, or lost.

use std::collections::HashMap;
use std::time::Duration;

use backoff::Backoff;
use call_records::ListedCall;
use call_table::{MissingCall, TableError};
use jiff::{SignedDuration, Timestamp};
use reconciliation::{GRAPH_KEEPS, Reconciliation};
use tokio::time::Instant;

/// When a call that is still missing is enqueued once more: after 4, 8, 16, 24, 24, … hours. The
/// consumer waits for a record for three hours and half an hour more at most; a call that is not stored
/// after that was dead-lettered, or its message was lost. Whatever was repaired by an operator is
/// noticed within a day.
const REQUEUE: Backoff =
    Backoff::new(Duration::from_secs(4 * 3600), Duration::from_secs(24 * 3600));

/// How many calls are looked up in one read.
const BATCH_SIZE: usize = 100;

/// All of them, by id. Invariant: only the run that holds the lease changes them.
#[derive(Debug, Default)]
pub(crate) struct Outstanding(HashMap<String, MissingCall>);

/// What has changed about the calls that an earlier run left.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Stored now, at the wanted version or a newer one.
    pub(crate) repaired: Vec<MissingCall>,
    /// Graph does not keep them any longer.
    pub(crate) lost: Vec<MissingCall>,
    /// To be enqueued once more.
    pub(crate) due: Vec<MissingCall>,
}

impl Outstanding {
    pub(crate) async fn read(reconciliation: &Reconciliation) -> Result<Self, TableError> {
        let calls = reconciliation.table().missing_calls().await?.into_iter();
        Ok(Self(calls.map(|call| (call.call_id.clone(), call)).collect()))
    }

    /// Those that can still be had.
    pub(crate) fn open(&self) -> impl Iterator<Item = &MissingCall> {
        self.0.values().filter(|call| call.lost_at.is_none())
    }

    pub(crate) fn len(&self) -> usize {
        self.open().count()
    }

    /// Removes those that are stored by now, and marks those that Graph no longer keeps as lost.
    pub(crate) async fn settle(
        &mut self,
        reconciliation: &Reconciliation,
        now: Timestamp,
        deadline: Instant,
    ) -> Result<Settled, TableError> {
        let mut settled = Settled::default();
        let ids: Vec<String> = self.0.keys().cloned().collect();
        for ids in ids.chunks(BATCH_SIZE) {
            let keys: Vec<&str> = ids.iter().map(String::as_str).collect();
            let stored = reconciliation.table().versions(&keys).await?;
            let (mut repaired, mut changed) = (Vec::new(), Vec::new());
            for id in ids {
                let Some(call) = self.0.get_mut(id) else { continue };
                let version = stored.get(id).map(|stored| stored.version);
                if version.is_some_and(|version| version >= call.version) {
                    repaired.push(id.clone());
                } else if call.lost_at.is_none() && is_over(call, now) {
                    call.lost_at = Some(now);
                    changed.push(call.clone());
                } else if version != call.stored_version {
                    call.stored_version = version;
                    changed.push(call.clone());
                }
            }
            reconciliation.put_missing_calls(&changed, now, deadline).await?;
            reconciliation.delete_missing_calls(&repaired, deadline).await?;
            let lost = changed.into_iter().filter(|call| call.lost_at == Some(now));
            for call in lost {
                tracing::error!(
                    call_id = call.call_id,
                    found_at = %call.found_at,
                    "reconciliation.lost"
                );
                settled.lost.push(call);
            }
            settled.repaired.extend(repaired.iter().filter_map(|id| self.0.remove(id)));
        }
        let due = self.open().filter(|call| is_due(call, now) && can_be_requested(&call.call_id));
        settled.due = due.cloned().collect();
        Ok(settled)
    }

    /// The entry to enqueue and store for a call that Graph lists and that is stored at `stored`, if at
    /// all. None when its message is on its way already.
    pub(crate) fn found(
        &self,
        listed: &ListedCall,
        stored: Option<i64>,
        reason: &str,
        now: Timestamp,
    ) -> Option<MissingCall> {
        let known = self.0.get(&listed.id);
        if known.is_some_and(|known| known.version >= listed.version && known.lost_at.is_none()) {
            return None;
        }
        Some(MissingCall {
            call_id: listed.id.clone(),
            version: listed.version,
            stored_version: stored,
            started_at: listed.started_at,
            ended_at: listed.ended_at,
            found_at: known.map_or(now, |known| known.found_at),
            reason: known.map_or_else(|| reason.to_owned(), |known| known.reason.clone()),
            enqueued_at: now,
            enqueued: known.map_or(0, |known| known.enqueued) + 1,
            lost_at: None,
        })
    }

    pub(crate) fn note(&mut self, call: MissingCall) {
        self.0.insert(call.call_id.clone(), call);
    }
}

/// An id that cannot be a path segment is never enqueued; it stays on the list of missing calls, where
/// an operator finds it.
pub(crate) fn can_be_requested(call_id: &str) -> bool {
    call_id::is_valid(call_id)
}

fn is_over(call: &MissingCall, now: Timestamp) -> bool {
    let end = call.ended_at.or(call.started_at).unwrap_or(call.found_at);
    now.duration_since(end) > GRAPH_KEEPS
}

fn is_due(call: &MissingCall, now: Timestamp) -> bool {
    let wait = REQUEUE.delay(call.enqueued.saturating_sub(1));
    let waited = now.duration_since(call.enqueued_at);
    SignedDuration::try_from(wait).is_ok_and(|wait| waited >= wait)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn noon() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn call(enqueued: u32) -> MissingCall {
        MissingCall {
            call_id: "call-1".to_owned(),
            version: 2,
            stored_version: None,
            started_at: Some(noon()),
            ended_at: Some(noon()),
            found_at: noon(),
            reason: "recent".to_owned(),
            enqueued_at: noon(),
            enqueued,
            lost_at: None,
        }
    }

    #[rstest]
    #[case::still_waited_for(1, 239, false)]
    #[case::after_four_hours(1, 240, true)]
    #[case::then_after_eight(2, 479, false)]
    #[case::then_after_eight_hours(2, 480, true)]
    #[case::never_later_than_in_a_day(9, 1440, true)]
    fn a_call_that_stays_missing_is_requeued_with_backoff(
        #[case] enqueued: u32,
        #[case] minutes: i64,
        #[case] due: bool,
    ) {
        let now = noon() + SignedDuration::from_mins(minutes);
        assert_eq!(is_due(&call(enqueued), now), due);
    }

    #[rstest]
    #[case::the_same_version(2, false)]
    #[case::an_older_one(1, false)]
    #[case::a_newer_one(3, true)]
    fn a_call_in_flight_is_requeued_only_for_a_newer_version(
        #[case] version: i64,
        #[case] asked: bool,
    ) {
        let mut outstanding = Outstanding::default();
        outstanding.note(call(1));
        let listed = ListedCall {
            id: "call-1".to_owned(),
            version,
            started_at: Some(noon()),
            ended_at: Some(noon()),
            last_modified_at: None,
            call_type: call_records::CallType::default(),
            modalities: Vec::new(),
        };
        let found = outstanding.found(&listed, None, "nightly", noon());
        assert_eq!(found.is_some(), asked);
        if let Some(found) = found {
            assert_eq!((found.enqueued, found.reason.as_str()), (2, "recent"));
        }
    }
}
