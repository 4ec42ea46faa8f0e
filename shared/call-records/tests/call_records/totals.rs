//! What a call adds to the totals of a day.

use call_records::{Overflow, Totals};
use serde_json::{Value, json};

use crate::invented::{call, endpoint, joined, only_part, person, record, service, session, with};

fn totals(value: Value) -> Totals {
    serde_json::from_value(value).unwrap()
}

#[test]
fn totals_are_added_and_taken_off_name_by_name() {
    let (a, b) = (totals(json!({"x": 1, "y": 2})), totals(json!({"y": 3, "z": -4})));
    assert_eq!(a.checked_add(&b), Ok(totals(json!({"x": 1, "y": 5, "z": -4}))));
    assert_eq!(a.checked_sub(&b), Ok(totals(json!({"x": 1, "y": -1, "z": 4}))));
    assert_eq!(a.checked_sub(&a), Ok(Totals::new()));
    assert_eq!(a.prefixed("people_"), totals(json!({"people_x": 1, "people_y": 2})));
    assert_eq!((a.get("x"), a.get("none")), (1, 0));
    assert_eq!((a.len(), a.is_empty()), (2, false));
}

#[test]
fn a_total_of_zero_is_no_entry() {
    assert!(totals(json!({"x": 0})).is_empty());
    assert_eq!(totals(json!({"x": 0, "y": 1})), totals(json!({"y": 1})));
}

#[test]
fn a_sum_out_of_range_is_an_error_that_names_the_total() {
    let most = totals(json!({"x": i64::MAX}));
    let overflow = Err(Overflow { name: "x".to_owned() });
    assert_eq!(most.checked_add(&totals(json!({"x": 1}))), overflow);
    assert_eq!(totals(json!({"x": -2})).checked_sub(&most), overflow);
}

#[test]
fn one_total_after_the_other_adds_up_to_the_same_as_all_at_once() {
    let day = totals(json!({"x": 1, "y": 2}));
    let more = totals(json!({"x": -1, "y": 3, "z": 4}));
    let mut sum = day.clone();
    for (name, value) in more.iter().chain([("nothing", 0)]) {
        sum.checked_add_one(name, value).unwrap();
    }
    assert_eq!(Ok(sum), day.checked_add(&more));
    let overflow = Err(Overflow { name: "y".to_owned() });
    assert_eq!(day.clone().checked_add_one("y", i64::MAX), overflow);
}

#[test]
fn an_absurd_version_does_not_run_the_sum_of_a_day_out_of_its_range() {
    let mut absurd = record("groupCall", vec![joined("a", 1, 0, 60)]);
    absurd["version"] = json!(i64::MAX);
    let once = call(&absurd).totals();
    let twice = once.checked_add(&once).unwrap();
    assert_eq!(twice.get("versions"), 2_000_000);
}

#[test]
fn the_organisation_has_the_sum_of_its_people_beside_the_call_itself() {
    let call = call(&record("groupCall", vec![joined("a", 1, 0, 60), joined("b", 2, 0, 30)]));
    let mut sum = call.call_totals();
    for part in call.people.values() {
        sum = sum.checked_add(&call.participation_totals(part).prefixed("people_")).unwrap();
    }
    assert_eq!(call.totals(), sum);
    assert_eq!(sum.get("people_talk_ms"), 90_000);
}

#[test]
fn every_call_has_one_type() {
    let of = |call_type: &str| {
        let totals = call(&record(call_type, Vec::new())).call_totals();
        ["calls", "calls_peer_to_peer", "calls_group", "calls_other"].map(|name| totals.get(name))
    };
    assert_eq!(of("peerToPeer"), [1, 1, 0, 0]);
    assert_eq!(of("groupCall"), [1, 0, 1, 0]);
    assert_eq!(of("unknown"), [1, 0, 0, 1]);
    assert_eq!(of("somethingNew"), [1, 0, 0, 1]);
}

