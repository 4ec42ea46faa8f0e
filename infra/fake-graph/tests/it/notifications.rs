//! Notifications: to whom, how often, in what order.

use std::time::Duration;

use fake_graph::{Delivery, Faults, Lifecycle, NotificationFaults, Options};
use reqwest::Method;
use rstest::rstest;

use crate::endpoint::Endpoint;
use crate::tenant::{Tenant, record};

/// Retries come at once.
fn quick(options: &mut Options) {
    options.delivery = Delivery { time_scale: 0.0, largest_batch: 1, ..Delivery::default() };
}

async fn subscribed(change: impl FnOnce(&mut Options)) -> (Tenant, Endpoint) {
    let tenant = Tenant::with(change).await;
    let endpoint = Endpoint::start().await;
    tenant.subscribe(&endpoint.url).await;
    (tenant, endpoint)
}

fn faults(notifications: NotificationFaults) -> Faults {
    Faults { notifications, ..Faults::default() }
}

#[rstest]
#[case("updated", &["updated", "updated", "updated"])]
#[case("created", &["created"])]
#[case("created,updated", &["created", "updated", "updated", "updated"])]
#[tokio::test]
async fn a_subscriber_hears_of_the_changes_that_it_asked_for(
    #[case] change_type: &str,
    #[case] expected: &[&str],
) {
    let tenant = Tenant::with(quick).await;
    let endpoint = Endpoint::start().await;
    let mut body = tenant.subscription(&endpoint.url);
    body["changeType"] = change_type.into();
    assert_eq!(tenant.send(Method::POST, "/subscriptions", &body).await.status, 201);
    for version in 1..=3 {
        tenant.graph.publish(&record("a", version, 1, 1)).unwrap();
        tenant.quiet().await;
    }
    let mut heard: Vec<_> = endpoint.notifications();
    // Two that are sent at once may overtake each other.
    heard.sort_by_key(|notification| notification["changeType"].as_str().map(str::to_owned));
    let heard: Vec<_> = heard.iter().map(|notification| &notification["changeType"]).collect();
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn a_filtered_subscription_hears_of_its_participants_only() {
    let tenant = Tenant::with(quick).await;
    let endpoint = Endpoint::start().await;
    let mut body = tenant.subscription(&endpoint.url);
    let wanted = "00000000-0000-4000-8000-000000000004";
    body["resource"] =
        format!("communications/callRecords?$filter=participants/any(p:p/id eq '{wanted}')").into();
    assert_eq!(tenant.send(Method::POST, "/subscriptions", &body).await.status, 201);
    tenant.graph.publish(&record("few", 1, 1, 2)).unwrap();
    tenant.graph.publish(&record("many", 1, 1, 9)).unwrap();
    tenant.quiet().await;
    assert_eq!(endpoint.ids(), ["many"]);
}

#[rstest]
#[case::server_error(&[503, 500, 202], 3, 1, 0)]
#[case::client_error(&[404, 202], 2, 1, 0)]
#[case::redirect(&[302, 200], 2, 1, 0)]
#[tokio::test]
async fn a_notification_that_is_not_accepted_is_retried_with_the_same_content(
    #[case] answers: &[u16],
    #[case] deliveries: u64,
    #[case] delivered: u64,
    #[case] given_up: u64,
) {
    let (tenant, endpoint) = subscribed(quick).await;
    endpoint.answer_with(answers);
    tenant.graph.notify("a");
    tenant.quiet().await;
    let bodies = endpoint.bodies();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    let counters = tenant.graph.counters();
    let counted = (counters.deliveries, counters.delivered, counters.given_up);
    assert_eq!(counted, (deliveries, delivered, given_up));
}

#[tokio::test]
async fn retries_wait_longer_each_time_and_end_after_four_hours() {
    let (tenant, endpoint) = subscribed(|_| {}).await;
    endpoint.answer_with(&[500; 100]);
    tenant.graph.notify("a");
    // The clock stands, so that every wait has to be passed by hand.
    for _ in 0..4 * 60 * 2 {
        tenant.clock.advance(Duration::from_secs(30));
        if tenant.graph.counters().given_up > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(8)).await;
    }
    tenant.quiet().await;
    let counters = tenant.graph.counters();
    assert_eq!((counters.given_up, counters.delivered), (1, 0));
    // 5, 10, 20, … s up to 10 min: some thirty attempts in four hours.
    assert!((15..40).contains(&counters.deliveries), "{} attempts", counters.deliveries);
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_no_answer() {
    let (tenant, endpoint) = subscribed(|options| {
        options.delivery = Delivery {
            time_scale: 0.0,
            give_up_after: Duration::ZERO,
            timeout: Duration::from_millis(50),
            retry_timeout: Duration::from_millis(400),
            ..Delivery::default()
        };
    })
    .await;
    endpoint.delay(Duration::from_millis(150));
    tenant.graph.notify("a");
    tenant.quiet().await;
    let counters = tenant.graph.counters();
    assert_eq!(endpoint.ids(), ["a", "a"], "the retry may take longer");
    assert_eq!((counters.slow, counters.very_slow, counters.delivered), (2, 0, 1));
}

#[tokio::test]
async fn several_notifications_share_a_body() {
    let (tenant, endpoint) = subscribed(|options| {
        options.delivery.gather_for = Duration::from_secs(1);
        options.delivery.largest_batch = 4;
    })
    .await;
    for n in 0..10 {
        tenant.graph.notify(&n.to_string());
    }
    tenant.clock.advance(Duration::from_secs(1));
    tenant.quiet().await;
    let mut sizes: Vec<_> = endpoint
        .bodies()
        .iter()
        .map(|(_, body)| body["value"].as_array().expect("an array").len())
        .collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [2, 4, 4]);
}

