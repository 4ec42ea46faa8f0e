//! Forgetting that is killed, and forgetting beside other writers.

use call_records::AudioClassifier;
use call_writer::RecountOptions;
use rstest::rstest;

use crate::disturbed::{Between, interrupted, killed};
use crate::forget::{assert_gone, forget, stored};
use crate::invented::Meeting;
use crate::world::{World, deliver, now, person, soon};

/// Killed before each of its requests, or before the answer to one, and run again.
#[tokio::test]
async fn forgetting_can_be_stopped_anywhere_and_run_again() {
    for after in [false, true] {
        let mut request = 0;
        loop {
            let world = World::new().await;
            deliver(&world.writer, &Meeting::of("a", 1, 0..3)).await.unwrap();
            deliver(&world.writer, &Meeting::of("c", 1, [1, 2])).await.unwrap();
            let got_far = killed(&world, request, after, forget(&world, 1)).await;
            let forgotten = forget(&world, 1).await.unwrap();
            assert!(forgotten.complete, "request {request}, after {after}");
            assert_gone(&world, 1).await;
            world.assert_sound().await;
            if !got_far {
                break;
            }
            request += 1;
        }
        assert!(request >= 20, "only {request} requests were disturbed");
    }
}

#[tokio::test]
async fn a_call_that_is_just_being_stored_is_left_for_the_next_run() {
    let world = stored().await;
    let newer = Meeting::of("b", 3, 1..140);
    world.stop_at_transaction(&newer, 2).await;
    assert!(!forget(&world, 1).await.unwrap().complete);
    // Its message is redelivered.
    deliver(&world.writer, &newer).await.unwrap();
    assert_gone(&world, 1).await;
    assert!(forget(&world, 1).await.unwrap().complete);
    world.assert_sound().await;
}

/// A writer that is suspended before each of its requests in turn, while a person in its call is
/// forgotten.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_writer_that_runs_beside_forgetting_does_not_bring_the_person_back() {
    let mut pause = 0;
    loop {
        let world = World::new().await;
        deliver(&world.writer, &Meeting::of("a", 1, 0..3)).await.unwrap();
        let writer = world.writer.clone();
        let between = move || -> Between {
            let writer = writer.clone();
            Box::pin(async move {
                writer.forget(&person(1), now(), soon()).await.unwrap();
            })
        };
        let newer = Meeting::of("a", 2, 0..4);
        let delivery = deliver(&world.writer, &newer);
        let (requests, delivered) = interrupted(&world, pause, delivery, between).await;
        delivered.unwrap();
        if requests <= pause {
            break;
        }
        assert_gone(&world, 1).await;
        world.assert_sound().await;
        pause += 1;
    }
    assert!(pause >= 6, "only {pause} requests were interrupted");
}

/// A redelivered message sweeps its call at any time, and recounting may come at any time.
#[rstest]
#[case::sweeping(false)]
#[case::recounting(true)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_runs_between_any_two_requests_of_forgetting_does_not_remove_redacted_pages(
    #[case] recounting: bool,
) {
    let mut pause = 0;
    loop {
        let world = World::new().await;
        deliver(&world.writer, &Meeting::of("a", 1, 0..3)).await.unwrap();
        let other = AudioClassifier::ALL
            .into_iter()
            .find(|classifier| *classifier != AudioClassifier::default());
        let writer = world.writer.clone();
        let between = move || -> Between {
            let writer = writer.clone();
            Box::pin(async move {
                if recounting {
                    let options = RecountOptions { home_tenant: None, classifier: other };
                    writer.recount(options, |_, _| {}).await.unwrap();
                } else {
                    writer.sweep("a").await.ok();
                }
            })
        };
        let (requests, forgotten) = interrupted(&world, pause, forget(&world, 1), between).await;
        assert!(forgotten.unwrap().complete, "before request {pause}");
        assert!(!world.table.raw_pages("a").await.unwrap().is_empty());
        assert_gone(&world, 1).await;
        world.assert_sound().await;
        if requests <= pause {
            break;
        }
        pause += 1;
    }
    assert!(pause >= 12, "only {pause} requests were interrupted");
}
