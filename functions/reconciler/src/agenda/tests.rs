use rstest::rstest;

use reconciliation::high_water_mark::PUBLISHED_WITHIN;

use super::*;

fn noon() -> Timestamp {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

fn reasons(state: &ReconciliationState) -> Vec<&str> {
    state.passes.iter().map(|pass| pass.reason.as_str()).collect()
}

#[test]
fn the_first_pass_ever_covers_everything() {
    let mut state = ReconciliationState::default();
    take_up(&mut state, &[], true, noon());
    assert_eq!(reasons(&state), [BACKFILL]);
    assert_eq!(state.passes[0].from, noon() - GRAPH_KEEPS);
    assert!(state.passes[0].is_full());
    take_up(&mut state, &[], true, noon() + hours(1));
    assert_eq!(reasons(&state), [RECENT, BACKFILL], "what is new does not wait for what is old");
}

#[rstest]
#[case::a_moment_ago(0, 6)]
#[case::not_yet_time_for_a_claim(1, 6)]
#[case::time_for_a_claim(2, 34)]
#[case::after_a_day_without_a_run(24, 56)]
#[case::after_a_month_without_a_run(900, 720)]
fn a_pass_goes_back_as_far_as_the_next_high_water_mark_needs(
    #[case] since: i64,
    #[case] back: i64,
) {
    let claimed = noon() - hours(since) - PUBLISHED_WITHIN;
    let mut state =
        ReconciliationState { listed_up_to: Some(claimed), ..ReconciliationState::default() };
    take_up(&mut state, &[], true, noon());
    assert_eq!(reasons(&state), [RECENT]);
    let looked = noon().duration_since(state.passes[0].from);
    assert_eq!(looked.as_hours(), back);
}

#[test]
fn gaps_come_first_and_the_night_last_and_none_twice() {
    let mut state = ReconciliationState { listed_up_to: Some(noon()), ..Default::default() };
    let gap = call_queue::GapMessage {
        from: noon() - hours(2),
        to: noon() - hours(1),
        reason: "subscription_missing".to_owned(),
    };
    for _ in 0..2 {
        for trigger in [
            Trigger::Everything,
            Trigger::Window { from: noon() - hours(9), to: noon() },
            Trigger::Gaps(vec![gap.clone()]),
        ] {
            take_up(&mut state, &requests(&trigger, noon()), false, noon());
        }
        take_up(&mut state, &[], true, noon());
    }
    assert_eq!(reasons(&state), ["subscription_missing", RECENT, BY_HAND, NIGHTLY]);
}

/// A meeting of six hours that ended before the gap is announced in it.
#[test]
fn a_gap_is_listed_from_before_the_calls_that_it_would_have_announced() {
    let gap = call_queue::GapMessage {
        from: noon() - hours(2),
        to: noon() - hours(1),
        reason: "subscription_missing".to_owned(),
    };
    let [request] = <[_; 1]>::try_from(requests(&Trigger::Gaps(vec![gap]), noon())).unwrap();
    let announced = SignedDuration::from_mins(150);
    assert!(request.from <= noon() - hours(2) - announced - hours(30));
    assert_eq!(request.to, noon() - hours(1));
}

#[test]
fn a_window_is_cut_to_what_graph_still_has() {
    let trigger = Trigger::Window { from: noon() - hours(2000), to: noon() + hours(2000) };
    let mut state = ReconciliationState::default();
    take_up(&mut state, &requests(&trigger, noon()), false, noon());
    assert_eq!(state.passes[0].from, noon() - GRAPH_KEEPS);
    assert_eq!(state.passes[0].to, noon());
}
