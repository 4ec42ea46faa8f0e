use msgraph::CALL_RECORDS_RESOURCE as RESOURCE;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

const HOOK: &str = "https://hook.contoso.example/notifications";
const LIFECYCLE: &str = "https://hook.contoso.example/lifecycle";
const OTHERS: &str = "https://other.fabrikam.example/notifications";

fn now() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn in_minutes(minutes: i64) -> Timestamp {
    now() + SignedDuration::from_mins(minutes)
}

fn desired() -> Desired {
    Desired {
        notification_url: HOOK.parse().unwrap(),
        lifecycle_notification_url: LIFECYCLE.parse().unwrap(),
        fingerprint: Fingerprint::of("state"),
    }
}

/// A subscription that is right and has all its life before it.
fn right(id: &str) -> Subscription {
    Subscription {
        id: id.to_owned(),
        resource: RESOURCE.to_owned(),
        application_id: None,
        change_type: CHANGE_TYPE.to_owned(),
        notification_url: HOOK.to_owned(),
        lifecycle_notification_url: Some(LIFECYCLE.to_owned()),
        expires_at: in_minutes(4_190),
    }
}

fn with(change: impl FnOnce(&mut Subscription)) -> Subscription {
    let mut found = right("a");
    change(&mut found);
    found
}

/// We remember `a`, made with the client state in use, long ago.
fn remember_a() -> Option<KnownSubscription> {
    Some(KnownSubscription {
        id: "a".to_owned(),
        fingerprint: Some(Fingerprint::of("state")),
        renewed_at: Some(in_minutes(-600)),
    })
}

fn remember_a_with(fingerprint: Option<&str>) -> Option<KnownSubscription> {
    remember_a()
        .map(|memory| KnownSubscription { fingerprint: fingerprint.map(Fingerprint::of), ..memory })
}

fn create() -> Action {
    Action::Create
}

fn renew(id: &str) -> Action {
    Action::Renew { id: id.to_owned() }
}

fn change_url(id: &str) -> Action {
    Action::ChangeUrl { id: id.to_owned() }
}

