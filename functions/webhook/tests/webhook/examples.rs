use call_queue::LifecycleEvent;
use rstest::rstest;

use crate::system::{STATE, System, TENANT, event};

/// The documentation's bodies with our client state and tenant in the place of its placeholders.
fn ours(payload: &str) -> String {
    payload
        .replace("{Secret client state}", STATE)
        .replace("{secret client state}", STATE)
        .replace("<secretClientState>", STATE)
        .replace("{Organization/Tenant id}", TENANT)
        .replace("<tenant_guid>", TENANT)
}

#[rstest]
#[case::current(include_str!("../../../../tests/payloads/notification-callrecord-docs-current.json"))]
#[case::of_2023(include_str!("../../../../tests/payloads/notification-callrecord-docs-2023.json"))]
#[tokio::test]
async fn the_documented_notification_is_enqueued(#[case] payload: &str) {
    let system = System::start().await;
    assert_eq!(system.post(&ours(payload)).await, 202);
    assert_eq!(system.queued_calls(), ["{Call id}"]);
    assert!(system.queued_events().is_empty());
}

#[rstest]
#[case::current(include_str!("../../../../tests/payloads/notification-callrecord-docs-current.json"))]
#[case::of_2023(include_str!("../../../../tests/payloads/notification-callrecord-docs-2023.json"))]
#[case::an_event(include_str!("../../../../tests/payloads/lifecycle-missed.json"))]
#[tokio::test]
async fn a_documented_body_with_its_own_placeholders_is_not(#[case] payload: &str) {
    let system = System::start().await;
    assert_eq!(system.post(payload).await, 202);
    assert!(system.queued_calls().is_empty());
    assert!(system.queued_events().is_empty());
    assert_eq!(system.metrics.sum("Rejected"), 1.0);
}

#[rstest]
#[case::missed(include_str!("../../../../tests/payloads/lifecycle-missed.json"), LifecycleEvent::Missed)]
#[case::removed(
    include_str!("../../../../tests/payloads/lifecycle-subscriptionRemoved.json"),
    LifecycleEvent::SubscriptionRemoved
)]
#[case::reauthorization(
    include_str!("../../../../tests/payloads/lifecycle-reauthorizationRequired.json"),
    LifecycleEvent::ReauthorizationRequired
)]
#[case::the_placeholder(
    include_str!("../../../../tests/payloads/lifecycle-docs-current.json"),
    LifecycleEvent::Other("subscriptionRemoved or missed or reauthorizationRequired".to_owned())
)]
#[tokio::test]
async fn a_documented_event_goes_to_the_lifecycle_queue_from_either_path(
    #[case] payload: &str,
    #[case] expected: LifecycleEvent,
) {
    let system = System::start().await;
    for path in ["/lifecycle", "/notifications"] {
        let response = system.handle(event("POST", path, "", Some(&ours(payload)))).await;
        assert_eq!(response.status(), 202);
    }
    let events = system.queued_events();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.event == expected));
    assert!(events[0].subscription_expires_at.is_some());
    assert!(system.queued_calls().is_empty());
}
