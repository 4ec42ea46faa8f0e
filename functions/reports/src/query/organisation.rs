//! The organisation's totals: the shards of its days and nothing else, but for rankings of a short
//! period.

use std::collections::BTreeMap;

use call_records::Totals;
use call_records::definitions::PEOPLE_PREFIX;

use super::{QueryContext, figures, mix, quality, ranking};
use crate::Error;
use crate::answer::{Completeness, Day, FiguresBefore, Organisation, TargetsOfDays};
use crate::period::{MAX_DAYS_IN_DETAIL, Period};
use crate::request::{Format, Paging, Report, Request, Sort};

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

    let is_overview = request.report == Report::Overview && request.format != Format::Csv;
    let is_short = period.length() <= MAX_DAYS_IN_DETAIL;
    let mut sorts = match request.report {
        // A CSV is a table of days.
        _ if request.format == Format::Csv => Vec::new(),
        Report::Overview => vec![Sort::TalkTime, Sort::Missed, Sort::PoorReceived],
        Report::Missed => vec![Sort::Missed, Sort::Dropped],
        _ => Vec::new(),
    };
    // The requested ranking is the first, and the one with pages.
    sorts.sort_by_key(|sort| request.report != Report::Overview && *sort != request.sort);
    let mut rankings = Vec::new();
    let mut rankings_null_reason = None;
    if !sorts.is_empty() {
        if is_short {
            let people = reader.table.people_totals_in(from, to, zone.time_zone()).await?;
            for (place, sort) in sorts.into_iter().enumerate() {
                let paging = if request.report == Report::Overview {
                    Paging::first(OVERVIEW_ROWS)
                } else if place == 0 && request.format == Format::Json {
                    request.paging
                } else {
                    Paging::first(SECONDARY_ROWS)
                };
                let filter = &request.people;
                rankings.push(ranking::rank(reader, &people, filter, sort, paging).await?);
            }
        } else {
            rankings_null_reason = Some(format!(
                "People are ranked for at most {MAX_DAYS_IN_DETAIL} days, because everybody's days are \
                 read for it: choose a shorter period."
            ));
        }
    }
    let (before, targets) = if is_overview && is_short {
        let (before, targets) =
            futures::try_join!(before(reader, period), targets(reader, period))?;
        (Some(before), Some(targets))
    } else {
        (None, None)
    };
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
        before,
        targets,
        days,
        mix: mix::mix(&sum, PEOPLE_PREFIX, sum.hours().to_vec(), zone.to_string()),
        rankings,
        rankings_null_reason,
    })
}

/// The same weekdays before.
async fn before(reader: QueryContext<'_>, period: &Period) -> Result<FiguresBefore, Error> {
    let Period { from, to, zone } = period.same_days_before();
    let mut sum = Totals::new();
    for (_, totals) in reader.table.organisation_totals_in(from, to, zone.time_zone()).await? {
        sum.checked_add_assign(&totals)?;
    }
    Ok(FiguresBefore { from, to, figures: figures::of_organisation(&sum, &zone) })
}

/// How the rolled-up days are against Microsoft's targets.
async fn targets(reader: QueryContext<'_>, period: &Period) -> Result<TargetsOfDays, Error> {
    let (days_rolled_up, rows) = quality::targets_of(reader, period).await?;
    Ok(TargetsOfDays { days_rolled_up, rows })
}
