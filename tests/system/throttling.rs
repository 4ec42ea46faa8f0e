//! Graph's published limits, in virtual time: a burst is drained within them, and a throttled client
//! waits.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fake_graph::organisation::{Organisation, Plan};
use fake_graph::{AnswerFaults, Faults};
use jiff::civil::date;
use teams_calls::system::{Comparison, Settings, System};

use crate::invented_organisation::bare_call;
use crate::virtual_time;

/// An hour of virtual time is past all hope.
const TIMEOUT: Duration = Duration::from_secs(3_600);

/// A system whose Graph takes about as long to answer as the real one.
async fn system(settings: Settings) -> System {
    let answers =
        AnswerFaults { slow: 1.0, slow_by: Duration::from_millis(150), ..AnswerFaults::default() };
    let graph_faults = Faults { answers, ..Faults::default() };
    virtual_time::system(Settings { graph_faults, ..settings }).await
}

/// Waits until everything is done; the virtual time that it took.
async fn drained(system: &System) -> Duration {
    let began = tokio::time::Instant::now();
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let left = system.sqs().counts(&system.queues().calls).unwrap().total();
        if left == 0 && system.graph().is_quiet_within(Duration::ZERO).await {
            return began.elapsed();
        }
        assert!(began.elapsed() < TIMEOUT, "{left} messages are left");
    }
}

async fn assert_all_stored(system: &System, calls: usize) {
    let all = Comparison { in_graph: calls, stored: calls, missing: 0, stale: 0 };
    assert_eq!(system.compare_with_graph().await.unwrap(), all);
    assert_eq!(system.dead_lettered().unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_twenty_thousand_notifications_is_drained_within_graphs_limits() {
    const CALLS: usize = 20_000;
    let began = Instant::now();
    let system = system(Settings { consumers: 4, ..Settings::quiet() }).await;
    for number in 0..CALLS {
        system.graph().publish(&bare_call(&format!("call-{number}"))).unwrap();
    }
    let took = drained(&system).await;
    println!("drained after {took:?} of virtual time, {:?} of real time", began.elapsed());
    assert_all_stored(&system, CALLS).await;

    let counters = system.graph().counters();
    let (requests, throttled) = (counters.requests, counters.throttled());
    println!("{requests} requests, {throttled} with 429, {} notifications", counters.notifications);
    assert_eq!(counters.notifications, 20_000);
    assert!(throttled * 50 < requests, "{throttled} of {requests} are 2 % or more");
    // Two for each call, and a few for tokens and the subscription: nothing is read twice.
    assert!(requests < 40_100, "{requests} requests");
    // Nine tenths of 75 requests per second are used.
    assert!(took < Duration::from_secs(700), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_client_waits_and_nothing_is_lost() {
    const CALLS: usize = 2_000;
    // Each believes to be alone, so that together they ask for nearly four times what there is.
    let settings = Settings { consumers: 4, assumed_consumers: Some(1), ..Settings::quiet() };
    let system = system(settings).await;
    for number in 0..CALLS {
        system.graph().publish(&bare_call(&format!("call-{number}"))).unwrap();
    }
    drained(&system).await;
    assert_all_stored(&system, CALLS).await;

    let mut by_client: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for request in system.graph().requests() {
        by_client.entry(request.token).or_default().push(request);
    }
    by_client.remove(&None);
    let mut throttled = 0;
    for requests in by_client.values() {
        for refused in requests.iter().filter(|request| request.status == 429) {
            throttled += 1;
            let wait = refused.retry_after.unwrap();
            // What was on its way when the answer left may still arrive.
            let from = refused.answered_at + Duration::from_millis(20);
            let until = refused.answered_at + wait;
            let too_early = requests.iter().find(|other| other.at > from && other.at < until);
            assert!(
                too_early.is_none(),
                "asked to wait {wait:?} at {}: {too_early:?}",
                refused.answered_at
            );
        }
    }
    println!("{throttled} requests were throttled");
    assert!(throttled > 0, "no request was throttled");
}

/// 2,500 people are 42 pages of sessions and 20 of participants: more than the 40 requests that
/// Graph allows for one record in 20 s. A reader that ran into the limit would begin again, and
/// never come to the end.
#[tokio::test(start_paused = true)]
async fn a_meeting_of_more_pages_than_a_window_allows_is_read_in_one_go() {
    let system = system(Settings { consumers: 1, ..Settings::quiet() }).await;
    let plan = Plan {
        people: 2_500,
        calls: 1,
        seed: 8,
        day: date(2026, 11, 2),
        tenant_id: system.tenant_id().to_owned(),
        fault: None,
    };
    let meeting = Organisation::meeting(&plan, 2_500, 1);
    system.graph().publish(meeting.versions.last().unwrap()).unwrap();
    let took = drained(&system).await;
    assert_all_stored(&system, 1).await;
    let call = system.store().call(&meeting.id).await.unwrap().unwrap();
    assert_eq!(call.people.iter().filter(|part| part.attended == Some(true)).count(), 2_500);
    let counters = system.graph().counters();
    assert_eq!(counters.throttled(), 0);
    let pages = system.store().raw_pages(&meeting.id).await.unwrap().len();
    let reads = system.graph().requests().iter().filter(|it| it.path.contains(&meeting.id)).count();
    println!("{pages} pages in {reads} requests and {took:?}");
    assert!(pages > 60 && reads <= pages + 2, "{pages} pages in {reads} requests");
}
