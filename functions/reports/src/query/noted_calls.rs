//! The calls behind the numbers of quality: the noted legs of the days, day by day.

use std::cmp::Reverse;

use call_quality::{CallKind, Class, Dimension, MAX_NOTED_LEGS, NotedLeg, Value};
use call_records::{CallType, PersonKey, Seconds};
use call_table::QualityHead;
use futures::stream::{StreamExt as _, iter};

use super::QueryContext;
use super::quality::{missing_days, missing_note};
use crate::Error;
use crate::answer::{List, NotedCalls, NotedRow, ShownFilter, ValueOf};
use crate::format::{count, count_of, number};
use crate::people::{resolve_value, shown_value};
use crate::request::{Issue, LegFilter, Request};

/// Days whose legs are read at once: each may have twenty thousand.
const CONCURRENT_DAYS: usize = 4;

pub(super) async fn read(reader: QueryContext<'_>, request: &Request) -> Result<NotedCalls, Error> {
    let period = &request.period;
    if let Some(most) = request.report.max_days().filter(|most| period.length() > *most) {
        return Err(Error::Request(format!(
            "Bad calls are listed for at most {most} days, because all of them are read for it. Choose a \
             shorter period."
        )));
    }
    let filter = Filter::new(reader, request)?;
    let heads = reader.table.quality_heads(period.from, period.to).await?;
    let newest_first: Vec<QualityHead> = heads.iter().rev().cloned().collect();
    let mut days = iter(newest_first.into_iter().filter(|head| head.noted_legs > 0))
        .map(async |head| legs_of_day(reader, head).await)
        .buffered(CONCURRENT_DAYS);
    let paging = request.paging;
    let (mut total, mut left_out) = (0_usize, 0_u64);
    let mut shown = Vec::new();
    // Only the page is kept, and not what comes before and after it.
    while let Some(day) = days.next().await {
        let (mut legs, left_out_of_day) = day?;
        left_out += left_out_of_day;
        legs.retain(|leg| filter.holds(leg));
        legs.sort_by_key(|leg| Reverse((leg.started_at, leg.call_id.clone(), leg.person.clone())));
        let skipped = paging.skipped().saturating_sub(total);
        total += legs.len();
        let room = paging.size - shown.len();
        shown.extend(legs.into_iter().skip(skipped).take(room));
    }
    let rows = shown.iter().map(|leg| row(reader, leg)).collect();
    let days_missing = missing_days(period, &heads.iter().collect::<Vec<_>>());
    let few_kept = (left_out > 0).then(|| {
        format!(
            "{} of these days left out of the list, the mildest: a day keeps {}. All are counted on the \
             page of quality.",
            count_of(usize::try_from(left_out).unwrap_or(usize::MAX), "leg is", "legs are"),
            count(number(u64::try_from(MAX_NOTED_LEGS).unwrap_or(u64::MAX))),
        )
    });
    Ok(NotedCalls {
        filter: filter.shown(reader, &shown).await?,
        left_out,
        notes: missing_note(&days_missing).into_iter().chain(few_kept).collect(),
        days_missing,
        list: List { total, page: paging.page, size: paging.size, rows },
    })
}

/// The noted legs of a day, and how many of it are counted only.
async fn legs_of_day(
    reader: QueryContext<'_>,
    head: QualityHead,
) -> Result<(Vec<NotedLeg>, u64), Error> {
    let legs = reader.table.noted_legs(head.day).await?;
    // Only a day that is full has left any out: of the others it is not asked.
    if legs.len() < MAX_NOTED_LEGS {
        return Ok((legs, 0));
    }
    let days = reader.table.quality_days(head.day, head.day).await?;
    Ok((legs, days.iter().map(|day| day.quality.noted_legs_left_out).sum()))
}

/// What a request lets through.
struct Filter<'a> {
    legs: &'a LegFilter,
    person: Option<PersonKey>,
    at: Option<(Dimension, Value)>,
}

impl<'a> Filter<'a> {
    fn new(reader: QueryContext<'_>, request: &'a Request) -> Result<Self, Error> {
        let legs = &request.legs;
        let person = request.person.as_deref();
        let at = match (legs.dimension, &legs.value) {
            (Some(dimension), Some(value)) => {
                Some((dimension, resolve_value(reader.privacy, dimension, value)?))
            }
            (Some(dimension), None) => {
                return Err(Error::Request(format!(
                    "Say which value of \"dimension\" {dimension}: give \"value\", or follow a link from \
                     the page of quality."
                )));
            }
            (None, _) => None,
        };
        Ok(Self { legs, person: person.map(|who| reader.privacy.resolve(who)).transpose()?, at })
    }