#[rstest]
#[case::nothing_is_there(vec![], vec![create()])]
#[case::it_is_right(vec![right("a")], vec![])]
#[case::a_leading_slash(vec![with(|it| it.resource = "/communications/callRecords".into())], vec![])]
#[case::another_case(vec![with(|it| it.resource = "Communications/CALLRECORDS".into())], vec![])]
#[case::the_change_type_in_another_case(vec![with(|it| it.change_type = "Updated".into())], vec![])]
#[case::a_host_in_another_case(
    vec![with(|it| it.notification_url = "HTTPS://Hook.Contoso.Example:443/notifications".into())],
    vec![]
)]
#[case::just_over_half_its_life(vec![with(|it| it.expires_at = in_minutes(2_100))], vec![])]
#[case::just_under_half_its_life(vec![with(|it| it.expires_at = in_minutes(2_099))], vec![renew("a")])]
#[case::a_minute_left(vec![with(|it| it.expires_at = in_minutes(1))], vec![renew("a")])]
#[case::expired_this_moment(vec![with(|it| it.expires_at = now())], vec![create()])]
#[case::expired_long_ago(vec![with(|it| it.expires_at = in_minutes(-5_000))], vec![create()])]
#[case::a_wrong_url(vec![with(|it| it.notification_url = OTHERS.into())], vec![change_url("a")])]
#[case::a_wrong_path(
    vec![with(|it| it.notification_url = "https://hook.contoso.example/Notifications".into())],
    vec![change_url("a")]
)]
#[case::a_url_that_is_none(
    vec![with(|it| it.notification_url = "not a url".into())],
    vec![change_url("a")]
)]
#[case::a_wrong_url_and_little_life(
    vec![with(|it| {
        it.notification_url = OTHERS.into();
        it.expires_at = in_minutes(5);
    })],
    vec![change_url("a")]
)]
#[case::no_lifecycle_url(
    vec![with(|it| it.lifecycle_notification_url = None)],
    vec![delete("a", DeleteReason::LifecycleUrl), create()]
)]
#[case::a_wrong_lifecycle_url(
    vec![with(|it| it.lifecycle_notification_url = Some(OTHERS.into()))],
    vec![delete("a", DeleteReason::LifecycleUrl), create()]
)]
#[case::both_urls_wrong(
    vec![with(|it| {
        it.notification_url = OTHERS.into();
        it.lifecycle_notification_url = Some(OTHERS.into());
    })],
    vec![delete("a", DeleteReason::LifecycleUrl), create()]
)]
#[case::another_change_type_serves_until_the_new_one_is_made(
    vec![with(|it| it.change_type = "created".into())],
    vec![create(), delete("a", DeleteReason::ChangeType)]
)]
#[case::one_change_type_too_many(
    vec![with(|it| it.change_type = "created,updated".into())],
    vec![create(), delete("a", DeleteReason::ChangeType)]
)]
#[case::ours_that_nobody_remembers(
    vec![right("z")],
    vec![delete("z", DeleteReason::ClientStateUnknown), create()]
)]
#[case::anothers_in_our_place(
    vec![Subscription { id: "z".into(), ..with(|it| it.notification_url = OTHERS.into()) }],
    vec![delete("z", DeleteReason::Conflict), create()]
)]
#[case::anothers_with_another_change_type(
    vec![Subscription { id: "z".into(), change_type: "created".into(),
        ..with(|it| it.notification_url = OTHERS.into()) }],
    vec![create()]
)]
#[case::anothers_beside_ours(
    vec![right("a"), Subscription { id: "z".into(), ..with(|it| it.notification_url = OTHERS.into()) }],
    vec![]
)]
#[case::some_peoples_calls_only(
    vec![right("a"), Subscription { id: "z".into(),
        ..with(|it| it.resource = format!("{RESOURCE}?$filter=participants/any(p:p/id eq 'x')")) }],
    vec![]
)]
#[case::other_resources_are_not_looked_at(
    vec![with(|it| it.resource = "communications/onlineMeetings".into()),
        Subscription { id: "z".into(), ..with(|it| it.resource = "users".into()) }],
    vec![create()]
)]
#[case::the_remembered_one_is_better_than_a_longer_one(
    vec![with(|it| it.expires_at = in_minutes(3_000)), right("z")],
    vec![delete("z", DeleteReason::ClientStateUnknown)]
)]
#[case::ours_and_an_older_change_type(
    vec![Subscription { id: "z".into(), ..with(|it| it.change_type = "created,updated".into()) }, right("a")],
    vec![delete("z", DeleteReason::ChangeType)]
)]
#[case::the_good_one_is_renewed_before_others_go(
    vec![with(|it| it.expires_at = in_minutes(60)), right("z")],
    vec![renew("a"), delete("z", DeleteReason::ClientStateUnknown)]
)]
#[case::several_and_none_good(
    vec![with(|it| it.lifecycle_notification_url = None), right("z"),
        Subscription { id: "y".into(), ..with(|it| it.change_type = "created".into()) }],
    vec![delete("a", DeleteReason::LifecycleUrl), delete("z", DeleteReason::ClientStateUnknown), create(),
        delete("y", DeleteReason::ChangeType)]
)]
#[case::an_expired_one_beside_a_good_one(
    vec![right("a"), Subscription { id: "z".into(), ..with(|it| it.expires_at = in_minutes(-1)) }],
    vec![]
)]
fn the_plan_leads_to_one_healthy_subscription(
    #[case] found: Vec<Subscription>,
    #[case] expected: Vec<Action>,
) {
    let actual = Actual { found, known: remember_a(), ..Actual::default() };
    assert_eq!(plan(&desired(), &actual, now()), expected);
}

#[rstest]
#[case::in_use(remember_a(), vec![])]
#[case::rotated(
    remember_a_with(Some("older state")),
    vec![delete("a", DeleteReason::ClientStateRotated), create()]
)]
#[case::never_written_down(
    remember_a_with(None),
    vec![delete("a", DeleteReason::ClientStateUnknown), create()]
)]
#[case::nothing_remembered(None, vec![delete("a", DeleteReason::ClientStateUnknown), create()])]
fn a_client_state_that_is_not_the_first_of_the_secret_means_a_new_subscription(
    #[case] known: Option<KnownSubscription>,
    #[case] expected: Vec<Action>,
) {
    let actual = Actual { found: vec![right("a")], known, ..Actual::default() };
    assert_eq!(plan(&desired(), &actual, now()), expected);
}

