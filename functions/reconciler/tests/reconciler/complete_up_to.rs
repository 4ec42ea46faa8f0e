//! "Complete up to" never says more than is true, whatever happened before.

use std::time::Duration;

use fake_graph::{Failure, Target};
use jiff::Timestamp;
use proptest::prelude::*;
use reconciler::Trigger;

use crate::world::*;

/// One call of a history. Times are minutes after noon.
#[derive(Debug, Clone)]
struct Happening {
    starts: i64,
    lasts: i64,
    published_after: i64,
    announced: bool,
    next_version_after: Option<i64>,
}

impl Happening {
    fn started_at(&self) -> Timestamp {
        noon() + minutes(self.starts)
    }

    fn ended_at(&self) -> Timestamp {
        self.started_at() + minutes(self.lasts)
    }

    fn published_at(&self) -> Timestamp {
        self.ended_at() + minutes(self.published_after)
    }
}

/// What happens between two looks.
#[derive(Debug, Clone)]
enum Step {
    /// So many minutes pass.
    Pass(u64),
    Look(Look),
    /// Of the messages that wait, the consumer stores every one but each of these.
    Consume {
        but: usize,
    },
    /// Graph's list fails at the next requests.
    ListFails(u32),
    /// The process is new.
    Restart,
}

#[derive(Debug, Clone, Copy)]
enum Look {
    Due,
    Everything,
    LastHours,
}

fn happening() -> impl Strategy<Value = Happening> {
    // Mostly short calls, some meetings of hours, and the longest that Teams allows.
    let lasts = prop_oneof![5 => 0..60_i64, 2 => 60..480_i64, 1 => Just(30 * 60_i64)];
    let later = proptest::option::weighted(0.3, 1..2000_i64);
    (-2000..3000_i64, lasts, 0..=150_i64, proptest::bool::weighted(0.7), later).prop_map(
        |(starts, lasts, published_after, announced, next_version_after)| Happening {
            starts,
            lasts,
            published_after,
            announced,
            next_version_after,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (1..400_u64).prop_map(Step::Pass),
        4 => Just(Step::Look(Look::Due)),
        1 => Just(Step::Look(Look::Everything)),
        1 => Just(Step::Look(Look::LastHours)),
        3 => (1..5_usize).prop_map(|but| Step::Consume { but }),
        1 => (1..12_u32).prop_map(Step::ListFails),
        1 => Just(Step::Restart),
    ]
}

struct History<'a> {
    world: World,
    calls: &'a [Happening],
    announced_until: Timestamp,
}

impl History<'_> {
    fn id(place: usize) -> String {
        format!("call-{place:03}")
    }

    /// Stores what was published and announced meanwhile, as the rest of the system does.
    async fn announce(&mut self) {
        let (from, to) = (self.announced_until, self.world.now());
        self.announced_until = to;
        let announced = self.calls.iter().enumerate().filter(|(_, call)| call.announced);
        let now = announced.filter(|(_, call)| {
            let at = call.published_at();
            from < at && at <= to
        });
        let stored: Vec<_> =
            now.map(|(place, call)| (Self::id(place), 1, call.ended_at())).collect();
        self.world.store_all(&stored).await;
    }

    /// Holds what is claimed against what is true: published or not, a call that ended before is
    /// stored.
    async fn claims_are_true(&self) -> Result<(), TestCaseError> {
        let known = self.world.store.completeness().await.unwrap();
        let (Some(from), Some(up_to)) = (known.complete_from, known.complete_up_to) else {
            return Ok(());
        };
        prop_assert!(up_to < self.world.now());
        let ids: Vec<String> = (0..self.calls.len()).map(Self::id).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let stored = self.world.store.versions(&ids).await.unwrap();
        for (place, call) in self.calls.iter().enumerate() {
            if call.started_at() >= from && call.ended_at() < up_to {
                prop_assert!(
                    stored.contains_key(&Self::id(place)),
                    "complete up to {up_to}, and {} is missing: {call:?}",
                    Self::id(place)
                );
            }
        }
        Ok(())
    }
}

