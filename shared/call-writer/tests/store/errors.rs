//! What DynamoDB answers becomes what the caller should do.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_stand_ins::Fault;
use call_table::TableError;
use call_writer::Committed;
use tokio::time::Instant;

use crate::invented::Meeting;
use crate::world::{World, call_of, deliver, now};

/// Lets the first `n` transactions meet `fault`; returns a count of all.
fn first_transactions(world: &World, n: usize, fault: Fault) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let seen = count.clone();
    world.faults().set(move |request| {
        if request.action != "TransactWriteItems" {
            return Fault::None;
        }
        if seen.fetch_add(1, Ordering::SeqCst) < n { fault.clone() } else { Fault::None }
    });
    count
}

#[tokio::test]
async fn a_conflict_is_tried_again() {
    let world = World::new().await;
    let attempts = first_transactions(&world, 3, Fault::TransactionConflict);
    let committed = deliver(&world.writer, &Meeting::of("c", 1, 0..3)).await.unwrap();
    assert_eq!(committed, Committed::Stored { replaced: None });
    assert_eq!(attempts.load(Ordering::SeqCst), 4);
    world.assert_sound().await;
}

#[tokio::test]
async fn throttling_is_tried_again() {
    let world = World::new().await;
    let fault = Fault::ErrorBefore(400, "ProvisionedThroughputExceededException");
    first_transactions(&world, 3, fault);
    deliver(&world.writer, &Meeting::of("c", 1, 0..3)).await.unwrap();
    world.assert_sound().await;
}

#[tokio::test]
async fn a_transaction_whose_answer_was_lost_is_counted_once() {
    for people in [3, 130] {
        let world = World::new().await;
        first_transactions(&world, 2, Fault::DropAfter);
        let committed = deliver(&world.writer, &Meeting::of("c", 1, 0..people)).await.unwrap();
        assert_eq!(committed, Committed::Stored { replaced: None });
        world.assert_sound().await;
    }
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_recognised() {
    let world = World::new().await;
    let lost = AtomicUsize::new(0);
    world.faults().set(move |request| {
        let first = request.action == "UpdateItem" && lost.fetch_add(1, Ordering::SeqCst) == 0;
        if first { Fault::DropAfter } else { Fault::None }
    });
    deliver(&world.writer, &Meeting::of("c", 1, 0..130)).await.unwrap();
    world.assert_sound().await;
}

#[tokio::test]
async fn endless_conflict_is_contention() {
    let world = World::new().await;
    first_transactions(&world, usize::MAX, Fault::TransactionConflict);
    let failed = deliver(&world.writer, &Meeting::of("c", 1, 0..3)).await;
    assert_eq!(failed, Err(TableError::Contended));
}

#[tokio::test]
async fn a_permission_that_is_missing_is_named() {
    let world = World::new().await;
    world.faults().set(|_| Fault::ErrorBefore(400, "AccessDeniedException"));
    let Err(TableError::Misconfigured(sentence)) = world.table.version("c").await else {
        panic!("access was not denied");
    };
    assert!(sentence.contains("dynamodb:GetItem"), "{sentence}");
}

#[tokio::test]
async fn a_table_that_does_not_exist_is_named() {
    let world = World::new().await;
    let config = call_table::TableConfig::new("another");
    let store = call_table::CallTable::new(world.client.clone(), config);
    let Err(TableError::Misconfigured(sentence)) = store.version("c").await else {
        panic!("the table exists");
    };
    assert!(sentence.contains("another"), "{sentence}");
    assert!(sentence.contains("TABLE_NAME"), "{sentence}");
}

#[tokio::test]
async fn nothing_is_begun_when_no_time_is_left() {
    let world = World::new().await;
    let meeting = Meeting::of("c", 1, 0..3);
    let requests = world.faults().requests();
    let deadline = Instant::now() + Duration::from_millis(100);
    let mut writer = world.writer.version("c", 1, now(), deadline);
    crate::world::add(&mut writer, &meeting.pages()).await.unwrap();
    assert_eq!(writer.commit(&call_of(&meeting)).await, Err(TableError::OutOfTime));
    assert_eq!(world.faults().requests(), requests);
}

#[tokio::test]
async fn a_large_call_that_runs_out_of_time_is_finished_by_the_next_delivery() {
    let world = World::new().await;
    world.faults().set(|request| match request.action.as_str() {
        "TransactWriteItems" => Fault::Delay(Duration::from_millis(300)),
        _ => Fault::None,
    });
    let meeting = Meeting::of("c", 1, 0..300);
    let mut attempts = 0;
    while world.table.version("c").await.unwrap().is_none() {
        attempts += 1;
        assert!(attempts < 10, "it never ends");
        let mut writer =
            world.writer.version("c", 1, now(), Instant::now() + Duration::from_millis(1_800));
        if crate::world::add(&mut writer, &meeting.pages()).await.is_ok() {
            let committed = writer.commit(&call_of(&meeting)).await;
            assert!(matches!(committed, Ok(_) | Err(TableError::OutOfTime)), "{committed:?}");
        }
    }
    assert!(attempts > 1, "the time was enough for all");
    world.faults().clear();
    world.assert_sound().await;
}

#[tokio::test]
async fn pages_and_call_of_different_versions_are_refused() {
    let world = World::new().await;
    let writer = world.writer.version("c", 2, now(), crate::world::soon());
    let committed = writer.commit(&call_of(&Meeting::of("c", 1, 0..3))).await;
    assert!(matches!(committed, Err(TableError::Corrupt(_))), "{committed:?}");
}

/// The tokens of the transactions of one call that met `fault` twice.
async fn tokens_after(fault: Fault) -> Vec<String> {
    let world = World::new().await;
    let tokens = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = tokens.clone();
    world.faults().set(move |request| {
        if request.action != "TransactWriteItems" {
            return Fault::None;
        }
        let mut seen = seen.lock().unwrap();
        seen.push(request.json()["ClientRequestToken"].as_str().unwrap().to_owned());
        if seen.len() <= 2 { fault.clone() } else { Fault::None }
    });
    deliver(&world.writer, &Meeting::of("c", 1, 0..3)).await.unwrap();
    world.assert_sound().await;
    let tokens = tokens.lock().unwrap();
    tokens.clone()
}

/// A cancelled transaction had no effect. Under its token DynamoDB would answer the next attempt for ten
/// minutes as it answered the first.
#[tokio::test]
async fn after_a_conflict_the_transaction_has_another_token() {
    let tokens = tokens_after(Fault::TransactionConflict).await;
    let different: std::collections::BTreeSet<_> = tokens.iter().collect();
    assert_eq!((tokens.len(), different.len()), (3, 3), "{tokens:?}");
}

/// It may have taken effect, and the token is how DynamoDB knows it again.
#[tokio::test]
async fn after_a_lost_answer_the_transaction_has_the_same_token() {
    let tokens = tokens_after(Fault::DropAfter).await;
    let different: std::collections::BTreeSet<_> = tokens.iter().collect();
    assert!(tokens.len() > 1 && different.len() == 1, "{tokens:?}");
}
