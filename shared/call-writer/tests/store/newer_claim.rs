//! A revision of the stored version gives way to a newer version that is being written.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use call_table::{item, keys};
use call_writer::RecountOptions;
use rstest::rstest;

use crate::disturbed::{Between, interrupted};
use crate::invented::{Meeting, TENANT};
use crate::world::{TABLE, World, deliver, now, person, soon};

/// A revision that gives way tries again with a backoff of seconds. What it does wrong it does at once.
const LONG_ENOUGH: Duration = Duration::from_millis(400);

/// The claim of a writer of version 2 that has just begun.
fn claim(client: aws_sdk_dynamodb::Client) -> Between {
    Box::pin(async move {
        client
            .update_item()
            .table_name(TABLE)
            .set_key(Some(item::key(&keys::call("a"), keys::RECORD)))
            .update_expression("SET claim = :two, claim_plan = :plan")
            .expression_attribute_values(":two", AttributeValue::N("2".to_owned()))
            .expression_attribute_values(":plan", AttributeValue::S("newer".to_owned()))
            .send()
            .await
            .unwrap();
    })
}

#[derive(Debug, Clone, Copy)]
enum Work {
    Recount,
    Forget,
}

/// A call counted by older definitions, so that recounting has something to do.
async fn older() -> World {
    let world = World::new().await;
    deliver(&world.writer, &Meeting::of("a", 1, 0..3)).await.unwrap();
    let mut record = world.item(&keys::call("a"), keys::RECORD).await.unwrap();
    record.remove("definitions_version");
    world.put(record).await;
    world
}

async fn work(world: &World, work: Work) {
    let done = async {
        match work {
            Work::Recount => {
                let options = RecountOptions { home_tenant: Some(TENANT), classifier: None };
                drop(world.writer.recount(options, |_, _| {}).await);
            }
            Work::Forget => drop(world.writer.forget(&person(1), now(), soon()).await),
        }
    };
    let _ = tokio::time::timeout(LONG_ENOUGH, done).await;
}

#[rstest]
#[case::recount(Work::Recount)]
#[case::forget(Work::Forget)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_revision_takes_over_the_claim_of_a_newer_version(#[case] revision: Work) {
    let (mut pause, mut claims) = (0, 0);
    loop {
        let world = older().await;
        let client = world.client.clone();
        let between = move || claim(client.clone());
        let (requests, ()) = interrupted(&world, pause, work(&world, revision), between).await;
        if requests <= pause {
            break;
        }
        let record = world.item(&keys::call("a"), keys::RECORD).await.unwrap();
        let claimed = (item::number(&record, "claim"), item::text(&record, "claim_plan"));
        assert_eq!(claimed, (Some(2), Some("newer")), "{revision:?} interrupted at {pause}");
        (pause, claims) = (pause + 1, claims + 1);
    }
    assert!(claims >= 8, "only {claims} requests were interrupted");
}
