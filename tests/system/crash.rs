//! A crash or a failure at any request does not matter.
//!
//! Each scenario runs once undisturbed, which shows every request that the consumer makes: to
//! Secrets Manager, to the login, to Graph, to DynamoDB, to SQS. Then it runs again for everything
//! that can befall each of them, and for random pairs of such mishaps. However it went, redelivery
//! ends in what the model says. A request that the consumer learns to make tomorrow is among them
//! by itself. `cargo test -p system-tests a_crash_or_failure -- --nocapture` lists them all.

mod watch;
mod world;

use std::sync::Arc;

use fake_graph::TENANT_ID;
use futures::StreamExt as _;
use rstest::rstest;
use serde_json::Value;
use system_tests::model::Model;

use crate::invented_organisation::meeting;
use watch::{Mishap, Step};
use world::World;

const CALL: &str = "call-1";

/// Pairs of mishaps that each scenario is tried with.
const PAIRS: usize = 40;

/// Tries at once: most of their time is waiting.
const AT_ONCE: usize = 6;

/// A call, and what is out of the ordinary about its delivery.
#[derive(Clone, Debug)]
struct Scenario {
    /// The version that is stored before.
    before: Option<Value>,
    /// The version whose delivery is disturbed.
    next: Value,
    twist: Twist,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Twist {
    None,
    /// The record is not there yet at first.
    LateRecord,
    /// Graph returns an undecodable record until it is repaired and redriven.
    Undecodable,
}

/// Where what befalls the requests of a scenario.
type Plan = Vec<(usize, Mishap)>;

#[rstest]
#[case::small(Scenario {
    before: Some(meeting(CALL, 1, 0..3, "2026-11-22T23:59:59Z")),
    next: meeting(CALL, 2, 1..5, "2026-11-23T00:00:01Z"),
    twist: Twist::None,
}, 12)]
#[case::large(Scenario {
    before: Some(meeting(CALL, 1, 0..50, "2026-11-22T23:59:59Z")),
    next: meeting(CALL, 2, 10..65, "2026-11-23T00:00:01Z"),
    twist: Twist::None,
}, 20)]
#[case::late(Scenario {
    before: None,
    next: meeting(CALL, 1, 0..3, "2026-11-22T23:59:59Z"),
    twist: Twist::LateRecord,
}, 14)]
#[case::undecodable(Scenario {
    before: Some(meeting(CALL, 1, 0..3, "2026-11-22T23:59:59Z")),
    next: meeting(CALL, 2, 1..5, "2026-11-23T00:00:01Z"),
    twist: Twist::Undecodable,
}, 7)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_or_failure_at_any_request_does_not_matter(
    #[case] scenario: Scenario,
    #[case] least: usize,
) {
    let steps = scenario.run(&Vec::new()).await.unwrap();
    for (place, step) in steps.iter().enumerate() {
        println!("{place:3} {step}: {:?}", step.mishaps());
    }
    assert!(steps.len() >= least, "only {} requests were seen", steps.len());

    let plans: Vec<_> = singles(&steps).into_iter().chain(pairs(&steps)).collect();
    println!("{} requests, {} ways to disturb them", steps.len(), plans.len());
    let (scenario, steps) = (Arc::new(scenario), Arc::new(steps));
    let tries = plans.into_iter().map(|plan| {
        let (scenario, steps) = (Arc::clone(&scenario), Arc::clone(&steps));
        tokio::spawn(async move { scenario.survives(&plan, &steps).await })
    });
    let failures: Vec<String> = futures::stream::iter(tries)
        .buffer_unordered(AT_ONCE)
        .filter_map(async |survived| survived.unwrap().err())
        .collect()
        .await;
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn singles(steps: &[Step]) -> Vec<Plan> {
    let places = steps.iter().enumerate();
    places.flat_map(|(at, step)| step.mishaps().into_iter().map(move |m| vec![(at, m)])).collect()
}

/// The second mishap meets whatever the process does after the first one.
fn pairs(steps: &[Step]) -> Vec<Plan> {
    let mut random = fastrand::Rng::with_seed(steps.len() as u64);
    let mut any = |from: usize| {
        let at = random.usize(from..steps.len());
        (at, random.choice(steps[at].mishaps()).unwrap())
    };
    (0..PAIRS)
        .map(|_| {
            let first = any(0);
            vec![first, any((first.0 + 1).min(steps.len() - 1))]
        })
        .collect()
}

impl Scenario {
    /// Runs it with mishaps, which must strike where the undisturbed run had these steps.
    async fn survives(&self, plan: &Plan, undisturbed: &[Step]) -> Result<(), String> {
        let at = |(place, mishap): &(usize, Mishap)| {
            format!("{mishap:?} at {place}, {}", undisturbed[*place])
        };
        let description = plan.iter().map(at).collect::<Vec<_>>().join(", then ");
        let steps = self.run(plan).await.map_err(|error| format!("{description}:\n{error}"))?;
        let first = plan[0].0;
        if steps.get(..=first) != Some(&undisturbed[..=first]) {
            return Err(format!("{description}: the requests before it were others"));
        }
        Ok(())
    }

    /// Runs it; gives the requests that were made, or in what its end differs from the model.
    async fn run(&self, plan: &Plan) -> Result<Vec<Step>, String> {
        let world = World::new().await;
        let mut model = Model::new(TENANT_ID);
        if let Some(before) = &self.before {
            world.graph.load(before).unwrap();
            model.read(before).unwrap();
            world.announce(CALL).await;
            world.settle(false).await?;
        }
        world.graph.load(&self.next).unwrap();
        model.read(&self.next).unwrap();
        match self.twist {
            Twist::None => {}
            Twist::LateRecord => world.graph.not_found_at_first(CALL, 1),
            Twist::Undecodable => {
                world.graph.serve_instead(CALL, Some("{\"id\": \"call-1\", \"version\": [".into()));
            }
        }
        world.announce(CALL).await;
        world.watch.begin(plan);
        let settled = world.settle(world::short_timeout(plan)).await;
        let steps = world.watch.end();
        settled?;
        if self.twist == Twist::Undecodable {
            if world.dead_lettered() == 0 {
                return Err("the message is in no queue".to_owned());
            }
            if world.store.quarantined_pages(CALL).await.unwrap().is_empty() {
                return Err("what Graph sent is not kept".to_owned());
            }
            world.graph.serve_instead(CALL, None);
            world.redrive().await;
            world.settle(false).await?;
        }

        let mut differences = model.differences(&world.client, &world.store).await.unwrap();
        if world.dead_lettered() > 0 {
            differences.push(format!("{} messages were dead-lettered", world.dead_lettered()));
        }
        if differences.is_empty() { Ok(steps) } else { Err(differences.join("\n")) }
    }
}
