//! Queues and attendants of a hotline through the whole system: as planned, in whatever order versions
//! come, also of days that an older release rolled up, and without who is forgotten.

use std::collections::BTreeMap;
use std::time::Duration;

use call_table::item::{self, n};
use call_table::keys;
use fake_graph::organisation::{Organisation, Plan, PlannedVisit};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use rstest::rstest;
use serde_json::json;
use teams_calls::system::{Settings, System};
use tokio::time::Instant;
use voice_apps::{AgentCounts, AppKind, DayVoiceApps};

const TIMEOUT: Duration = Duration::from_secs(120);

/// A hotline's calls of yesterday.
async fn hotline(
    calls: usize,
    seed: u64,
    settings: Settings,
) -> (System, Organisation, Vec<PlannedVisit>, Date) {
    let system = System::start(settings).await.unwrap();
    let today = TimeZone::UTC.to_datetime(system.now()).date();
    let day = today.checked_sub(1.days()).unwrap();
    let tenant_id = system.tenant_id().to_owned();
    let plan = Plan { people: 20, calls, seed, day, tenant_id, fault: None };
    let (organisation, planned) = Organisation::hotline(&plan);
    (system, organisation, planned, day)
}

/// Rolls up what is due when every record of yesterday is final.
async fn roll_up_later(system: &System) -> Vec<Date> {
    let later = system.now() + SignedDuration::from_hours(49);
    let deadline = Instant::now() + TIMEOUT;
    let run = system.rollup().run(quality::Trigger::Due, later, deadline).await.unwrap();
    run.rolled_up.into_iter().map(|day| day.day).collect()
}

async fn stored(system: &System, day: Date) -> DayVoiceApps {
    let next = day.checked_add(1.days()).unwrap();
    let mut sum = DayVoiceApps::default();
    for day in system.store().voice_apps_days(day, next).await.unwrap() {
        sum.merge(&day.voice_apps);
    }
    sum
}

type Numbers = BTreeMap<(AppKind, String), BTreeMap<&'static str, u64>>;

fn of_plan(planned: &[PlannedVisit]) -> Numbers {
    let mut numbers = Numbers::new();
    for visit in planned {
        let kind = if visit.is_queue { AppKind::Queue } else { AppKind::AutoAttendant };
        let of = numbers.entry((kind, visit.service.clone())).or_default();
        *of.entry("offered").or_default() += 1;
        *of.entry(visit.outcome).or_default() += 1;
        *of.entry("waited").or_default() += visit.waited_ms;
    }
    numbers
}

