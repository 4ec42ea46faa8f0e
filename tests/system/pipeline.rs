//! Whole days, with what only the stand-ins can do.

use std::time::Duration;

use fake_graph::organisation::{Organisation, Plan};
use jiff::civil::date;
use rstest::rstest;
use teams_calls::system::{Settings, System};

const TIMEOUT: Duration = Duration::from_secs(120);

async fn assert_at_rest(system: &System) {
    assert_eq!(system.recompute().await.unwrap().sentences(), Vec::<String>::new());
    assert_eq!(system.sqs().counts(&system.queues().calls).unwrap().total(), 0);
    assert_eq!(system.sqs().counts(&system.queues().lifecycle).unwrap().total(), 0);
}

#[rstest]
#[case(1)]
#[case(2)]
#[case(3)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_with_ordinary_faults_is_stored_whole(#[case] seed: u64) {
    let system = System::start(Settings::with_ordinary_faults(seed)).await.unwrap();
    let organisation = Organisation::invent(&Plan {
        people: 40,
        calls: 120,
        seed,
        day: date(2026, 11, 2),
        tenant_id: system.tenant_id().to_owned(),
    });
    system.run_day(&organisation, seed, TIMEOUT, async |_| {}).await.unwrap();

    let comparison = system.compare_with_graph().await.unwrap();
    assert_eq!(comparison.in_graph, organisation.calls.len());
    assert_eq!((comparison.missing, comparison.stale), (0, 0));
    assert_eq!(system.dead_lettered().unwrap(), []);
    assert_at_rest(&system).await;
}
