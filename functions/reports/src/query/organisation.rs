//! The organisation's totals: the shards of its days and nothing else, but for rankings of a short
//! period.

use std::collections::BTreeMap;

use call_records::Totals;
use call_records::definitions::PEOPLE_PREFIX;

use super::{QueryContext, figures, mix, ranking};
use crate::Error;
use crate::answer::{Completeness, Day, Organisation};
use crate::period::{MAX_DAYS_IN_DETAIL, Period};
use crate::request::{Format, Paging, Report, Request, Sort};

/// The most days for which the overview ranks people, because the totals of all people are read for
/// it: a week of a dashboard touches eight.
const MAX_DAYS_RANKED_ON_OVERVIEW: usize = 8;
/// Rows of a ranking on the overview.
const OVERVIEW_ROWS: usize = 5;
/// Rows of the rankings beside the requested one.
const SECONDARY_ROWS: usize = 10;

pub(super) async fn read(
    reader: QueryContext<'_>,
    request: &Request,
) -> Result<Organisation, Error> {
    let period = &request.period;
    let zone = period.zone_of_days();
    let (from, to) = (period.from, period.to);
    let of_days = reader.table.organisation_totals_in(from, to, zone.time_zone()).await?;
    let mut sum = Totals::new();
    for (_, totals) in &of_days {
        sum.checked_add_assign(totals)?;
    }
    let of_days: BTreeMap<_, _> = of_days.into_iter().collect();
    let none = Totals::new();
    let days = period.days();
    let days = days.map(|day| mix::day(day, of_days.get(&day).unwrap_or(&none), PEOPLE_PREFIX));
    let known = reader.table.completeness().await?;
    let days = days.map(|day| {
        let of_day = Period { from: day.date, to: day.date, zone: zone.clone() };
        let completeness = known.of_calls_begun_in(of_day.start()?, of_day.end()?);
        Ok::<_, Error>(Day { completeness: Some(completeness), ..day })
    });
    let days = days.collect::<Result<_, _>>()?;

    let (mut sorts, max_days) = match request.report {
        // The CSV is the table of days.
        _ if request.format == Format::Csv => (Vec::new(), MAX_DAYS_IN_DETAIL),
        Report::Overview => {
            (vec![Sort::TalkTime, Sort::Missed, Sort::PoorReceived], MAX_DAYS_RANKED_ON_OVERVIEW)
        }
        Report::Missed => (vec![Sort::Missed, Sort::Dropped], MAX_DAYS_IN_DETAIL),
        _ => (Vec::new(), MAX_DAYS_IN_DETAIL),
    };
    // The requested ranking is the first, and the one with pages.
    sorts.sort_by_key(|sort| request.report != Report::Overview && *sort != request.sort);
    let mut rankings = Vec::new();
    let mut rankings_null_reason = None;
    if !sorts.is_empty() {
        if period.length() <= max_days {
            let people = reader.table.people_totals_in(from, to, zone.time_zone()).await?;
            for (place, sort) in sorts.into_iter().enumerate() {
                let paging = if request.report == Report::Overview {
                    Paging::first(OVERVIEW_ROWS)
                } else if place == 0 {
                    request.paging
                } else {
                    Paging::first(SECONDARY_ROWS)
                };
                let filter = &request.people;
                rankings.push(ranking::rank(reader, &people, filter, sort, paging).await?);
            }
        } else {
            rankings_null_reason = Some(format!(
                "People are ranked here for at most {max_days} days, because everybody's days are \
                 read for it: choose a shorter period."
            ));
        }
    }
    let unknown = known.complete_up_to.is_none().then_some(
        "the reconciliation with Graph's list has not finished a run yet, so that calls may be \
         missing",
    );
    Ok(Organisation {
        completeness: Completeness {
            complete_from: known.complete_from,
            complete_up_to: known.complete_up_to,
            missing: known.missing.len(),
            null_reason: unknown,
        },
        figures: figures::of_organisation(&sum, &zone),
        days,
        mix: mix::mix(&sum, PEOPLE_PREFIX, sum.hours().to_vec(), zone.to_string()),
        rankings,
        rankings_null_reason,
    })
}
