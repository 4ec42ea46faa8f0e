//! Planned changes of records.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::state::RecordState;

/// Record states to be published later, by their time.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    changes: BTreeMap<(Timestamp, u64), RecordState>,
    numbered: u64,
}

impl Agenda {
    pub(crate) fn put(&mut self, at: Timestamp, state: RecordState) {
        self.numbered += 1;
        self.changes.insert((at, self.numbered), state);
    }

    pub(crate) fn next_due(&self) -> Option<Timestamp> {
        self.changes.keys().next().map(|(at, _)| *at)
    }

    pub(crate) fn take(&mut self, now: Timestamp) -> Option<RecordState> {
        let first = *self.changes.keys().next().filter(|(at, _)| *at <= now)?;
        self.changes.remove(&first)
    }
}
