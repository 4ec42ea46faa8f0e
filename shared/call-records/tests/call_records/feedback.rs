//! Feedback: of the side on which the person is, each session's once.

use call_records::AudioClassifier;
use rstest::rstest;
use serde_json::{Value, json};

use crate::invented::{call, joined, only_part, record, told_by, with};

/// The session with that feedback of its caller.
fn rated(session: Value, feedback: Value) -> Value {
    with(session, json!({"caller": {"feedback": feedback}}))
}

#[rstest]
#[case::rated(json!({"rating": "bad", "text": "Private.", "tokens": {}}), 1, &["bad"], &[])]
#[case::with_tokens(
    json!({"rating": "poor", "tokens": {"Noisy": true, "Echo": false, "NoSound": true, "x": "true"}}),
    1, &["poor"], &["NoSound", "Noisy"]
)]
#[case::not_answered(json!({"rating": "notRated", "text": null, "tokens": {}}), 1, &[], &[])]
#[case::tokens_alone(json!({"rating": "notRated", "tokens": {"Echo": true}}), 1, &["-"], &["Echo"])]
#[case::tokens_without_a_rating(json!({"tokens": {"Echo": true}}), 1, &["-"], &["Echo"])]
#[case::new_rating(json!({"rating": "superb"}), 1, &["superb"], &[])]
#[case::empty(json!({}), 0, &[], &[])]
#[case::null(Value::Null, 0, &[], &[])]
fn feedback_is(
    #[case] feedback: Value,
    #[case] asked: u32,
    #[case] ratings: &[&str],
    #[case] tokens: &[&str],
) {
    let call = call(&record("groupCall", vec![rated(joined("s", 1, 0, 60), feedback)]));
    let part = only_part(&call);
    assert_eq!(part.feedback_objects, asked);
    let found: Vec<_> =
        part.feedback.iter().map(|f| f.rating.as_ref().map_or("-", |r| r.as_str())).collect();
    assert_eq!(found, ratings);
    let found: Vec<_> = part.feedback.iter().flat_map(|feedback| &feedback.tokens).collect();
    assert_eq!(found, tokens);
    let totals = call.participation_totals(part);
    let rated = ratings.iter().filter(|rating| **rating != "-").count();
    assert_eq!(totals.get("feedback_rated"), i64::try_from(rated).unwrap());
    assert_eq!(totals.get("feedback_objects"), i64::from(asked));
    assert!(tokens.iter().all(|token| totals.get(&format!("token_{token}")) == 1));
}

#[test]
fn the_same_feedback_on_session_and_segments_counts_once() {
    let bad = json!({"rating": "bad"});
    let mut session = rated(joined("s", 1, 0, 60), bad.clone());
    session["segments"] = json!([
        {"id": "s", "caller": {"feedback": bad}},
        {"id": "t", "caller": {"feedback": {"rating": "good"}}},
    ]);
    let mut record = record("groupCall", vec![session.clone(), session]);
    assert_eq!(call(&record).totals().get("people_feedback_rated"), 1);
    assert_eq!(call(&record).totals().get("people_rating_bad"), 1);
    // Without one on the session, that of the segments is taken, of the person's side only.
    for session in record["sessions"].as_array_mut().unwrap() {
        session["caller"]["feedback"] = Value::Null;
        session["segments"] = json!([
            {"id": "s", "callee": {"feedback": {"rating": "bad"}}},
            {"id": "t", "caller": {"feedback": {"rating": "good"}}},
        ]);
    }
    let totals = call(&record).totals();
    assert_eq!((totals.get("people_rating_good"), totals.get("people_rating_bad")), (1, 0));
}

