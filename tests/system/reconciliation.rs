//! Promise 7: what Graph has, we have, whatever became of the notifications.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_stand_ins::Clock;
use call_table::{item, keys};
use fake_graph::organisation::{Organisation, Plan};
use fake_graph::{Faults, NotificationFaults};
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use reconciliation::ReconciliationRun;
use serde_json::Value;
use teams_calls::system::{Comparison, Settings, System};

const TIMEOUT: Duration = Duration::from_secs(60);

fn time(record: &Value, key: &str) -> Timestamp {
    record[key].as_str().unwrap().parse().unwrap()
}

/// A day on which Graph drops three of ten notifications, publishes every record only 150 minutes
/// after its call, and loses the subscription for an hour without a lifecycle event.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_notification_announced_is_found_and_stored_and_no_claim_is_ever_false() {
    let begins: Timestamp = "2026-11-20T04:00:00Z".parse().unwrap();
    let system = System::start(Settings {
        clock: Clock::stopped(begins),
        graph_limits: None,
        list_interval: Duration::ZERO,
        graph_faults: Faults {
            notifications: NotificationFaults { dropped: 0.3, ..NotificationFaults::default() },
            ..Faults::default()
        },
        ..Settings::quiet()
    })
    .await
    .unwrap();
    let organisation = Organisation::invent(&Plan {
        people: 30,
        calls: 60,
        seed: 5,
        day: date(2026, 11, 20),
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    });
    let mut ends = BTreeMap::new();
    for call in &organisation.calls {
        let ended_at = time(&call.versions[0], "endDateTime");
        ends.insert(call.id.clone(), ended_at);
        for (version, record) in (0..).zip(&call.versions) {
            let at = ended_at + SignedDuration::from_mins(150 + 40 * version);
            system.graph().publish_at(at, record).unwrap();
        }
    }
    let lost_at = begins + SignedDuration::from_hours(9);
    let mut repaired = BTreeMap::<String, u64>::new();
    let last = ends.values().max().unwrap().max(&lost_at);
    let until = *last + SignedDuration::from_hours(8);
    while system.now() < until {
        system.clock().advance(Duration::from_mins(30));
        let now = system.now();
        if now.duration_since(lost_at).unsigned_abs() < Duration::from_mins(15) {
            let id = system.graph().subscriptions()[0].id.clone();
            assert!(system.graph().forget_subscription(&id));
        } else if now > lost_at + SignedDuration::from_mins(50) {
            system.tick_renewer().await.unwrap();
        }
        system.drained(TIMEOUT).await.unwrap();
        system.tick_reconciler("due").await.unwrap();
        let known = system.store().completeness().await.unwrap();
        for (id, ended_at) in &ends {
            if known.complete_up_to.is_some_and(|up_to| *ended_at < up_to) {
                let stored = system.store().version(id).await.unwrap();
                assert!(stored.is_some(), "complete up to {known:?}, without {id}");
            }
        }
        system.drained(TIMEOUT).await.unwrap();
    }
    system.tick_reconciler("everything").await.unwrap();
    let calls = organisation.calls.len();
    let whole = Comparison { in_graph: calls, stored: calls, missing: 0, stale: 0 };
    assert_eq!(system.compare_with_graph().await.unwrap(), whole);
    let runs = system.store().query(keys::RECONCILIATION).beginning_with(keys::RUN_PREFIX);
    for run in runs.all().await.unwrap() {
        let run: ReconciliationRun = item::read(run).unwrap();
        for (reason, times) in run.repaired_by_reason {
            *repaired.entry(reason).or_default() += times;
        }
    }
    let metrics = &system.metrics().reconciler;
    let counted = metrics.sum("RepairedMissing") + metrics.sum("RepairedStale");
    assert_eq!(counted, f64::from(u32::try_from(repaired.values().sum::<u64>()).unwrap()));
    assert!(repaired.contains_key("subscription_missing"), "{repaired:?}");
    assert!(repaired["recent"] > 5, "{repaired:?}");
    let known = system.store().completeness().await.unwrap();
    assert_eq!(known.missing, []);
    assert!(known.complete_up_to.unwrap() > *last);
}

/// A replica of Graph shows an older version to the consumer that reads for the notification: nothing else
/// would ever ask again.
#[tokio::test]
async fn a_version_that_a_lagging_replica_hid_is_found_in_the_list_and_insisted_on() {
    let system = System::start(Settings { list_interval: Duration::ZERO, ..Settings::quiet() })
        .await
        .unwrap();
    let organisation = Organisation::invent(&Plan {
        people: 10,
        calls: 30,
        seed: 3,
        day: jiff::tz::TimeZone::UTC.to_datetime(system.now()).date().yesterday().unwrap(),
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    });
    let call = organisation.calls.iter().find(|call| call.versions.len() > 1).unwrap();
    for version in &call.versions {
        system.graph().load(version).unwrap();
    }
    system.graph().serve_stale(&call.id, 20);
    system.graph().notify(&call.id);
    system.drained(TIMEOUT).await.unwrap();
    let newest = newest_of(&call.versions);
    let stored = system.store().version(&call.id).await.unwrap().unwrap();
    assert!(stored < newest, "{stored}, and Graph has {newest}");

    // The next to read meets the lagging replica as well, and has to come again.
    system.graph().serve_stale(&call.id, 2);
    system.tick_reconciler("due").await.unwrap();
    system.drained(TIMEOUT).await.unwrap();
    assert_eq!(system.store().version(&call.id).await.unwrap(), Some(newest));
    assert!(system.metrics().consumer.sum("RetriedOlderVersion") >= 1.0);
    system.tick_reconciler("due").await.unwrap();
    assert_eq!(system.metrics().reconciler.sum("RepairedStale"), 1.0);
}

/// The version of the newest state.
fn newest_of(versions: &[Value]) -> i64 {
    versions.iter().filter_map(|record| record["version"].as_i64()).max().unwrap()
}
