//! Records whose right numbers were worked out by hand.

use jiff::{SignedDuration, Timestamp};
use rstest::rstest;
use serde_json::{Value, json};
use voice_apps::AgentCounts;

use super::{counts, day, detail};

const START: &str = "2026-11-23T09:00:00Z";
const LATER: &str = "2026-11-25T09:00:00Z";

fn at(seconds: i64) -> String {
    let start: Timestamp = START.parse().unwrap();
    (start + SignedDuration::from_millis(seconds * 1_000)).to_string()
}

fn person(id: &str) -> Value {
    json!({"associatedIdentity": {"id": id, "displayName": id.to_uppercase()}})
}

fn service(role: &str, id: &str) -> Value {
    json!({"associatedIdentity": {"id": id}, "userAgent": {"role": role}})
}

fn queue(id: &str) -> Value {
    service("skypeForBusinessCallQueues", id)
}

fn attendant(id: &str) -> Value {
    service("skypeForBusinessAutoAttendant", id)
}

/// An end of which nothing is known.
fn unidentified() -> Value {
    json!({"userAgent": {"platform": "unknown"}})
}

fn session(caller: Value, callee: Value, from: i64, to: i64) -> Value {
    let mut session =
        json!({"id": format!("s{from}"), "startDateTime": at(from), "endDateTime": at(to)});
    session["caller"] = caller;
    session["callee"] = callee;
    session
}

/// A group call of `+49301` that ended after 600 s.
fn record(sessions: Vec<Value>) -> Value {
    let mut record = json!({
        "id": "call", "version": 1, "type": "groupCall",
        "startDateTime": START, "endDateTime": at(600),
        "organizer_v2": {"id": "+49301", "identity": {"phone": {"id": "+49301"}}},
    });
    record["sessions"] = Value::Array(sessions);
    record
}

fn caller() -> Value {
    person("+49301")
}

fn now() -> Timestamp {
    LATER.parse().unwrap()
}

/// What became of the visit of queue `q`, or of attendant `q`, and how long it waited.
fn fate(sessions: Vec<Value>) -> (&'static str, Option<u64>) {
    let day = day([&record(sessions)], now());
    let counts = ["queue/user:q", "auto_attendant/user:q"].map(|app| counts(&day, app));
    let counts = counts.into_iter().find(|counts| counts.offered > 0).unwrap();
    assert_eq!(counts.offered, 1);
    let fates = [
        ("answered", counts.answered, &counts.answered_wait),
        ("voicemail", counts.voicemail, &counts.passed_on_wait),
        ("forwarded", counts.forwarded, &counts.passed_on_wait),
        ("abandoned", counts.abandoned, &counts.abandoned_wait),
    ];
    let fate = fates.into_iter().find(|(_, count, _)| *count == 1);
    fate.map_or(("unknown", None), |(fate, _, waits)| {
        assert_eq!(waits.known + waits.unknown, 1);
        (fate, (waits.known == 1).then_some(waits.ms))
    })
}

#[rstest]
#[case::an_agent_takes_it(
    vec![session(caller(), queue("q"), 0, 600), session(person("a"), queue("q"), 20, 20),
         session(person("b"), unidentified(), 90, 600)],
    "answered", Some(90_000))]
#[case::the_wait_is_no_session(
    vec![session(caller(), queue("q"), 0, 600), session(person("b"), unidentified(), 5, 600)],
    "answered", Some(5_000))]
#[case::the_caller_hangs_up(
    vec![session(caller(), queue("q"), 10, 70), session(person("a"), queue("q"), 20, 20)],
    "abandoned", Some(60_000))]
#[case::agents_that_failed_to_be_rung_took_nothing(
    vec![session(caller(), queue("q"), 10, 70), {
        let mut rung = session(person("a"), queue("q"), 20, 50);
        rung["failureInfo"] = json!({"stage": "callSetup"});
        rung
    }],
    "abandoned", Some(60_000))]
#[case::a_mailbox_takes_it(
    vec![session(caller(), queue("q"), 0, 45), session(caller(), service("voicemail", "q"), 45, 80)],
    "voicemail", Some(45_000))]
#[case::the_queue_goes_on_during_the_message(
    vec![session(caller(), queue("q"), 0, 80), session(caller(), service("voicemail", "q"), 45, 80)],
    "voicemail", Some(45_000))]
#[case::another_queue_gets_it(
    vec![session(caller(), queue("q"), 0, 45), session(caller(), queue("r"), 45, 80)],
    "forwarded", Some(45_000))]
#[case::full_from_the_start(
    vec![session(caller(), queue("q"), 10, 10), session(caller(), queue("r"), 10, 80)],
    "forwarded", Some(0))]
