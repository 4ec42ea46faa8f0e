//! What a run finds, enqueues and remembers.

use std::time::Duration;

use call_queue::Reason;
use call_table::DayCompleteness;
use fake_graph::{Options, PageSizes};
use reconciler::Trigger;
use serde_json::json;
use tokio::time::Instant;

use crate::world::*;

#[tokio::test]
async fn what_is_missing_or_older_is_enqueued_with_the_version_that_graph_lists() {
    let world = World::new().await;
    let ended = noon() - minutes(200);
    for (id, version) in [("stored", 2), ("newer", 1), ("stale", 3), ("missing", 2)] {
        world.load(id, version, ended - minutes(10), ended);
    }
    for (id, version) in [("stored", 2), ("newer", 2), ("stale", 2)] {
        world.store_one(id, version).await;
    }
    let run = world.run(Trigger::Due).await;
    assert_eq!(run.found.listed, 4);
    assert_eq!(run.found.already_stored, 2);
    assert_eq!((run.found.missing, run.found.stale, run.found.enqueued), (1, 1, 2));
    let mut asked = world.take().await;
    asked.sort_by(|one, other| one.call_id.cmp(&other.call_id));
    let asked: Vec<_> = asked.iter().map(|it| (it.call_id.as_str(), it.version)).collect();
    assert_eq!(asked, [("missing", Some(2)), ("stale", Some(3))]);
}

#[tokio::test]
async fn the_first_run_of_a_new_deployment_lists_all_that_graph_has() {
    let world = World::new().await;
    let long_ago = noon() - minutes(29 * 24 * 60);
    world.load("old", 1, long_ago, long_ago + minutes(5));
    let run = world.run(Trigger::Due).await;
    assert_eq!(run.passes[0].reason, "backfill");
    let asked = world.take().await;
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].reason, Reason::Backfill);
    assert_eq!(run.complete_up_to, Some(long_ago + minutes(5)));
}

#[tokio::test]
async fn a_call_in_flight_is_not_requeued_until_it_must_have_been_dead_lettered() {
    let world = World::new().await;
    world.load("call", 1, noon() - minutes(200), noon() - minutes(190));
    for look in 0..16 {
        let run = world.run(Trigger::Due).await;
        let enqueued = world.take().await.len();
        assert_eq!(enqueued, usize::from(look == 0), "look {look}");
        assert_eq!(run.still_missing, 1);
        let since = run.missing_since.unwrap();
        assert!(noon() <= since && since < noon() + minutes(1), "{since}");
        world.later(15);
    }
    world.later(1);
    world.run(Trigger::Due).await;
    assert_eq!(world.take().await.len(), 1, "four hours are over");
    world.store_one("call", 1).await;
    let run = world.run(Trigger::Due).await;
    assert_eq!((run.repaired, run.still_missing, run.missing_since), (1, 0, None));
    assert_eq!(run.repaired_by_reason.into_iter().collect::<Vec<_>>(), [("backfill".into(), 1)]);
}

#[tokio::test]
async fn a_call_in_flight_is_requeued_when_graph_lists_a_newer_version() {
    let world = World::new().await;
    let (from, to) = (noon() - minutes(200), noon() - minutes(190));
    world.load("call", 1, from, to);
    world.run(Trigger::Due).await;
    world.load("call", 2, from, to);
    world.later(15);
    world.run(Trigger::Due).await;
    let versions: Vec<_> = world.take().await.into_iter().map(|it| it.version).collect();
    assert_eq!(versions, [Some(1), Some(2)]);
}

#[tokio::test]
async fn every_page_of_a_window_is_read() {
    let world = World::new().await;
    for call in 0..1500 {
        let from = noon() - minutes(200);
        world.load(&format!("call-{call:04}"), 1, from, from + minutes(1));
    }
    let run = world.run(Trigger::Due).await;
    assert_eq!(run.found.enqueued, 1500);
    assert_eq!(world.take().await.len(), 1500);
    assert_eq!(world.store.missing_calls().await.unwrap().len(), 1500);
}

#[tokio::test]
async fn a_stale_call_does_not_hold_the_claim_back_and_a_missing_one_does() {
    let world = World::new().await;
    let end = noon() - minutes(300);
    world.load("stale", 2, end - minutes(9), end);
    world.store_one("stale", 1).await;
    let run = world.run(Trigger::Due).await;
    assert_eq!(run.complete_up_to, Some(noon() - minutes(160)));
    assert_eq!(run.still_stale, 1);
    world.load("missing", 1, end - minutes(9), end);
    world.later(15);
    assert_eq!(world.run(Trigger::Due).await.complete_up_to, Some(end));
    world.consume().await;
    let run = world.run(Trigger::Due).await;
    assert_eq!(run.repaired, 2);
    assert_eq!(run.complete_up_to, Some(noon() - minutes(160)));
}

#[tokio::test]
async fn a_call_that_graph_forgot_before_it_was_stored_is_lost_and_its_day_never_complete() {
    let world = World::new().await;
    let end = noon() - minutes(29 * 24 * 60);
    world.load("call", 1, end - minutes(9), end);
    world.run(Trigger::Due).await;
    world.later(2 * 24 * 60);
    let run = world.run(Trigger::Everything).await;
    assert_eq!((run.lost, run.still_missing), (1, 0));
    assert_eq!(run.complete_up_to, Some(world.now() - minutes(160)));
    let known = world.store.completeness().await.unwrap();
    assert!(known.missing[0].lost_at.is_some());
    let day = jiff::tz::TimeZone::UTC.to_datetime(end - minutes(9)).date();
    assert_eq!(known.of_day(day), DayCompleteness::Missing(1));
    assert_eq!(known.of_day(day.tomorrow().unwrap()), DayCompleteness::Complete);
}

