//! Who was on the telephone.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use call_records::PersonKey;
use call_table::PstnHead;
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};
use pstn_logs::Sums;

use super::super::{CONCURRENT_NAME_READS, QueryContext};
use crate::Error;
use crate::answer::{LegSums, List, TelephoneOfPerson, TelephonePerson};
use crate::period::{MAX_DAYS_IN_DETAIL, Period};
use crate::request::Paging;

/// Days whose people are read concurrently.
const CONCURRENT_DAYS: usize = 8;

/// Everybody's legs of these days.
pub(super) async fn of_days(
    reader: QueryContext<'_>,
    heads: &[PstnHead],
) -> Result<BTreeMap<PersonKey, Sums>, Error> {
    let lists = iter(heads.to_vec()).map(async |head| reader.table.pstn_people(head).await);
    let mut lists = lists.buffer_unordered(CONCURRENT_DAYS);
    let mut people = BTreeMap::<PersonKey, Sums>::new();
    while let Some(list) = lists.try_next().await? {
        for (person, sums) in list.into_iter().flatten() {
            people.entry(person).or_default().merge(&sums);
        }
    }
    Ok(people)
}

/// A page of them, the longest time first. Names are read for the page alone.
pub(super) async fn page(
    reader: QueryContext<'_>,
    people: BTreeMap<PersonKey, Sums>,
    paging: Paging,
) -> Result<List<TelephonePerson>, Error> {
    let mut people: Vec<_> = people.into_iter().collect();
    people.sort_by_key(|(_, sums)| Reverse((sums.seconds, sums.legs)));
    let List { total, page, size, rows } = List::page_of(people.into_iter(), paging);
    let rows = iter(rows).map(async |(key, sums)| {
        let name = reader.name(&key).await?;
        let person = reader.privacy.person(&key, name.as_deref());
        Ok::<_, Error>(TelephonePerson { person, sums: LegSums::from(&sums) })
    });
    let rows = rows.buffered(CONCURRENT_NAME_READS).try_collect().await?;
    Ok(List { total, page, size, rows })
}

/// What the logs say of one person; none of who cannot be the user of a row.
pub(in crate::query) async fn of_person(
    reader: QueryContext<'_>,
    key: &PersonKey,
    period: &Period,
) -> Result<Option<TelephoneOfPerson>, Error> {
    if key.kind() != "user" {
        return Ok(None);
    }
    let unknown = |reason| TelephoneOfPerson { sums: None, null_reason: Some(reason) };
    if period.length() > MAX_DAYS_IN_DETAIL {
        return Ok(Some(unknown("it is added up for at most 31 days of a person")));
    }
    let heads = reader.table.pstn_heads(period.from, period.to).await?;
    if heads.is_empty() {
        return Ok(Some(unknown("no log of telephone calls was read for these days")));
    }
    let sums = of_days(reader, &heads).await?.remove(key).unwrap_or_default();
    Ok(Some(TelephoneOfPerson { sums: Some(LegSums::from(&sums)), null_reason: None }))
}
