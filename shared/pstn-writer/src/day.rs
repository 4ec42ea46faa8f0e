//! Changing one day.

use call_table::item::{self, Item, n};
use call_table::keys::{self, DAY_OF_NO_TIME, EXPIRES_AT, PSTN};
use call_table::{CallTable, Deadline, PstnHead, TableError, compression};
use forgotten_people::Marks;
use item_writer::{Action, Condition, Outcome, PackedLists, packed_item, sweep_lists, transact};
use jiff::Timestamp;
use jiff::civil::Date;
use pstn_logs::{Change, DayRows, LogRow, VERSION};

use crate::PstnWriter;

/// How often a day is read again because another writer changed it.
const MAX_ATTEMPTS: u32 = 8;

/// What changing a day did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) change: Change,
    /// Rows from which forgotten people were removed.
    pub(crate) redacted: u64,
}

impl PstnWriter {
    /// Adds up a day once more, if it was added up by older definitions.
    ///
    /// # Errors
    ///
    /// What the table answered.
    pub async fn add_up_anew(&self, day: Date, deadline: Deadline) -> Result<(), TableError> {
        let mut marks = self.forgotten.marks(deadline).await?;
        self.change(day, &mut marks, deadline, |_, _| Change::Nothing).await.map(|_| ())
    }

    /// Changes the rows of a day, and stores them with what they add up to. `change` may be called several
    /// times, each time with the rows as they are stored then and the marks of forgotten people, who are
    /// removed afterwards. `marks` are those that were read before; they are read again after the commit.
    pub(crate) async fn change(
        &self,
        day: Date,
        marks: &mut Option<Marks>,
        deadline: Deadline,
        change: impl Fn(&mut DayRows, Option<&Marks>) -> Change,
    ) -> Result<Changed, TableError> {
        let mut redacted = 0;
        let mut done = Change::Nothing;
        for attempt in 0..MAX_ATTEMPTS {
            if attempt > 0 {
                deadline.pause(attempt).await?;
            }
            let (head, mut rows) = deadline.run(self.table.pstn_rows(day)).await??.unzip();
            let rows = rows.get_or_insert_default();
            let mut changed = change(rows, marks.as_ref());
            let newly = marks.as_ref().map_or(0, |marks| {
                rows.rows_mut().map(|kept| u64::from(redact(&mut kept.row, marks))).sum()
            });
            if newly > 0 || head.as_ref().is_some_and(|head| head.version != VERSION) {
                changed = Change::Rows;
            }
            if changed == Change::Nothing {
                return Ok(Changed { change: done, redacted });
            }
            if !store(&self.table, day, head.as_ref(), rows, changed, deadline).await? {
                continue;
            }
            redacted += newly;
            done = done.max(changed);
            if changed == Change::ListedAt {
                return Ok(Changed { change: done, redacted });
            }
            // After the commit: see `forgotten-people`.
            let now = self.forgotten.marks(deadline).await?;
            if now == *marks {
                return Ok(Changed { change: done, redacted });
            }
            *marks = now;
        }
        Err(TableError::Contended)
    }
}

/// Takes the forgotten people out of a row. Whether it named one.
pub(crate) fn redact(row: &mut LogRow, marks: &Marks) -> bool {
    let at = row.at();
    let named: Vec<_> = row
        .people()
        .filter_map(|person| Some((person.tombstone(&marks.find(&person, at)?.token), person)))
        .collect();
    named.iter().fold(false, |found, (tombstone, person)| row.forget(person, tombstone) | found)
}

/// Stores the rows of a day in place of those that `head` names, or only when they were listed. False when
/// another writer was faster.
async fn store(
    table: &CallTable,
    day: Date,
    head: Option<&PstnHead>,
    rows: &DayRows,
    change: Change,
    deadline: Deadline,
) -> Result<bool, TableError> {
    let condition = Condition::attributes([("revision", head.map(|head| n(head.revision)))]);
    let mut new = PstnHead {
        day,
        revision: head.map_or(0, |head| head.revision) + 1,
        roll: head.map(|head| head.roll.clone()).unwrap_or_default(),
        listed_at: rows.listed_at().clone(),
        rows: length(rows.len()),
        vanished: rows.vanished(),
        people: head.map_or(0, |head| head.people),
        version: VERSION,
        expires_at: table.config().expires_at(began(day, rows)?),
    };
    let name = table.name();
    if change == Change::ListedAt {
        let action = Action::put(name, head_item(&new)?, condition)?;
        return Ok(transact(table, &[action], deadline).await? == Outcome::Done);
    }
    new.roll = format!("{:016x}", fastrand::u64(..));
    let mut logs = rows.sums();
    let people: Vec<_> = std::mem::take(&mut logs.people).into_iter().collect();
    new.people = length(people.len());
    let own = [keys::pstn_rows(day, &new.roll), keys::pstn_people(day, &new.roll)];
    let mut lists = PackedLists::new(PSTN, new.expires_at);
    lists.add(&own[0], &rows.rows().collect::<Vec<_>>())?;
    lists.add(&own[1], &people)?;
    lists.write(table, deadline).await?;

    let json = serde_json::to_vec(&logs).map_err(|e| TableError::Corrupt(e.to_string()))?;
    let kept = i64::from(table.config().organisation_totals_retention_days) * 86_400;
    let expires_at = new.expires_at.max(began(day, rows)?.as_second() + kept);
    let sums = packed_item(PSTN, &keys::day(day), compression::compress(&json)?, expires_at);
    let actions = vec![
        Action::put(name, head_item(&new)?, condition)?,
        Action::put(name, sums, Condition::none())?,
    ];
    let is_stored = transact(table, &actions, deadline).await? == Outcome::Done;
    let [rows, people] = own;
    let [all_rows, all_people] = keys::all_pstn_lists(day);
    let lists = [(rows, all_rows), (people, all_people)];
    sweep_lists(table, PSTN, lists, is_stored, deadline).await?;
    Ok(is_stored)
}

fn head_item(head: &PstnHead) -> Result<Item, TableError> {
    let mut item = item::of(head)?;
    item.extend(item::key(PSTN, &keys::pstn_head(head.day)));
    item.insert(EXPIRES_AT.to_owned(), n(head.expires_at));
    Ok(item)
}

/// From when a day is retained. Rows of no time are so from when they were listed last.
fn began(day: Date, rows: &DayRows) -> Result<Timestamp, TableError> {
    let listed = || rows.rows().filter_map(|kept| kept.listed_at).max();
    match day {
        DAY_OF_NO_TIME => Ok(listed().unwrap_or(Timestamp::MAX)),
        day => keys::midnight(day),
    }
}

fn length(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
