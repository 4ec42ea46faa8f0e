//! Where and on what calls were bad: the days as they were rolled up, and as many days before them.

mod roll_up;
mod tables;

use call_quality::{Class, Counts, DayQuality, Dimension, Target, findings, targets};
use call_records::definitions::derived;
use call_table::StoredQuality;

pub(super) use roll_up::{list as list_of_days, missing as missing_days, missing_note};

use super::QueryContext;
use crate::Error;
use crate::answer::{
    Amount, Counted, DayOfQuality, DaysBefore, FindingRow, Measured, PoorShare, QualityReport,
    TargetRow,
};
use crate::dimensions;
use crate::format::{count, number, percent};
use crate::period::Period;
use crate::request::{Request, Scope};

pub(super) async fn read(
    reader: QueryContext<'_>,
    request: &Request,
) -> Result<QualityReport, Error> {
    let period = &request.period;
    if let Some(most) = request.report.max_days().filter(|most| period.length() > *most) {
        return Err(Error::Request(format!(
            "Quality is added up for at most {most} days, because every site, network and device of \
             each day is read for it. Choose a shorter period."
        )));
    }
    // One after the other: of the days before only the headline shares stay in memory.
    let (before, shares_before) = days_before(reader, period).await?;
    let days = reader.table.quality_days(period.from, period.to).await?;
    let mut quality = DayQuality::default();
    for day in &days {
        quality.merge(&day.quality);
    }
    let shares = Scope::HEADLINES.map(|scope| counts_of(scope, &quality));
    let shares = Scope::HEADLINES.into_iter().zip(shares.iter().zip(&shares_before));
    Ok(QualityReport {
        roll_up: roll_up::read(reader, period, &days).await?,
        calls: quality.calls,
        shares: shares.map(|(scope, (now, before))| poor_share(scope, now, before)).collect(),
        before,
        targets: targets(&quality).iter().map(target_row).collect(),
        findings: findings(&quality).iter().map(|it| finding_row(reader, it)).collect(),
        days: days.iter().map(day_of_quality).collect(),
        dimensions: tables::of(reader, request, &quality),
        noted_legs_left_out: quality.noted_legs_left_out,
    })
}

/// How many days are rolled up, and how they are against the targets.
pub(super) async fn targets_of(
    reader: QueryContext<'_>,
    period: &Period,
) -> Result<(usize, Vec<TargetRow>), Error> {
    let days = reader.table.quality_days(period.from, period.to).await?;
    let mut quality = DayQuality::default();
    for day in &days {
        quality.merge(&day.quality);
    }
    Ok((days.len(), targets(&quality).iter().map(target_row).collect()))
}

/// The same weekdays before the range, and what the headlines are of them.
async fn days_before(
    reader: QueryContext<'_>,
    period: &Period,
) -> Result<(DaysBefore, [Counts; Scope::HEADLINES.len()]), Error> {
    let Period { from, to, .. } = period.same_days_before();
    let days = reader.table.quality_days(from, to).await?;
    let mut sums = [Counts::default(); Scope::HEADLINES.len()];
    for day in &days {
        for (scope, sum) in Scope::HEADLINES.into_iter().zip(&mut sums) {
            sum.add(&counts_of(scope, &day.quality));
        }
    }
    Ok((DaysBefore { from, to, days_rolled_up: days.len() }, sums))
}

fn counts_of(scope: Scope, quality: &DayQuality) -> Counts {
    let mut sum = Counts::default();
    for (value, counts) in quality.rows(Dimension::Class) {
        if Class::of(value).is_some_and(|class| scope.holds(class)) {
            sum.add(counts);
        }
    }
    sum
}

const NOT_JUDGED: &str = "no stream could be judged";

fn poor_share(scope: Scope, now: &Counts, before: &Counts) -> PoorShare {
    let poor_streams = share(now.poor(), now.judged());
    let before = share(before.poor(), before.judged());
    PoorShare {
        scope,
        title: scope.title(),
        poor_streams,
        null_reason: poor_streams.is_none().then_some(NOT_JUDGED),
        before,
        before_null_reason: before.is_none().then_some(NOT_JUDGED),
    }
}

fn share(part: u64, whole: u64) -> Option<Amount> {
    let share = Amount::Share { numerator: number(part), denominator: number(whole) };
    (whole > 0).then_some(share)
}

fn target_row(target: &Target) -> TargetRow {
    let Target { scope, counts, .. } = target;
    let measured = |part, whole, target_permille, is_met: Option<bool>, null_reason| Measured {
        value: share(part, whole),
        target_permille,
        is_met,
        null_reason: is_met.is_none().then_some(null_reason),
    };
    let place = Scope::of_target(scope);
    let kind = match scope.kind {
        None => "All calls",
        Some(call_quality::CallKind::Meeting) => "Meetings",
        Some(call_quality::CallKind::PeerToPeer) => "Peer-to-peer",
    };
    TargetRow {
        title: format!("{kind} · {}", place.map_or("other", Scope::title)),
        kind: scope.kind,
        inside: scope.inside,
        links: scope.links,
        scope: place,
        poor_streams: measured(
            counts.poor(),
            counts.judged(),
            target.poor_permille,
            target.poor_is_met(),
            NOT_JUDGED,
        ),
        failed_legs: measured(
            counts.failed,
            counts.attempted(),
            target.failed_permille,
            target.failed_is_met(),
            "no leg was attempted",
        ),
        dropped_legs: measured(
            counts.dropped,
            counts.established,
            target.dropped_permille,
            target.dropped_is_met(),
            derived::DROP_RATE.blank,
        ),
    }
}

fn finding_row(reader: QueryContext<'_>, finding: &call_quality::Finding) -> FindingRow {
    let dimension = finding.dimension;
    let row = tables::value_row(reader, dimension, &finding.standing);
    let (poor, judged) = (number(row.counted.poor()), number(row.counted.judged()));
    let named = dimensions::named(dimension, &row.value.text);
    let beyond = row.poor_beyond_expectation_thousandths.unwrap_or_default();
    let sentence = format!(
        "{named}: {} of {} streams poor ({}), {} more than the rest of the {} would lead to expect",
        count(poor),
        count(judged),
        percent(poor, judged),
        count((beyond + 500) / 1_000),
        dimensions::many(dimension),
    );
    FindingRow { dimension, sentence, row }
}

fn day_of_quality(day: &StoredQuality) -> DayOfQuality {
    DayOfQuality {
        date: day.head.day,
        rolled_up_at: day.head.rolled_up_at,
        adds_up: day.head.adds_up,
        building_file: day.head.sites.clone(),
        calls: day.quality.calls,
        counted: Counted::from(&day.quality.sum(Dimension::Class)),
    }
}
