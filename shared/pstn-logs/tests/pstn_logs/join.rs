//! Rows and the call records they belong to.

use call_records::PersonKey;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use pstn_logs::{CallParties, Joined, Log, LogRow, call_of, decode_page};
use rstest::rstest;
use serde_json::{Value, json};

const ID: &str = "e523d2ed-2966-4b6b-925b-754a88034cc5";
const BEGAN: &str = "2026-11-23T23:59:30Z";

fn key(text: &str) -> PersonKey {
    text.parse().unwrap()
}

fn began(seconds: i64) -> Timestamp {
    BEGAN.parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

/// Ada and a queue in a call with a telephone.
fn call(id: &str) -> CallParties {
    CallParties {
        id: id.to_owned(),
        people: vec![key("user:ada"), key("phone:+4930987654")],
        services: vec![key("applicationInstance:queue")],
        telephones: vec![(key("phone:+4930987654"), began(0))],
    }
}

/// A row of Ada's with this telephone, with some members replaced.
fn row(log: Log, members: &Value) -> LogRow {
    let mut row = json!({"id": "1", "userId": "ADA", "callType": "ByotIn",
        "callerNumber": "+4930987654", "calleeNumber": "+4940111", "startDateTime": BEGAN});
    for (name, value) in members.as_object().unwrap() {
        row[name] = value.clone();
    }
    let page = json!({ "value": [row] }).to_string();
    decode_page(page.as_bytes(), log).unwrap().rows.remove(0)
}

#[rstest]
#[case::as_it_is(ID)]
#[case::in_capitals("E523D2ED-2966-4B6B-925B-754A88034CC5")]
#[case::in_blanks(" e523d2ed-2966-4b6b-925b-754a88034cc5 ")]
fn a_row_that_names_the_call_is_matched_whatever_else_it_says(#[case] id: &str) {
    let calls = [call("another"), call(ID)];
    let other = json!({"correlationId": id, "callId": id, "userId": "", "callerNumber": "anonymous",
        "startDateTime": "2026-11-24T04:00:00Z"});
    for log in Log::ALL {
        let (found, joined) = call_of(&row(log, &other), &calls).unwrap();
        assert_eq!((found.id.as_str(), joined), (ID, Joined::Matched));
    }
}

#[rstest]
#[case::as_it_is(json!({}), true)]
#[case::the_number_on_the_other_side(json!({"callerNumber": "+4940111", "calleeNumber": "+4930987654"}), true)]
#[case::the_number_in_another_spelling(json!({"callerNumber": "+49 (30) 98-76.54"}), true)]
#[case::masked_digits(json!({"callerNumber": "+4930987***"}), true)]
#[case::a_masked_number_of_another_length(json!({"callerNumber": "+49309***"}), false)]
#[case::another_masked_number(json!({"callerNumber": "+4930986***"}), false)]
#[case::another_number(json!({"callerNumber": "+4930987655"}), false)]
#[case::no_number(json!({"callerNumber": "anonymous"}), false)]
#[case::the_queues_row(json!({"userId": "queue"}), true)]
#[case::the_queues_row_with_a_masked_number(json!({"userId": "queue", "callerNumber": "+4930987***"}), false)]
#[case::another_user(json!({"userId": "bob"}), false)]
#[case::no_user(json!({"userId": ""}), false)]
#[case::sixty_seconds_later(json!({"startDateTime": "2026-11-24T00:00:30Z"}), true)]
#[case::a_moment_more(json!({"startDateTime": "2026-11-24T00:00:30.001Z"}), false)]
#[case::sixty_seconds_before(json!({"startDateTime": "2026-11-23T23:58:30Z"}), true)]
#[case::a_moment_less(json!({"startDateTime": "2026-11-23T23:58:29.999Z"}), false)]
#[case::the_invite_of_a_call_that_did_not_begin(
    json!({"startDateTime": "0001-01-01T00:00:00Z", "inviteDateTime": BEGAN}), true
)]
#[case::no_time(json!({"startDateTime": null}), false)]
#[case::the_id_of_no_call_that_is_known(json!({"correlationId": "c0000000-0000-4000-8000-000000000001"}), true)]
fn without_the_calls_id_number_user_and_start_have_to_fit(
    #[case] members: Value,
    #[case] fits: bool,
) {
    let calls = [call(ID)];
    let found = call_of(&row(Log::DirectRouting, &members), &calls);
    assert_eq!(found.map(|(_, joined)| joined), fits.then_some(Joined::Inferred));
}

