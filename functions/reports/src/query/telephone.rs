//! The logs of telephone calls, from the sums of their days: no row is read for it.

mod notes;
mod people;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use call_records::definitions::trunk_day;
use call_table::PstnHead;
use call_table::keys::DAY_OF_NO_TIME;
use futures::future::try_join;
use jiff::civil::Date;
use pstn_logs::{DayLogs, Sums, Trunk, complete_up_to, is_complete};

use super::QueryContext;
use crate::Error;
use crate::answer::{
    DayOfTelephone, Figure, LegSums, LogsCompleteness, SipCodeRow, TelephoneReport, TrunkRow,
    TypeRow, ValueOfLegs,
};
use crate::format::number;
use crate::period::{MAX_DAYS_IN_DETAIL, Period};
use crate::request::{Paging, Report, Request};

pub(super) use people::of_person;

/// People on the page of all numbers; the others have a report of their own.
const FIRST_PEOPLE: usize = 10;

/// Why nothing is known of the logs.
const NEVER_READ: &str = "no log of telephone calls was ever read";

pub(super) async fn read(
    reader: QueryContext<'_>,
    request: &Request,
) -> Result<TelephoneReport, Error> {
    let period = &request.period;
    let is_of_people = request.report == Report::TelephonePeople;
    if let Some(most) = request.report.max_days().filter(|most| period.length() > *most) {
        return Err(Error::Request(format!(
            "People on the telephone are listed for at most {most} days, because everybody's legs of each \
             day are read for it. Choose a shorter period."
        )));
    }
    let (from, to) = (period.from, period.to);
    // All heads, because up to when the logs are complete depends on the days before, too. They are small,
    // and go with the rows.
    let heads = reader.table.pstn_heads(DAY_OF_NO_TIME, Date::MAX);
    let (mut heads, days) = try_join(heads, reader.table.pstn_days(from, to)).await?;
    let undated = heads.extract_if(.., |head| head.day == DAY_OF_NO_TIME).map(|head| head.rows);
    let undated = undated.sum();
    let completeness = completeness(&heads);
    let of_range: Vec<PstnHead> =
        heads.into_iter().filter(|head| (from..=to).contains(&head.day)).collect();
    let mut sum = DayLogs::default();
    days.iter().for_each(|day| sum.merge(&day.logs));
    let is_listed = period.length() <= MAX_DAYS_IN_DETAIL;
    let everybody = match is_listed {
        true => people::of_days(reader, &of_range).await?,
        false => BTreeMap::new(),
    };
    let paging = if is_of_people { request.paging } else { Paging::first(FIRST_PEOPLE) };
    let by_day: BTreeMap<Date, Sums> = days.iter().map(|day| (day.day, day.logs.total())).collect();
    let is_read =
        |day: &Date| by_day.contains_key(day) || of_range.iter().any(|head| head.day == *day);
    let sums_alone = by_day.keys().filter(|day| of_range.iter().all(|head| head.day != **day));
    let missing: Vec<Date> = period.days().filter(|day| !is_read(day)).collect();
    Ok(TelephoneReport {
        notes: notes::notes(&completeness, &missing, &of_range, sums_alone.count()),
        completeness,
        days: period.length(),
        days_read: period.length() - missing.len(),
        total: LegSums::from(&sum.total()),
        vanished: of_range.iter().map(|head| head.vanished).sum(),
        undated,
        by_day: rows_of_days(period, &by_day, &of_range),
        types: types(&sum),
        countries: values(&sum.countries),
        licenses: values(&sum.licenses),
        operators: values(&sum.operators),
        trunks: trunks(&sum.trunks),
        people: people::page(reader, everybody, paging).await?,
        people_null_reason: (!is_listed).then_some(
            "people are listed for at most 31 days, because everybody's legs of each day are read for it",
        ),
    })
}

fn completeness(heads: &[PstnHead]) -> LogsCompleteness {
    let listed = heads.iter().map(|head| (head.day, head.listed_at.clone())).collect();
    let complete_up_to = complete_up_to(&listed);
    let null_reason = match (heads.is_empty(), complete_up_to) {
        (true, _) => Some(NEVER_READ),
        (false, None) => Some("of no day have all rows come yet: they are up to 48 hours late"),
        (false, Some(_)) => None,
    };
    LogsCompleteness { first_day: listed.keys().next().copied(), complete_up_to, null_reason }
}

fn rows_of_days(
    period: &Period,
    sums: &BTreeMap<Date, Sums>,
    heads: &[PstnHead],
) -> Vec<DayOfTelephone> {
    let row = |date| DayOfTelephone {
        date,
        is_complete: heads.iter().any(|it| it.day == date && is_complete(date, &it.listed_at)),
        sums: sums.get(&date).map(LegSums::from).unwrap_or_default(),
    };
    period.days().map(row).collect()
}

fn types(sum: &DayLogs) -> Vec<TypeRow> {
    let mut rows: Vec<TypeRow> = Vec::new();
    for (log, directions) in &sum.types {
        for (direction, words) in directions {
            rows.extend(words.iter().map(|(word, sums)| TypeRow {
                log: *log,
                direction: *direction,
                call_type: word.clone(),
                sums: LegSums::from(sums),
            }));
        }
    }
    // Stable: of equal ones the order of the logs, directions and words.
    rows.sort_by_key(|row| Reverse(row.sums.legs));
    rows
}

fn values(sums: &BTreeMap<String, Sums>) -> Vec<ValueOfLegs> {
    let row = |(value, sums): (&String, &Sums)| ValueOfLegs {
        value: value.clone(),
        sums: LegSums::from(sums),
    };
    let mut rows: Vec<ValueOfLegs> = sums.iter().map(row).collect();
    rows.sort_by_key(|row| Reverse(row.sums.legs));
    rows
}

fn trunks(trunks: &BTreeMap<String, Trunk>) -> Vec<TrunkRow> {
    let row = |(name, trunk): (&String, &Trunk)| {
        let (attempts, effective) = (trunk.attempts, trunk.effective());
        let mut codes: Vec<SipCodeRow> = trunk
            .codes
            .iter()
            .map(|(code, legs)| SipCodeRow { code: code.clone(), legs: *legs })
            .collect();
        codes.sort_by_key(|row| Reverse(row.legs));
        TrunkRow {
            trunk: name.clone(),
            attempts,
            effective,
            network_effectiveness_ratio: Figure::share(
                &trunk_day::NETWORK_EFFECTIVENESS_RATIO,
                number(effective),
                number(attempts),
            ),
            classes: trunk.classes.clone(),
            codes,
        }
    };
    let mut rows: Vec<TrunkRow> = trunks.iter().map(row).collect();
    rows.sort_by_key(|row| Reverse(row.attempts));
    rows
}
