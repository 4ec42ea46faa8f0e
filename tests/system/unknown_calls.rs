//! Invented ids: a sender who knows the client state can have any number enqueued, and they must not eat the
//! quota that real calls need. In virtual time.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use teams_calls::system::{Settings, System};

use crate::invented_organisation::bare_call;
use crate::virtual_time;

const INVENTED: usize = 20_000;

/// Of all consumers together, in an hour.
const BUDGET: usize = 2_000;

const QUARTER: Duration = Duration::from_mins(15);

/// When invented ids were asked for, in order.
fn fetches_of_invented_ids(system: &System) -> Vec<Timestamp> {
    let requests = system.graph().requests().into_iter();
    let mut at: Vec<_> =
        requests.filter(|it| it.path.contains("invented-")).map(|it| it.at).collect();
    at.sort_unstable();
    at
}

/// A call that has just ended.
fn call_at(id: &str, ended_at: Timestamp) -> serde_json::Value {
    let mut call = bare_call(id);
    call["startDateTime"] = json!((ended_at - SignedDuration::from_mins(10)).to_string());
    call["endDateTime"] = json!(ended_at.to_string());
    call
}

#[tokio::test(start_paused = true)]
async fn real_calls_are_stored_in_time_while_twenty_thousand_invented_ids_wait_for_their_budget() {
    let settings = Settings { consumers: 4, unknown_calls_per_hour: BUDGET, ..Settings::quiet() };
    let system = virtual_time::system(settings).await;
    system.tick_reconciler("due").await.unwrap();
    for number in 0..INVENTED {
        system.graph().notify(&format!("invented-{number}"));
    }
    assert!(system.graph().is_quiet_within(Duration::from_secs(3_600)).await);

    // The schedule of the reconciler, for an hour and a half.
    let mut real = 0;
    for _ in 0..6 {
        for _ in 0..5 {
            system.graph().publish(&call_at(&format!("real-{real}"), system.now())).unwrap();
            real += 1;
        }
        tokio::time::sleep(QUARTER).await;
        system.tick_reconciler("due").await.unwrap();
        tokio::time::sleep(Duration::from_mins(1)).await;
        let compared = system.compare_with_graph().await.unwrap();
        assert_eq!((compared.stored, compared.missing), (real, 0), "after a quarter of an hour");
    }

    let fetches = fetches_of_invented_ids(&system);
    assert!(fetches.len() > BUDGET, "the budget of the second hour is used as well");
    // A fetch begins some seconds after its invocation, by which the budget goes.
    let an_hour = SignedDuration::from_mins(58);
    let too_many =
        fetches.windows(BUDGET + 1).find(|hour| hour[BUDGET].duration_since(hour[0]) < an_hour);
    assert!(too_many.is_none(), "{too_many:?}");
    assert_eq!(system.graph().counters().throttled(), 0);

    // None is lost, and none ends for another reason than the true one.
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for dead_lettered in system.dead_lettered().unwrap() {
        *ends.entry(dead_lettered.reason).or_default() += 1;
    }
    let waiting = system.sqs().messages(&system.queues().calls).unwrap();
    let waiting = waiting.iter().filter(|message| message.body.contains("invented-")).count();
    println!("{waiting} wait, dead-lettered: {ends:?}");
    assert_eq!(waiting + ends.values().sum::<usize>(), INVENTED);
    assert!(ends.keys().all(|reason| reason == "not_found"), "{ends:?}");
    assert!(system.metrics().consumer.sum("RetriedUnknownBudget") > 10_000.0);
}

/// A version of a call that is stored needs no budget, and neither does what the reconciler found.
#[tokio::test]
async fn a_stored_call_and_one_that_the_list_names_are_fetched_without_a_budget() {
    let settings = Settings { unknown_calls_per_hour: 1, consumers: 1, ..Settings::quiet() };
    let system = System::start(settings).await.unwrap();
    let mut call = call_at("stored", system.now());
    system.graph().publish(&call).unwrap();
    system.drained(Duration::from_secs(60)).await.unwrap();
    system.graph().notify("invented");
    let counted = |metric: &'static str| {
        let metrics = system.metrics().consumer.clone();
        async move {
            while metrics.sum(metric) < 1.0 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    };
    let timeout = Duration::from_secs(60);
    tokio::time::timeout(timeout, counted("RetriedNotFound")).await.unwrap();

    system.graph().publish(&call_at("real", system.now())).unwrap();
    tokio::time::timeout(timeout, counted("RetriedUnknownBudget")).await.unwrap();
    assert_eq!(system.store().version("real").await.unwrap(), None);

    call["version"] = json!(2);
    system.graph().publish(&call).unwrap();
    tokio::time::timeout(timeout, counted("Replaced")).await.unwrap();
    assert_eq!(system.store().version("stored").await.unwrap(), Some(2));

    system.tick_reconciler("due").await.unwrap();
    let stored = async {
        while system.store().version("real").await.unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(timeout, stored).await.unwrap();
}