    fn holds(&self, leg: &NotedLeg) -> bool {
        let LegFilter { issue, scope, kind, minutes, .. } = self.legs;
        let is_bad = |issue: Issue| match issue {
            Issue::Poor => leg.poor() > 0,
            Issue::Dropped => leg.dropped,
            Issue::Failed => leg.failed,
            Issue::Missed => leg.missed,
        };
        let of_kind = match leg.call_type {
            CallType::PeerToPeer => CallKind::PeerToPeer,
            _ => CallKind::Meeting,
        };
        let milliseconds = minutes.map(|minutes| minutes.saturating_mul(60_000));
        issue.is_none_or(is_bad)
            && kind.is_none_or(|kind| kind == of_kind)
            && self.person.as_ref().is_none_or(|person| *person == leg.person)
            && self.at.as_ref().is_none_or(|(dimension, value)| leg.is_at(*dimension, value))
            && scope.is_none_or(|scope| class(leg).is_some_and(|class| scope.holds(class)))
            && milliseconds.is_none_or(|least| leg.call_ms.is_some_and(|length| length >= least))
    }

    /// As the page says it. The name of a person is that of the newest of the calls, else of all.
    async fn shown(
        &self,
        reader: QueryContext<'_>,
        legs: &[NotedLeg],
    ) -> Result<ShownFilter, Error> {
        let LegFilter { issue, scope, kind, minutes, .. } = *self.legs;
        let at = self.at.as_ref().map(|(dimension, value)| value_of(reader, *dimension, value));
        let person = match &self.person {
            Some(key) => {
                let name = match legs.iter().find_map(|leg| leg.display_name.clone()) {
                    Some(name) => Some(name),
                    None => reader.name(key).await?,
                };
                Some(reader.privacy.person(key, name.as_deref()))
            }
            None => None,
        };
        Ok(ShownFilter { issue, person, at, scope, kind, minutes })
    }
}

fn class(leg: &NotedLeg) -> Option<Class> {
    let (_, value) = leg.values.iter().find(|(dimension, _)| *dimension == Dimension::Class)?;
    Class::of(value)
}

fn value_of(reader: QueryContext<'_>, dimension: Dimension, value: &Value) -> ValueOf {
    ValueOf { dimension, value: shown_value(reader.privacy, dimension, value) }
}

fn row(reader: QueryContext<'_>, leg: &NotedLeg) -> NotedRow {
    let length = leg.call_ms.map(|length| i64::try_from(length).unwrap_or(i64::MAX));
    NotedRow {
        call: leg.call_id.clone(),
        call_type: leg.call_type.as_str().to_owned(),
        started_at: leg.started_at,
        seconds: length.map(Seconds::from_millis),
        person: reader.privacy.person(&leg.person, leg.display_name.as_deref()),
        poor_received: leg.poor_received,
        poor_sent: leg.poor_sent,
        judged: leg.judged,
        dropped: leg.dropped,
        failed: leg.failed,
        missed: leg.missed,
        values: leg.values.iter().map(|(of, value)| value_of(reader, *of, value)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Scope;

    /// A poor leg of a meeting of 90 s at a place.
    fn leg(class: &str) -> NotedLeg {
        NotedLeg {
            call_id: "call".to_owned(),
            call_type: CallType::GroupCall,
            started_at: "2026-11-17T09:00:00Z".parse().unwrap(),
            call_ms: Some(90_000),
            person: "user:ada".parse().unwrap(),
            display_name: None,
            poor_received: 1,
            poor_sent: 0,
            judged: 2,
            dropped: false,
            failed: false,
            missed: false,
            values: vec![(Dimension::Class, Value::Known(class.to_owned()))],
        }
    }

    fn holds(legs: &LegFilter, leg: &NotedLeg) -> bool {
        Filter { legs, person: None, at: None }.holds(leg)
    }

    #[test]
    fn a_scope_holds_the_legs_that_its_number_counts() {
        let holding = |class| {
            let scope = |scope| LegFilter { scope: Some(scope), ..LegFilter::default() };
            let leg = leg(class);
            Scope::ALL.into_iter().filter(|it| holds(&scope(*it), &leg)).collect::<Vec<_>>()
        };
        let inside = [Scope::Overall, Scope::Inside];
        assert_eq!(
            holding("meeting/inside/wifi_5"),
            [&inside[..], &[Scope::InsideWiredOrWifi5, Scope::InsideWifi, Scope::WiredOrWifi5]]
                .concat()
        );
        assert_eq!(
            holding("meeting/inside/wifi_2.4"),
            [&inside[..], &[Scope::InsideWifi, Scope::InsideWifi24]].concat()
        );
        assert_eq!(holding("meeting/vpn/other"), [Scope::Overall, Scope::Vpn]);
        assert_eq!(holding("meeting/unmapped/mobile"), [Scope::Overall, Scope::Outside]);
        assert_eq!(holding("meeting/external/wired"), []);
    }

    #[test]
    fn a_length_that_is_not_known_is_no_length() {
        let at_least = |minutes| LegFilter { minutes: Some(minutes), ..LegFilter::default() };
        let leg = leg("meeting/inside/wired");
        assert!(holds(&at_least(1), &leg) && !holds(&at_least(2), &leg));
        assert!(!holds(&at_least(1), &NotedLeg { call_ms: None, ..leg }));
        assert!(!holds(&at_least(u64::MAX), &self::leg("meeting/inside/wired")));
    }
}
