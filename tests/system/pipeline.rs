//! Whole days, with what only the stand-ins can do.

use std::time::Duration;

use call_queue::{CallMessage, Reason};
use fake_graph::organisation::{Organisation, Plan};
use jiff::civil::date;
use rstest::rstest;
use serde_json::json;
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
        fault: None,
    });
    system.run_day(&organisation, seed, TIMEOUT, async |_| {}).await.unwrap();

    let comparison = system.compare_with_graph().await.unwrap();
    assert_eq!(comparison.in_graph, organisation.calls.len());
    assert_eq!((comparison.missing, comparison.stale), (0, 0));
    assert_eq!(system.dead_lettered().unwrap(), []);
    assert_at_rest(&system).await;
}

/// Graph's records, notifications and lists, and messages by hand, may write a GUID in either case.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_guid_in_two_cases_is_one_call() {
    const ID: &str = "e523d2ed-2966-4b6b-925b-754a88034cc5";
    let capitals = ID.to_uppercase();
    let system = System::start(Settings::quiet()).await.unwrap();
    let record = |id: &str| {
        json!({
            "id": id, "version": 1, "type": "groupCall",
            "startDateTime": "2026-11-02T09:00:00Z", "endDateTime": "2026-11-02T09:10:00Z",
        })
    };
    system.graph().publish(&record(ID)).unwrap();
    system.drained(TIMEOUT).await.unwrap();

    system.graph().serve_instead(ID, Some(record(&capitals).to_string()));
    system.graph().notify(&capitals);
    let by_hand = CallMessage {
        call_id: capitals.clone(),
        reason: Reason::Backfill,
        enqueued_at: system.now(),
        subscription_id: None,
        version: None,
    };
    let client = aws_stand_ins::sqs_client(&system.sqs().url());
    let send = client.send_message().queue_url(&system.queues().calls);
    send.message_body(by_hand.to_json()).send().await.unwrap();
    system.drained(TIMEOUT).await.unwrap();

    let day = date(2026, 11, 2);
    let stored = system.store().calls_of_day(day).await.unwrap();
    assert_eq!(stored.iter().map(|call| call.call_id.as_str()).collect::<Vec<_>>(), [ID]);
    let page = system.report(json!({ "report": "call", "call": capitals }), system.now()).await;
    assert!(page.to_string().contains(ID), "{page}");
    assert_at_rest(&system).await;
}
