//! People, ranked by what their days add up to.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use call_records::definitions::{Definition, person_day as person};
use call_records::{PersonKey, Seconds, Totals};
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};

use super::{CONCURRENT_NAME_READS, QueryContext};
use crate::Error;
use crate::answer::{List, RankedPerson, Ranking};
use crate::period::Period;
use crate::request::{Paging, Request, Sort};

pub(super) async fn read(reader: QueryContext<'_>, request: &Request) -> Result<Ranking, Error> {
    if let Some(most) = request.report.max_days().filter(|most| request.period.length() > *most) {
        return Err(Error::Request(format!(
            "People can be ranked for at most {most} days, because everybody's days are read for \
             it. Choose a shorter period."
        )));
    }
    let Period { from, to, ref zone } = request.period;
    let people = reader.table.people_totals_in(from, to, zone.time_zone()).await?;
    rank(reader, &people, request.sort, request.paging).await
}

/// By which total people are ranked.
fn ranked_by(sort: Sort) -> &'static Definition {
    match sort {
        Sort::TalkTime => &person::TALK_MS,
        Sort::Calls => &person::CALLS,
        Sort::Missed => &person::MISSED,
        Sort::Dropped => &person::DROPPED,
        Sort::Poor => &person::POOR_CALLS,
    }
}

/// The milliseconds that a person talked. The index of days does not say for how many calls it is not
/// known: it is 0 for certain where every call was missed.
fn talk_time(totals: &Totals) -> Option<i64> {
    let talk = totals.get(person::TALK_MS.id);
    let missed_all = totals.get(person::MISSED.id) == totals.get(person::CALLS.id);
    (talk > 0 || missed_all).then_some(talk)
}

/// One page of those who have any of it. Names are read for the page alone.
pub(super) async fn rank(
    reader: QueryContext<'_>,
    people: &BTreeMap<PersonKey, Totals>,
    sort: Sort,
    paging: Paging,
) -> Result<Ranking, Error> {
    let by = ranked_by(sort).id;
    let mut ranked: Vec<_> = people.iter().filter(|(_, totals)| totals.get(by) > 0).collect();
    ranked.sort_by_key(|(person, totals)| {
        (Reverse(totals.get(by)), Reverse(totals.get(person::TALK_MS.id)), *person)
    });
    let List { total, page, size, rows } = List::page_of(ranked.into_iter(), paging);
    // The rows of the page are owned, so that the future may be sent between threads.
    let rows: Vec<(PersonKey, Totals)> =
        rows.into_iter().map(|(key, totals)| (key.clone(), totals.clone())).collect();
    let rows = iter(rows.into_iter().map(async |(key, totals)| {
        let name = reader.name(&key).await?;
        let of = |definition: &Definition| totals.get(definition.id);
        Ok::<_, Error>(RankedPerson {
            person: reader.privacy.person(&key, name.as_deref()),
            calls: of(&person::CALLS),
            calls_peer_to_peer: of(&person::CALLS_PEER_TO_PEER),
            calls_group: of(&person::CALLS_GROUP),
            answered: of(&person::ANSWERED),
            missed: of(&person::MISSED),
            dropped: of(&person::DROPPED),
            talk_seconds: talk_time(&totals).map(Seconds::from_millis),
            judged_calls: of(&person::JUDGED_CALLS),
            poor_calls: of(&person::POOR_CALLS),
        })
    }));
    let rows = rows.buffered(CONCURRENT_NAME_READS).try_collect().await?;
    Ok(Ranking { sort, list: List { total, page, size, rows } })
}