#[test]
fn a_row_that_fits_two_calls_belongs_to_none_unless_it_names_one() {
    let mut second = call("second");
    second.telephones[0].1 = began(100);
    let calls = [call(ID), second];
    let between = |id: &str| {
        row(
            Log::DirectRouting,
            &json!({"startDateTime": began(50).to_string(), "correlationId": id}),
        )
    };
    assert_eq!(call_of(&between(""), &calls), None);
    let found =
        call_of(&between("second"), &calls).map(|(call, joined)| (call.id.as_str(), joined));
    assert_eq!(found, Some(("second", Joined::Matched)));
    // Each alone would fit.
    assert!(calls.iter().all(|call| call.fits(&between(""))));
}

/// A call, of few people and numbers and minutes, so that several fit.
fn some_call() -> impl Strategy<Value = CallParties> {
    let telephone = (0..3_u8, 0..200_i64);
    let telephones = prop::collection::vec(telephone, 0..3);
    (0..3_u8, any::<bool>(), telephones).prop_map(|(user, is_person, telephones)| {
        let users = vec![key(&format!("user:u{user}"))];
        let (people, services) = if is_person { (users, Vec::new()) } else { (Vec::new(), users) };
        let telephones = telephones
            .into_iter()
            .map(|(number, at)| (key(&format!("phone:+493000{number}")), began(at)))
            .collect();
        CallParties { id: String::new(), people, services, telephones }
    })
}

/// What the rules say of a row, in its own words.
fn by_definition(
    calls: &[CallParties],
    user: u8,
    number: u8,
    is_masked: bool,
    at: i64,
    named: Option<usize>,
) -> Option<(usize, Joined)> {
    if let Some(named) = named.filter(|named| *named < calls.len()) {
        return Some((named, Joined::Matched));
    }
    let user = key(&format!("user:u{user}"));
    let fitting: Vec<usize> = (0..calls.len())
        .filter(|place| {
            let call = &calls[*place];
            let is_person = call.people.contains(&user);
            let telephones = call.telephones.iter().filter(|(telephone, began_at)| {
                let is_near = (began_at.as_second() - began(at).as_second()).abs() <= 60;
                let is_number = *telephone == key(&format!("phone:+493000{number}"));
                is_near && if is_masked { is_person } else { is_number }
            });
            (is_person || call.services.contains(&user)) && telephones.count() > 0
        })
        .collect();
    match fitting[..] {
        [only] => Some((only, Joined::Inferred)),
        _ => None,
    }
}

proptest! {
    #[test]
    fn a_row_has_the_call_that_the_rules_give_in_whatever_order_calls_stand(
        mut calls in prop::collection::vec(some_call(), 0..5),
        (user, number, at) in (0..3_u8, 0..3_u8, 0..200_i64),
        (is_masked, is_outgoing) in any::<(bool, bool)>(),
        named in prop::option::of(0..6_usize),
        turn in 0..5_usize,
    ) {
        for (place, call) in calls.iter_mut().enumerate() {
            call.id = format!("call-{place}");
        }
        // All numbers differ in their last digit alone.
        let shown = if is_masked { "+493000*".to_owned() } else { format!("+493000{number}") };
        let (outside, own) = if is_outgoing { ("calleeNumber", "callerNumber") } else { ("callerNumber", "calleeNumber") };
        let row = row(Log::DirectRouting, &json!({"userId": format!("U{user}"), outside: shown, own: "+1555",
            "startDateTime": began(at).to_string(), "correlationId": named.map(|place| format!("CALL-{place}"))}));
        let expected = by_definition(&calls, user, number, is_masked, at, named);
        let expected = expected.map(|(place, joined)| (format!("call-{place}"), joined));
        let turn = turn % calls.len().max(1);
        calls.rotate_left(turn);
        let found = call_of(&row, &calls).map(|(call, joined)| (call.id.clone(), joined));
        prop_assert_eq!(&found, &expected);
        // A second call of the same kind makes an inferred one ambiguous, and no other.
        if let Some((id, Joined::Inferred)) = &found {
            let twin = calls.iter().find(|call| call.id == *id).cloned().unwrap();
            calls.push(CallParties { id: "twin".to_owned(), ..twin });
            prop_assert_eq!(call_of(&row, &calls), None);
        }
    }
}
