//! The webhook never lies: what it did not acknowledge comes again, and nothing is lost, whatever SQS
//! does. In virtual time, so that time-outs are exact whatever the machine is busy with.

use std::time::Duration;

use aws_stand_ins::{Fault, RequestInfo};
use fake_graph::Delivery;
use rstest::rstest;
use teams_calls::system::{Settings, System};

use crate::invented_organisation::bare_call;
use crate::virtual_time;

const CALLS: usize = 60;

/// Twenty notifications travel in one body, which the webhook sends on in two batches.
async fn system() -> System {
    let delivery = Delivery {
        largest_batch: 20,
        gather_for: Duration::from_millis(200),
        ..Delivery::default()
    };
    virtual_time::system(Settings { delivery, ..Settings::quiet() }).await
}

/// For a minute, SQS does this to every batch that the webhook sends.
fn spoil_a_minute(system: &System, fault: fn(&RequestInfo) -> Fault) {
    let (clock, until) = (system.clock().clone(), system.now() + Duration::from_secs(60));
    system.sqs().faults().set(move |request| {
        let is_spoiled = request.action == "SendMessageBatch" && clock.now() < until;
        if is_spoiled { fault(request) } else { Fault::None }
    });
}

/// The place of one of the calls in a batch, if it is there.
fn place_of_call_7(request: &RequestInfo) -> Option<usize> {
    let request = request.json();
    let entries = request["Entries"].as_array()?;
    let is_it = |body: &str| body.contains("\"call-7\"");
    entries.iter().position(|entry| entry["MessageBody"].as_str().is_some_and(is_it))
}

async fn assert_all_came_in_the_end(system: &System, comes_again: bool) {
    for number in 0..CALLS {
        system.graph().publish(&bare_call(&format!("call-{number}"))).unwrap();
    }
    assert!(system.graph().is_quiet_within(Duration::from_secs(3_600)).await);
    system.drained(Duration::from_secs(3_600)).await.unwrap();
    let compared = system.compare_with_graph().await.unwrap();
    assert_eq!((compared.stored, compared.missing), (CALLS, 0));

    let counters = system.graph().counters();
    assert_eq!((counters.given_up, counters.lost_to_slowness), (0, 0));
    assert_eq!(counters.refused > 0, comes_again, "{counters:?}");
    assert_eq!(counters.deliveries, counters.delivered + counters.refused);
    // By the function's own clock; Graph calls 3 s slow.
    let answers = system.metrics().webhook.of("AnswerTime");
    assert!(!answers.is_empty());
    let slowest = answers.into_iter().fold(0.0, f64::max);
    assert!(slowest < 2_020.0, "an answer took {slowest} ms");
}

#[rstest]
#[case::failing(|_: &RequestInfo| Fault::ErrorBefore(500, "InternalFailure"))]
#[case::failing_after_it_took_them(|_: &RequestInfo| Fault::ErrorAfter(500, "InternalFailure"))]
#[case::throttling(|_: &RequestInfo| Fault::ErrorBefore(403, "RequestThrottled"))]
#[case::denying(|_: &RequestInfo| Fault::ErrorBefore(403, "AccessDenied"))]
#[case::silent(|_: &RequestInfo| Fault::Hang)]
#[case::too_slow(|_: &RequestInfo| Fault::DelayAfter(Duration::from_secs(30)))]
#[case::resetting(|_: &RequestInfo| Fault::DropBefore)]
#[case::resetting_after_it_took_them(|_: &RequestInfo| Fault::DropAfter)]
#[case::leaving_out_all(|_: &RequestInfo| Fault::LeaveOut((0..10).collect()))]
#[case::leaving_out_one_of_ten(|request: &RequestInfo| {
    place_of_call_7(request).map_or(Fault::None, |place| Fault::LeaveOut(vec![place]))
})]
#[case::failing_for_one_batch_of_two(|request: &RequestInfo| {
    place_of_call_7(request).map_or(Fault::None, |_| Fault::ErrorBefore(500, "InternalFailure"))
})]
#[case::silent_for_one_batch_of_two(|request: &RequestInfo| {
    place_of_call_7(request).map_or(Fault::None, |_| Fault::Hang)
})]
#[tokio::test(start_paused = true)]
async fn what_was_not_acknowledged_is_retried_until_it_is_stored(
    #[case] fault: fn(&RequestInfo) -> Fault,
) {
    let system = system().await;
    spoil_a_minute(&system, fault);
    assert_all_came_in_the_end(&system, true).await;
}

#[tokio::test(start_paused = true)]
async fn what_sqs_accepts_late_but_in_time_is_acknowledged_and_not_retried() {
    let system = system().await;
    spoil_a_minute(&system, |_| Fault::Delay(Duration::from_millis(400)));
    assert_all_came_in_the_end(&system, false).await;
}