#[rstest]
#[case::long_after_the_last_renewal("a", 4_190, Some(600), vec![renew("a")])]
#[case::ten_minutes_after("a", 4_190, Some(10), vec![renew("a")])]
#[case::in_a_burst("a", 4_190, Some(9), vec![])]
#[case::in_a_burst_below_half_its_life("a", 1_000, Some(3), vec![])]
#[case::in_a_burst_with_the_end_near("a", 119, Some(3), vec![renew("a")])]
#[case::never_renewed("a", 4_190, None, vec![renew("a")])]
#[case::renewed_by_a_clock_ahead_of_ours("a", 4_190, Some(-30), vec![renew("a")])]
#[case::for_a_subscription_that_is_not_ours("gone", 4_190, Some(600), vec![])]
#[case::with_its_id_in_capitals("A", 4_190, Some(600), vec![renew("a")])]
fn a_request_to_reauthorize_renews_once_in_ten_minutes(
    #[case] asked: &str,
    #[case] minutes_left: i64,
    #[case] renewed_minutes_ago: Option<i64>,
    #[case] expected: Vec<Action>,
) {
    let actual = Actual {
        found: vec![with(|it| it.expires_at = in_minutes(minutes_left))],
        known: remember_a().map(|memory| KnownSubscription {
            renewed_at: renewed_minutes_ago.map(|ago| in_minutes(-ago)),
            ..memory
        }),
        reauthorize: vec![asked.to_owned()],
        conflicting_id: None,
    };
    assert_eq!(plan(&desired(), &actual, now()), expected);
}

#[rstest]
#[case::nobody_knows_it("z", vec![], remember_a(), vec![delete("z", DeleteReason::Conflict), create()])]
#[case::the_list_shows_it(
    "z",
    vec![right("z")],
    remember_a(),
    vec![delete("z", DeleteReason::ClientStateUnknown), create()]
)]
#[case::it_is_ours_and_the_list_is_behind("a", vec![], remember_a(), vec![renew("a")])]
#[case::it_is_ours_and_was_just_confirmed(
    "a",
    vec![],
    remember_a().map(|memory| KnownSubscription { renewed_at: Some(now()), ..memory }),
    vec![]
)]
#[case::it_is_ours_with_an_older_client_state(
    "a",
    vec![],
    remember_a_with(Some("older state")),
    vec![delete("a", DeleteReason::Conflict), create()]
)]
#[case::ours_is_there_by_now("z", vec![right("a")], remember_a(), vec![])]
fn a_subscription_that_graph_says_exists_is_kept_or_replaced(
    #[case] conflicting_id: &str,
    #[case] found: Vec<Subscription>,
    #[case] known: Option<KnownSubscription>,
    #[case] expected: Vec<Action>,
) {
    let conflicting_id = Some(conflicting_id.to_owned());
    let actual = Actual { found, known, conflicting_id, ..Actual::default() };
    assert_eq!(plan(&desired(), &actual, now()), expected);
}

#[test]
fn of_several_the_one_whose_client_state_we_know_stays_whatever_their_order() {
    let known = with(|it| it.notification_url = OTHERS.into());
    for found in [vec![known.clone(), right("z")], vec![right("z"), known]] {
        let actual = Actual { found, known: remember_a(), ..Actual::default() };
        let actions = plan(&desired(), &actual, now());
        assert_eq!(actions, [change_url("a"), delete("z", DeleteReason::ClientStateUnknown)]);
    }
}

#[test]
fn when_nothing_is_wanted_only_ours_are_deleted() {
    let found = vec![
        with(|it| it.notification_url = OTHERS.into()),
        right("y"),
        Subscription { id: "z".into(), notification_url: OTHERS.into(), ..right("z") },
        Subscription {
            id: "filtered".into(),
            resource: format!("{RESOURCE}?$filter=x"),
            ..right("x")
        },
        Subscription { id: "expired".into(), expires_at: now(), ..right("x") },
        Subscription { id: "users".into(), resource: "users".into(), ..right("x") },
    ];
    let actual = Actual { found, known: remember_a(), ..Actual::default() };
    let expected = [delete("a", DeleteReason::Surplus), delete("y", DeleteReason::Surplus)];
    assert_eq!(plan_none(&desired(), &actual, now()), expected);
}

/// What a plan meets: subscriptions, and the rule that Graph allows one per resource and change
/// type.
struct Model {
    actual: Actual,
    made: usize,
}