#[case::a_number_gets_it(
    vec![session(caller(), queue("q"), 0, 45), session(person("+49302"), unidentified(), 45, 80)],
    "forwarded", Some(45_000))]
#[case::an_attendant_connects_a_person(
    vec![session(caller(), attendant("q"), 0, 30), session(person("a"), unidentified(), 30, 80)],
    "answered", Some(30_000))]
#[case::connected_to_an_end_that_nothing_is_known_of(
    vec![session(caller(), attendant("q"), 0, 30), session(caller(), unidentified(), 30, 80)],
    "unknown", None)]
#[case::a_session_of_an_agent_has_no_end(
    vec![session(caller(), queue("q"), 0, 45), {
        let mut open = session(person("a"), unidentified(), 30, 80);
        open["endDateTime"] = Value::Null;
        open
    }],
    "unknown", None)]
#[case::who_was_there_before_answered_nothing(
    vec![session(person("a"), unidentified(), 0, 600), session(caller(), queue("q"), 100, 200)],
    "abandoned", Some(100_000))]
#[case::only_the_queue_s_own_sessions_are_there(
    vec![session(queue("q"), unidentified(), 5, 65)],
    "abandoned", Some(60_000))]
#[case::no_session_says_when_it_was_left(
    vec![{
        let mut open = session(caller(), queue("q"), 60, 60);
        open["endDateTime"] = Value::Null;
        open
    }],
    "abandoned", Some(540_000))]
fn what_becomes_of_a_visit(
    #[case] sessions: Vec<Value>,
    #[case] expected: &str,
    #[case] waited: Option<u64>,
) {
    assert_eq!(fate(sessions.clone()), (expected, waited));
    // Whatever the order of the sessions.
    assert_eq!(fate(sessions.into_iter().rev().collect()), (expected, waited));
}

#[test]
fn the_published_kind_of_queue_call_has_its_wait_and_its_agents() {
    let case = include_str!("../../../call-records/tests/cases/call-queue-answered.json");
    let day = day([&serde_json::from_str(case).unwrap()], now());
    let queue = &day.apps[&"queue/user:aaaaaaaa-0000-4000-8000-000000000902".parse().unwrap()];
    assert_eq!((queue.counts.offered, queue.counts.answered), (1, 1));
    assert_eq!((queue.counts.answered_wait.ms, queue.name()), (80_000, Some("CQ - Front Desk")));
    let agent = |id: &str| {
        let agent = &queue.agents[&format!("user:aaaaaaaa-0000-4000-8000-{id}").parse().unwrap()];
        (agent.name().unwrap(), agent.counts)
    };
    let rung = AgentCounts { rung: 1, ..AgentCounts::default() };
    assert_eq!(agent("000000000001"), ("Agent Missed", AgentCounts { not_taken: 1, ..rung }));
    let answered = AgentCounts { answered: 1, ms: 240_000, ..rung };
    assert_eq!(agent("000000000002"), ("Agent Answered", answered));
    let attendant = counts(&day, "auto_attendant/user:aaaaaaaa-0000-4000-8000-000000000901");
    assert_eq!((attendant.forwarded, attendant.passed_on_wait.ms), (1, 40_000));
    assert_eq!(day.calls, 1);
}

#[test]
fn a_record_without_an_answer_is_final_when_its_call_is_a_day_old() {
    let ringing = record(vec![
        session(caller(), queue("q"), 0, 45),
        session(person("a"), queue("q"), 9, 9),
        session(caller(), service("voicemail", "q"), 45, 80),
    ]);
    let final_at: Timestamp = "2026-11-24T09:10:00Z".parse().unwrap();
    let young = day([&ringing], final_at - SignedDuration::from_nanos(1));
    let counts = counts(&young, "queue/user:q");
    assert_eq!((counts.offered, counts.not_final, counts.voicemail), (1, 1, 0));
    assert_eq!(counts.waits().known + counts.waits().unknown, 0);
    assert!(young.apps.values().all(|app| app.agents.is_empty()), "agents may be missing");
    assert_eq!(young.final_at, Some(final_at));

    let old = day([&ringing], final_at);
    let counts = super::counts(&old, "queue/user:q");
    assert_eq!((counts.not_final, counts.voicemail, old.final_at), (0, 1, None));

    // What a person has answered is final at once, the queue before it, too.
    let answered = record(vec![
        session(caller(), queue("q"), 0, 45),
        session(caller(), queue("r"), 45, 600),
        session(person("a"), unidentified(), 50, 600),
    ]);
    let young = day([&answered], at(600).parse().unwrap());
    assert_eq!(super::counts(&young, "queue/user:q").forwarded, 1);
    assert_eq!((super::counts(&young, "queue/user:r").answered, young.final_at), (1, None));
}

