//! When calls ran, from the lists of calls and of people of the days.

use call_records::definitions::{derived, organisation_day as day};
use call_records::{Lag, Overview, PersonKey, Seconds};
use futures::future::try_join;
use futures::stream::{StreamExt as _, TryStreamExt as _, iter};

use super::{CONCURRENT_NAME_READS, QueryContext};
use crate::Error;
use crate::answer::{Amount, Figure, List, Organiser, Traffic};
use crate::format::number;
use crate::period::{Period, Zone};
use crate::request::Request;

pub(super) async fn read(reader: QueryContext<'_>, request: &Request) -> Result<Traffic, Error> {
    let period = &request.period;
    if let Some(most) = request.report.max_days().filter(|most| period.length() > *most) {
        return Err(Error::Request(format!(
            "The traffic of at most {most} days is shown, because the list of their calls is read \
             for it. Choose a shorter period."
        )));
    }
    let zone = period.zone.time_zone();
    let overview = reader.table.overview(period.from, period.to, zone);
    let (overview, people) = try_join(overview, distinct_people(reader, period)).await?;
    let organisers = overview.top_organisers(usize::MAX);
    let organisers = List::page_of(organisers.into_iter(), request.paging);
    let List { total, page, size, rows } = organisers;
    // The rows are owned, so that the future may be sent between threads.
    let rows: Vec<(PersonKey, u64)> =
        rows.into_iter().map(|(person, calls)| (person.clone(), calls)).collect();
    let rows = iter(rows.into_iter().map(async |(key, calls)| {
        let name = reader.name(&key).await?;
        let person = reader.privacy.person(&key, name.as_deref());
        Ok::<_, Error>(Organiser { person, calls: number(calls) })
    }));
    let rows = rows.buffered(CONCURRENT_NAME_READS).try_collect().await?;
    Ok(Traffic {
        figures: figures(&overview, people, &period.zone),
        hours: overview.hours().map(number).to_vec(),
        peak: overview.peak_concurrency(),
        lag: overview.lag(),
        stored_late: overview.stored_late(),
        organisers: List { total, page, size, rows },
    })
}

/// How many different people had a part in the calls. In UTC the lists of people need only be
/// counted.
async fn distinct_people(
    reader: QueryContext<'_>,
    period: &Period,
) -> Result<u64, call_table::TableError> {
    let Period { from, to, ref zone } = *period;
    if zone.is_utc() {
        return reader.table.distinct_people(from, to).await;
    }
    let people = reader.table.people_totals_in(from, to, zone.time_zone()).await?;
    Ok(u64::try_from(people.len()).unwrap_or(u64::MAX))
}

fn figures(overview: &Overview, people: u64, zone: &Zone) -> Vec<Figure> {
    // The range is never too long here, which is the other reason of the definitions.
    let no_end = "blank when no call has an end";
    let peak = overview.peak_concurrency().map(|peak| Amount::Count(number(peak.calls)));
    let hour = overview.busy_hour().and_then(|(hour, _)| i64::try_from(hour).ok());
    vec![
        Figure::count(&day::CALLS, number(overview.calls())),
        Figure::count(&derived::DISTINCT_PEOPLE, number(people)),
        Figure::of(&derived::PEAK_CONCURRENCY, peak).because(no_end),
        Figure::hour(hour, zone),
        Figure::of(&derived::LAG, overview.lag().map(mean).map(Amount::Seconds))
            .because("blank when no call that has an end was stored within a day of it"),
    ]
}

/// The mean; to the millisecond.
fn mean(lag: Lag) -> Seconds {
    Seconds::from_millis(lag.sum_ms / number(lag.calls).max(1))
}
