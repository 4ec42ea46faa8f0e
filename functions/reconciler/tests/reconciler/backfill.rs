//! A hundred thousand calls.

use std::collections::HashSet;
use std::time::Duration;

use fake_graph::{Clock, Limits, Options};
use reconciler::Trigger;

use crate::world::*;

const CALLS: i64 = 100_000;

/// The window of Graph's limit and the reconciler's interval are both this much shorter than in
/// truth, so that the proportion is kept and judged in seconds.
const FASTER: u32 = 80;

/// List, compare and enqueue; what the consumer does with it is tested elsewhere. Half of the calls
/// are stored already.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backfill_of_a_hundred_thousand_calls_keeps_to_the_limit_and_enqueues_each_missing_one_once()
 {
    let limits = Limits { window: Duration::from_secs(20) / FASTER, ..Limits::default() };
    // Graph's limit goes by its clock, so that has to run here.
    let clock = Clock::of_tokio(noon());
    let options = Options { limits: Some(limits), clock, ..Options::default() };
    let world = World::on(options, Clock::stopped(noon()), |config| {
        config.list_interval = reconciler::Config::new(String::new()).list_interval / FASTER;
        config.max_outstanding = usize::MAX;
    })
    .await;
    let from = noon() - minutes(29 * 24 * 60);
    let mut stored = Vec::new();
    for call in 0..CALLS {
        let at = from + jiff::SignedDuration::from_secs(call * 24);
        let id = format!("{:08x}-call", call.wrapping_mul(2_654_435_761) & 0xffff_ffff);
        world.load(&id, 1, at, at + minutes(1));
        if call % 2 == 0 {
            stored.push((id, 1, at + minutes(1)));
        }
    }
    world.store_all(&stored).await;
    let run = world.run(Trigger::Due).await;
    assert_eq!(world.graph.counters().throttled(), 0);
    assert_eq!(run.found.listed, u64::try_from(CALLS).unwrap());
    assert_eq!((run.found.already_stored, run.found.enqueued), (50_000, 50_000));
    let stored: HashSet<String> = stored.into_iter().map(|(id, _, _)| id).collect();
    let messages = world.sqs_stand_in.messages(&world.queue_url).unwrap();
    let asked: HashSet<String> = messages
        .iter()
        .map(|message| call_queue::CallMessage::parse(&message.body).unwrap().call_id)
        .collect();
    assert_eq!((messages.len(), asked.len()), (50_000, 50_000));
    assert!(asked.is_disjoint(&stored));
}
