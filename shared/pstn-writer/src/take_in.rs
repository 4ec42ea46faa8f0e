//! Taking in a listing.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use call_table::keys::DAY_OF_NO_TIME;
use call_table::{Deadline, TableError};
use forgotten_people::Marks;
use jiff::Timestamp;
use jiff::civil::Date;
use pstn_logs::{Change, DayRows, Listing, LogRow};

use crate::PstnWriter;
use crate::day::redact;
use crate::places::{Place, Places};

impl PstnWriter {
    /// Takes in what Graph listed for a range in which the days `covered` lie whole. Rows of other days are
    /// taken in, too, but a row of these that is not listed has not vanished. Returns the days of which rows
    /// are new, changed, vanished or moved.
    ///
    /// # Errors
    ///
    /// What the table answered. The days that were stored are whole, and the same listing may be taken in
    /// again.
    pub async fn take_in(
        &self,
        listing: Listing,
        covered: RangeInclusive<Date>,
        places: &mut Places,
        deadline: Deadline,
    ) -> Result<Vec<Date>, TableError> {
        let Listing { log, requested_at, rows } = listing;
        // Of a row that comes twice the last counts.
        let rows: BTreeMap<String, LogRow> =
            rows.into_iter().map(|row| (row.id.clone(), row)).collect();
        let mut days: BTreeMap<Date, Vec<LogRow>> =
            days_of(covered.clone()).map(|day| (day, Vec::new())).collect();
        let mut moved: BTreeMap<Date, (Timestamp, Vec<_>)> = BTreeMap::new();
        for (id, row) in rows {
            let day = row.day().unwrap_or(DAY_OF_NO_TIME);
            if let Some(elsewhere) = places.find(log, &id).filter(|place| place.day != day) {
                if elsewhere.listed_at > requested_at {
                    continue;
                }
                let (listed_at, ids) = moved.entry(elsewhere.day).or_default();
                *listed_at = elsewhere.listed_at.max(*listed_at);
                ids.push((log, id));
            }
            days.entry(day).or_default().push(row);
        }
        let mut changed_days = Vec::new();
        let mut marks = self.forgotten.marks(deadline).await?;
        for (day, rows) in days {
            let covers = covered.contains(&day);
            let take_in = |stored: &mut DayRows, marks: Option<&Marks>| {
                let redacted = rows.iter().cloned().map(|mut row| {
                    if let Some(marks) = marks {
                        redact(&mut row, marks);
                    }
                    row
                });
                stored.take_in(log, requested_at, covers, redacted)
            };
            let changed = self.change(day, &mut marks, deadline, take_in).await?;
            if changed.change == Change::Rows {
                changed_days.push(day);
            }
            for row in &rows {
                places.put(log, &row.id, Place { day, listed_at: requested_at });
            }
        }
        for (day, (listed_at, ids)) in moved {
            // Stored where it is now, then removed where it was: nothing is lost in between.
            self.remove(Place { day, listed_at }, &ids, deadline).await?;
            changed_days.push(day);
        }
        Ok(changed_days)
    }
}

fn days_of(days: RangeInclusive<Date>) -> impl Iterator<Item = Date> {
    days.start().series(jiff::Span::new().days(1)).take_while(move |day| day <= days.end())
}
