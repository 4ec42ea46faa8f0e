//! People, ranked by what their days add up to.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use call_records::definitions::{Definition, person_day as person};
use call_records::{PersonKey, Seconds, Totals};
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};

use super::Reader;
use crate::Error;
use crate::answer::{List, RankedPerson, Ranking};
use crate::period::{MOST_DAYS_IN_DETAIL, Period};
use crate::request::{Paging, Request, Sort};

/// Names that are asked for at once.
const AT_ONCE: usize = 8;

pub(super) async fn read(reader: Reader<'_>, request: &Request) -> Result<Ranking, Error> {
    if request.period.length() > MOST_DAYS_IN_DETAIL {
        return Err(Error::Request(format!(
            "People can be ranked for at most {MOST_DAYS_IN_DETAIL} days, because everybody's days \
             are read for it. Choose a shorter period."
        )));
    }
    let Period { from, to, ref zone } = request.period;
    let people = reader.store.people_totals_in(from, to, zone.time_zone()).await?;
    rank(reader, &people, request.sort, request.paging).await
}

/// By which total people are ranked.
fn ranked_by(sort: Sort) -> &'static Definition {
    match sort {
        Sort::TalkTime => &person::TALK_MS,
        Sort::Calls => &person::CALLS,
        Sort::Missed => &person::MISSED_INCOMING,
        Sort::Dropped => &person::DROPPED,
        Sort::Poor => &person::POOR_CALLS,
    }
}

/// One page of those who have any of it. Names are read for the page alone.
pub(super) async fn rank(
    reader: Reader<'_>,
    people: &BTreeMap<PersonKey, Totals>,
    sort: Sort,
    paging: Paging,
) -> Result<Ranking, Error> {
    let by = ranked_by(sort).id;
    let mut ranked: Vec<_> = people.iter().filter(|(_, totals)| totals.get(by) > 0).collect();
    ranked.sort_by_key(|(person, totals)| {
        (Reverse(totals.get(by)), Reverse(totals.get(person::TALK_MS.id)), *person)
    });
    let List { total, page, size, rows } = List::cut(ranked.into_iter(), paging);
    // The rows of the page are owned, so that the future may be sent between threads.
    let rows: Vec<(PersonKey, Totals)> =
        rows.into_iter().map(|(key, totals)| (key.clone(), totals.clone())).collect();
    let rows = iter(rows.into_iter().map(async |(key, totals)| {
        let name = reader.store.newest_name(&key).await?;
        let of = |definition: &Definition| totals.get(definition.id);
        Ok::<_, Error>(RankedPerson {
            person: reader.disguise.person(&key, name.as_deref()),
            calls: of(&person::CALLS),
            calls_peer_to_peer: of(&person::CALLS_PEER_TO_PEER),
            calls_group: of(&person::CALLS_GROUP),
            answered: of(&person::ANSWERED),
            missed: of(&person::MISSED_INCOMING),
            dropped: of(&person::DROPPED),
            talk_seconds: Seconds::from_millis(of(&person::TALK_MS)),
            judged_calls: of(&person::JUDGED_CALLS),
            poor_calls: of(&person::POOR_CALLS),
        })
    }));
    let rows = rows.buffered(AT_ONCE).try_collect().await?;
    Ok(Ranking { sort, list: List { total, page, size, rows } })
}
