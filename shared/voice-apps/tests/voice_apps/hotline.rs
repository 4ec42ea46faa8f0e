//! An invented day of a hotline of which it is known what its queues must show.

use std::collections::BTreeMap;

use fake_graph::organisation::{Organisation, Plan, PlannedVisit};
use jiff::Timestamp;
use jiff::civil::date;
use rstest::rstest;
use voice_apps::{AgentCounts, AppCounts, AppKind, DayVoiceApps, VoiceApp};

use super::day;

fn hotline(seed: u64) -> (Organisation, Vec<PlannedVisit>) {
    Organisation::hotline(&Plan {
        people: 20,
        calls: 80,
        seed,
        day: date(2026, 11, 23),
        tenant_id: fake_graph::TENANT_ID.to_owned(),
        fault: None,
    })
}

fn kind(visit: &PlannedVisit) -> AppKind {
    if visit.is_queue { AppKind::Queue } else { AppKind::AutoAttendant }
}

/// What was planned for an app: the numbers by outcome, and the sum of the waits by outcome.
fn planned(visits: &[PlannedVisit], app: &VoiceApp) -> BTreeMap<&'static str, (u64, u64)> {
    let mut planned = BTreeMap::<_, (u64, u64)>::new();
    for visit in visits {
        if kind(visit) == app.kind && visit.service == app.service.id() {
            let (calls, ms) = planned.entry(visit.outcome).or_default();
            *calls += 1;
            *ms += visit.waited_ms;
        }
    }
    planned
}

fn counted(counts: &AppCounts) -> BTreeMap<&'static str, (u64, u64)> {
    let passed_on = counts.passed_on_wait.ms;
    let counted = [
        ("abandoned", (counts.abandoned, counts.abandoned_wait.ms)),
        ("answered", (counts.answered, counts.answered_wait.ms)),
        // Their waits are one sum.
        ("forwarded", (counts.forwarded, passed_on)),
        ("voicemail", (counts.voicemail, passed_on)),
    ];
    counted.into_iter().filter(|(_, (calls, _))| *calls > 0).collect()
}

/// The sum of what was passed on, of both outcomes.
fn with_one_sum(
    mut planned: BTreeMap<&'static str, (u64, u64)>,
) -> BTreeMap<&'static str, (u64, u64)> {
    let passed_on = ["forwarded", "voicemail"];
    let ms = passed_on.iter().filter_map(|outcome| planned.get(outcome)).map(|(_, ms)| ms).sum();
    for outcome in passed_on {
        if let Some(planned) = planned.get_mut(outcome) {
            planned.1 = ms;
        }
    }
    planned
}

fn agents(visits: &[PlannedVisit], app: &VoiceApp) -> BTreeMap<String, AgentCounts> {
    let mut agents = BTreeMap::<String, AgentCounts>::new();
    let of_app = visits.iter();
    for visit in of_app.filter(|it| kind(it) == app.kind && it.service == app.service.id()) {
        for agent in &visit.not_taken {
            let agent = agents.entry(agent.clone()).or_default();
            (agent.rung, agent.not_taken) = (agent.rung + 1, agent.not_taken + 1);
        }
        if let Some((agent, ms)) = &visit.answered {
            let agent = agents.entry(agent.clone()).or_default();
            (agent.rung, agent.answered) = (agent.rung + 1, agent.answered + 1);
            agent.ms += ms;
        }
    }
    agents
}

fn assert_as_planned(day: &DayVoiceApps, visits: &[PlannedVisit]) {
    let offered: u64 = day.apps.values().map(|app| app.counts.offered).sum();
    assert_eq!(offered, u64::try_from(visits.len()).unwrap());
    for (key, app) in &day.apps {
        assert_eq!(counted(&app.counts), with_one_sum(planned(visits, key)), "{key}");
        let counted = app.agents.iter().map(|(who, agent)| (who.id().to_owned(), agent.counts));
        assert_eq!(counted.collect::<BTreeMap<_, _>>(), agents(visits, key), "{key}");
    }
}

#[rstest]
fn a_hotline_day_shows_what_was_planned(#[values(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)] seed: u64) {
    let (organisation, visits) = hotline(seed);
    let later: Timestamp = "2026-11-26T00:00:00Z".parse().unwrap();
    let newest = organisation.calls.iter().map(|call| call.versions.last().unwrap());
    assert_as_planned(&day(newest, later), &visits);
    let kinds: Vec<_> = visits.iter().map(|visit| (visit.is_queue, visit.outcome)).collect();
    for outcome in ["answered", "voicemail", "forwarded", "abandoned"] {
        assert!(kinds.contains(&(true, outcome)), "{outcome}");
    }
}

#[rstest]
fn first_versions_are_not_final_until_their_agents_are_there(#[values(0, 1, 2)] seed: u64) {
    let (organisation, visits) = hotline(seed);
    let now: Timestamp = "2026-11-23T23:59:00Z".parse().unwrap();
    let first = day(organisation.calls.iter().map(|call| &call.versions[0]), now);
    for app in first.apps.values() {
        let counts = &app.counts;
        assert_eq!((counts.answered, counts.not_final), (0, counts.offered));
        assert!(app.agents.is_empty());
    }
    assert!(first.final_at.is_some());
    // The numbers of what is answered follow the newest version at once.
    let newest = day(organisation.calls.iter().map(|call| call.versions.last().unwrap()), now);
    let answered: u64 = newest.apps.values().map(|app| app.counts.answered).sum();
    let planned = visits.iter().filter(|visit| visit.outcome == "answered").count();
    assert_eq!(answered, u64::try_from(planned).unwrap());
}
