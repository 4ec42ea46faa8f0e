//! The call records that the service knows, each with its history.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::state::RecordState;
use stand_in_kit::later;

/// Every call record by its id, which is also the order of lists: the documents promise none, and
/// an order by time would hide from clients that they rely on it.
#[derive(Debug, Default)]
pub(crate) struct Records(pub(crate) BTreeMap<String, Entry>, Starts);

/// Under which starts each record was ever known, so that a narrow window of a month of calls is
/// found without looking at the month.
#[derive(Debug, Default)]
pub(crate) struct Starts(BTreeSet<(Timestamp, String)>);

#[derive(Debug, Default)]
pub(crate) struct Entry {
    /// The newest state, which is shown, after the one before it, which a replica that lags may show.
    states: Vec<Arc<RecordState>>,
    /// When the record goes, by the rule of retention.
    gone_at: Option<Timestamp>,
    /// Reads that find nothing yet.
    pub(crate) missed_reads: u32,
    /// Until when nothing is found, by reads and by lists.
    pub(crate) hidden_until: Option<Timestamp>,
    /// Reads that show the state before, whatever else is set.
    pub(crate) stale_reads: u32,
    /// Reads that found the newest state.
    fresh_reads: u32,
    /// Whether a lagging replica has been among the answers since the newest state came.
    lagged: bool,
    /// A body that is served instead of the record.
    pub(crate) instead: Option<String>,
    /// A state that comes after so many more pages of sessions.
    pub(crate) change_after: Option<(u32, Arc<RecordState>)>,
}

impl Records {
    /// Loads the next state of a record.
    pub(crate) fn load(
        &mut self,
        state: RecordState,
        now: Timestamp,
        retention: Option<std::time::Duration>,
    ) -> &mut Entry {
        self.expect(&state);
        let entry = self.0.entry(state.id.clone()).or_default();
        let end = state.ended_at.map_or(now, |end| end.max(now));
        entry.gone_at = retention.map(|kept| later(end, kept));
        entry.push(Arc::new(state));
        entry
    }
}

impl Records {
    /// Notes the start of a state that is loaded now or will come.
    pub(crate) fn expect(&mut self, state: &RecordState) {
        self.1.0.extend(state.started_at.map(|at| (at, state.id.clone())));
    }

    /// The ids of the records that may have begun in this time, in the order of lists.
    pub(crate) fn begun_between(&self, from: Timestamp, to: Timestamp) -> BTreeSet<&str> {
        let (from, to) = ((from, String::new()), (to, char::MAX.to_string()));
        let begun = if from <= to { Some(self.1.0.range(from..=to)) } else { None };
        begun.into_iter().flatten().map(|(_, id)| id.as_str()).collect()
    }
}

impl Entry {
    fn push(&mut self, state: Arc<RecordState>) {
        // Older ones are never shown again, and a long run would not end in memory.
        if self.states.len() > 1 {
            self.states.remove(0);
        }
        self.states.push(state);
        self.fresh_reads = 0;
        self.lagged = false;
    }

    /// The newest state, if a list would show it.
    pub(crate) fn listed(&self, now: Timestamp) -> Option<&Arc<RecordState>> {
        let hidden = self.hidden_until.is_some_and(|until| now < until);
        let gone = self.gone_at.is_some_and(|at| now >= at);
        if hidden || gone { None } else { self.states.last() }
    }

    /// The state that a read of the record finds. `lag` asks for a lagging replica: it shows the
    /// state before the newest for a few reads, once per state, and only after a client had the
    /// newest whole (participants and sessions are two reads). So a client that reads for each
    /// notification, and retries when versions differ within a read, has had the newest state.
    pub(crate) fn read(&mut self, now: Timestamp, lag: bool) -> Option<Arc<RecordState>> {
        const WHOLE: u32 = 2;
        const LAG: u32 = 3;
        self.listed(now)?;
        if self.missed_reads > 0 {
            self.missed_reads -= 1;
            return None;
        }
        if lag && !self.lagged && self.fresh_reads >= WHOLE {
            self.lagged = true;
            self.stale_reads += LAG;
        }
        if self.stale_reads > 0 {
            self.stale_reads -= 1;
            let before = self.states.len().checked_sub(2).and_then(|at| self.states.get(at));
            if let Some(before) = before {
                return Some(Arc::clone(before));
            }
        }
        self.fresh_reads += 1;
        self.states.last().cloned()
    }

    /// Counts a page of sessions that was served, for a change that is to come between pages.
    pub(crate) fn page_was_served(&mut self) {
        match self.change_after.take() {
            Some((left, state)) if left > 1 => self.change_after = Some((left - 1, state)),
            Some((_, state)) => self.push(state),
            None => {}
        }
    }

    /// The newest state, whatever hides it.
    pub(crate) fn newest(&self) -> Option<&Arc<RecordState>> {
        self.states.last()
    }
}