#[test]
fn names_from_outside_become_plain_and_short() {
    let platform = format!("smart fridge/{}", "9".repeat(200));
    let agent = json!({"userAgent": {"platform": platform}});
    let feedback = json!({"feedback": {"rating": "very good", "tokens": {"Über-laut!": true}}});
    let caller = with(with(endpoint(person(1)), agent), feedback);
    let call = call(&record("groupCall", vec![session("s", caller, service(), 0, 60)]));
    let totals = call.totals();
    let name = format!("smart_fridge_{}", "9".repeat(51));
    assert_eq!(totals.get(&format!("people_platform_ms_{name}")), 60_000);
    assert_eq!(totals.get("people_rating_very_good"), 1);
    assert_eq!(totals.get("people_token__ber_laut_"), 1);
}

#[test]
fn names_that_become_the_same_are_counted_together() {
    let on = |id: &str, platform: &str, start| {
        let agent = json!({"userAgent": {"platform": platform}});
        session(id, with(endpoint(person(1)), agent), service(), start, start + 10)
    };
    let call = call(&record("groupCall", vec![on("a", "x y", 0), on("b", "x-y", 10)]));
    let totals = call.participation_totals(only_part(&call));
    assert_eq!(totals.get("platform_ms_x_y"), 20_000);
    assert_eq!(totals.get("platform_calls_x_y"), 1);
}

#[test]
fn more_names_than_anybody_has_are_counted_as_other() {
    let sessions = (0..40).map(|n| {
        let agent = json!({"userAgent": {"platform": format!("p{n:02}")}});
        let caller = with(endpoint(person(1)), agent);
        session(&format!("s{n}"), caller, service(), n * 10, n * 10 + 10)
    });
    let call = call(&record("groupCall", sessions.collect()));
    let totals = call.participation_totals(only_part(&call));
    let names = totals.iter().filter(|(name, _)| name.starts_with("platform_ms_")).count();
    assert_eq!(names, 33);
    assert_eq!(totals.get("platform_ms_p31"), 10_000);
    assert_eq!(totals.get("platform_ms_other"), 80_000);
    assert_eq!(totals.get("talk_ms"), 400_000);
}

#[test]
fn a_part_stays_small_whatever_comes() {
    let sessions = (0..500).map(|n| {
        let caller = with(
            endpoint(person(1)),
            json!({
                "userAgent": {"platform": format!("{n}{}", "ü".repeat(5_000))},
                "feedback": {"rating": "bad", "tokens": {"t".repeat(5_000): true}},
            }),
        );
        session(&format!("s{n}"), caller, service(), n, n + 1)
    });
    let call = call(&record("groupCall", sessions.collect()));
    let part = only_part(&call);
    assert_eq!((part.platforms.len(), part.feedback.len()), (64, 100));
    assert!(serde_json::to_vec(part).unwrap().len() < 64 * 1_024);
}

#[test]
fn absurd_times_stop_at_the_largest_number() {
    let sessions = (1..=3).map(|n| {
        let mut session = joined("s", n, 0, 0);
        session["startDateTime"] = json!("-009999-01-03T00:00:00Z");
        session["endDateTime"] = json!("9999-12-30T00:00:00Z");
        session
    });
    let call = call(&record("groupCall", sessions.collect()));
    // 3 times 19,998 years.
    assert!(call.totals().get("people_talk_ms") > 3 * 19_997 * 365 * 86_400_000);
}

#[test]
fn parts_and_calls_are_read_back_as_they_were_written() {
    let bad = json!({"caller": {"feedback": {"rating": "bad", "tokens": {"Echo": true}}}});
    let call = call(&record("groupCall", vec![with(joined("a", 1, 0, 60), bad)]));
    let json = serde_json::to_string(&call).unwrap();
    assert_eq!(serde_json::from_str::<call_records::Call>(&json).unwrap(), call);
    let totals = serde_json::to_string(&call.totals()).unwrap();
    assert_eq!(serde_json::from_str::<Totals>(&totals).unwrap(), call.totals());
}
