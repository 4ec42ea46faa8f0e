//! In which day each row id stands.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use call_table::keys::{self, DAY_OF_NO_TIME};
use call_table::{Deadline, TableError};
use jiff::Timestamp;
use jiff::civil::Date;
use pstn_logs::{Change, DayRows, Log};

use crate::PstnWriter;

/// In which day each row stands, and when it was listed last there.
#[derive(Debug, Clone, Default)]
pub struct Places(HashMap<(Log, u128), Place>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) day: Date,
    pub(crate) listed_at: Timestamp,
}

impl Places {
    pub(crate) fn find(&self, log: Log, id: &str) -> Option<Place> {
        self.0.get(&key(log, id)).copied()
    }

    pub(crate) fn put(&mut self, log: Log, id: &str, place: Place) {
        self.0.insert(key(log, id), place);
    }
}

fn key(log: Log, id: &str) -> (Log, u128) {
    (log, keys::fingerprint(id))
}

impl PstnWriter {
    /// Reads in which day each row of the days from `from` on stands. A row that a writer which died left in
    /// two days is removed from that where it was listed earlier.
    ///
    /// # Errors
    ///
    /// What the table answered.
    pub async fn places(&self, from: Date, deadline: Deadline) -> Result<Places, TableError> {
        let mut places = Places::default();
        let mut days = vec![DAY_OF_NO_TIME];
        days.extend(self.table.pstn_heads(from, Date::MAX).await?.iter().map(|head| head.day));
        for day in days {
            let stored = deadline.run(self.table.pstn_rows(day)).await??;
            let Some((_, rows)) = stored else { continue };
            for kept in rows.rows() {
                let (log, id) = (kept.row.log, &kept.row.id);
                let Some(listed_at) = rows.row_listed_at(log, id) else { continue };
                let place = Place { day, listed_at };
                match places.0.entry(key(log, id)) {
                    Entry::Vacant(entry) => {
                        entry.insert(place);
                    }
                    Entry::Occupied(mut entry) => {
                        let earlier = if entry.get().listed_at <= listed_at {
                            entry.insert(place)
                        } else {
                            place
                        };
                        self.remove(earlier, &[(log, id.clone())], deadline).await?;
                    }
                }
            }
        }
        Ok(places)
    }

    /// Removes rows from a day, because they stand in another: those that were not listed here since.
    pub(crate) async fn remove(
        &self,
        place: Place,
        ids: &[(Log, String)],
        deadline: Deadline,
    ) -> Result<(), TableError> {
        let remove = |rows: &mut DayRows, _: Option<&_>| {
            let mut removed = false;
            for (log, id) in ids {
                let listed_at = rows.row_listed_at(*log, id);
                if listed_at.is_some_and(|at| at <= place.listed_at) {
                    removed |= rows.remove(*log, id);
                }
            }
            if removed { Change::Rows } else { Change::Nothing }
        };
        let mut marks = self.forgotten.marks(deadline).await?;
        self.change(place.day, &mut marks, deadline, remove).await?;
        Ok(())
    }
}