#[tokio::test]
async fn chance_drops_repeats_and_holds_back() {
    let (tenant, endpoint) = subscribed(|options| {
        quick(options);
        options.faults = faults(NotificationFaults {
            duplicated: 0.3,
            dropped: 0.2,
            held_back: 0.3,
            held_back_for: Duration::from_mins(10),
        });
    })
    .await;
    let sent: Vec<_> = (0..100).map(|n| format!("{n:03}")).collect();
    for id in &sent {
        tenant.graph.notify(id);
    }
    for _ in 0..60 {
        tenant.clock.advance(Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    tenant.clock.advance(Duration::from_mins(20));
    tenant.quiet().await;
    let counters = tenant.graph.counters();
    assert_eq!(counters.notifications, 100);
    assert!((5..40).contains(&counters.dropped));
    assert!((10..50).contains(&counters.duplicated));
    assert!((10..50).contains(&counters.held_back));
    let heard = endpoint.ids();
    let expected = counters.notifications - counters.dropped + counters.duplicated;
    assert_eq!(heard.len() as u64, expected);
    assert!(!heard.is_sorted(), "later ones overtook earlier ones");
}

#[tokio::test]
async fn a_slow_endpoint_loses_what_comes_then() {
    let (tenant, endpoint) = subscribed(|options| {
        options.delivery = Delivery {
            give_up_after: Duration::ZERO,
            largest_batch: 1,
            // No retry is needed to be very slow.
            timeout: Duration::from_millis(30),
            retry_timeout: Duration::from_millis(20),
            punishes_slowness: true,
            ..Delivery::default()
        };
    })
    .await;
    endpoint.delay(Duration::from_millis(200));
    for n in 0..30 {
        tenant.graph.notify(&n.to_string());
    }
    tenant.quiet().await;
    endpoint.delay(Duration::ZERO);
    tenant.graph.notify("lost");
    tenant.clock.advance(Duration::from_mins(11));
    tenant.graph.notify("heard");
    assert_eq!(tenant.graph.counters().lost_to_slowness, 1);
}

#[rstest]
#[case(Lifecycle::ReauthorizationRequired, "reauthorizationRequired")]
#[case(Lifecycle::SubscriptionRemoved, "subscriptionRemoved")]
#[case(Lifecycle::Missed, "missed")]
#[case(Lifecycle::Other("subscriptionPaused".into()), "subscriptionPaused")]
#[tokio::test]
async fn lifecycle_events_go_to_their_own_address(#[case] event: Lifecycle, #[case] name: &str) {
    let (tenant, endpoint) = subscribed(quick).await;
    let id = tenant.graph.subscriptions()[0].id.clone();
    assert!(tenant.graph.send_lifecycle(&id, &event));
    tenant.quiet().await;
    let bodies = endpoint.bodies();
    assert_eq!(bodies[0].0, "/notifications/lifecycle");
    assert_eq!(bodies[0].1["value"][0]["lifecycleEvent"], name);
    assert!(!tenant.graph.send_lifecycle("nobody", &event));
}

#[tokio::test]
async fn a_planned_change_is_neither_read_nor_notified_before_its_time() {
    let (tenant, endpoint) = subscribed(quick).await;
    let at = tenant.clock.now() + jiff::SignedDuration::from_mins(30);
    tenant.graph.publish_at(at, &record("a", 1, 1, 1)).unwrap();
    assert_eq!(tenant.get("/communications/callRecords/a").await.status, 404);
    assert!(endpoint.ids().is_empty());
    tenant.clock.advance(Duration::from_mins(30));
    assert_eq!(tenant.get("/communications/callRecords/a").await.status, 200);
    tenant.quiet().await;
    assert_eq!(endpoint.ids(), ["a"]);
}

#[tokio::test]
async fn a_handshake_can_come_at_any_time() {
    let (tenant, endpoint) = subscribed(quick).await;
    assert!(tenant.graph.revalidate(&endpoint.url).await);
    assert_eq!(endpoint.handshakes().len(), 3);
}