impl Model {
    /// Carries out a plan as far as it goes.
    fn carry_out(&mut self, actions: Vec<Action>) {
        for action in actions {
            let found = &mut self.actual.found;
            match action {
                Action::Create => {
                    let same = found
                        .iter()
                        .find(|it| it.is_for_call_records() && it.change_type == CHANGE_TYPE);
                    if let Some(same) = same {
                        self.actual.conflicting_id = Some(same.id.clone());
                        return;
                    }
                    self.made += 1;
                    let id = format!("made-{}", self.made);
                    found.push(right(&id));
                    self.actual.known = Some(KnownSubscription {
                        id,
                        fingerprint: Some(Fingerprint::of("state")),
                        renewed_at: Some(now()),
                    });
                }
                Action::Renew { id } => {
                    let it = found.iter_mut().find(|it| it.id == id).expect("is there");
                    it.expires_at = now() + LIFETIME;
                }
                Action::ChangeUrl { id } => {
                    let it = found.iter_mut().find(|it| it.id == id).expect("is there");
                    it.notification_url = HOOK.to_owned();
                }
                Action::Delete { id, .. } => found.retain(|it| it.id != id),
            }
        }
    }
}

prop_compose! {
    fn any_subscription()(
        resource in prop_oneof![
            6 => Just(RESOURCE.to_owned()),
            2 => Just(format!("/{RESOURCE}")),
            1 => Just(format!("{RESOURCE}?$filter=participants/any(p:p/id eq '1')")),
            1 => Just("users".to_owned()),
        ],
        change_type in prop_oneof![3 => Just("updated"), 1 => Just("created"), 1 => Just("created,updated")],
        notification_url in prop_oneof![2 => Just(HOOK), 1 => Just(OTHERS)],
        lifecycle in prop_oneof![3 => Just(Some(LIFECYCLE)), 1 => Just(Some(OTHERS)), 1 => Just(None)],
        minutes in -10..4_200_i64,
    ) -> Subscription {
        Subscription {
            id: String::new(),
            resource,
            application_id: None,
            change_type: change_type.to_owned(),
            notification_url: notification_url.to_owned(),
            lifecycle_notification_url: lifecycle.map(str::to_owned),
            expires_at: in_minutes(minutes),
        }
    }
}

proptest! {
    #[test]
    fn three_plans_lead_from_any_state_to_one_healthy_subscription_and_spare_the_others(
        mut found in prop::collection::vec(any_subscription(), 0..6),
        known in prop::option::of((0..7_usize, prop::sample::select(vec![None, Some("state"), Some("older")]))),
    ) {
        for (n, it) in found.iter_mut().enumerate() {
            it.id = format!("id-{n}");
        }
        let known = known.map(|(n, state)| KnownSubscription {
            id: format!("id-{n}"),
            fingerprint: state.map(Fingerprint::of),
            renewed_at: None,
        });
        let actual = Actual { found: found.clone(), known: known.clone(), ..Actual::default() };
        let mut model = Model { actual, made: 0 };
        for _ in 0..3 {
            let actions = plan(&desired(), &model.actual, now());
            model.carry_out(actions);
        }
        prop_assert_eq!(plan(&desired(), &model.actual, now()), vec![]);

        let left = &model.actual.found;
        let ours: Vec<_> = left
            .iter()
            .filter(|it| it.is_for_call_records() && it.expires_at > now())
            .filter(|it| it.notification_url == HOOK)
            .collect();
        prop_assert_eq!(ours.len(), 1);
        prop_assert_eq!(&ours[0].change_type, CHANGE_TYPE);
        prop_assert_eq!(ours[0].lifecycle_notification_url.as_deref(), Some(LIFECYCLE));
        prop_assert!(ours[0].expires_at >= now() + RENEW_BELOW);
        let last = model.actual.known.as_ref().expect("one is remembered");
        prop_assert_eq!(&last.id, &ours[0].id);
        prop_assert_eq!(last.fingerprint.as_ref(), Some(&desired().fingerprint));

        // Others' are spared, but for those that Graph would not allow beside ours.
        let in_our_place = |it: &Subscription| it.is_for_call_records() && it.change_type == CHANGE_TYPE;
        for it in &found {
            let was_ours = it.notification_url == HOOK
                || known.as_ref().is_some_and(|known| known.id == it.id);
            if !it.is_for_call_records() || !was_ours && !in_our_place(it) {
                prop_assert!(left.contains(it), "{:?}", it);
            }
        }
    }
}