/// Of session and segments in their order: the first rating, else the first tokens, else that the
/// person was asked.
#[rstest]
#[case::asked_before_a_rating(
    &[json!({"rating": "notRated"}), json!({"rating": "bad", "tokens": {"Echo": true}})],
    json!([{"rating": "bad", "tokens": ["Echo"]}])
)]
#[case::asked_on_a_segment_before_a_rating(
    &[Value::Null, json!({"rating": "notRated"}), json!({"rating": "poor"})],
    json!([{"rating": "poor"}])
)]
#[case::asked_before_a_token(
    &[json!({"rating": "notRated"}), json!({"rating": "notRated", "tokens": {"Echo": true}})],
    json!([{"tokens": ["Echo"]}])
)]
#[case::a_token_before_a_rating(
    &[json!({"tokens": {"Echo": true}}), json!({"rating": "good"})],
    json!([{"rating": "good"}])
)]
#[case::two_ratings(
    &[json!({"rating": "bad"}), json!({"rating": "good"})],
    json!([{"rating": "bad"}])
)]
#[case::only_asked(&[json!({"rating": "notRated"}), json!({"rating": "notRated"})], json!([]))]
fn a_rating_is_not_lost_behind_a_question_without_an_answer(
    #[case] feedback: &[Value],
    #[case] answers: Value,
) {
    let mut session = rated(joined("s", 1, 0, 60), feedback[0].clone());
    let segments = feedback[1..].iter().map(|feedback| json!({"caller": {"feedback": feedback}}));
    session["segments"] = segments.collect();
    let (call, shown) = told_by(&record("groupCall", vec![session]), AudioClassifier::default());
    let part = only_part(&call);
    assert_eq!(json!(part.feedback), answers);
    assert_eq!(json!(shown[0].caller_feedback), answers[0]);
    assert_eq!(part.feedback_objects, 1);
}

#[test]
fn a_later_token_hides_no_rating_of_the_same_session() {
    let sessions = vec![
        rated(joined("s", 1, 50, 60), json!({"rating": "notRated", "tokens": {"Echo": true}})),
        rated(joined("s", 1, 0, 10), json!({"rating": "good"})),
    ];
    let call = call(&record("groupCall", sessions));
    assert_eq!(json!(only_part(&call).feedback), json!([{"rating": "good"}]));
}

#[test]
fn two_people_on_one_session_id_both_have_their_feedback() {
    let sessions = vec![
        rated(joined("s", 1, 0, 60), json!({"rating": "bad"})),
        rated(joined("s", 2, 0, 60), json!({"rating": "bad"})),
    ];
    let call = call(&record("groupCall", sessions));
    assert_eq!(call.totals().get("people_rating_bad"), 2);
}

#[test]
fn an_answer_is_kept_before_none_and_a_later_one_before_an_earlier() {
    let sessions = vec![
        rated(joined("s", 1, 50, 60), json!({"rating": "notRated"})),
        rated(joined("s", 1, 20, 30), json!({"rating": "good"})),
        rated(joined("s", 1, 0, 10), json!({"rating": "bad"})),
    ];
    let call = call(&record("groupCall", sessions));
    let part = only_part(&call);
    assert_eq!(part.feedback_objects, 1);
    assert_eq!(part.feedback[0].rating.as_ref().unwrap().as_str(), "good");
}

/// Of one session, at one time, in every order.
#[rstest]
#[case(&["good", "bad"], "bad")]
#[case(&["excellent", "fair", "good"], "fair")]
#[case(&["superb", "excellent"], "excellent")]
#[case(&["notRated", "good"], "good")]
fn of_ratings_at_one_time_the_worst_counts(#[case] ratings: &[&str], #[case] worst: &str) {
    let mut sessions: Vec<_> = ratings
        .iter()
        .map(|rating| rated(joined("s", 1, 0, 60), json!({"rating": rating})))
        .collect();
    for _ in 0..sessions.len() {
        sessions.rotate_left(1);
        let call = call(&record("groupCall", sessions.clone()));
        let feedback = &only_part(&call).feedback;
        assert_eq!(feedback[0].rating.as_ref().unwrap().as_str(), worst);
        assert_eq!(feedback.len(), 1);
    }
}
