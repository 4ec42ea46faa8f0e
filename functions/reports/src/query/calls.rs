//! The calls of a period, from the index of days; of those on the page also the call's own item.

use call_records::definitions::organisation_day as day;
use call_records::{Outcome, Seconds, Totals};
use call_table::{CallOfDay, StoredRecord};
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};

use super::QueryContext;
use crate::Error;
use crate::answer::{CallRow, Calls, List};
use crate::period::{Period, Zone};
use crate::request::Request;

/// Calls that are read at once.
const CONCURRENT_READS: usize = 16;

pub(super) async fn read(reader: QueryContext<'_>, request: &Request) -> Result<Calls, Error> {
    let period = &request.period;
    if let Some(most) = request.report.max_days().filter(|most| period.length() > *most) {
        return Err(Error::Request(format!(
            "Calls are listed for at most {most} days. Choose a shorter period, or a day on the \
             page of days."
        )));
    }
    let (start, end) = (period.start()?, period.end()?);
    let mut calls = Vec::new();
    // The UTC days that the period touches.
    let utc = Period::covering(start, end, Zone::utc())?;
    for day in utc.days() {
        calls.extend(reader.table.calls_of_day(day).await?);
    }
    calls.retain(|call| start <= call.started_at && call.started_at < end);
    calls.sort_by(|one, other| {
        (other.started_at, &other.call_id).cmp(&(one.started_at, &one.call_id))
    });
    let List { total, page, size, rows } = List::page_of(calls.into_iter(), request.paging);
    let rows = iter(rows.into_iter().map(async |call| row_of_day(reader, call).await));
    let rows = rows.buffered(CONCURRENT_READS).try_collect().await?;
    Ok(Calls { list: List { total, page, size, rows } })
}

/// What the index does not carry, the call's own item says.
async fn row_of_day(reader: QueryContext<'_>, call: CallOfDay) -> Result<CallRow, Error> {
    if let Some(record) = reader.table.record(&call.call_id).await? {
        return Ok(row(reader, &record));
    }
    let CallOfDay { call_id, call_type, started_at, ended_at, organizer, organizer_name, .. } =
        call;
    let organizer = organizer.map(|key| reader.privacy.person(&key, organizer_name.as_deref()));
    Ok(CallRow {
        call: call_id,
        call_type: call_type.as_str().to_owned(),
        started_at,
        seconds: length(started_at, ended_at),
        organizer,
        outcome: None,
        dropped: false,
        is_test: call.is_test,
        poor: None,
        people: None,
        sessions: None,
    })
}

/// A row from the call's own item.
pub(super) fn row(reader: QueryContext<'_>, record: &StoredRecord) -> CallRow {
    let organizer = record.organizer.as_ref();
    let name = record.organizer_name.as_deref();
    CallRow {
        call: record.call_id.clone(),
        call_type: record.call_type.as_str().to_owned(),
        started_at: record.started_at,
        seconds: length(record.started_at, record.ended_at),
        organizer: organizer.map(|key| reader.privacy.person(key, name)),
        // A call that was stored before outcomes were of who was called is missed in the table.
        outcome: record.outcome.map(|outcome| match outcome {
            Outcome::Missed => Outcome::Unanswered.as_str(),
            outcome => outcome.as_str(),
        }),
        dropped: record.contribution.get(day::DROPPED.id) > 0,
        is_test: record.is_test,
        poor: poor(&record.contribution),
        people: Some(record.people),
        sessions: Some(record.sessions),
    }
}

/// Whether a call was poor, by what it added to the totals.
fn poor(contribution: &Totals) -> Option<bool> {
    let judged = contribution.get(day::JUDGED_CALLS.id) > 0;
    judged.then(|| contribution.get(day::POOR_CALLS.id) > 0)
}

fn length(start: jiff::Timestamp, end: Option<jiff::Timestamp>) -> Option<Seconds> {
    // The difference is cut to the millisecond, as in the totals, and not its ends.
    let milliseconds = i64::try_from(end?.duration_since(start).as_millis()).unwrap_or(i64::MAX);
    Some(Seconds::from_millis(milliseconds.max(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_cut_to_the_millisecond_once() {
        let at = |text: &str| text.parse().unwrap();
        let (start, end) = (at("2026-11-16T09:00:00.0009Z"), at("2026-11-16T09:00:01.0001Z"));
        assert_eq!(length(start, Some(end)), Some(Seconds::from_millis(999)));
    }
}