#[tokio::test]
async fn of_two_concurrent_runs_one_holds_the_lease_and_the_other_leaves_its_request() {
    let world = World::new().await;
    world.run(Trigger::Due).await;
    let lease = world.reconciliation().take_lease("another run", noon(), noon() + minutes(5)).await;
    assert!(lease.unwrap().is_some());
    let (from, to) = (noon() - minutes(600), noon() - minutes(500));
    world.load("call", 1, from, to);
    let lists = world.lists();
    assert_eq!(world.try_run(Trigger::Window { from, to }).await.unwrap(), None);
    assert_eq!(world.lists(), lists);
    assert_eq!(world.take().await.len(), 0);
    // The other one died: when its lease is over, the trigger is still there.
    world.later(6);
    let run = world.run(Trigger::Due).await;
    assert!(run.passes.iter().any(|pass| pass.reason == "by_hand"));
    assert_eq!(world.take().await.len(), 1);
}

#[tokio::test]
async fn a_run_that_lost_its_lease_writes_nothing() {
    let world = World::new().await;
    let lease = world.reconciliation().take_lease("a", noon(), noon() + minutes(5)).await;
    let state = lease.unwrap().unwrap();
    let later = noon() + minutes(6);
    assert!(
        world.reconciliation().take_lease("b", later, later + minutes(5)).await.unwrap().is_some()
    );
    assert!(!world.reconciliation().put_state("a", &state).await.unwrap());
    assert!(world.reconciliation().put_state("b", &state).await.unwrap());
}

#[tokio::test]
async fn a_run_without_time_leaves_its_windows_and_the_next_goes_on() {
    let world = World::new().await;
    world.load("call", 1, noon() - minutes(200), noon() - minutes(190));
    let run =
        world.reconciler.run(Trigger::Due, world.now(), Instant::now()).await.unwrap().unwrap();
    assert!(run.has_more);
    assert_eq!((run.error, run.complete_up_to), (None, None));
    let run = world.run(Trigger::Nothing).await;
    assert_eq!((run.found.enqueued, run.has_more), (1, false));
}

#[tokio::test]
async fn an_answer_says_what_was_found_and_what_to_fix() {
    let world = World::new().await;
    let soon = Instant::now() + std::time::Duration::from_secs(60);
    let window = json!({"from": "2026-11-20T00:00:00Z", "to": "2026-11-21T00:00:00Z"});
    let answer = world.reconciler.handle(window, noon(), soon).await.unwrap();
    assert_eq!(answer["passes"][0]["reason"], "by_hand");
    world.graph.set_consent(false);
    world.graph.revoke_tokens();
    world.later(15);
    let (check, now) = (json!({"action": "check"}), world.now());
    let answer = world.reconciler.handle(check, now, soon).await.unwrap();
    assert!(answer["error"].as_str().unwrap().contains("CallRecords.Read.All"), "{answer}");
    world.later(15);
    let failed = world.reconciler.handle(json!({}), world.now(), soon).await.unwrap_err();
    assert!(failed.to_string().contains("CallRecords.Read.All"));
    // The account is kept, and nothing is claimed.
    let run = world.last_run().await;
    assert_eq!(run.began_at, world.now());
    assert!(run.error.is_some());
    assert_eq!(run.complete_up_to, None);
}

#[tokio::test]
async fn what_can_wait_waits_while_many_calls_are_on_their_way() {
    let options = fake_graph::Options { limits: None, ..fake_graph::Options::default() };
    let world = World::with(options, |config| config.max_outstanding = 100).await;
    for call in 0..300 {
        let from = noon() - minutes(60 * call + 30);
        world.load(&format!("call-{call:04}"), 1, from, from + minutes(1));
    }
    let mut run = world.run(Trigger::Due).await;
    let (mut rounds, mut stored) = (1, 0);
    while run.has_more {
        // The bound may be passed by one part of a window.
        assert!((100..300).contains(&run.still_missing), "{}", run.still_missing);
        stored += world.consume().await.len();
        run = world.run(Trigger::Nothing).await;
        rounds += 1;
    }
    stored += world.consume().await.len();
    assert!(rounds >= 2);
    assert_eq!(stored, 300);
}

/// One window of more pages than are listed within a lease.
#[tokio::test]
async fn a_run_that_takes_longer_than_its_lease_keeps_others_out() {
    let options = Options {
        limits: None,
        page_sizes: PageSizes { list: 5, ..PageSizes::default() },
        ..Options::default()
    };
    let world = World::with(options, |config| {
        config.lease = Duration::from_secs(2);
        config.list_interval = Duration::from_millis(400);
    })
    .await;
    let from = noon() - minutes(300);
    for call in 0..60 {
        let started_at = from + minutes(call % 50);
        world.load(&format!("call-{call}"), 1, started_at, started_at + minutes(5));
    }
    let long = world.run(Trigger::Window { from, to: from + minutes(60) });
    let other = async {
        let later = Duration::from_secs(3);
        tokio::time::sleep(later).await;
        world.clock.advance(later);
        world.try_run(Trigger::Due).await.unwrap()
    };
    let (long, other) = tokio::join!(long, other);
    assert!(long.pages >= 12, "{} pages are listed within the lease", long.pages);
    assert_eq!(other, None, "another run took the lease over");
}
