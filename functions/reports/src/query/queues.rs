//! Queues, attendants and their agents, from the days as they were rolled up.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use call_records::PersonKey;
use call_records::definitions::{Unit, voice_app_day as of};
use call_table::{QualityHead, StoredVoiceApps};
use jiff::civil::Date;
use voice_apps::{Agent, AgentCounts, App, AppCounts, AppKind, DayVoiceApps, VoiceApp, quotients};

use super::QueryContext;
use super::quality::{missing_days, missing_note};
use crate::Error;
use crate::answer::{
    AgentRow, AppNumbers, AppOnDay, AppRow, DayOfQueues, Figure, List, QueuesReport,
};
use crate::format::{count_of, number};
use crate::people::{resolve_voice_app, shown_voice_app};
use crate::request::{Paging, Report, Request};

/// Agents on the page of queues; the others have a report of their own.
const FIRST_AGENTS: usize = 10;

pub(super) async fn read(
    reader: QueryContext<'_>,
    request: &Request,
) -> Result<QueuesReport, Error> {
    let period = &request.period;
    if let Some(most) = request.report.max_days().filter(|most| period.length() > *most) {
        return Err(Error::Request(format!(
            "Queues are added up for at most {most} days, because every queue and agent of each day is \
             read for it. Choose a shorter period."
        )));
    }
    let only = request.queue.as_deref();
    let only = only.map(|text| resolve_voice_app(reader.privacy, text)).transpose()?;
    let mut days = reader.table.voice_apps_days(period.from, period.to).await?;
    if let Some(only) = &only {
        days.iter_mut().for_each(|day| day.voice_apps.apps.retain(|app, _| app == only));
    }
    let mut sum = DayVoiceApps::default();
    days.iter().for_each(|day| sum.merge(&day.voice_apps));
    let within = request.within_seconds;
    let numbers = |counts: &AppCounts| AppNumbers::new(counts, figures(counts, within));
    let row = |key: &VoiceApp, app: &App| AppRow {
        app: shown_voice_app(reader.privacy, key, app.name()),
        numbers: numbers(&app.counts),
    };
    let mut queues: Vec<_> = sum.apps.iter().collect();
    queues.sort_by_key(|(key, app)| (key.kind, Reverse(app.counts.offered), (*key).clone()));
    let heads: Vec<&QualityHead> = days.iter().map(|day| &day.head).collect();
    let missing = missing_days(period, &heads);
    let by_day = days.iter().map(|day| DayOfQueues {
        date: day.head.day,
        numbers: numbers(&total(&day.voice_apps, only.as_ref())),
    });
    let on_days: Vec<_> = days
        .iter()
        .rev()
        .flat_map(|day| day.voice_apps.apps.iter().map(|(key, app)| (day.head.day, key, app)))
        .collect();
    let on_day = |(date, key, app): (Date, &VoiceApp, &App)| AppOnDay { date, row: row(key, app) };
    let paging_of_agents = match request.report {
        Report::Agents => request.paging,
        _ => Paging::first(FIRST_AGENTS),
    };
    let others = sum.apps.values().filter_map(|app| app.other_agents);
    Ok(QueuesReport {
        within_seconds: within,
        days: period.length(),
        days_rolled_up: days.len(),
        notes: notes(&missing, &days),
        total: numbers(&total(&sum, only.as_ref())),
        by_day: by_day.collect(),
        queues: queues.into_iter().map(|(key, app)| row(key, app)).collect(),
        queues_by_day: List::page_of(on_days.into_iter().map(on_day), request.paging),
        agents: agents(reader, &sum, paging_of_agents),
        agents_left_out: others.map(|others| others.agents).sum(),
        only: only.map(|only| {
            let app = sum.apps.get(&only);
            shown_voice_app(reader.privacy, &only, app.and_then(App::name))
        }),
    })
}

/// All queues together; the queue or attendant that was asked for, if any.
fn total(apps: &DayVoiceApps, only: Option<&VoiceApp>) -> AppCounts {
    let mut total = AppCounts::default();
    for (key, app) in &apps.apps {
        if only.is_some() || key.kind == AppKind::Queue {
            total.merge(&app.counts);
        }
    }
    total
}

fn figures(counts: &AppCounts, within: u32) -> Vec<Figure> {
    let mut figures: Vec<Figure> = quotients(counts, within)
        .into_iter()
        .map(|of| match of.definition.unit {
            Unit::Seconds => {
                let mean = of.numerator.checked_div(of.denominator);
                Figure::time(of.definition, mean.map(number))
            }
            _ => Figure::share(of.definition, number(of.numerator), number(of.denominator)),
        })
        .collect();
    let waits = counts.waits();
    let longest = (waits.known > 0).then(|| number(waits.longest_ms));
    figures.push(Figure::time(&of::LONGEST_WAIT, longest));
    figures
}

fn agents(reader: QueryContext<'_>, apps: &DayVoiceApps, paging: Paging) -> List<AgentRow> {
    let mut agents = BTreeMap::<&PersonKey, (AgentCounts, Option<&str>)>::new();
    for (person, agent) in apps.apps.values().flat_map(|app| &app.agents) {
        let (counts, name) = agents.entry(person).or_default();
        counts.merge(&agent.counts);
        *name = name.or_else(|| Agent::name(agent));
    }
    let mut agents: Vec<_> = agents.into_iter().collect();
    agents.sort_by_key(|(person, (counts, _))| {
        (Reverse((counts.rung, counts.ms)), (*person).clone())
    });
    let row = |(person, (counts, name)): (&PersonKey, (AgentCounts, Option<&str>))| {
        AgentRow::new(reader.privacy.person(person, name), counts)
    };
    List::page_of(agents.into_iter().map(row), paging)
}

fn notes(missing: &[Date], days: &[StoredVoiceApps]) -> Vec<String> {
    let mut notes: Vec<String> = missing_note(missing).into_iter().collect();
    let count = |is: fn(&QualityHead) -> bool| days.iter().filter(|day| is(&day.head)).count();
    let older = count(|head| head.voice_apps != voice_apps::VERSION);
    if older > 0 {
        let days = count_of(older, "day is", "days are");
        notes.push(format!("{days} counted by older definitions, and due to be rolled up again."));
    }
    let not_final = count(|head| head.final_at.is_some());
    if not_final > 0 {
        let days = count_of(not_final, "day has", "days have");
        notes.push(format!(
            "{days} calls that are not final yet: early versions of a record lack the agents. Where no \
             person has answered within 24 hours, it is counted then what became of them."
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_in_seconds_and_blank_of_nothing() {
        let figures = figures(&AppCounts::default(), 20);
        assert!(
            figures.iter().all(|figure| figure.value.is_none() && figure.null_reason.is_some())
        );
        let means = figures.iter().filter(|figure| figure.definition.unit == Unit::Seconds);
        assert_eq!(means.count(), 3);
    }
}