fn of_day(day: &DayVoiceApps) -> Numbers {
    let of = |(key, app): (&voice_apps::VoiceApp, &voice_apps::App)| {
        let counts = &app.counts;
        let numbers = [
            ("offered", counts.offered),
            ("answered", counts.answered),
            ("voicemail", counts.voicemail),
            ("forwarded", counts.forwarded),
            ("abandoned", counts.abandoned),
            ("unknown", counts.unknown),
            ("not_final", counts.not_final),
            ("waited", counts.waits().ms),
        ];
        let numbers = numbers.into_iter().filter(|(_, number)| *number > 0).collect();
        ((key.kind, key.service.id().to_owned()), numbers)
    };
    day.apps.iter().map(of).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hotline_day_is_as_planned_in_whatever_order_versions_come(
    #[values(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)] seed: u64,
) {
    let (system, organisation, planned, day) = hotline(16, seed, Settings::quiet()).await;
    // The newest version of each call first, and older ones after it.
    for backwards in 0..3 {
        for call in &organisation.calls {
            if let Some(version) = call.versions.iter().rev().nth(backwards) {
                system.graph().publish(version).unwrap();
            }
        }
        system.drained(TIMEOUT).await.unwrap();
    }
    roll_up_later(&system).await;
    assert_eq!(of_day(&stored(&system, day).await), of_plan(&planned));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_numbers_follow_each_version_and_are_final_a_day_later() {
    let (system, organisation, planned, day) = hotline(16, 11, Settings::quiet()).await;
    for call in &organisation.calls {
        system.graph().publish(&call.versions[0]).unwrap();
    }
    system.drained(TIMEOUT).await.unwrap();
    // As of the evening of the day.
    let evening: Timestamp = TimeZone::UTC.to_timestamp(day.at(23, 0, 0, 0)).unwrap();
    let run = async |now| {
        let deadline = Instant::now() + TIMEOUT;
        system.rollup().run(quality::Trigger::Due, now, deadline).await.unwrap().rolled_up.len()
    };
    run(evening).await;
    let first = stored(&system, day).await;
    for app in first.apps.values() {
        assert_eq!((app.counts.not_final, app.counts.answered), (app.counts.offered, 0));
    }
    let report = json!({"report": "queues", "from": day.to_string(), "to": day.to_string()});
    let answer = system.report(report.clone(), evening).await;
    let queues = &answer["data"]["queues"];
    assert_eq!(queues["total"]["not_final"], queues["total"]["offered"]);
    assert!(queues["notes"].to_string().contains("not final yet"), "{queues}");

    // Nothing changes, and yet they are due when the last record is a day old, and then no more.
    assert_eq!(run(evening + SignedDuration::from_hours(3)).await, 0);
    let later = evening + SignedDuration::from_hours(49);
    assert!(run(later).await > 0);
    let old = stored(&system, day).await;
    assert!(old.apps.values().all(|app| app.counts.not_final == 0));
    assert_eq!(run(later + SignedDuration::from_hours(200)).await, 0);

    for version in organisation.calls.iter().flat_map(|call| call.versions.last()) {
        system.graph().publish(version).unwrap();
    }
    system.drained(TIMEOUT).await.unwrap();
    assert!(run(later + SignedDuration::from_hours(200)).await > 0);
    assert_eq!(of_day(&stored(&system, day).await), of_plan(&planned));
    let answer = system.report(report, later).await;
    let total = &answer["data"]["queues"]["total"];
    let answered = planned.iter().filter(|it| it.is_queue && it.outcome == "answered").count();
    assert_eq!(total["answered"], answered);
}

/// A table whose days an older release rolled up, which counted no queues.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_that_was_rolled_up_before_queues_were_counted_is_rolled_up_again() {
    let (system, organisation, planned, day) = hotline(8, 12, Settings::quiet()).await;
    system.run_day(&organisation, 12, TIMEOUT, async |_| {}).await.unwrap();
    roll_up_later(&system).await;
    assert_eq!(roll_up_later(&system).await, []);

    let (client, table) = (system.store().client(), system.store().name());
    let next = day.checked_add(1.days()).unwrap();
    for day in [day, next] {
        for sort_key in [keys::quality_head(day), keys::quality_day(day)] {
            let key = item::key(keys::QUALITY, &sort_key);
            let item = client.get_item().table_name(table).set_key(Some(key)).send().await.unwrap();
            let Some(mut item) = item.item else { continue };
            item.remove("voice_apps");
            item.remove("final_at");
            client.put_item().table_name(table).set_item(Some(item)).send().await.unwrap();
        }
        let key = item::key(keys::QUALITY, &keys::voice_apps(day));
        client.delete_item().table_name(table).set_key(Some(key)).send().await.unwrap();
    }
    let heads = system.store().quality_heads(day, day).await.unwrap();
    assert_eq!(heads.iter().map(|head| head.voice_apps).collect::<Vec<_>>(), [0]);
    assert_eq!(stored(&system, day).await, DayVoiceApps::default());
    let answer = system
        .report(
            json!({"report": "queues", "from": day.to_string(), "to": day.to_string()}),
            system.now(),
        )
        .await;
    assert!(answer["data"]["queues"]["notes"].to_string().contains("Not rolled up"), "{answer}");

    assert!(roll_up_later(&system).await.contains(&day));
    assert_eq!(of_day(&stored(&system, day).await), of_plan(&planned));
    // And one of a later release than this is, too.
    let key = item::key(keys::QUALITY, &keys::quality_head(day));
    let update = client.update_item().table_name(table).set_key(Some(key));
    let update = update.update_expression("SET voice_apps = :other");
    update.expression_attribute_values(":other", n(9_999)).send().await.unwrap();
    assert_eq!(roll_up_later(&system).await, [day]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forgotten_agent_is_gone_from_the_queues_at_once_and_their_numbers_stay() {
    let (system, organisation, _, day) = hotline(16, 13, Settings::quiet()).await;
    system.run_day(&organisation, 13, TIMEOUT, async |_| {}).await.unwrap();
    roll_up_later(&system).await;
    let before = stored(&system, day).await;
    let mut agents = before.apps.values().flat_map(|app| &app.agents);
    let (agent, _) = agents.find(|(_, agent)| agent.counts.answered > 0).unwrap();
    let deadline = Instant::now() + TIMEOUT;
    let forgotten = system.writer().forget(agent, system.now(), deadline).await.unwrap();
    assert!(forgotten.complete);
    let days = system.store().voice_apps_days(day, day).await.unwrap();
    assert_eq!(days, [], "removed at once");

    roll_up_later(&system).await;
    let after = stored(&system, day).await;
    assert_eq!(of_day(&after), of_day(&before));
    let sum = |day: &DayVoiceApps| {
        let mut sum = AgentCounts::default();
        let agents = day.apps.values().flat_map(|app| app.agents.values());
        agents.for_each(|agent| sum.merge(&agent.counts));
        sum
    };
    assert_eq!(sum(&after), sum(&before));
    let text = String::from_utf8(after.to_bytes().unwrap()).unwrap();
    assert!(!text.contains(agent.id()), "and does not come back");
}
