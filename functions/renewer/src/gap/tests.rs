use msgraph::{CALL_RECORDS_RESOURCE, CHANGE_TYPE, Subscription};
use rstest::rstest;

use super::*;
use crate::plan::{KnownSubscription, plan};

const HOOK: &str = "https://hook.contoso.example/notifications";
const LIFECYCLE: &str = "https://hook.contoso.example/lifecycle";
const NOON: &str = "2026-11-23T12:00:00Z";
const CONFIRMED: &str = "2026-11-23T11:00:00Z";

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn right() -> Subscription {
    Subscription {
        id: "a".to_owned(),
        resource: CALL_RECORDS_RESOURCE.to_owned(),
        application_id: None,
        change_type: CHANGE_TYPE.to_owned(),
        notification_url: HOOK.to_owned(),
        lifecycle_notification_url: Some(LIFECYCLE.to_owned()),
        expires_at: at("2026-11-25T12:00:00Z"),
    }
}

fn elsewhere() -> Subscription {
    Subscription {
        notification_url: "https://old.contoso.example/notifications".to_owned(),
        ..right()
    }
}

fn without_lifecycle() -> Subscription {
    Subscription { lifecycle_notification_url: None, ..right() }
}

fn remember(client_state: Option<&str>) -> Option<KnownSubscription> {
    Some(KnownSubscription {
        id: "a".to_owned(),
        fingerprint: client_state.map(Fingerprint::of),
        renewed_at: Some(at("2026-11-23T02:00:00Z")),
    })
}

/// The client state in use is `new`, the webhook also accepts `old`, and no longer `oldest`.
fn gap_of(
    found: Vec<Subscription>,
    known: Option<KnownSubscription>,
    history: &History,
) -> Option<OpenGap> {
    let desired = Desired {
        notification_url: HOOK.parse().unwrap(),
        lifecycle_notification_url: LIFECYCLE.parse().unwrap(),
        fingerprint: Fingerprint::of("new"),
    };
    let actual = Actual { found, known, ..Actual::default() };
    let actions = plan(&desired, &actual, at(NOON));
    from_plan(&desired, &actual, history, &actions, at(NOON))
}

fn confirm() -> History {
    History {
        confirmed_at: Some(at(CONFIRMED)),
        expires_at: Some(at("2026-11-25T12:00:00Z")),
        accepted: vec![Fingerprint::of("new"), Fingerprint::of("old")],
    }
}

#[rstest]
#[case::all_is_well(vec![right()], remember(Some("new")), None)]
#[case::only_renewed(
    vec![Subscription { expires_at: at("2026-11-23T13:00:00Z"), ..right() }],
    remember(Some("new")),
    None
)]
#[case::gone(vec![], remember(Some("new")), Some((CONFIRMED, GapReason::SubscriptionMissing)))]
#[case::elsewhere(
    vec![elsewhere()],
    remember(Some("new")),
    Some((CONFIRMED, GapReason::NotificationUrlChanged))
)]
#[case::rotated_while_both_are_accepted(
    vec![right()],
    remember(Some("old")),
    Some((NOON, GapReason::SubscriptionReplaced))
)]
#[case::rotated_and_refused_since_then(
    vec![right()],
    remember(Some("oldest")),
    Some((CONFIRMED, GapReason::SubscriptionReplaced))
)]
#[case::rotated_and_elsewhere(
    vec![elsewhere()],
    remember(Some("old")),
    Some((CONFIRMED, GapReason::SubscriptionReplaced))
)]
#[case::without_a_lifecycle_url(
    vec![without_lifecycle()],
    remember(Some("new")),
    Some((NOON, GapReason::SubscriptionReplaced))
)]
#[case::of_an_unknown_client_state(
    vec![right()],
    remember(None),
    Some((CONFIRMED, GapReason::SubscriptionReplaced))
)]
#[case::that_nobody_remembers(
    vec![right()],
    None,
    Some((CONFIRMED, GapReason::SubscriptionReplaced))
)]
fn a_gap_begins_when_the_subscription_was_last_healthy(
    #[case] found: Vec<Subscription>,
    #[case] known: Option<KnownSubscription>,
    #[case] expected: Option<(&str, GapReason)>,
) {
    let expected = expected.map(|(from, reason)| OpenGap { from: at(from), reason });
    assert_eq!(gap_of(found, known, &confirm()), expected);
}

#[test]
fn a_subscription_that_is_gone_after_its_time_had_expired() {
    let history = History { expires_at: Some(at("2026-11-23T11:30:00Z")), ..confirm() };
    let gap = gap_of(vec![], remember(Some("new")), &history).unwrap();
    assert_eq!(gap, OpenGap { from: at(CONFIRMED), reason: GapReason::SubscriptionExpired });
}

#[test]
fn the_first_subscription_closes_no_gap() {
    assert_eq!(gap_of(vec![], None, &History::default()), None);
}

#[test]
fn without_a_confirmation_the_last_renewal_counts() {
    let gap = gap_of(vec![], remember(Some("new")), &History::default()).unwrap();
    assert_eq!(gap.from, at("2026-11-23T02:00:00Z"));
}

fn message(event: LifecycleEvent, received_at: &str) -> LifecycleMessage {
    LifecycleMessage {
        event,
        subscription_id: Some("a".to_owned()),
        received_at: at(received_at),
        subscription_expires_at: None,
    }
}

#[rstest]
#[case::only_to_reauthorize(LifecycleEvent::ReauthorizationRequired, None)]
#[case::removed(
    LifecycleEvent::SubscriptionRemoved,
    Some((CONFIRMED, GapReason::SubscriptionRemoved))
)]
#[case::missed(
    LifecycleEvent::Missed,
    Some(("2026-11-23T07:50:00Z", GapReason::NotificationsMissed))
)]
#[case::something_new(
    LifecycleEvent::Other("somethingNew".to_owned()),
    Some(("2026-11-23T07:50:00Z", GapReason::UnknownLifecycleEvent))
)]
fn what_graph_reports_as_lost_may_be_as_old_as_its_retries(
    #[case] event: LifecycleEvent,
    #[case] expected: Option<(&str, GapReason)>,
) {
    let messages = [message(event, "2026-11-23T11:50:00Z")];
    let expected = expected.map(|(from, reason)| OpenGap { from: at(from), reason });
    assert_eq!(from_messages(&messages, Some(at(CONFIRMED))), expected);
}

#[test]
fn several_losses_are_one_gap_that_covers_them_all() {
    let messages = [
        message(LifecycleEvent::Missed, "2026-11-23T11:50:00Z"),
        message(LifecycleEvent::SubscriptionRemoved, "2026-11-23T11:55:00Z"),
        message(LifecycleEvent::Missed, "2026-11-23T11:40:00Z"),
    ];
    let gap = from_messages(&messages, Some(at(CONFIRMED))).unwrap().close_at(at(NOON));
    assert_eq!(gap.from, at("2026-11-23T07:40:00Z"));
    assert_eq!(gap.to, at(NOON));
    assert_eq!(gap.reason, GapReason::SubscriptionRemoved);
}

#[rstest]
#[case(NOON, 1)]
#[case("2026-11-23T12:00:00.5Z", 1)]
#[case("2026-11-23T12:00:01Z", 1)]
#[case("2026-11-23T13:30:00Z", 90)]
#[case("2026-11-23T12:01:00Z", 1)]
fn a_gap_is_counted_in_minutes_begun(#[case] to: &str, #[case] minutes: i64) {
    let gap = Gap { from: at(NOON), to: at(to), reason: GapReason::SubscriptionMissing };
    assert_eq!(gap.minutes(), minutes);
}
