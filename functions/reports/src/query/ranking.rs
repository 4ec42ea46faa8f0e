//! People, ranked by what their days add up to.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use call_records::definitions::{Definition, person_day as person};
use call_records::{PersonKey, Seconds, Totals};
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};

use super::figures::{known_of, talk_time};
use super::{CONCURRENT_NAME_READS, QueryContext, find};
use crate::Error;
use crate::answer::{List, RankedPerson, Ranking};
use crate::period::Period;
use crate::request::{Format, Paging, PeopleFilter, Relations, Request, Sort};

pub(super) async fn read(reader: QueryContext<'_>, request: &Request) -> Result<Ranking, Error> {
    if let Some(most) = request.report.max_days().filter(|most| request.period.length() > *most) {
        return Err(Error::Request(format!(
            "People can be ranked for at most {most} days, because everybody's days are read for \
             it. Choose a shorter period."
        )));
    }
    let Period { from, to, ref zone } = request.period;
    let people = reader.table.people_totals_in(from, to, zone.time_zone()).await?;
    let ranking = rank(reader, &people, &request.people, request.sort, request.paging);
    let mut ranking = ranking.await?;
    if request.format == Format::Csv && !reader.privacy.is_pseudonymous() {
        let (named, _) = find::people_of_days(reader, request).await?;
        for row in &mut ranking.list.rows {
            let known = named.get(&row.key).and_then(|known| known.sign_in_name.as_deref());
            row.sign_in_name = known.and_then(|name| reader.privacy.free_text(name));
        }
    }
    Ok(ranking)
}

/// By which total people are ranked.
fn ranked_by(sort: Sort) -> &'static Definition {
    match sort {
        Sort::TalkTime => &person::TALK_MS,
        Sort::Calls => &person::CALLS,
        Sort::Missed => &person::MISSED,
        Sort::Dropped => &person::DROPPED,
        Sort::PoorReceived => &person::POOR_RECEIVED,
        Sort::PoorSent => &person::POOR_SENT,
    }
}

/// The relation to the home organisation, as far as a person's totals say it.
fn relation(key: &PersonKey, totals: &Totals) -> &'static str {
    match key.kind() {
        _ if totals.get(person::CALLS_AS_INTERNAL.id) > 0 => "internal",
        "guest" => "guest",
        "phone" => "pstn",
        "anonymous" => "anonymous",
        "acs" => "acs",
        _ => "other",
    }
}

fn is_of(filter: &PeopleFilter, key: &PersonKey, totals: &Totals) -> bool {
    let internal = totals.get(person::CALLS_AS_INTERNAL.id) > 0;
    filter.kind.as_deref().is_none_or(|kind| kind == key.kind())
        && match filter.relations {
            Relations::Internal => internal,
            Relations::Others => !internal,
            Relations::All => true,
        }
}

/// One page of everybody whom the filter lets through, zeros included. Names are read for the page
/// alone.
pub(super) async fn rank(
    reader: QueryContext<'_>,
    people: &BTreeMap<PersonKey, Totals>,
    filter: &PeopleFilter,
    sort: Sort,
    paging: Paging,
) -> Result<Ranking, Error> {
    let by = ranked_by(sort).id;
    let mut ranked: Vec<_> =
        people.iter().filter(|(key, totals)| is_of(filter, key, totals)).collect();
    let left_out = people.len() - ranked.len();
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
            relation: relation(&key, &totals),
            sign_in_name: None,
            calls: of(&person::CALLS),
            calls_peer_to_peer: of(&person::CALLS_PEER_TO_PEER),
            answered: of(&person::ANSWERED),
            missed: of(&person::MISSED),
            dropped: of(&person::DROPPED),
            talk_seconds: talk_time(&totals, "").map(Seconds::from_millis),
            judged_received: of(&person::JUDGED_RECEIVED),
            poor_received: known_of(of(&person::POOR_RECEIVED), of(&person::JUDGED_RECEIVED)),
            judged_sent: of(&person::JUDGED_SENT),
            poor_sent: known_of(of(&person::POOR_SENT), of(&person::JUDGED_SENT)),
            key,
        })
    }));
    let rows = rows.buffered(CONCURRENT_NAME_READS).try_collect().await?;
    Ok(Ranking {
        sort,
        relation: filter.relations,
        kind: filter.kind.clone(),
        left_out,
        list: List { total, page, size, rows },
    })
}