async fn live_through(calls: &[Happening], steps: &[Step]) -> Result<(), TestCaseError> {
    let world = World::new().await;
    for (place, call) in calls.iter().enumerate() {
        let id = History::id(place);
        let of = |version| record(&id, version, call.started_at(), call.ended_at());
        world.graph.publish_at(call.published_at(), &of(1)).unwrap();
        if let Some(after) = call.next_version_after {
            world.graph.publish_at(call.published_at() + minutes(after), &of(2)).unwrap();
        }
    }
    let mut history = History { world, calls, announced_until: Timestamp::MIN };
    for step in steps {
        history.announce().await;
        match step {
            Step::Pass(minutes) => history.world.later(*minutes),
            Step::Look(look) => {
                let to = history.world.now();
                let trigger = match look {
                    Look::Due => Trigger::Due,
                    Look::Everything => Trigger::Everything,
                    Look::LastHours => Trigger::Window { from: to - minutes(300), to },
                };
                history.world.try_run(trigger).await.unwrap();
            }
            Step::Consume { but } => {
                for (place, message) in history.world.take().await.into_iter().enumerate() {
                    if place % 5 != *but {
                        history.world.store_one(&message.call_id, message.version.unwrap()).await;
                    }
                }
            }
            Step::ListFails(times) => {
                let failure = Failure::Status(http_status());
                history.world.graph.fail(Target::List, failure, *times);
            }
            Step::Restart => history.world.restart(),
        }
        history.claims_are_true().await?;
    }
    // At the end all is well again: everything is published, found, stored, and claimed.
    history.world.graph.cancel_failures();
    let last = calls.iter().map(Happening::published_at).max().unwrap_or_else(noon);
    let world = &history.world;
    world.clock.advance(Duration::try_from(world.now().duration_until(last)).unwrap_or_default());
    world.later(3 * 24 * 60);
    for _ in 0..3 {
        world.run(Trigger::Everything).await;
        world.consume().await;
        world.later(24 * 60);
    }
    let run = world.run(Trigger::Due).await;
    prop_assert_eq!((run.still_missing, run.still_stale), (0, 0));
    prop_assert_eq!(run.complete_up_to, Some(world.now() - minutes(160)));
    for (place, call) in calls.iter().enumerate() {
        let version = world.store.version(&History::id(place)).await.unwrap();
        prop_assert_eq!(version, Some(1 + i64::from(call.next_version_after.is_some())));
    }
    history.claims_are_true().await
}

/// Graph lists calls by their start, so that a list of the time since the mark would not show it.
#[tokio::test]
async fn a_meeting_of_thirty_hours_that_ended_after_the_mark_holds_it_back() {
    let world = World::new().await;
    let (started_at, ended_at) = (noon() - minutes(30 * 60 + 150), noon() - minutes(150));
    let meeting = record("meeting", 1, started_at, ended_at);
    world.graph.publish_at(noon() + minutes(5), &meeting).unwrap();
    let first = world.run(Trigger::Due).await;
    assert_eq!(first.complete_up_to, Some(noon() - minutes(160)));
    world.later(100);
    let second = world.run(Trigger::Due).await;
    assert_eq!((second.found.missing, second.complete_up_to), (1, Some(ended_at)));
    world.consume().await;
    let third = world.run(Trigger::Due).await;
    assert!(third.complete_up_to.unwrap() > ended_at);
}

fn http_status() -> http::StatusCode {
    http::StatusCode::SERVICE_UNAVAILABLE
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn complete_up_to_never_claims_more_than_is_true(
        calls in proptest::collection::vec(happening(), 1..40),
        steps in proptest::collection::vec(step(), 4..18),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(live_through(&calls, &steps))?;
    }
}