#[test]
fn a_colleague_who_calls_is_no_agent() {
    let mut of_colleague = record(vec![
        session(person("ada"), queue("q"), 0, 100),
        session(person("ada"), unidentified(), 30, 100),
        session(person("bob"), unidentified(), 30, 100),
    ]);
    of_colleague["organizer_v2"] = json!({"identity": {"user": {"id": "ada"}}});
    let with_organizer = day([&of_colleague], now());
    of_colleague["organizer_v2"] = Value::Null;
    for day in [with_organizer, day([&of_colleague], now())] {
        let queue = &day.apps[&"queue/user:q".parse().unwrap()];
        let agents: Vec<_> = queue.agents.keys().map(ToString::to_string).collect();
        assert_eq!(agents, ["user:bob"]);
        assert_eq!(queue.counts.answered_wait.ms, 30_000);
    }
}

#[test]
fn a_transfer_is_no_second_answer_and_time_is_a_union() {
    let day = day(
        [&record(vec![
            session(caller(), queue("q"), 0, 600),
            session(person("a"), queue("q"), 5, 5),
            session(person("a"), unidentified(), 10, 100),
            session(person("a"), unidentified(), 50, 120),
            session(person("b"), queue("q"), 6, 6),
            session(person("b"), unidentified(), 120, 600),
            session(person("c"), queue("q"), 7, 7),
        ])],
        now(),
    );
    let queue = &day.apps[&"queue/user:q".parse().unwrap()];
    let agent = |id: &str| queue.agents[&format!("user:{id}").parse().unwrap()].counts;
    let none = AgentCounts::default();
    assert_eq!(agent("a"), AgentCounts { rung: 1, answered: 1, ms: 110_000, ..none });
    assert_eq!(agent("b"), AgentCounts { took_over: 1, ms: 480_000, ..none });
    assert_eq!(agent("c"), AgentCounts { rung: 1, not_taken: 1, ..none });
    assert_eq!((queue.counts.answered, queue.counts.answered_wait.ms), (1, 10_000));
}

#[test]
fn who_takes_the_call_in_the_second_queue_has_missed_nothing_in_the_first() {
    let day = day(
        [&record(vec![
            session(caller(), queue("q"), 0, 45),
            session(person("a"), queue("q"), 9, 9),
            session(caller(), queue("r"), 45, 600),
            session(person("a"), unidentified(), 50, 600),
        ])],
        now(),
    );
    let agents = |app: &str| day.apps[&app.parse().unwrap()].agents.len();
    assert_eq!((agents("queue/user:q"), agents("queue/user:r")), (0, 1));
}

#[test]
fn one_account_may_be_both_and_a_caller_may_come_back() {
    let day = day(
        [&record(vec![
            session(caller(), attendant("q"), 0, 10),
            session(caller(), queue("q"), 10, 40),
            session(caller(), attendant("q"), 40, 50),
            session(caller(), queue("q"), 50, 90),
        ])],
        now(),
    );
    let attendant = counts(&day, "auto_attendant/user:q");
    assert_eq!((attendant.offered, attendant.forwarded), (2, 2));
    let queue = counts(&day, "queue/user:q");
    assert_eq!((queue.offered, queue.forwarded, queue.abandoned), (2, 1, 1));
    assert_eq!(day.calls, 1);
}

#[test]
fn a_test_call_and_a_call_without_a_queue_are_none() {
    let mut test = record(vec![session(caller(), queue("q"), 0, 45)]);
    test["sessions"][0]["isTest"] = true.into();
    let meeting = record(vec![session(person("a"), unidentified(), 0, 45)]);
    let day = day([&test, &meeting], now());
    assert_eq!((day.calls, day.apps.len()), (0, 0));
    assert!(detail(&test).call.is_test);
}

#[rstest]
#[case(20_000, 1)]
#[case(20_001, 0)]
fn a_wait_of_exactly_the_service_level_is_within_it(#[case] ms: i64, #[case] within: u64) {
    let start: Timestamp = START.parse().unwrap();
    let taken = start + SignedDuration::from_millis(ms) + SignedDuration::from_micros(999);
    let mut answer = session(person("a"), unidentified(), 0, 600);
    answer["startDateTime"] = taken.to_string().into();
    let day = day([&record(vec![session(caller(), queue("q"), 0, 600), answer])], now());
    assert_eq!(counts(&day, "queue/user:q").answered_wait.within(20), within);
}
